//! `multipart/related` in every rendering that real peers put on the wire.
//!
//! Takes CRLF or LF, a boundary in quotes or bare, a missing closing delimiter and a `start` that names no part. Refuses
//! encodings that would hide the text.

use super::xml::utf8;

/// More parts than this are no message of these services.
const PARTS: usize = 8;

/// One part, headers read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// `Content-Id` without its angle brackets.
    pub id: Option<String>,
    /// `Content-Type`, parameters included, lower-case.
    pub content_type: String,
    /// The content, untouched but for the line end before the next delimiter.
    pub content: &'a [u8],
}

/// The parts of a message, and which of them is the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related<'a> {
    parts: Vec<Part<'a>>,
    root: usize,
}

/// Why bytes are no such message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// The header is not `multipart/related` with a boundary.
    #[error("Content-Type is not multipart/related with a boundary")]
    ContentType,
    /// `type` says that the root is no XML text.
    #[error("the root part is not announced as text/xml")]
    RootType,
    /// The delimiter never appears.
    #[error("the body has no part")]
    NoPart,
    /// More parts than any of these services takes.
    #[error("the body has too many parts")]
    TooManyParts,
    /// A part's headers do not end, or are not text.
    #[error("the headers of a part cannot be read")]
    PartHeaders,
    /// Two parts with one `Content-Id`.
    #[error("two parts have the same Content-Id")]
    DoubledId,
    /// A transfer encoding other than 7bit, 8bit and binary.
    #[error("a part has an unsupported Content-Transfer-Encoding")]
    TransferEncoding,
}

impl<'a> Related<'a> {
    /// Reads a body by its `Content-Type` header.
    pub fn read(content_type: &str, body: &'a [u8]) -> Result<Self, MultipartError> {
        let (kind, parameters) = split_header(content_type);
        if !kind.eq_ignore_ascii_case("multipart/related") {
            return Err(MultipartError::ContentType);
        }
        let of = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let boundary =
            of("boundary").filter(|one| (1..=70).contains(&one.len())).ok_or(MultipartError::ContentType)?;
        if of("type").is_some_and(|kind| !kind.eq_ignore_ascii_case("text/xml")) {
            return Err(MultipartError::RootType);
        }
        let mut parts: Vec<Part<'a>> = Vec::new();
        for raw in split_body(body, boundary) {
            if parts.len() == PARTS {
                return Err(MultipartError::TooManyParts);
            }
            let part = read_part(raw)?;
            if part.id.is_some() && parts.iter().any(|other| other.id == part.id) {
                return Err(MultipartError::DoubledId);
            }
            parts.push(part);
        }
        if parts.is_empty() {
            return Err(MultipartError::NoPart);
        }
        let start = of("start").map(bare_id);
        let root = start.and_then(|start| parts.iter().position(|part| part.id.as_deref() == Some(start)));
        Ok(Self { parts, root: root.unwrap_or(0) })
    }

    /// The root part; the first one when `start` names none.
    #[must_use]
    pub fn root(&self) -> &Part<'a> {
        &self.parts[self.root]
    }

    /// The part that a manifest's `cid:` reference names; never the root.
    #[must_use]
    pub fn referenced(&self, id: &str) -> Option<&Part<'a>> {
        let found = self.parts.iter().position(|part| part.id.as_deref() == Some(id))?;
        (found != self.root).then(|| &self.parts[found])
    }

    /// How many parts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Never: a message without parts is not read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

fn bare_id(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text)
}

/// A header value and its parameters, names in lower case, quotes resolved.
pub(crate) fn split_header(header: &str) -> (String, Vec<(String, String)>) {
    let mut pieces = Vec::new();
    let (mut piece, mut quoted, mut escaped) = (String::new(), false, false);
    for character in header.chars() {
        match character {
            _ if escaped => {
                piece.push(character);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => pieces.push(std::mem::take(&mut piece)),
            _ => piece.push(character),
        }
    }
    pieces.push(piece);
    let mut pieces = pieces.into_iter();
    let value = pieces.next().unwrap_or_default().trim().to_owned();
    let parameters = pieces
        .filter_map(|piece| {
            let (name, value) = piece.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    (value, parameters)
}

/// The raw parts between delimiter lines; what stands before the first and after the closing one is dropped.
/// Requirement: MSG-048.
fn split_body<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mark = [b"--", boundary.as_bytes()].concat();
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut line_start = 0;
    while line_start < body.len() {
        let length = body[line_start..].iter().position(|byte| *byte == b'\n');
        let line_end = length.map_or(body.len(), |length| line_start + length + 1);
        let line = body[line_start..line_end].trim_ascii_end();
        let after = line.strip_prefix(mark.as_slice());
        if after.is_some_and(|after| after.is_empty() || after == b"--") {
            if let Some(start) = open.take() {
                parts.push(without_line_end(&body[start..line_start]));
            }
            if after == Some(b"--") {
                return parts;
            }
            open = Some(line_end);
        }
        line_start = line_end;
    }
    if let Some(start) = open {
        parts.push(&body[start..]);
    }
    parts
}

fn without_line_end(content: &[u8]) -> &[u8] {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    content.strip_suffix(b"\r").unwrap_or(content)
}

fn read_part(raw: &[u8]) -> Result<Part<'_>, MultipartError> {
    let mut part = Part { id: None, content_type: String::new(), content: raw };
    let mut place = 0;
    loop {
        let end =
            raw[place..].iter().position(|byte| *byte == b'\n').ok_or(MultipartError::PartHeaders)? + place;
        let line = utf8(&raw[place..end]).map_err(|_| MultipartError::PartHeaders)?.trim_end();
        place = end + 1;
        if line.is_empty() {
            part.content = &raw[place..];
            return Ok(part);
        }
        let (name, value) = line.split_once(':').ok_or(MultipartError::PartHeaders)?;
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "content-id" => part.id = Some(bare_id(value).to_owned()),
            "content-type" => part.content_type = value.to_ascii_lowercase(),
            "content-transfer-encoding"
                if !["7bit", "8bit", "binary"].contains(&value.to_ascii_lowercase().as_str()) =>
            {
                return Err(MultipartError::TransferEncoding);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LF: &str = "----=_MIME-Boundary\nContent-Id: <ebXMLHeader@spine.nhs.uk>\nContent-Type: text/xml; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n<a/>\n----=_MIME-Boundary\nContent-Id: <x@y>\nContent-Type: application/xml\n\n<b>\n--c\n</b>\n----=_MIME-Boundary--\n";

    #[test]
    fn reads_every_rendering() {
        let crlf = LF.replace('\n', "\r\n");
        let unclosed = LF.trim_end().trim_end_matches("----=_MIME-Boundary--").to_owned();
        let quoted = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<ebXMLHeader@spine.nhs.uk>\"";
        let bare =
            "Multipart/Related;boundary=--=_MIME-Boundary;type=text/xml;start=ebXMLHeader@spine.nhs.uk";
        let lost = "multipart/related; boundary=\"--=_MIME-Boundary\"; start=\"<nobody>\"";
        for body in [LF, &crlf, &unclosed] {
            for header in [quoted, bare, lost] {
                let read = Related::read(header, body.as_bytes()).unwrap();
                assert_eq!(read.len(), 2);
                assert!(!read.is_empty());
                assert_eq!(read.root().content, b"<a/>");
                let payload = read.referenced("x@y").unwrap();
                assert!(
                    payload.content.starts_with(b"<b>") && payload.content.trim_ascii().ends_with(b"</b>")
                );
                assert_eq!(read.referenced("ebXMLHeader@spine.nhs.uk"), None);
            }
        }
    }

    #[test]
    fn refuses_what_is_none() {
        let header = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"";
        let doubled = LF.replace("<x@y>", "<ebXMLHeader@spine.nhs.uk>");
        let encoded = LF.replace("8bit", "base64");
        let endless = "----=_MIME-Boundary\nContent-Id: <x>";
        for (header, body, expected) in [
            ("text/xml", LF, MultipartError::ContentType),
            ("multipart/related; type=text/xml", LF, MultipartError::ContentType),
            (
                "multipart/related; boundary=--=_MIME-Boundary; type=application/json",
                LF,
                MultipartError::RootType,
            ),
            (header, "nothing", MultipartError::NoPart),
            (header, doubled.as_str(), MultipartError::DoubledId),
            (header, encoded.as_str(), MultipartError::TransferEncoding),
            (header, endless, MultipartError::PartHeaders),
            (header, &"----=_MIME-Boundary\n\n\n".repeat(20), MultipartError::TooManyParts),
        ] {
            assert_eq!(Related::read(header, body.as_bytes()).err(), Some(expected), "{body}");
        }
    }
}
