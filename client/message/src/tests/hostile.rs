//! Any text whatever survives, but for the characters that XML cannot carry.

use proptest::prelude::*;
use roxmltree::Document;
use spine_rules::summary::{Block, Content, Entry, EntryKind};
use spine_vocabulary::Category;

use super::fixture::{entry, parts, read_v2, upload};

/// Text that likes to be markup, a boundary or a control character.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => any::<char>().prop_map(String::from),
        1 => prop::sample::select(vec![
            "<", ">", "&", "\"", "'", "]]>", "<!--", "<![CDATA[", "&#0;", "&lt;", "<!DOCTYPE x>", "\r\n", "\r", "\n", "\t",
            "\n----=_MIME-Boundary--\r\n", "--=_MIME-Boundary", "\u{0}", "\u{FFFE}", "\u{85}", "\u{2028}", "{{name}}", "%s",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..20).prop_map(|pieces| pieces.concat())
}

/// What a reader gets: forbidden characters are replaced. The list is written again here on purpose.
fn carried(text: &str) -> String {
    text.chars()
        .map(|c| match u32::from(c) {
            0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF => c,
            _ => '\u{FFFD}',
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_read_back(texts in prop::collection::vec(text(), 8)) {
        let [heading, cell, term, note, dose, drug, quantity, id] = texts.try_into().unwrap();
        let content = Content {
            text: vec![
                Block::Heading { level: 2, id: Some(id.clone()), text: heading.clone(), window: None },
                Block::Table { id: "T".to_owned(), header: Vec::new(), rows: vec![vec![cell.clone()]] },
            ],
            entries: vec![
                Entry {
                    text: note.clone(),
                    ..entry(Category::Diagnoses, EntryKind::Additional, read_v2("x", &term))
                },
                entry(Category::Medication, EntryKind::AcuteMedication { dose: dose.clone(), quantity }, read_v2("y", &drug)),
            ],
        };
        let frozen = upload(&content, None);
        let (_, payload) = parts(&frozen);
        let document = Document::parse(&payload).unwrap();
        let read = |name: &str| {
            let node = document.descendants().find(|node| node.tag_name().name() == name).unwrap();
            node.text().unwrap_or_default().to_owned()
        };
        prop_assert_eq!(read("h2"), carried(&heading));
        prop_assert_eq!(read("td"), carried(&cell));
        // A blank term says nothing, so the code travels.
        prop_assert_eq!(read("originalText"), if term.trim().is_empty() { "x".to_owned() } else { carried(&term) });
        let values: Vec<_> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "value" && node.attributes().len() == 0)
            .map(|node| node.text().unwrap_or_default().to_owned())
            .collect();
        prop_assert_eq!(values.first(), Some(&carried(&note)));
        prop_assert_eq!(values.get(1), Some(&carried(&dose)));
        let h2 = document.descendants().find(|node| node.tag_name().name() == "h2").unwrap();
        prop_assert_eq!(h2.attribute("id").unwrap_or_default(), carried(&id));
        let structure = document.descendants().filter(roxmltree::Node::is_element).count();
        let tame = upload(&tamed(content), None);
        let (_, tame) = parts(&tame);
        let tame = Document::parse(&tame).unwrap();
        prop_assert_eq!(structure, tame.descendants().filter(roxmltree::Node::is_element).count());
        let lines = frozen.body.split(|byte| *byte == b'\n');
        prop_assert_eq!(lines.filter(|line| line.starts_with(b"----=_MIME-Boundary")).count(), 3);
    }
}

/// The same content with harmless text, to compare the structure.
fn tamed(mut content: Content) -> Content {
    for block in &mut content.text {
        if let Block::Heading { id, text, .. } = block {
            *id = Some("x".to_owned());
            "x".clone_into(text);
        }
    }
    for entry in &mut content.entries {
        "x".clone_into(&mut entry.code.term);
        if let EntryKind::AcuteMedication { dose, .. } = &mut entry.kind {
            "x".clone_into(dose);
        }
    }
    content
}
