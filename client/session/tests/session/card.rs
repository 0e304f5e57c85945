//! The PIV client against the virtual card: PINs, removal, swaps, resets, and answers that no card gives.

use aws_lc_rs::digest::{SHA256, digest};
use proptest::prelude::*;
use spine_session::{
    CardChannel, CardError, CertificateProblem, ChannelError, KeyUse, PinError, Piv, SigAlg, Smartcard,
};

use crate::samples::{InMemory, PIN, USER, elliptic_card, pin, piv, rsa_slot, slot};

const MESSAGE: &[u8] = b"something to sign";

fn sha256() -> [u8; 32] {
    digest(&SHA256, MESSAGE).as_ref().try_into().unwrap()
}

fn sign(card: &mut dyn Smartcard, key: KeyUse) -> Result<Vec<u8>, CardError> {
    card.sign(key, SigAlg::EcdsaP256Sha256, &sha256())
}

#[test]
fn both_algorithms_sign_so_that_the_certificate_verifies() {
    for (slot, algorithm) in [(rsa_slot(), SigAlg::RsaPkcs1Sha256), (&slot(), SigAlg::EcdsaP256Sha256)] {
        let mut card = piv(slot);
        let identity = card.identity().unwrap();
        assert_eq!((identity.user_id().as_str(), identity.name()), (USER, "ANN OTHER"));
        assert_eq!(identity.algorithm(), algorithm);
        card.verify_pin(&pin(PIN)).unwrap();
        let signature = card.sign(KeyUse::Authentication, algorithm, &sha256()).unwrap();
        assert!(identity.signed(MESSAGE, &signature));
        assert!(!identity.signed(b"something else", &signature));
    }
}

#[test]
fn three_wrong_pins_lock_and_the_right_one_is_refused_too() {
    let slot = slot();
    let mut card = piv(&slot);
    assert_eq!(card.verify_pin(&pin("000000")), Err(PinError::Wrong { left: 2 }));
    assert_eq!(card.verify_pin(&pin("000000")), Err(PinError::Wrong { left: 1 }));
    for digits in ["000000", "000000", PIN] {
        assert_eq!(card.verify_pin(&pin(digits)), Err(PinError::Blocked));
    }
    assert_eq!(piv(&slot).verify_pin(&pin(PIN)), Err(PinError::Blocked), "on a new connection too");
    assert_eq!(PinError::Wrong { left: 1 }.to_string(), "wrong PIN: 1 try left before the smartcard locks");

    // The PUK, as somebody with the right to unlock would send it.
    let mut connection = slot.connect();
    connection.transmit(b"\x00\xA4\x04\x00\x09\xA0\x00\x00\x03\x08\x00\x00\x10\x00").unwrap();
    assert_eq!(connection.transmit(b"\x00\x2C\x00\x80\x1012345678246813\xFF\xFF").unwrap(), [0x90, 0x00]);
    assert_eq!(card.verify_pin(&pin("246813")), Ok(()));
}

#[test]
fn the_commitment_key_wants_a_fresh_pin_every_time() {
    let slot = slot();
    let mut card = piv(&slot);
    assert_eq!(sign(&mut card, KeyUse::Authentication), Err(CardError::PinNeeded));
    card.identity().unwrap();
    assert_eq!(sign(&mut card, KeyUse::Authentication), Err(CardError::PinNeeded));
    card.verify_pin(&pin(PIN)).unwrap();
    sign(&mut card, KeyUse::ContentCommitment).unwrap();
    assert_eq!(sign(&mut card, KeyUse::ContentCommitment), Err(CardError::PinNeeded));
    sign(&mut card, KeyUse::Authentication).unwrap();
    card.verify_pin(&pin(PIN)).unwrap();
    sign(&mut card, KeyUse::ContentCommitment).unwrap();
}

#[test]
fn logging_out_or_dropping_makes_the_card_forget_the_pin() {
    let slot = slot();
    let mut card = piv(&slot);
    card.verify_pin(&pin(PIN)).unwrap();
    card.logout();
    assert_eq!(sign(&mut card, KeyUse::Authentication), Err(CardError::PinNeeded));

    let mut channel = InMemory::new(&slot);
    let mut card = Piv::new(&mut channel);
    card.verify_pin(&pin(PIN)).unwrap();
    drop(card);
    assert_eq!(channel.transmit_status(&[0, 0x20, 0, 0x80]), 0x63C3);
}

#[test]
fn an_empty_slot_and_a_pulled_card_are_told_apart() {
    let slot = slot();
    let held = slot.pull().unwrap();
    assert_eq!(piv(&slot).identity(), Err(CardError::NoCard));
    slot.insert(held).unwrap();
    let mut card = piv(&slot);
    card.verify_pin(&pin(PIN)).unwrap();
    let held = slot.pull().unwrap();
    assert_eq!(sign(&mut card, KeyUse::Authentication), Err(CardError::Removed), "an empty success");
    assert_eq!(card.verify_pin(&pin(PIN)), Err(PinError::Card(CardError::Removed)));
    slot.insert(held).unwrap();
    assert_eq!(sign(&mut card, KeyUse::Authentication), Err(CardError::Reset), "its PIN is gone");
    card.verify_pin(&pin(PIN)).unwrap();
    sign(&mut card, KeyUse::Authentication).unwrap();
}

#[test]
fn another_card_is_refused_even_when_no_event_showed_the_swap() {
    let slot = slot();
    let mut card = piv(&slot);
    card.identity().unwrap();
    card.verify_pin(&pin(PIN)).unwrap();
    let first = slot.swap(elliptic_card(USER)).unwrap();
    assert_eq!(sign(&mut card, KeyUse::Authentication), Err(CardError::Reset));
    assert_eq!(card.identity(), Err(CardError::AnotherCard), "the same user, another certificate");
    assert_eq!(card.verify_pin(&pin(PIN)), Err(PinError::Card(CardError::AnotherCard)));
    drop(slot.swap(first));
    card.verify_pin(&pin(PIN)).unwrap();
    drop(slot.swap(elliptic_card(USER)));
    assert_eq!(
        card.verify_pin(&pin("000000")),
        Err(PinError::Card(CardError::AnotherCard)),
        "the other card's tries are not spent"
    );
    assert_eq!(piv(&slot).verify_pin(&pin("000000")), Err(PinError::Wrong { left: 2 }));
}

#[test]
fn a_failed_command_makes_the_card_count_as_gone() {
    let cases = [
        // Nothing was known of the card yet, so nothing can have been removed.
        (ChannelError::Removed, CardError::NoCard),
        (ChannelError::Reset, CardError::Reset),
        (ChannelError::NoCard, CardError::NoCard),
        (ChannelError::Busy, CardError::Channel(ChannelError::Busy)),
        (ChannelError::NoService, CardError::Channel(ChannelError::NoService)),
    ];
    for (failure, expected) in cases {
        let slot = slot();
        let mut channel = InMemory::new(&slot);
        {
            let mut card = Piv::new(&mut channel);
            card.verify_pin(&pin(PIN)).unwrap();
        }
        channel.fail_with = Some(failure);
        let mut card = Piv::new(&mut channel);
        assert_eq!(card.identity(), Err(expected));
        card.identity().unwrap();
    }
}

#[test]
fn a_reset_by_another_program_is_noticed_and_the_pin_asked_again() {
    // Wherever the reset falls: selection, certificate, PIN, signature, or after all of them.
    for reset_at in 0..8 {
        let mut card =
            Piv::new(Interrupted { connection: slot().connect(), number: 0, reset_at, reset: false });
        assert_eq!(card.verify_pin(&pin(PIN)), Ok(()), "reset at command {reset_at}");
        match sign(&mut card, KeyUse::Authentication) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error, CardError::Reset);
                card.verify_pin(&pin(PIN)).unwrap();
                sign(&mut card, KeyUse::Authentication).unwrap();
            }
        }
    }
}

#[test]
fn a_card_that_wants_exact_lengths_gets_them() {
    let mut asked = Vec::new();
    let mut channel = Fixed(|apdu: &[u8]| {
        asked.push(apdu.to_vec());
        match apdu {
            [_, 0xA4, .., 0] => vec![0x6C, 0x03],
            [_, 0xA4, .., 3] => vec![1, 2, 3, 0x90, 0x00],
            _ => vec![0x6A, 0x82],
        }
    });
    assert_eq!(Piv::new(&mut channel).identity(), Err(CardError::Certificate(CertificateProblem::Missing)));
    assert_eq!(asked.len(), 3);
}

#[test]
fn cards_of_other_kinds_and_broken_ones_are_named() {
    let answering =
        |answer: &'static [u8]| Piv::new(Fixed(move |_: &[u8]| answer.to_vec())).identity().unwrap_err();
    assert_eq!(answering(&[0x6A, 0x82]), CardError::NotPiv);
    assert_eq!(answering(&[0x6E, 0x00]), CardError::NotPiv);
    assert_eq!(answering(&[0x69, 0x85]), CardError::Refused { status: 0x6985 });
    assert!(matches!(answering(&[0x90]), CardError::Misbehaved(_)));
    assert!(matches!(answering(&[0x61, 0x00]), CardError::Misbehaved(_)), "an answer that never comes");
    assert!(matches!(answering(&[7, 0x61, 0x01]), CardError::Misbehaved(_)), "an answer without end");
    assert!(matches!(answering(&[0x90, 0x00]), CardError::Misbehaved(_)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_of_a_card_makes_the_client_panic(
        answers in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                prop::collection::vec(any::<u8>(), 0..40).prop_map(|data| [&data[..], &[0x90, 0]].concat()),
                Just(vec![0x61, 0x08]),
                Just(vec![0x6C, 0x08]),
                Just(b"\x53\x05\x70\x03abc\x90\x00".to_vec()),
            ],
            1..12,
        ),
    ) {
        let mut answers = answers.into_iter().cycle();
        let mut card = Piv::new(Fixed(move |_: &[u8]| answers.next().unwrap()));
        let _ = card.identity();
        let _ = card.verify_pin(&pin(PIN));
        let _ = sign(&mut card, KeyUse::Authentication);
        card.logout();
    }
}

/// A channel that answers from a closure.
struct Fixed<F>(F);

impl<F: FnMut(&[u8]) -> Vec<u8>> CardChannel for Fixed<F> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        Ok((self.0)(apdu))
    }

    fn was_reset(&mut self) -> bool {
        false
    }
}

impl<F: FnMut(&[u8]) -> Vec<u8>> CardChannel for &mut Fixed<F> {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        Ok((self.0)(apdu))
    }

    fn was_reset(&mut self) -> bool {
        false
    }
}

/// A channel on which another program resets the card before the command of one number.
struct Interrupted {
    connection: spine_card::CardConnection,
    number: usize,
    reset_at: usize,
    reset: bool,
}

impl CardChannel for Interrupted {
    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if self.number == self.reset_at {
            self.connection.reset();
            self.reset = true;
        }
        self.number += 1;
        Ok(self.connection.transmit(apdu).unwrap_or_default())
    }

    fn was_reset(&mut self) -> bool {
        std::mem::take(&mut self.reset)
    }
}

impl InMemory {
    fn transmit_status(&mut self, apdu: &[u8]) -> u16 {
        let answer = self.transmit(apdu).unwrap();
        u16::from_be_bytes(*answer.last_chunk().unwrap())
    }
}
