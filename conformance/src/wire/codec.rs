//! HTTP/1.1 as the suite itself reads and writes it: enough for the Spine's protocols, bounded, blocking.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read as _, Write};

use super::message::{Answer, Request};

/// The longest head and the longest body that are read, in bytes.
const LONGEST_HEAD: u64 = 256 * 1024;
const LONGEST_BODY: u64 = 64 * 1024 * 1024;

/// Reads a request; `None` when the peer has nothing more to say.
pub(super) fn read_request(from: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some((line, headers)) = head(from)? else { return Ok(None) };
    let mut words = line.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(broken("no request line"));
    };
    let (method, target) = (method.to_owned(), target.to_owned());
    let body = body(from, &headers, false)?;
    Ok(Some(Request { method, target, headers, body }))
}

/// Reads an answer.
pub(super) fn read_answer(from: &mut impl BufRead) -> io::Result<Answer> {
    let (line, headers) = head(from)?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| broken("no status line"))?;
    let body = body(from, &headers, true)?;
    Ok(Answer { status, headers, body })
}

/// Writes a request to a host.
pub(super) fn write_request(to: &mut impl Write, host: &str, request: &Request) -> io::Result<()> {
    let mut bytes = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", request.method, request.target);
    headers_to(&mut bytes, &request.headers, request.body.len());
    send(to, bytes, &request.body)
}

/// Writes an answer.
pub(super) fn write_answer(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let mut bytes = format!("HTTP/1.1 {} Spine\r\n", answer.status);
    headers_to(&mut bytes, &answer.headers, answer.body.len());
    send(to, bytes, &answer.body)
}

fn send(to: &mut impl Write, head: String, body: &[u8]) -> io::Result<()> {
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    to.write_all(&bytes)?;
    to.flush()
}

/// Headers that frame the message are this codec's own.
fn headers_to(text: &mut String, headers: &[(String, String)], length: usize) {
    let ours = ["host", "content-length", "transfer-encoding", "connection"];
    // Writing to a string cannot fail.
    for (name, value) in headers {
        if !ours.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            let _ = write!(text, "{name}: {value}\r\n");
        }
    }
    let _ = write!(text, "Content-Length: {length}\r\n\r\n");
}

type Head = (String, Vec<(String, String)>);

fn head(from: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut from = from.take(LONGEST_HEAD);
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let first = line.trim_end().to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            return Err(broken("the head does not end"));
        }
        let text = line.trim_end();
        if text.is_empty() {
            return Ok(Some((first, headers)));
        }
        let (name, value) = text.split_once(':').ok_or_else(|| broken("a header without a colon"))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn body(from: &mut impl BufRead, headers: &[(String, String)], of_answer: bool) -> io::Result<Vec<u8>> {
    let header = |name: &str| headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name));
    if header("transfer-encoding").is_some_and(|(_, value)| value.eq_ignore_ascii_case("chunked")) {
        return chunks(from);
    }
    let mut body = Vec::new();
    match header("content-length") {
        Some((_, value)) => {
            let length: u64 = value.parse().map_err(|_| broken("a content length that is none"))?;
            if length > LONGEST_BODY {
                return Err(broken("a body that is too long"));
            }
            from.take(length).read_to_end(&mut body)?;
            if (body.len() as u64) < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        // An answer without a length ends with its connection.
        None if of_answer && header("connection").is_some_and(|(_, value)| value == "close") => {
            from.take(LONGEST_BODY).read_to_end(&mut body)?;
        }
        None => {}
    }
    Ok(body)
}

fn chunks(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        from.take(1024).read_line(&mut line)?;
        let size = line.trim_end().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16).map_err(|_| broken("a chunk without a size"))?;
        if body.len() as u64 + size > LONGEST_BODY {
            return Err(broken("a body that is too long"));
        }
        from.take(size).read_to_end(&mut body)?;
        line.clear();
        from.take(1024).read_line(&mut line)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let request = Request::post("/clinical?x=1", "body").with("SOAPAction", "a/b");
        let mut bytes = Vec::new();
        write_request(&mut bytes, "localhost", &request).unwrap();
        let read = read_request(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!(
            (&read.method, &read.target, &read.body),
            (&request.method, &request.target, &request.body)
        );
        assert_eq!(read.header("soapaction"), Some("a/b"));
        assert!(read_request(&mut &b""[..]).unwrap().is_none());

        let answer = Answer::new(202, "text/xml", "x").with("Retry-After", "100");
        let mut bytes = Vec::new();
        write_answer(&mut bytes, &answer).unwrap();
        let read = read_answer(&mut bytes.as_slice()).unwrap();
        assert_eq!(
            (read.status, read.header("retry-after"), read.body.as_slice()),
            (202, Some("100"), &b"x"[..])
        );
    }

    #[test]
    fn chunks_are_joined_and_broken_messages_are_errors() {
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n";
        assert_eq!(read_answer(&mut chunked.as_slice()).unwrap().body, b"abcde");
        for broken in [
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\n",
            "",
        ] {
            assert!(read_answer(&mut broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
