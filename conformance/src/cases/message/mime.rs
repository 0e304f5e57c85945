//! A multipart body taken apart by its own boundary, and the parameters of its type.

use crate::wire::Request;

/// One part: its headers, and what follows them.
pub(super) struct Part {
    headers: Vec<(String, String)>,
    /// What follows its headers.
    pub(super) text: String,
}

impl Part {
    /// A header, whatever the case of its name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// `Content-Id` without its brackets.
    pub(super) fn id(&self) -> Option<&str> {
        self.header("content-id").map(bare)
    }
}

/// An id without angle brackets.
pub(super) fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// A parameter of the request's content type, without quotes.
pub(super) fn parameter(request: &Request, name: &str) -> Option<String> {
    let mut pieces = request.header("content-type")?.split(';').skip(1);
    let value = pieces.find_map(|piece| {
        let (held, value) = piece.trim().split_once('=')?;
        held.eq_ignore_ascii_case(name).then_some(value)
    })?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// Every part, if the body is delimited and closed by the boundary that its type names. Source: RFC 2046, 5.1.
pub(super) fn parts(request: &Request) -> Option<Vec<Part>> {
    let delimiter = format!("\n--{}", parameter(request, "boundary")?);
    let body = format!("\n{}", request.text().replace("\r\n", "\n"));
    let mut pieces = body.split(delimiter.as_str());
    pieces.next()?;
    let mut pieces: Vec<&str> = pieces.collect();
    // The last delimiter has two hyphens behind it.
    pieces.pop().filter(|end| end.trim_end() == "--")?;
    pieces.into_iter().map(part).collect()
}

fn part(piece: &str) -> Option<Part> {
    let (head, text) = piece.split_once("\n\n")?;
    let headers = head.trim_start_matches('\n').lines().map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    });
    Some(Part { headers: headers.collect::<Option<_>>()?, text: text.to_owned() })
}
