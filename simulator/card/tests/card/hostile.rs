//! Bytes that no honest peer sends.

use proptest::prelude::*;
use spine_card::PivApplet;

use crate::cards::{PIN, SELECT, command, elliptic_card, status, verify};

/// Bytes that look enough like commands to reach the depths.
fn apdu() -> impl Strategy<Value = Vec<u8>> {
    let header = (
        prop_oneof![4 => Just(0x00u8), 2 => Just(0x10), 1 => any::<u8>()],
        prop_oneof![prop::sample::select(vec![0xA4u8, 0xCB, 0x20, 0x24, 0x2C, 0x87, 0xC0]), any::<u8>()],
        prop_oneof![prop::sample::select(vec![0x00u8, 0x04, 0x07, 0x11, 0x3F, 0xFF]), any::<u8>()],
        prop_oneof![
            prop::sample::select(vec![0x00u8, 0x80, 0x81, 0x9A, 0x9B, 0x9C, 0x9E, 0xFF]),
            any::<u8>()
        ],
    );
    let piece = prop_oneof![
        prop::sample::select(vec![
            &[0x7Cu8][..],
            &[0x82, 0x00],
            &[0x81],
            &[0x5C, 0x03, 0x5F, 0xC1],
            &[0x05],
            PIN
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..24),
    ];
    let body = prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat());
    prop_oneof![
        4 => (header, body).prop_map(|((a, b, c, d), body)| command([a, b, c, d], &body)),
        1 => prop::collection::vec(any::<u8>(), 0..300),
    ]
}

fn check(card: &mut PivApplet, apdus: &[Vec<u8>]) {
    for apdu in apdus {
        let answer = card.process(apdu);
        let [.., high, _] = answer[..] else { panic!("no status after {apdu:02X?}") };
        assert!(matches!(high, 0x61..=0x6F | 0x90), "{high:02X} after {apdu:02X?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn every_sequence_is_answered_with_a_status(apdus in prop::collection::vec(apdu(), 1..40)) {
        let mut card = elliptic_card();
        check(&mut card, &apdus);
        card.reset();
        status(&mut card, SELECT);
        status(&mut card, &verify(PIN));
        check(&mut card, &apdus);
    }
}

#[test]
fn a_chain_without_end_is_cut_off() {
    let mut card = elliptic_card();
    status(&mut card, SELECT);
    let piece = command([0x10, 0x87, 0x11, 0x9E], &[0; 255]);
    let accepted = (0..100).take_while(|_| status(&mut card, &piece) == 0x9000).count();
    assert_eq!(accepted, 16);
    assert_eq!(status(&mut card, SELECT), 0x9000);
}
