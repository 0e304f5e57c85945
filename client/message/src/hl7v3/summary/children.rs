//! The ids inside a summary, derived from the message id: composing twice gives the same bytes.

use spine_vocabulary::MessageId;

/// Makes one id after another. The n-th is the message id with n added to its last 32 bits and version 8 (RFC 9562: made
/// up by its maker). Messages have version 7 or 4, so no id inside is ever a message's; two summaries share an id inside
/// only if their message ids agree in all of their first 96 bits.
pub(super) struct Children {
    message: u128,
    count: u128,
}

const LAST: u128 = 0xFFFF_FFFF;
const VERSION: u128 = 0xF << 76;
const EIGHT: u128 = 0x8 << 76;

impl Children {
    /// The ids inside the message `id`.
    pub(super) fn of(id: MessageId) -> Self {
        Self { message: id.uuid().as_u128(), count: 0 }
    }

    /// The next id, as it travels.
    pub(super) fn next(&mut self) -> String {
        self.count += 1;
        let last = ((self.message & LAST) + self.count) & LAST;
        let id = (self.message & !LAST & !VERSION) | EIGHT | last;
        let part = |shift: u32, mask: u128| (id >> shift) & mask;
        format!(
            "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
            part(96, 0xFFFF_FFFF),
            part(80, 0xFFFF),
            part(64, 0xFFFF),
            part(48, 0xFFFF),
            part(0, 0xFFFF_FFFF_FFFF)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_inside_are_uuids_of_their_own_and_always_the_same() {
        let message = MessageId::parse("0190B5F1-7C3E-7D3A-9C00-0123FFFFFFFF").unwrap();
        let ids = |id| {
            let mut children = Children::of(id);
            (0..3).map(|_| children.next()).collect::<Vec<_>>()
        };
        assert_eq!(
            ids(message),
            [
                "0190B5F1-7C3E-8D3A-9C00-012300000000",
                "0190B5F1-7C3E-8D3A-9C00-012300000001",
                "0190B5F1-7C3E-8D3A-9C00-012300000002",
            ]
        );
        assert_eq!(ids(message), ids(message));
        assert!(ids(message).iter().all(|id| MessageId::parse(id).is_ok_and(|child| child != message)));
    }
}
