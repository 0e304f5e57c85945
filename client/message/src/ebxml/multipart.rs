//! The MIME parts of a message: putting them together, and taking apart whatever came.
//!
//! A body from the wire has no outer MIME headers: the boundary comes from the HTTP header or from the first line. Line
//! ends may be CRLF or LF, delimiters may be indented, the closing one may be missing.

use crate::answer::Why;
use crate::xml::tree::is_utf8;

/// The boundary of what we send. It begins with two hyphens of its own, as the Spine's does. It never occurs in our parts:
/// the writer leaves no line end in them, and a boundary counts only at the beginning of a line.
pub(crate) const BOUNDARY: &str = "--=_MIME-Boundary";

/// A body with more parts than this is refused.
const MAX_PARTS: usize = 64;

/// A part to be sent.
pub(crate) struct Part<'a> {
    /// Its content id, without angle brackets.
    pub(crate) content_id: &'a str,
    /// An XML document on one line.
    pub(crate) body: &'a str,
}

/// Puts parts together.
pub(crate) fn join(boundary: &str, parts: &[Part<'_>]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.body.len() + 256).sum();
    let mut out = String::with_capacity(size);
    for part in parts {
        for piece in [
            "--",
            boundary,
            "\r\nContent-Id: <",
            part.content_id,
            ">\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
            part.body,
            "\r\n",
        ] {
            out.push_str(piece);
        }
    }
    for piece in ["--", boundary, "--\r\n"] {
        out.push_str(piece);
    }
    out.into_bytes()
}

/// A part that was received.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Received<'a> {
    /// Its content id, without angle brackets; blank if it has none.
    pub(crate) content_id: &'a str,
    /// Its body.
    pub(crate) body: &'a [u8],
}

/// Takes a body apart. `boundary` is that of the HTTP header, if there was one.
pub(crate) fn split<'a>(body: &'a [u8], boundary: Option<&str>) -> Result<Vec<Received<'a>>, Why> {
    let sniffed = sniff(body);
    // The header is believed only if the body keeps its word: proxies have been seen to change headers.
    let announced =
        boundary.map(str::as_bytes).filter(|known| lines(body).any(|line| is_delimiter(line.text, known)));
    let boundary = announced.or(sniffed).ok_or(Why::Multipart)?;
    let mut parts = Vec::new();
    let mut start = None;
    let mut closed = false;
    for line in lines(body) {
        if !is_delimiter(line.text, boundary) {
            continue;
        }
        if let Some(start) = start {
            parts.push(part(body.get(start..line.start).unwrap_or_default())?);
        }
        if parts.len() > MAX_PARTS {
            return Err(Why::Multipart);
        }
        start = Some(line.next);
        if line.text.trim_ascii().len() > boundary.len() + 2 {
            closed = true;
            break;
        }
    }
    if let (Some(start), false) = (start, closed) {
        parts.push(part(body.get(start..).unwrap_or_default())?);
    }
    if parts.is_empty() { Err(Why::Multipart) } else { Ok(parts) }
}

/// The boundary of a `Content-Type`, without quotes.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    parameter(content_type, "boundary").filter(|boundary| !boundary.is_empty() && boundary.len() <= 200)
}

/// A parameter of a MIME header, without quotes; the value may itself hold a semicolon if it is quoted.
pub(crate) fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(';').map_or((after, ""), |(value, next)| (value, next)),
        };
        if key.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = next;
    }
}

/// A line that begins with two hyphens, before anything but white space, tells the boundary.
fn sniff(body: &[u8]) -> Option<&[u8]> {
    let first = lines(body).map(|line| line.text.trim_ascii()).find(|line| !line.is_empty())?;
    let boundary = first.strip_prefix(b"--")?;
    (!boundary.is_empty() && boundary.len() <= 200).then_some(boundary)
}

fn is_delimiter(line: &[u8], boundary: &[u8]) -> bool {
    let Some(rest) = line.trim_ascii().strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary))
    else {
        return false;
    };
    rest.is_empty() || rest == b"--"
}

struct Line<'a> {
    text: &'a [u8],
    start: usize,
    next: usize,
}

fn lines(body: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    body.split_inclusive(|byte| *byte == b'\n').map(move |text| {
        let line = Line { text, start, next: start + text.len() };
        start = line.next;
        line
    })
}

/// Headers, an empty line, a body. Without any header the body may follow at once.
fn part(bytes: &[u8]) -> Result<Received<'_>, Why> {
    let mut content_id = "";
    for line in lines(bytes) {
        let text = line.text.trim_ascii();
        if text.is_empty() {
            return Ok(Received { content_id, body: bytes.get(line.next..).unwrap_or_default() });
        }
        if text.starts_with(b"<") {
            return Ok(Received { content_id, body: bytes.get(line.start..).unwrap_or_default() });
        }
        let text = std::str::from_utf8(text).map_err(|_| Why::Multipart)?;
        let Some((name, value)) = text.split_once(':') else { continue };
        let value = value.trim();
        if name.eq_ignore_ascii_case("Content-Id") {
            content_id = value.trim_start_matches('<').trim_end_matches('>');
        } else if name.eq_ignore_ascii_case("Content-Type") {
            if parameter(value, "charset").is_some_and(|charset| !is_utf8(charset)) {
                return Err(Why::NotUtf8);
            }
        } else if name.eq_ignore_ascii_case("Content-Transfer-Encoding")
            && !["7bit", "8bit", "binary"].iter().any(|known| value.eq_ignore_ascii_case(known))
        {
            return Err(Why::Multipart);
        }
    }
    Ok(Received { content_id, body: &[] })
}
