//! Text as records hold it at its worst: markup, boundaries, controls, every script, both directions.

use proptest::prelude::*;

/// Pieces that break careless writers and readers.
const HOSTILE: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "]]>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'f'>]>",
    "<?xml?>",
    "&amp;",
    "&lt;",
    "&#0;",
    "&#x1F;",
    "&e;",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\r\n\r\n",
    "\r\n----=_MIME-Boundary--\r\n",
    "----=_MIME-Boundary",
    "Content-Id: <x>",
    " ",
    "  ",
    "\u{0}",
    "\u{1}",
    "\u{8}",
    "\u{B}",
    "\u{C}",
    "\u{E}",
    "\u{1B}",
    "\u{1F}",
    "\u{7F}",
    "\u{80}",
    "\u{85}",
    "\u{9F}",
    "\u{A0}",
    "\u{AD}",
    "\u{2028}",
    "\u{2029}",
    "\u{200B}",
    "\u{200F}",
    "\u{202E}",
    "\u{2066}",
    "\u{FEFF}",
    "\u{FDD0}",
    "\u{FFFC}",
    "\u{FFFD}",
    "\u{FFFE}",
    "\u{FFFF}",
    "\u{1FFFE}",
    "\u{1FFFF}",
    "\u{10FFFF}",
    "\u{E000}",
    "e\u{301}",
    "Z\u{335}\u{341}",
    "שלום",
    "مرحبا",
    "漢字",
    "👩🏽‍⚕️",
    "🏴\u{E0067}\u{E0062}\u{E007F}",
    "{{x}}",
    "%s",
    "${x}",
    "O'Brien",
];

/// Any text, markup and forbidden characters among it; sometimes long.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        2 => "[a-zA-Z0-9 .,]{1,8}",
    ];
    let pieces = prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat());
    (pieces, prop_oneof![19 => Just(1_usize), 1 => 50_usize..400])
        .prop_map(|(text, times)| text.repeat(times))
}

/// Whether XML 1.0 can carry the character. Source: XML 1.0, production 2.
pub(crate) const fn can_be_carried(character: char) -> bool {
    matches!(character,
        '\u{9}' | '\u{A}' | '\u{D}' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// What arrives of a text: what XML cannot carry is replaced by U+FFFD, one for one, so that nothing joins what a character
/// parted. Source: design decision.
pub(crate) fn carried(text: &str) -> String {
    text.chars().map(|one| if can_be_carried(one) { one } else { char::REPLACEMENT_CHARACTER }).collect()
}
