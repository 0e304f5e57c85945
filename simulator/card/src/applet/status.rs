//! The two status bytes that end every answer. Source: ISO/IEC 7816-4, 5.6; NIST SP 800-73-4 part 2.

/// SW1 and SW2 as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StatusWord(pub(crate) u16);

impl StatusWord {
    pub(crate) const OK: Self = Self(0x9000);
    pub(crate) const WRONG_LENGTH: Self = Self(0x6700);
    pub(crate) const NO_LOGICAL_CHANNELS: Self = Self(0x6881);
    pub(crate) const NO_SECURE_MESSAGING: Self = Self(0x6882);
    pub(crate) const SECURITY_NOT_SATISFIED: Self = Self(0x6982);
    pub(crate) const BLOCKED: Self = Self(0x6983);
    pub(crate) const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    pub(crate) const WRONG_BODY: Self = Self(0x6A80);
    pub(crate) const NOT_FOUND: Self = Self(0x6A82);
    pub(crate) const WRONG_PARAMETERS: Self = Self(0x6A86);
    pub(crate) const NO_SUCH_REFERENCE: Self = Self(0x6A88);
    pub(crate) const NO_SUCH_INSTRUCTION: Self = Self(0x6D00);
    pub(crate) const NO_SUCH_CLASS: Self = Self(0x6E00);
    pub(crate) const FAILED: Self = Self(0x6F00);

    /// `63CX`: the comparison failed, or the state was asked for; `left` tries remain.
    pub(crate) const fn tries_left(left: u8) -> Self {
        Self(0x63C0 | (left & 0x0F) as u16)
    }

    /// `61XX`: the command succeeded and `remaining` bytes wait for GET RESPONSE (00 when 256 or more do).
    pub(crate) fn more(remaining: usize) -> Self {
        Self(0x6100 | u16::try_from(remaining).ok().filter(|count| *count < 0x100).unwrap_or(0))
    }
}
