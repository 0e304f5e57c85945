//! BER-TLV as smartcards write it: tags of one to three bytes, definite lengths up to 65,535.

/// Writes one object: tag, length in its shortest form, value. A value too long for three length bytes is a bug of the
/// caller; nothing on a card is that long.
pub(crate) fn object(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 7);
    let tag_bytes = tag.to_be_bytes();
    let first = tag_bytes.iter().position(|byte| *byte != 0).unwrap_or(3);
    out.extend_from_slice(&tag_bytes[first..]);
    let [.., high, low] = value.len().to_be_bytes();
    match value.len() {
        0..=0x7F => out.push(low),
        0x80..=0xFF => out.extend_from_slice(&[0x81, low]),
        _ => out.extend_from_slice(&[0x82, high, low]),
    }
    out.extend_from_slice(value);
    out
}

/// One object as read: its tag and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    pub(crate) tag: u32,
    pub(crate) value: &'a [u8],
}

/// Takes the first object off `input`; `None` when what is there is no complete object.
pub(crate) fn take<'a>(input: &mut &'a [u8]) -> Option<Object<'a>> {
    let mut rest = *input;
    let tag = take_tag(&mut rest)?;
    let length = take_length(&mut rest)?;
    let (value, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some(Object { tag, value })
}

/// Reads objects one after another; `None` when the input does not end exactly where an object ends.
pub(crate) fn all(mut input: &[u8]) -> Option<Vec<Object<'_>>> {
    let mut objects = Vec::new();
    while !input.is_empty() {
        objects.push(take(&mut input)?);
    }
    Some(objects)
}

fn take_tag(input: &mut &[u8]) -> Option<u32> {
    let mut tag = u32::from(take_byte(input)?);
    if tag & 0x1F == 0x1F {
        for _ in 0..2 {
            let byte = take_byte(input)?;
            tag = tag << 8 | u32::from(byte);
            if byte & 0x80 == 0 {
                return Some(tag);
            }
        }
        return None;
    }
    Some(tag)
}

fn take_length(input: &mut &[u8]) -> Option<usize> {
    match take_byte(input)? {
        short @ 0..=0x7F => Some(usize::from(short)),
        0x81 => take_byte(input).map(usize::from),
        0x82 => Some(usize::from(u16::from_be_bytes([take_byte(input)?, take_byte(input)?]))),
        _ => None,
    }
}

fn take_byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_take_their_shortest_form() {
        for (length, header) in [
            (0, vec![0x53, 0]),
            (0x7F, vec![0x53, 0x7F]),
            (0x80, vec![0x53, 0x81, 0x80]),
            (0x100, vec![0x53, 0x82, 1, 0]),
        ] {
            let written = object(0x53, &vec![7; length]);
            assert_eq!(written[..header.len()], header);
            assert_eq!(take(&mut written.as_slice()).unwrap().value.len(), length);
        }
        assert_eq!(object(0x5F_C1_02, &[1]), [0x5F, 0xC1, 2, 1, 1]);
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = all(&bytes);
        }
    }
}
