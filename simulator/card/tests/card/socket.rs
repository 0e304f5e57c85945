//! The card socket: framing, removal, the state of each connection.

use std::net::Ipv4Addr;
use std::time::Duration;

use spine_card::{CardSlot, ServeError, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::cards::{PIN, SELECT, elliptic_card, split, verify};

const ASK: &[u8] = &[0, 0x20, 0, 0x80];

struct Reader(TcpStream);

impl Reader {
    async fn send(&mut self, body: &[u8]) {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        self.0.write_all(&[&length, body].concat()).await.unwrap();
    }

    async fn ask(&mut self, body: &[u8]) -> Vec<u8> {
        self.send(body).await;
        let mut answer = vec![0; usize::from(self.0.read_u16().await.unwrap())];
        self.0.read_exact(&mut answer).await.unwrap();
        answer
    }

    async fn status(&mut self, body: &[u8]) -> u16 {
        split(&self.ask(body).await).1
    }
}

struct Served {
    slot: CardSlot,
    address: std::net::SocketAddr,
}

async fn served() -> Served {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let slot = CardSlot::new();
    tokio::spawn(serve(listener, slot.clone()));
    Served { slot, address }
}

impl Served {
    async fn reader(&self) -> Reader {
        Reader(TcpStream::connect(self.address).await.unwrap())
    }
}

#[tokio::test]
async fn an_empty_slot_answers_nothing_and_a_card_answers() {
    let served = served().await;
    let mut reader = served.reader().await;
    assert!(reader.ask(&[4]).await.is_empty());
    assert!(reader.ask(SELECT).await.is_empty());
    served.slot.insert(elliptic_card()).unwrap();
    assert_eq!(reader.ask(&[4]).await[0], 0x3B);
    assert_eq!(reader.status(SELECT).await, 0x9000);
    assert!(served.slot.insert(elliptic_card()).is_err(), "one card at a time");
}

#[tokio::test]
async fn each_connection_and_each_reset_starts_without_a_pin() {
    let served = served().await;
    served.slot.insert(elliptic_card()).unwrap();
    let (mut one, mut other) = (served.reader().await, served.reader().await);
    for (apdu, expected) in [(SELECT, 0x9000), (&verify(PIN), 0x9000), (ASK, 0x9000)] {
        assert_eq!(one.status(apdu).await, expected);
    }
    assert_eq!(other.status(ASK).await, 0x6D00);
    assert_eq!(other.status(SELECT).await, 0x9000);
    assert_eq!(other.status(ASK).await, 0x63C3);
    assert_eq!(one.status(ASK).await, 0x9000);
    for control in [0, 1, 2] {
        one.send(&[control]).await;
        assert_eq!(one.status(ASK).await, 0x6D00, "after control {control}");
        one.status(SELECT).await;
        one.status(&verify(PIN)).await;
    }
}

#[tokio::test]
async fn a_card_that_was_swapped_answers_unselected_and_a_pulled_one_not_at_all() {
    let served = served().await;
    served.slot.insert(elliptic_card()).unwrap();
    let mut reader = served.reader().await;
    reader.status(SELECT).await;
    reader.status(&verify(PIN)).await;
    let first = served.slot.swap(elliptic_card()).unwrap();
    assert_eq!(reader.status(ASK).await, 0x6D00);
    assert_eq!(served.slot.events(), 3);
    assert!(served.slot.pull().is_some());
    assert!(reader.ask(ASK).await.is_empty());
    served.slot.insert(first).unwrap();
    assert_eq!(reader.status(ASK).await, 0x6D00, "the card itself forgot its PIN as well");
}

#[tokio::test]
async fn pulling_during_a_command_ends_it_at_once_with_nothing() {
    let served = served().await;
    served.slot.insert(elliptic_card()).unwrap();
    served.slot.set_delay(Duration::from_hours(1));
    let mut reader = served.reader().await;
    reader.send(SELECT).await;
    while served.slot.under_way() == 0 {
        tokio::task::yield_now().await;
    }
    drop(served.slot.pull());
    assert_eq!(reader.0.read_u16().await.unwrap(), 0);
}

#[tokio::test]
async fn a_broken_frame_ends_only_its_own_connection() {
    let served = served().await;
    served.slot.insert(elliptic_card()).unwrap();
    let mut broken = served.reader().await;
    broken.send(&[9]).await;
    assert!(broken.0.read_u16().await.is_err(), "an unknown control");
    assert_eq!(served.reader().await.status(SELECT).await, 0x9000);
    assert_eq!(served.reader().await.status(&[]).await, 0x6700);
}

#[tokio::test]
async fn the_socket_stays_on_loopback() {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
    assert!(matches!(serve(listener, CardSlot::new()).await, Err(ServeError::NotLoopback(_))));
}
