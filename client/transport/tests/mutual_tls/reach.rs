//! Services that cannot be reached, ports that speak something else, and requests that never set out.

use std::future::Future;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use rustls::version::{TLS12, TLS13};
use spine_transport::{
    Cause, Exchange, Failure, Misconfigured, MutualTls, Origin, Request, RequestFault, Settings, Stage,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::{self, Server};
use crate::world::{World, anchors, identity, impatient, ok, post};

/// Something that listens and does `act` with every connection.
async fn listen<A, F>(act: A) -> SocketAddr
where
    A: Fn(TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(act(tcp));
        }
    });
    address
}

/// Reads all of a first packet: to close with bytes unread would be a reset.
async fn first_packet(tcp: &mut TcpStream) {
    tcp.read_buf(&mut Vec::with_capacity(16 * 1024)).await.unwrap();
}

/// Reads a first packet, says `bytes` and listens on.
async fn say(mut tcp: TcpStream, bytes: Vec<u8>) {
    first_packet(&mut tcp).await;
    tcp.write_all(&bytes).await.unwrap();
    let _ = tcp.read_to_end(&mut Vec::new()).await;
}

/// A server's first message in TLS 1.0.
fn tls_1_0_server_hello() -> Vec<u8> {
    let mut bytes = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    bytes.extend([7; 32]);
    bytes.extend([0, 0, 0x2f, 0]);
    bytes
}

#[tokio::test]
async fn a_port_that_speaks_something_else_gets_nothing() {
    let world = World::new();
    let fatal_alert = |number| vec![0x15, 3, 3, 0, 2, 2, number];
    let cases = [
        ("plain HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), Cause::NotTls),
        ("mail", b"220 mail.example ESMTP\r\n".to_vec(), Cause::NotTls),
        ("TLS 1.0", tls_1_0_server_hello(), Cause::TlsMismatch),
        ("protocol_version", fatal_alert(70), Cause::TlsMismatch),
        ("handshake_failure", fatal_alert(40), Cause::TlsMismatch),
    ];
    for (name, bytes, cause) in cases {
        let address = listen(move |tcp| say(tcp, bytes.clone())).await;
        let client = world.client(address, Settings::default());
        let failure = post(&client, "body").await.unwrap_err();
        assert_eq!(failure, Failure::NeverSent(cause), "{name}");
        assert!(failure.is_lasting(), "{name}");
    }
}

#[tokio::test]
async fn a_service_that_breaks_off_before_it_is_asked_has_received_nothing() {
    let world = World::new();
    let closes = listen(|mut tcp| async move {
        first_packet(&mut tcp).await;
    })
    .await;
    let resets = listen(|mut tcp| async move {
        first_packet(&mut tcp).await;
        tcp.set_zero_linger().unwrap();
    })
    .await;
    let hangs = listen(|tcp| async move {
        let _held = tcp;
        std::future::pending::<()>().await;
    })
    .await;
    for (address, settings, cause) in [
        (closes, Settings::default(), Cause::ConnectionClosed),
        (resets, Settings::default(), Cause::ConnectionReset),
        (hangs, impatient(), Cause::Timeout(Stage::Connect)),
    ] {
        let client = world.client(address, settings);
        assert_eq!(post(&client, "body").await.unwrap_err(), Failure::NeverSent(cause));
    }
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_name_are_never_sent() {
    let world = World::new();
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let client = world.client(closed, Settings::default());
    assert_eq!(post(&client, "body").await.unwrap_err(), Failure::NeverSent(Cause::ConnectionRefused));

    // The name is reserved never to exist (RFC 6761, 6.4); no name server needs to be asked.
    let origin = Origin::parse("https://spine.invalid").unwrap();
    let client =
        MutualTls::new(origin, &identity(&world.client), &anchors(&world.authority), Settings::default());
    let failure = post(&client.unwrap(), "body").await.unwrap_err();
    assert_eq!(failure, Failure::NeverSent(Cause::NameNotResolved));
}

#[tokio::test]
async fn both_versions_of_tls_work() {
    let world = World::new();
    for version in [&TLS12, &TLS13] {
        let config = server::config(&world.server, &world.authority.pem, &[version]);
        let server = Server::start(config, |_, _| ok("fine")).await;
        let client = world.client(server.address, Settings::default());
        for _ in 0..2 {
            assert_eq!(post(&client, "body").await.unwrap().body, "fine", "{version:?}");
        }
        assert_eq!(server.connections(), 1, "{version:?}");
    }
}

#[tokio::test]
async fn a_service_that_sends_no_tickets_is_waited_for_once() {
    let world = World::new();
    let mut config = world.server_config();
    config.send_tls13_tickets = 0;
    let server = Server::start(config, |_, _| ok("fine")).await;
    let client = world.client(server.address, Settings::default());
    let begun = tokio::time::Instant::now();
    for _ in 0..20 {
        post(&client, "body").await.unwrap();
        client.close_idle();
    }
    assert_eq!((server.connections(), server.resumed()), (20, 0));
    let once = Settings::default().verdict_wait;
    assert!(begun.elapsed() > once && begun.elapsed() < once * 10, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_request_that_must_not_be_sent_opens_no_connection() {
    let world = World::new();
    let server = world.serve(|_, _| ok("")).await;
    let client = world.client(server.address, Settings { max_request_bytes: 10, ..Settings::default() });
    let reserved = Request::post("/clinical", "")
        .with_header(HeaderName::from_static("transfer-encoding"), HeaderValue::from_static("chunked"));
    let with_body = Request { body: Bytes::from_static(b"x"), ..Request::get("/clinical") };
    for (request, fault) in [
        (Request::get("https://elsewhere.example/clinical?secret"), RequestFault::AnotherOrigin),
        (Request::get("//elsewhere.example/secret"), RequestFault::AnotherOrigin),
        (Request::get("secret path"), RequestFault::TargetMalformed),
        (Request::post("/clinical", "secret body"), RequestFault::TooLarge),
        (reserved, RequestFault::ReservedHeader),
        (with_body, RequestFault::BodyOnGet),
    ] {
        let failure = client.exchange(request).await.unwrap_err();
        assert_eq!(failure, Failure::NeverSent(Cause::RequestRefused(fault)));
        assert!(!failure.to_string().contains("secret"), "{failure}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_pool_without_connections_is_refused() {
    let world = World::new();
    let origin = Origin::parse("https://localhost:1").unwrap();
    let settings = Settings { max_connections: 0, ..Settings::default() };
    let refused = MutualTls::new(origin, &identity(&world.client), &anchors(&world.authority), settings);
    assert!(matches!(refused, Err(Misconfigured::Zero { name: "max_connections" })));
}
