//! A command APDU taken apart, short or extended. Source: ISO/IEC 7816-4, 5.3.

use super::status::StatusWord;

/// One command as it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Command<'a> {
    pub(crate) class: u8,
    pub(crate) instruction: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
    pub(crate) body: &'a [u8],
    /// How many bytes of answer the sender takes at once; 0 when it did not say.
    pub(crate) expected: usize,
}

impl<'a> Command<'a> {
    /// Reads an APDU of any of the seven forms; anything else has the wrong length.
    pub(crate) fn parse(apdu: &'a [u8]) -> Result<Self, StatusWord> {
        let (&[class, instruction, p1, p2], rest) =
            apdu.split_first_chunk().ok_or(StatusWord::WRONG_LENGTH)?;
        let (body, expected) = match rest {
            [] => (&[][..], 0),
            [le] => (&[][..], short_expected(*le)),
            [0, high, low] => (&[][..], extended_expected(*high, *low)),
            [0, high, low, rest @ ..] => extended_body(usize::from(u16::from_be_bytes([*high, *low])), rest)?,
            [length, rest @ ..] => short_body(usize::from(*length), rest)?,
        };
        Ok(Self { class, instruction, p1, p2, body, expected })
    }
}

fn short_body(length: usize, rest: &[u8]) -> Result<(&[u8], usize), StatusWord> {
    match rest.split_at_checked(length) {
        Some((body, [])) if length > 0 => Ok((body, 0)),
        Some((body, [le])) if length > 0 => Ok((body, short_expected(*le))),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

fn extended_body(length: usize, rest: &[u8]) -> Result<(&[u8], usize), StatusWord> {
    match rest.split_at_checked(length) {
        Some((body, [])) if length > 0 => Ok((body, 0)),
        Some((body, [high, low])) if length > 0 => Ok((body, extended_expected(*high, *low))),
        _ => Err(StatusWord::WRONG_LENGTH),
    }
}

fn short_expected(le: u8) -> usize {
    if le == 0 { 0x100 } else { usize::from(le) }
}

fn extended_expected(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => 0x1_0000,
        le => usize::from(le),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_seven_forms() {
        let cases: &[(&[u8], &[u8], usize)] = &[
            (&[0, 0x20, 0, 0x80], &[], 0),
            (&[0, 0xC0, 0, 0, 0], &[], 256),
            (&[0, 0xC0, 0, 0, 8], &[], 8),
            (&[0, 0xA4, 4, 0, 2, 1, 2], &[1, 2], 0),
            (&[0, 0xA4, 4, 0, 2, 1, 2, 0], &[1, 2], 256),
            (&[0, 0xCB, 0, 0, 0, 0, 0], &[], 65_536),
            (&[0, 0xCB, 0, 0, 0, 0, 2, 1, 2], &[1, 2], 0),
            (&[0, 0xCB, 0, 0, 0, 0, 2, 1, 2, 1, 0], &[1, 2], 256),
        ];
        for (apdu, body, expected) in cases {
            let command = Command::parse(apdu).unwrap();
            assert_eq!((command.body, command.expected), (*body, *expected), "{apdu:02X?}");
        }
    }

    #[test]
    fn refuses_lengths_that_do_not_agree() {
        let cases: &[&[u8]] = &[
            &[],
            &[0, 0x20, 0],
            &[0, 0xA4, 4, 0, 3, 1, 2],
            &[0, 0xA4, 4, 0, 1, 1, 2, 3],
            &[0, 0xA4, 4, 0, 0, 1],
            &[0, 0xA4, 4, 0, 0, 0, 0, 1],
            &[0, 0xA4, 4, 0, 0, 0, 2, 1, 2, 3],
        ];
        for apdu in cases {
            assert_eq!(Command::parse(apdu), Err(StatusWord::WRONG_LENGTH), "{apdu:02X?}");
        }
    }
}
