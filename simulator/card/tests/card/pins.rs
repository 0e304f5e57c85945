//! PIN and PUK: what is counted, what blocks, what unblocks.

use crate::cards::{PIN, PUK, SELECT, elliptic_card, status, template, verify};

const WRONG: &[u8; 8] = b"654321\xFF\xFF";
const ASK: &[u8] = &[0x00, 0x20, 0x00, 0x80];

fn two(header: [u8; 4], first: &[u8], second: &[u8]) -> Vec<u8> {
    [&header[..], &[16], first, second].concat()
}

#[test]
fn three_wrong_pins_block_and_the_right_one_is_refused_too() {
    let mut card = elliptic_card();
    let steps: &[(&[u8], u16)] = &[
        (SELECT, 0x9000),
        (ASK, 0x63C3),
        (&verify(WRONG), 0x63C2),
        (&verify(WRONG), 0x63C1),
        (&verify(WRONG), 0x63C0),
        (&verify(WRONG), 0x6983),
        (&verify(PIN), 0x6983),
        (ASK, 0x6983),
    ];
    for (number, (apdu, expected)) in steps.iter().enumerate() {
        assert_eq!(status(&mut card, apdu), *expected, "step {number}");
    }
    card.reset();
    assert_eq!(status(&mut card, SELECT), 0x9000);
    assert_eq!(status(&mut card, &verify(PIN)), 0x6983, "a power cycle restores no try");
}

#[test]
fn a_right_pin_restores_the_tries_and_a_wrong_one_ends_the_verification() {
    let mut card = elliptic_card();
    let steps: &[(&[u8], u16)] = &[
        (SELECT, 0x9000),
        (&verify(WRONG), 0x63C2),
        (&verify(PIN), 0x9000),
        (ASK, 0x9000),
        (&verify(WRONG), 0x63C2),
        (ASK, 0x63C2),
        (&verify(PIN), 0x9000),
        (&[0x00, 0x20, 0xFF, 0x80], 0x9000),
        (ASK, 0x63C3),
    ];
    for (number, (apdu, expected)) in steps.iter().enumerate() {
        assert_eq!(status(&mut card, apdu), *expected, "step {number}");
    }
}

#[test]
fn a_malformed_pin_costs_no_try() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    for body in [&b"12345\xFF\xFF\xFF"[..], b"1234567", b"12345a\xFF\xFF", b"123456\xFF0"] {
        let apdu = [&[0, 0x20, 0, 0x80, u8::try_from(body.len()).unwrap()][..], body].concat();
        assert_eq!(status(&mut card, &apdu), 0x6A80);
    }
    assert_eq!(status(&mut card, ASK), 0x63C3);
    assert_eq!(status(&mut card, &[0, 0x20, 0, 0x00]), 0x6A88, "only the applet's own PIN");
}

#[test]
fn the_puk_unblocks_with_a_new_pin() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    for _ in 0..3 {
        status(&mut card, &verify(WRONG));
    }
    let new = b"24681357";
    let reset = |puk| two([0, 0x2C, 0, 0x80], puk, new);
    assert_eq!(status(&mut card, &reset(b"87654321")), 0x63C2);
    assert_eq!(status(&mut card, &reset(PUK)), 0x9000);
    assert_eq!(status(&mut card, ASK), 0x63C3, "unblocking verifies nobody");
    assert_eq!(status(&mut card, &verify(PIN)), 0x63C2);
    assert_eq!(status(&mut card, &verify(new)), 0x9000);
}

#[test]
fn a_blocked_puk_stays_blocked() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    let reset = |puk| two([0, 0x2C, 0, 0x80], puk, PIN);
    for expected in [0x63C2, 0x63C1, 0x63C0, 0x6983] {
        assert_eq!(status(&mut card, &reset(b"87654321")), expected);
    }
    assert_eq!(status(&mut card, &reset(PUK)), 0x6983);
}

#[test]
fn changing_needs_the_old_secret() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    let new = b"777777\xFF\xFF";
    assert_eq!(status(&mut card, &two([0, 0x24, 0, 0x80], WRONG, new)), 0x63C2);
    assert_eq!(status(&mut card, &two([0, 0x24, 0, 0x80], PIN, b"77777\xFF\xFF\xFF")), 0x6A80);
    assert_eq!(status(&mut card, &two([0, 0x24, 0, 0x80], PIN, new)), 0x9000);
    assert_eq!(status(&mut card, &verify(PIN)), 0x63C2);
    assert_eq!(status(&mut card, &verify(new)), 0x9000);
    assert_eq!(status(&mut card, &two([0, 0x24, 0, 0x81], PUK, b"11112222")), 0x9000);
    assert_eq!(status(&mut card, &two([0, 0x2C, 0, 0x80], PUK, PIN)), 0x63C2);
}

#[test]
fn each_slot_asks_for_the_pin_as_its_rule_says() {
    let sign = |slot| {
        let body = template(&[7; 32]);
        [&[0, 0x87, 0x11, slot, u8::try_from(body.len()).unwrap()][..], &body, &[0]].concat()
    };
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    for (slot, expected) in [(0x9A, 0x6982), (0x9C, 0x6982), (0x9D, 0x6982), (0x9E, 0x9000), (0x82, 0x6A88)] {
        assert_eq!(status(&mut card, &sign(slot)), expected, "without a PIN, {slot:02X}");
    }
    status(&mut card, &verify(PIN));
    for (slot, expected) in [(0x9C, 0x9000), (0x9C, 0x6982), (0x9A, 0x9000), (0x9A, 0x9000), (0x9D, 0x9000)] {
        assert_eq!(status(&mut card, &sign(slot)), expected, "with a PIN, {slot:02X}");
    }
    status(&mut card, &verify(PIN));
    assert_eq!(status(&mut card, &sign(0x9A)), 0x9000);
    assert_eq!(status(&mut card, &sign(0x9C)), 0x6982, "another use in between ends the freshness");
    status(&mut card, &verify(PIN));
    status(&mut card, &[0, 0xCB, 0x3F, 0xFF, 3, 0x5C, 1, 0x7E, 0]);
    status(&mut card, ASK);
    assert_eq!(status(&mut card, &sign(0x9C)), 0x9000, "reading in between does not");
    card.reset();
    status(&mut card, SELECT);
    assert_eq!(status(&mut card, &sign(0x9A)), 0x6982);
}
