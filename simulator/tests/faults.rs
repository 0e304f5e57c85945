//! Exchanges that go wrong by a plan: through the Spine's one door, and over its sockets.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "serving/client.rs"]
#[expect(dead_code, reason = "the suite of the sockets uses the rest")]
mod client;
#[path = "services/document.rs"]
#[expect(dead_code, reason = "the suite of the services uses the rest")]
mod document;
#[path = "faults/exchanges.rs"]
mod exchanges;
#[path = "faults/plans.rs"]
mod plans;
#[path = "serving/population.rs"]
#[expect(dead_code, reason = "the suite of the sockets uses the rest")]
mod population;
#[path = "faults/requests.rs"]
mod requests;
#[path = "faults/sockets.rs"]
mod sockets;
#[path = "services/world.rs"]
#[expect(dead_code, reason = "the suite of the services uses the rest")]
mod world;
