//! The card over its socket, served by the virtual card itself.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use spine_card::CardSlot;
use spine_session::{
    CardChannel, CardError, ChannelError, KeyUse, Piv, Presence, PresenceEvent, SigAlg, Smartcard,
    SocketChannel, SocketError, SocketPresence,
};

use crate::samples::{PIN, USER, elliptic_card, pin, slot};

const PATIENCE: Duration = Duration::from_secs(20);

/// Serves the slot on a thread of its own, which ends with the test program.
fn serve(slot: &CardSlot) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let slot = slot.clone();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            spine_card::serve(tokio::net::TcpListener::from_std(listener).unwrap(), slot).await.unwrap();
        });
    });
    address
}

fn connect(address: SocketAddr) -> SocketChannel {
    SocketChannel::connect(address, PATIENCE).unwrap()
}

#[test]
fn a_card_behind_the_socket_signs() {
    let slot = slot();
    let mut card = Piv::new(connect(serve(&slot)));
    let identity = card.identity().unwrap();
    assert_eq!(identity.user_id().as_str(), USER);
    card.verify_pin(&pin(PIN)).unwrap();
    card.sign(KeyUse::Authentication, SigAlg::EcdsaP256Sha256, &[7; 32]).unwrap();
}

#[test]
fn pulling_the_card_during_a_command_is_noticed_at_once() {
    let slot = slot();
    let mut card = Piv::new(connect(serve(&slot)));
    card.identity().unwrap();
    card.verify_pin(&pin(PIN)).unwrap();
    slot.set_delay(Duration::from_hours(1));
    let puller = {
        let slot = slot.clone();
        thread::spawn(move || {
            while slot.under_way() == 0 {
                thread::yield_now();
            }
            drop(slot.swap(elliptic_card(USER)));
            slot.set_delay(Duration::ZERO);
        })
    };
    let signed = card.sign(KeyUse::Authentication, SigAlg::EcdsaP256Sha256, &[7; 32]);
    assert_eq!(signed, Err(CardError::Removed));
    puller.join().unwrap();
    assert_eq!(card.identity(), Err(CardError::AnotherCard));
}

#[test]
fn addresses_off_this_machine_are_refused_and_silent_ones_named() {
    let elsewhere: SocketAddr = "192.0.2.1:4711".parse().unwrap();
    let refused = SocketChannel::connect(elsewhere, PATIENCE).unwrap_err();
    assert_eq!(refused, SocketError::NotLoopback(elsewhere));
    assert!(refused.to_string().contains("127.0.0.1:PORT"));
    let closed = {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.local_addr().unwrap()
    };
    let silent = SocketChannel::connect(closed, PATIENCE);
    assert!(matches!(silent, Err(SocketError::Unreachable { .. })), "{silent:?}");
}

#[test]
fn a_peer_that_does_not_answer_is_given_up_and_not_listened_to_again() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut channel =
        SocketChannel::connect(listener.local_addr().unwrap(), Duration::from_millis(20)).unwrap();
    assert!(matches!(channel.transmit(&[0, 0xA4, 4, 0]), Err(ChannelError::Io(_))));
    assert_eq!(channel.transmit(&[0, 0xA4, 4, 0]), Err(ChannelError::NoService));
}

#[test]
fn presence_tells_insertion_and_removal_once_each() {
    let slot = slot();
    let mut presence = SocketPresence::new(connect(serve(&slot)));
    let mut look = || presence.next(Duration::ZERO).unwrap();
    assert_eq!(look(), Some(PresenceEvent::Inserted { epoch: 1 }));
    assert_eq!(look(), None);
    let card = slot.pull().unwrap();
    assert_eq!(look(), Some(PresenceEvent::Removed { epoch: 2 }));
    assert_eq!(look(), None);
    slot.insert(card).unwrap();
    assert_eq!(look(), Some(PresenceEvent::Inserted { epoch: 3 }));
    drop(slot.swap(elliptic_card(USER)));
    assert_eq!(look(), None, "a swap is no event: the certificate tells");
}
