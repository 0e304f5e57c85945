//! A small compressed body that unfolds to a large one.
//!
//! Written by hand, bit by bit (RFC 1951 and 1952): blanks are all it holds, so one literal and its repetitions are enough.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, HeaderValue};

use crate::wire::WireResponse;

/// How many bytes one repetition stands for: the longest that the format has.
const LONGEST: usize = 258;
/// What the body is full of.
const BLANK: u8 = b' ';

/// The same answer with a body that unfolds to about `bytes` blanks.
pub(super) fn bomb(answer: &WireResponse, bytes: usize) -> WireResponse {
    let mut answer = answer.clone();
    answer.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    answer.body = Bytes::from(compressed(bytes / LONGEST));
    answer
}

/// One blank and so many times 258 more.
fn compressed(repetitions: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with the fixed codes; then the literal, its repetitions at distance 1, and the end of the block.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    bits.push_code(0x30 + u32::from(BLANK), 8);
    for _ in 0..repetitions {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let length = 1 + repetitions * LONGEST;
    let mut body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    body.extend(bits.finish());
    body.extend(checksum(length).to_le_bytes());
    body.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    body
}

/// The checksum of so many blanks: CRC-32.
fn checksum(length: usize) -> u32 {
    let step = |sum: u32| (0..8).fold(sum, |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()));
    let table: Vec<u32> = (0..256).map(step).collect();
    let sum = (0..length).fold(u32::MAX, |sum, _| {
        let place = usize::try_from((sum ^ u32::from(BLANK)) & 0xff).unwrap_or_default();
        (sum >> 8) ^ table.get(place).copied().unwrap_or_default()
    });
    !sum
}

/// Bits, the first of each byte in its lowest place.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u8,
    used: u32,
}

impl Bits {
    /// A number, its lowest bit first.
    fn push(&mut self, value: u32, width: u32) {
        (0..width).for_each(|place| self.bit((value >> place) & 1 == 1));
    }

    /// A code, its highest bit first.
    fn push_code(&mut self, code: u32, width: u32) {
        (0..width).rev().for_each(|place| self.bit((code >> place) & 1 == 1));
    }

    fn bit(&mut self, is_set: bool) {
        self.open |= u8::from(is_set) << self.used;
        self.used += 1;
        if self.used == 8 {
            self.bytes.push(self.open);
            (self.open, self.used) = (0, 0);
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.used > 0 {
            self.bytes.push(self.open);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_blank_is_compressed_as_the_standard_compressor_does() {
        // What `printf ' ' | gzip -n` writes, but for the byte that names its operating system.
        let wanted =
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 0x53, 0x00, 0x00, 0x45, 0xcf, 0x6c, 0xe9, 1, 0, 0, 0];
        assert_eq!(compressed(0), wanted);
        assert_eq!(checksum(1 + 3 * LONGEST), 0xb2ae_dfaf);
    }

    #[test]
    fn a_large_body_is_small_on_the_wire() {
        assert!(compressed(10_000_000 / LONGEST).len() < 100_000);
    }
}
