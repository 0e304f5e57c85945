//! The ticket: what the identity service gives for a signed challenge, and what opens the role assertion. Whoever holds it
//! is the operator, so it is wiped when dropped and never shown.

use zeroize::Zeroizing;

/// Longest ticket that is taken.
const LONGEST: usize = 4096;

/// A secret of the session.
/// Requirement: SES-015.
#[derive(Clone)]
pub struct Ticket(Zeroizing<String>);

impl Ticket {
    /// Takes a text of visible ASCII characters; anything else is no ticket.
    #[must_use]
    pub fn parse(text: impl Into<Zeroizing<String>>) -> Option<Self> {
        let text = text.into();
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then_some(Self(text))
    }

    /// The ticket itself: for a request to the identity service and for the session's own file, nowhere else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The ticket as the value of a query parameter. Source: RFC 3986, 2.3: only unreserved characters stay.
    #[must_use]
    pub fn query_value(&self) -> Zeroizing<String> {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let mut out = Zeroizing::new(String::with_capacity(self.0.len() * 3));
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 0x0F)]));
            }
        }
        out
    }
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_travels_encoded_and_is_never_shown() {
        let ticket = Ticket::parse("aZ0-._~+/=&#%".to_owned()).unwrap();
        assert_eq!(ticket.query_value().as_str(), "aZ0-._~%2B%2F%3D%26%23%25");
        assert_eq!(format!("{ticket:?}"), "Ticket(***)");
        for text in ["", " ", "a b", "a\n", "\u{e9}"] {
            assert!(Ticket::parse(text.to_owned()).is_none(), "{text:?}");
        }
        assert!(Ticket::parse("x".repeat(LONGEST + 1)).is_none());
    }
}
