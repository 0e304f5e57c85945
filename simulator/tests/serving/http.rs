//! How requests travel: kept-alive, many at a time, bounded.

use std::io::Write as _;
use std::net::TcpStream;

use spine_simulator::FakeSpine;
use spine_simulator::scenario::Scenario;
use spine_simulator::{Options, server::ListenError, server::StartError};

use crate::client::{plain, secure, secure_as, tls_config};
use crate::population::{fake, options};

#[test]
fn one_connection_carries_many_requests() {
    let (fake, _) = fake();
    let mut connection = secure(&fake, &fake.ready().identity);
    for _ in 0..100 {
        let answer = connection.post("/challenge", b"").unwrap();
        assert_eq!((answer.status, answer.header("connection")), (200, None));
    }
    assert!(matches!(connection.handshake().0, Some(rustls::HandshakeKind::Full)));
}

#[test]
fn sixty_four_clients_are_served_at_a_time() {
    let (fake, _) = fake();
    let config = tls_config(&fake, Some(&fake.keys().client), rustls::DEFAULT_VERSIONS);
    let mut connections: Vec<_> =
        (0..64).map(|_| secure_as(config.clone(), &fake.ready().identity, "localhost").unwrap()).collect();
    // Every connection is open before the first request is answered, and stays open until the last one is.
    std::thread::scope(|scope| {
        for connection in &mut connections {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(connection.post("/challenge", b"").unwrap().status, 200);
                }
            });
        }
    });
}

#[test]
fn a_body_is_read_up_to_its_limit_and_not_beyond() {
    let (mut options, _clock) = options();
    options.scenario.settings.request_bytes = 10_000;
    let fake = FakeSpine::start(options).unwrap();
    for (length, refused) in [(10_000, false), (10_001, true), (3_000_000, true)] {
        let mut connection = secure(&fake, &fake.ready().spine);
        let answer = connection.post("/clinical", &vec![b'x'; length]).unwrap();
        assert_eq!(answer.status == 413, refused, "{length} bytes: {}", answer.status);
        assert_eq!(answer.header("connection") == Some("close"), refused);
    }
}

#[test]
fn bytes_that_are_no_http_cost_their_own_connection_only() {
    let (fake, _) = fake();
    for url in [&fake.ready().spine, &fake.ready().control] {
        let address = url.rsplit("//").next().unwrap().replace("localhost", "127.0.0.1");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"EHLO somebody\r\n\r\n\0\0\0").unwrap();
        let mut answer = Vec::new();
        let _ = std::io::Read::read_to_end(&mut stream, &mut answer);
    }
    assert_eq!(plain(&fake.ready().control).get("/health").unwrap().status, 200);
    assert_eq!(secure(&fake, &fake.ready().identity).post("/challenge", b"").unwrap().status, 200);
}

#[test]
fn nothing_but_loopback_is_served() {
    let options = Options { address: "0.0.0.0".parse().unwrap(), ..Options::new(Scenario::default()) };
    let error = FakeSpine::start(options).unwrap_err();
    assert!(matches!(error, StartError::Listen(ListenError::NotLoopback(_))), "{error}");
}

#[test]
fn after_a_stop_nobody_listens_and_the_key_files_are_gone() {
    let (fake, _) = fake();
    let ready = fake.ready().clone();
    let mut idle = plain(&ready.control);
    idle.get("/health").unwrap();
    assert!(std::path::Path::new(&ready.client_key).exists());
    fake.stop();
    for url in [&ready.spine, &ready.identity, &ready.control, &ready.card] {
        let address = url.rsplit("//").next().unwrap().replace("localhost", "127.0.0.1");
        assert!(TcpStream::connect(address).is_err(), "{url} still listens");
    }
    assert!(idle.get("/health").is_err());
    assert!(!std::path::Path::new(&ready.client_key).exists());
}

#[tokio::test]
async fn an_asynchronous_test_may_start_it_and_drop_it() {
    let (fake, _) = fake();
    let ready = fake.ready().clone();
    let status = tokio::task::spawn_blocking(move || plain(&ready.control).get("/health").unwrap().status);
    assert_eq!(status.await.unwrap(), 200);
    drop(fake);
    // Nor does a start that fails.
    let (options, _clock) = options();
    let options = Options { inserted: Some(crate::population::user("555100000099")), ..options };
    assert!(FakeSpine::start(options).is_err());
}
