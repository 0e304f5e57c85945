//! How connections are shared, kept, found dead and replaced.

use std::sync::Arc;
use std::time::Duration;

use spine_transport::{Cause, Exchange, Failure, MutualTls, Request, Settings, Stage};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::server::Act;
use crate::world::{World, answer, ok, post};

#[tokio::test]
async fn one_connection_serves_many_exchanges() {
    let world = World::new();
    let server = world.serve(|before, _| ok(&before.to_string())).await;
    let client = world.client(server.address, Settings::default());
    for n in 0..20 {
        assert_eq!(post(&client, "body").await.unwrap().body, n.to_string());
    }
    assert_eq!((server.connections(), server.requests()), (1, 20));
}

async fn post_at_once(client: &Arc<MutualTls>, exchanges: usize) {
    let mut running = JoinSet::new();
    for n in 0..exchanges {
        let client = Arc::clone(client);
        running.spawn(async move {
            let response = client.exchange(Request::post("/clinical", n.to_string())).await.unwrap();
            assert_eq!(response.body, n.to_string(), "every exchange gets its own answer");
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_exchanges_at_once_share_no_more_connections_than_allowed() {
    let world = World::new();
    for max_connections in [64, 4, 1] {
        let server = world.serve(|_, received| ok(std::str::from_utf8(&received.body).unwrap())).await;
        let settings = Settings { max_connections, ..Settings::default() };
        let client = Arc::new(world.client(server.address, settings));
        for round in 1..=3 {
            post_at_once(&client, 64).await;
            assert_eq!(server.requests(), 64 * round);
            assert!(server.connections() <= max_connections, "{} connections", server.connections());
        }
    }
}

#[tokio::test]
async fn who_waits_too_long_for_a_connection_has_sent_nothing() {
    let world = World::new();
    let server = world.serve(|_, _| Act::Silence).await;
    let settings = Settings {
        max_connections: 1,
        lease_timeout: Duration::from_millis(50),
        answer_timeout: Duration::from_millis(500),
        ..Settings::default()
    };
    let client = world.client(server.address, settings);
    let (first, second) = tokio::join!(biased; post(&client, "first"), post(&client, "second"));
    assert_eq!(first.unwrap_err(), Failure::NoAnswer(Cause::Timeout(Stage::Answer)));
    assert_eq!(second.unwrap_err(), Failure::NeverSent(Cause::Timeout(Stage::Lease)));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced_unnoticed() {
    let world = World::new();
    for ending in [Act::Farewell, Act::Close, Act::ResetOnCue] {
        let server = world.serve(move |_, _| ending(answer("200 OK", "bye"))).await;
        let client = world.client(server.address, Settings::default());
        for _ in 0..3 {
            assert_eq!(post(&client, "body").await.unwrap().body, "bye");
            server.cue();
            server.closed_one().await;
        }
        assert_eq!((server.connections(), server.requests()), (3, 3));
    }
}

#[tokio::test]
async fn a_connection_that_dies_under_a_request_leaves_it_in_doubt_and_sends_it_once() {
    let world = World::new();
    let server =
        world.serve(|before, _| if before == 1 { Act::Farewell(String::new()) } else { ok("fine") }).await;
    let client = world.client(server.address, Settings::default());
    post(&client, "first").await.unwrap();
    let failure = post(&client, "second").await.unwrap_err();
    assert_eq!(failure, Failure::NoAnswer(Cause::ConnectionClosed));
    assert_eq!((server.connections(), server.requests()), (1, 2));
    post(&client, "third").await.unwrap();
    assert_eq!((server.connections(), server.requests()), (2, 3));
}

#[tokio::test]
async fn connections_are_not_kept_longer_than_either_side_wants() {
    let world = World::new();
    let keep_alive =
        |time: &str| format!("HTTP/1.1 200 OK\r\nKeep-Alive: {time}\r\nContent-Length: 0\r\n\r\n");
    let no_idling = Settings { idle_timeout: Duration::ZERO, ..Settings::default() };
    for (text, settings, connections) in [
        (keep_alive("timeout=60"), Settings::default(), 1),
        (keep_alive("timeout=1"), Settings::default(), 3),
        (keep_alive("timeout=60"), no_idling, 3),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".into(), Settings::default(), 3),
    ] {
        let shown = text.clone();
        let server = world.serve(move |_, _| Act::Answer(text.clone())).await;
        let client = world.client(server.address, settings);
        for _ in 0..3 {
            post(&client, "body").await.unwrap();
        }
        assert_eq!(server.connections(), connections, "{shown}");
    }
}

#[tokio::test]
async fn idle_connections_can_be_closed_at_once_and_their_sessions_are_resumed() {
    let world = World::new();
    let server = world.serve(|_, _| ok("")).await;
    let client = world.client(server.address, Settings::default());
    for _ in 0..3 {
        post(&client, "body").await.unwrap();
        client.close_idle();
    }
    assert_eq!((server.connections(), server.resumed()), (3, 2));
}

#[tokio::test]
async fn an_exchange_that_is_given_up_frees_its_place_and_leaves_no_answer_behind() {
    let world = World::new();
    let arrived = Arc::new(Notify::new());
    let told = Arc::clone(&arrived);
    let server = world
        .serve(move |before, _| match before {
            0 => {
                told.notify_one();
                Act::Silence
            }
            _ => ok("second"),
        })
        .await;
    let client = world.client(server.address, Settings { max_connections: 1, ..Settings::default() });
    tokio::select! {
        _ = post(&client, "first") => panic!("nobody answers"),
        () = arrived.notified() => {}
    }
    assert_eq!(post(&client, "second").await.unwrap().body, "second");
    assert_eq!((server.connections(), server.requests()), (2, 2));
}
