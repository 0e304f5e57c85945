//! A look over an XML text before it is parsed: depth, attributes, document type.
//!
//! The parser bounds the number of nodes only; a document that is deep, or one tag with a million attributes, would cost
//! too much. The look is no parser: what it lets pass may still be ill-formed.

use super::xml::XmlError;

/// How deep elements may nest.
const DEPTH: usize = 100;
/// How many attributes, namespace declarations included, one element may have.
const ATTRIBUTES: usize = 60;

/// Refuses a document type declaration, too deep nesting and too many attributes.
/// Requirement: SIM-023.
pub(super) fn look(text: &str) -> Result<(), XmlError> {
    let mut rest = text.as_bytes();
    let mut depth = 0_usize;
    while let Some(start) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[start + 1..];
        rest = match rest {
            [b'!', b'-', b'-', after @ ..] => past(after, b"-->"),
            [b'!', b'[', after @ ..] => past(after, b"]]>"),
            [b'!', ..] => return Err(XmlError::DocumentType),
            [b'?', after @ ..] => past(after, b"?>"),
            [b'/', after @ ..] => {
                depth = depth.saturating_sub(1);
                after
            }
            _ => {
                let (after, is_empty) = start_tag(rest)?;
                depth += usize::from(!is_empty);
                after
            }
        };
        if depth > DEPTH {
            return Err(XmlError::TooDeep);
        }
    }
    Ok(())
}

/// What follows the end mark; nothing when it is missing.
fn past<'a>(text: &'a [u8], mark: &[u8]) -> &'a [u8] {
    text.windows(mark.len())
        .position(|window| window == mark)
        .map_or(&[], |place| &text[place + mark.len()..])
}

/// What follows a start tag, and whether the tag closed itself.
fn start_tag(text: &[u8]) -> Result<(&[u8], bool), XmlError> {
    let mut quote = None;
    let mut attributes = 0_usize;
    for (place, byte) in text.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'=') => {
                attributes += 1;
                if attributes > ATTRIBUTES {
                    return Err(XmlError::TooManyAttributes);
                }
            }
            (None, b'>') => {
                let is_empty = place > 0 && text[place - 1] == b'/';
                return Ok((&text[place + 1..], is_empty));
            }
            _ => {}
        }
    }
    Ok((&[], true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_must_not_be_parsed() {
        let deep = "<a>".repeat(101);
        let wide = format!("<a {}/>", "b='1' ".repeat(61));
        let fine = format!("<?x a=1?><!-- {deep} --><a><![CDATA[{deep}]]>{}</a>", "<b c='>=='/>".repeat(500));
        for (text, expected) in [
            (deep.as_str(), Err(XmlError::TooDeep)),
            (wide.as_str(), Err(XmlError::TooManyAttributes)),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", Err(XmlError::DocumentType)),
            ("<a><!ELEMENT a></a>", Err(XmlError::DocumentType)),
            (fine.as_str(), Ok(())),
        ] {
            assert_eq!(look(text), expected);
        }
    }
}
