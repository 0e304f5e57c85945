//! From bytes to a parsed document, within bounds.

use roxmltree::{Document, ParsingOptions};

use super::prescan::look;

/// How many nodes a document may have.
const NODES: u32 = 400_000;

/// Why bytes are no document that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not UTF-8, or said to be of another encoding.
    #[error("it is not UTF-8")]
    Encoding,
    /// It has a document type declaration.
    #[error("it has a document type declaration")]
    DocumentType,
    /// Elements nest too deep.
    #[error("its elements nest too deep")]
    TooDeep,
    /// One element has too many attributes.
    #[error("an element has too many attributes")]
    TooManyAttributes,
    /// Not well formed, or with too many nodes.
    #[error("it is not well-formed XML")]
    NotWellFormed,
}

/// The text of a part: UTF-8, no byte order mark, leading white space dropped.
pub fn utf8(bytes: &[u8]) -> Result<&str, XmlError> {
    let text = std::str::from_utf8(bytes).map_err(|_| XmlError::Encoding)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).trim_start())
}

/// Parses a text within the bounds.
pub fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    if declares_other_encoding(text) {
        return Err(XmlError::Encoding);
    }
    look(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|_| XmlError::NotWellFormed)
}

fn declares_other_encoding(text: &str) -> bool {
    let Some(declaration) = text.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next()) else {
        return false;
    };
    let Some((_, value)) = declaration.split_once("encoding") else {
        return false;
    };
    let value = value.trim_start().trim_start_matches('=').trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let name: String = value.chars().take_while(|one| !['"', '\''].contains(one)).collect();
    !["utf-8", "us-ascii"].contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_utf_8_with_and_without_declaration_and_nothing_else() {
        assert!(parse("<?xml version='1.0' encoding='UTF-8'?><a/>").is_ok());
        assert!(parse(utf8(b"\xef\xbb\xbf\r\n<a/>").unwrap()).is_ok());
        assert_eq!(parse("<?xml version='1.0' encoding='ISO-8859-1'?><a/>").err(), Some(XmlError::Encoding));
        assert_eq!(utf8(b"\xff\xfe<\0").err(), Some(XmlError::Encoding));
        assert_eq!(parse("<a>").err(), Some(XmlError::NotWellFormed));
        assert_eq!(parse("<!DOCTYPE a><a/>").err(), Some(XmlError::DocumentType));
    }
}
