//! Selection and data objects, with the habits of real peers: probing first, selecting others, reading by pieces.

use spine_card::{CardProfile, KeySlot, ProfileError};

use crate::cards::{PIN, SELECT, command, elliptic_card, fetch, profile, split, status, verify};

fn get(tag: &[u8]) -> Vec<u8> {
    command([0, 0xCB, 0x3F, 0xFF], &[&[0x5C, u8::try_from(tag.len()).unwrap()], tag].concat())
}

#[test]
fn nothing_answers_before_selection() {
    let mut card = elliptic_card();
    for apdu in [get(&[0x7E]), verify(PIN), vec![0, 0xC0, 0, 0, 0], vec![0, 0xCA, 0xDF, 0x30, 0]] {
        assert_eq!(status(&mut card, &apdu), 0x6D00);
    }
}

#[test]
fn the_application_selects_by_its_name_whole_or_cut_short() {
    for length in [5, 9, 11] {
        let mut card = elliptic_card();
        let answer = fetch(&mut card, &command([0, 0xA4, 4, 0], &SELECT[5..5 + length]));
        assert_eq!(answer[0], 0x61);
        assert_eq!(answer[2..10], [0x4F, 6, 0, 0, 0x10, 0, 1, 0]);
        assert_eq!(answer[10..19], [0x79, 7, 0x4F, 5, 0xA0, 0, 0, 3, 8]);
    }
}

#[test]
fn selecting_another_application_fails_and_keeps_this_one_with_its_pin() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    status(&mut card, &verify(PIN));
    let others: &[&[u8]] = &[
        &[0xA0, 0, 0, 0, 1, 1],
        &[0xE8, 0x2B, 6, 1, 4, 1, 0x81, 0xC3, 0x1F, 2, 1],
        &[0x76, 0x27, 0x60, 0x1F, 0xF0],
        &[0xA0],
    ];
    for name in others {
        assert_eq!(status(&mut card, &command([0, 0xA4, 4, 0], name)), 0x6A82);
        assert_eq!(status(&mut card, &[0, 0x20, 0, 0x80]), 0x9000);
    }
    assert_eq!(status(&mut card, SELECT), 0x9000);
    assert_eq!(status(&mut card, &[0, 0x20, 0, 0x80]), 0x9000, "selecting again keeps the PIN too");
}

#[test]
fn the_whole_set_of_objects_is_there() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    for tag in [0x02, 0x07, 0x0C, 0x05, 0x0A, 0x0B, 0x01] {
        assert_eq!(fetch(&mut card, &get(&[0x5F, 0xC1, tag]))[0], 0x53, "{tag:02X}");
    }
    assert_eq!(fetch(&mut card, &get(&[0x7E]))[..2], [0x7E, 0x12]);
    assert_eq!(status(&mut card, &get(&[0x5F, 0xC1, 0x08])), 0x6A82);
    assert_eq!(status(&mut card, &get(&[0x5F, 0xC1, 0x09])), 0x6982, "Printed Information wants the PIN");
    status(&mut card, &verify(PIN));
    assert!(fetch(&mut card, &get(&[0x5F, 0xC1, 0x09])).windows(9).any(|w| w == b"Ann Other"));
    let chuid = fetch(&mut card, &get(&[0x5F, 0xC1, 0x02]));
    assert!(chuid.windows(8).any(|w| w == b"20280101"));
}

#[test]
fn a_probe_for_the_length_is_followed_by_the_whole_object() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    let mut probe = get(&[0x5F, 0xC1, 0x05]);
    *probe.last_mut().unwrap() = 8;
    let answer = card.process(&probe);
    let (data, sw) = split(&answer);
    assert_eq!((data.len(), sw), (8, 0x6100), "256 bytes or more wait");
    let whole = fetch(&mut card, &get(&[0x5F, 0xC1, 0x05]));
    assert_eq!(whole[..8], *data);
    assert_eq!(status(&mut card, &[0, 0xC0, 0, 0, 0]), 0x6985, "nothing waits any longer");
    // Without Le nothing is given at once; with an extended one, everything.
    probe.pop();
    assert_eq!(split(&card.process(&probe)), (&[][..], 0x6100));
    let body = [0x5C, 3, 0x5F, 0xC1, 0x05];
    assert_eq!(card.process(&crate::cards::extended([0, 0xCB, 0x3F, 0xFF], &body)).len(), whole.len() + 2);
}

#[test]
fn other_classes_and_instructions_are_refused_as_the_standard_says() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    let cases: &[(&[u8], u16)] = &[
        (&[0x00, 0xCA, 0xDF, 0x30, 0], 0x6D00),
        (&[0x80, 0x20, 0, 0x80], 0x6E00),
        (&[0x01, 0x20, 0, 0x80], 0x6881),
        (&[0x0C, 0x20, 0, 0x80], 0x6882),
        (&[0x00, 0x20, 0x01, 0x80], 0x6A86),
        (&[0x00, 0xA4, 0x00, 0x00, 2, 0x3F, 0x00], 0x6A86),
        (&[0x00], 0x6700),
        (&[], 0x6700),
    ];
    for (apdu, expected) in cases {
        assert_eq!(status(&mut card, apdu), *expected, "{apdu:02X?}");
    }
}

#[test]
fn profiles_that_fit_no_card_are_refused() {
    let good = profile();
    let at = |text: &str| text.parse().unwrap();
    let (from, to) = (at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
    let make = |user: &str, name: &str| CardProfile::new(user, name, from, to).err();
    assert_eq!(make("55500000000", "A"), Some(ProfileError::UserId));
    assert_eq!(make("55500000000x", "A"), Some(ProfileError::UserId));
    assert_eq!(make("555000000001", " "), Some(ProfileError::Name));
    assert_eq!(CardProfile::new("555000000001", "A", to, from).err(), Some(ProfileError::Validity));
    for pin in ["12345", "123456789", "12345a", ""] {
        assert_eq!(good.clone().with_pin(pin).err(), Some(ProfileError::Pin));
        assert_eq!(good.clone().with_puk(pin).err(), Some(ProfileError::Puk));
    }
    assert_eq!(good.clone().with_slots(&[KeySlot::CardAuthentication]).err(), Some(ProfileError::Slots));
    assert!(!format!("{:?}", good.with_pin("975310").unwrap()).contains("975310"));
}
