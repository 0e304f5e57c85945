//! Both ends of the smartcard: the virtual card reads commands, the client reads a card's answers.
//!
//! An input is a row of commands, or of answers, each after two bytes that give its length.

use spine_client::session::{CardChannel, CardIdentity, ChannelError, Pin, Piv, Smartcard};
use spine_simulator::identity::{CardKeys, CardRow, Cards};
use spine_vocabulary::UserId;

use super::client::now;

/// A fresh card for each input, so that one input says all: a card remembers how often a PIN was wrong.
fn card() -> Cards {
    let user = UserId::parse("990000000101").expect("a user");
    let row = CardRow {
        user_id: user.clone(),
        name: "Olive Operator".to_owned(),
        pin: "123456".to_owned(),
        algorithm: CardKeys::P256,
        expires_on: jiff::civil::date(2028, 1, 1),
    };
    let cards = Cards::new(&[row], now()).expect("a card");
    cards.insert(&user).expect("an empty reader");
    cards
}

/// The longest input: what follows after so many commands says nothing new.
const LONGEST: usize = 64;

/// Commands to the virtual card: each has an answer that ends in a status and fits what a reader takes.
pub(super) fn commands(bytes: &[u8]) {
    let cards = card();
    let mut connection = cards.slot().connect();
    for command in pieces(bytes).into_iter().take(LONGEST) {
        let answer = connection.transmit(command).expect("the card is there");
        assert!((2..=65_538).contains(&answer.len()), "{} bytes", answer.len());
    }
}

/// Answers of a card to the client: whatever it says, the client gives up or knows whose card it is.
pub(super) fn answers(bytes: &[u8]) {
    let _ = CardIdentity::from_certificate(bytes);
    let answers = pieces(bytes).into_iter().map(<[u8]>::to_vec).collect();
    let mut piv = Piv::new(Scripted { answers, asked: 0 });
    if let Ok(identity) = piv.identity() {
        assert_eq!(CardIdentity::from_certificate(identity.certificate()).as_ref(), Ok(&identity));
        let pin = Pin::read("123456".to_owned()).expect("a PIN");
        let _ = piv.verify_pin(&pin);
    }
}

/// A card that says what stands in the script, and no more after its end.
struct Scripted {
    answers: Vec<Vec<u8>>,
    asked: usize,
}

impl CardChannel for Scripted {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, ChannelError> {
        self.asked += 1;
        assert!(self.asked <= 10_000, "the client asks a card without end");
        self.answers.get(self.asked - 1).cloned().ok_or(ChannelError::Removed)
    }

    fn was_reset(&mut self) -> bool {
        false
    }
}

fn pieces(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (piece, after) = rest.split_at(rest.len().min(length));
        pieces.push(piece);
        bytes = after;
    }
    pieces
}

/// As [`pieces`] reads them.
fn together<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
    let length = |piece: &[u8]| u16::try_from(piece.len()).expect("a short piece").to_be_bytes();
    pieces.into_iter().flat_map(|piece| [&length(piece), piece].concat()).collect()
}

const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08];
const CERTIFICATE: &[u8] = &[0x00, 0xCB, 0x3F, 0xFF, 0x05, 0x5C, 0x03, 0x5F, 0xC1, 0x05];
const VERIFY: &[u8] = b"\x00\x20\x00\x80\x08123456\xFF\xFF";
const TRIES: &[u8] = &[0x00, 0x20, 0x00, 0x80];
const MORE: &[u8] = &[0x00, 0xC0, 0x00, 0x00, 0x00];

/// Conversations that a client has with a card. Source: NIST SP 800-73-4.
pub(super) fn command_seeds() -> Vec<Vec<u8>> {
    let mut sign = vec![0x00, 0x87, 0x11, 0x9A, 0x26, 0x7C, 0x24, 0x82, 0x00, 0x81, 0x20];
    sign.extend([7; 32]);
    let first: Vec<u8> = [&[0x10, 0x87, 0x11, 0x9A, 0x13][..], &sign[5..24]].concat();
    let second: Vec<u8> = [&[0x00, 0x87, 0x11, 0x9A, 0x13][..], &sign[24..]].concat();
    let challenge: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x08];
    let extended: &[u8] =
        &[0x00, 0xCB, 0x3F, 0xFF, 0x00, 0x00, 0x05, 0x5C, 0x03, 0x5F, 0xC1, 0x05, 0x00, 0x00];
    vec![
        together([SELECT, CERTIFICATE, MORE, MORE, MORE]),
        together([SELECT, extended]),
        together([SELECT, TRIES, VERIFY, &sign[..]]),
        together([SELECT, VERIFY, &first[..], &second[..]]),
        together([SELECT, challenge, &VERIFY[..12]]),
        together([SELECT, b"\x00\x24\x00\x80\x10123456\xFF\xFF654321\xFF\xFF"]),
        together([SELECT, b"\x00\x2C\x00\x80\x1012345678654321\xFF\xFF"]),
    ]
}

/// What the virtual card answers to the client's own commands, and its certificate alone.
pub(super) fn answer_seeds() -> Vec<Vec<u8>> {
    let cards = card();
    let mut connection = cards.slot().connect();
    let mut recorded = Recorded { card: |apdu: &[u8]| connection.transmit(apdu), answers: Vec::new() };
    let mut piv = Piv::new(&mut recorded);
    let identity = piv.identity().expect("a national smartcard");
    let pin = Pin::read("123456".to_owned()).expect("a PIN");
    piv.verify_pin(&pin).expect("the right PIN");
    drop(piv);
    vec![together(recorded.answers.iter().map(Vec::as_slice)), identity.certificate().to_vec()]
}

/// The virtual card, with everything that it answered.
struct Recorded<C> {
    card: C,
    answers: Vec<Vec<u8>>,
}

impl<C: FnMut(&[u8]) -> Option<Vec<u8>>> CardChannel for &mut Recorded<C> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let answer = (self.card)(apdu).ok_or(ChannelError::Removed)?;
        self.answers.push(answer.clone());
        Ok(answer)
    }

    fn was_reset(&mut self) -> bool {
        false
    }
}
