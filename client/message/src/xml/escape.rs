//! What makes any text safe inside XML 1.0.
//!
//! quick-xml escapes the five characters of markup. Two things it does not do are done here. Tabs and line ends travel
//! as character references: a reader would otherwise change them, and a line of the text could be taken for the boundary
//! of a MIME part. Characters that XML 1.0 forbids even as references (most of the C0 controls, U+FFFE, U+FFFF) become
//! U+FFFD, the replacement character: refusing would set a patient aside for a stray control character that no reader
//! can see, and leaving them out would join what they parted.

use quick_xml::escape::escape;

/// Appends `text` to `out`, escaped for element content and for attribute values alike.
/// Requirement: SUM-034.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    // Most values need nothing, and are copied at once.
    if !text.bytes().any(|byte| NEEDS_CARE[usize::from(byte)]) {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    while let Some((at, character)) = rest.char_indices().find(|(_, c)| is_special(*c)) {
        let (before, after) = rest.split_at(at);
        out.push_str(&escape(before));
        out.push_str(match character {
            '\t' => "&#9;",
            '\n' => "&#10;",
            '\r' => "&#13;",
            _ => "\u{FFFD}",
        });
        rest = after.get(character.len_utf8()..).unwrap_or_default();
    }
    out.push_str(&escape(rest));
}

/// Whether XML 1.0 allows the character (its production 2, `Char`).
pub(crate) const fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether XML 1.0 allows every character of the text.
pub(crate) fn is_allowed_text(text: &str) -> bool {
    // Only a byte below a space or the first byte of U+FFFE and U+FFFF makes a closer look necessary.
    text.bytes().all(|byte| byte >= b' ' && byte != 0xEF) || text.chars().all(is_allowed)
}

/// Which bytes of UTF-8 may begin something that has to be escaped or replaced.
const NEEDS_CARE: [bool; 256] = {
    let mut table = [false; 256];
    let mut control = 0;
    while control < b' ' as usize {
        table[control] = true;
        control += 1;
    }
    table[b'"' as usize] = true;
    table[b'&' as usize] = true;
    table[b'\'' as usize] = true;
    table[b'<' as usize] = true;
    table[b'>' as usize] = true;
    // The first byte of U+FFFE and U+FFFF.
    table[0xEF] = true;
    table
};

fn is_special(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r') || !is_allowed(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_harmless() {
        for (text, expected) in [
            ("O'Brien & <b>", "O&apos;Brien &amp; &lt;b&gt;"),
            ("a\r\nb\tc", "a&#13;&#10;b&#9;c"),
            ("x\u{0}y\u{1F}z\u{FFFE}", "x\u{FFFD}y\u{FFFD}z\u{FFFD}"),
            ("]]>", "]]&gt;"),
            ("Zoë 🩺\u{85}", "Zoë 🩺\u{85}"),
            ("", ""),
        ] {
            let mut out = String::new();
            push_escaped(&mut out, text);
            assert_eq!(out, expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_allowed_when_every_character_is() {
        for (text, allowed) in [
            ("", true),
            ("O'Brien", true),
            ("a\tb\r\n", true),
            ("\t", true),
            ("\u{1}", false),
            ("a\u{1F}", false),
            ("\u{FFFE}", false),
            ("\u{FFFD}", true),
        ] {
            assert_eq!(is_allowed_text(text), allowed, "{text:?}");
        }
    }
}
