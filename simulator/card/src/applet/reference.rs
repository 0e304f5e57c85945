//! A secret that the card compares and counts: the PIN and the PUK. Source: NIST SP 800-73-4 part 2, 3.2.1 to 3.2.3.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::Zeroizing;

use super::status::StatusWord;

/// Tries before the card blocks, for PIN and PUK alike (national practice: three).
const TRIES: u8 = 3;

/// Eight bytes: digits, then FF.
pub(crate) type Padded = Zeroizing<[u8; 8]>;

/// A stored secret and its counter.
pub(crate) struct Reference {
    value: Padded,
    left: u8,
}

impl Reference {
    pub(crate) fn new(value: Padded) -> Self {
        Self { value, left: TRIES }
    }

    /// Compares. The counter falls before the comparison and rises after a success, so that pulling the card in between
    /// can never win a try.
    pub(crate) fn compare(&mut self, offered: &Padded) -> Result<(), StatusWord> {
        if self.left == 0 {
            return Err(StatusWord::BLOCKED);
        }
        self.left -= 1;
        if verify_slices_are_equal(self.value.as_slice(), offered.as_slice()).is_err() {
            return Err(StatusWord::tries_left(self.left));
        }
        self.left = TRIES;
        Ok(())
    }

    /// Replaces the secret and restores its tries; the caller has compared something first.
    pub(crate) fn replace(&mut self, value: Padded) {
        self.value = value;
        self.left = TRIES;
    }

    /// What a question about the state answers when nobody is verified.
    pub(crate) fn status(&self) -> StatusWord {
        if self.left == 0 { StatusWord::BLOCKED } else { StatusWord::tries_left(self.left) }
    }
}

/// Reads eight bytes as a PIN: six to eight digits, the rest FF. A malformed one costs no try.
pub(crate) fn padded(bytes: &[u8]) -> Result<Padded, StatusWord> {
    let value: [u8; 8] = bytes.try_into().map_err(|_| StatusWord::WRONG_BODY)?;
    let value = Zeroizing::new(value);
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits >= 6 && value[digits..].iter().all(|byte| *byte == 0xFF) {
        Ok(value)
    } else {
        Err(StatusWord::WRONG_BODY)
    }
}
