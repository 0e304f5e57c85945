//! BER-TLV as a card answers it, and the two objects we write. Source: ISO/IEC 7816-4, 5.2.

/// Finds the first object with `tag` in a row of objects, and its value. One-byte tags only: no answer that we read holds
/// another at the level where we look.
pub(crate) fn find(mut objects: &[u8], tag: u8) -> Option<&[u8]> {
    while let Some((found, value, rest)) = split(objects) {
        if found == tag {
            return Some(value);
        }
        objects = rest;
    }
    None
}

/// Writes an object with a one-byte tag and up to 65,535 bytes of value.
pub(crate) fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    let [.., high, low] = value.len().to_be_bytes();
    let header: &[u8] = match value.len() {
        0..=0x7F => &[tag, low],
        0x80..=0xFF => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [header, value].concat()
}

fn split(objects: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = objects.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(*first), rest),
        0x81 => rest.split_first().map(|(low, rest)| (usize::from(*low), rest))?,
        0x82 => {
            rest.split_first_chunk().map(|(both, rest)| (usize::from(u16::from_be_bytes(*both)), rest))?
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((*tag, value, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finds_among_others_and_reads_back_what_it_wrote() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 3000] {
            let row = [object(0x71, &[0]), object(0x70, &vec![5; length]), object(0xFE, &[])].concat();
            assert_eq!(find(&row, 0x70).map(<[u8]>::len), Some(length));
            assert_eq!(find(&row, 0x53), None);
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64), tag in any::<u8>()) {
            let _ = find(&bytes, tag);
        }
    }
}
