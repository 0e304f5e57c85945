//! The services of the fake Spine, through their one door: a request in, an answer out.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "services/bytes.rs"]
mod bytes;
#[path = "services/content.rs"]
mod content;
#[path = "services/document.rs"]
mod document;
#[path = "services/envelope.rs"]
mod envelope;
#[path = "services/lists.rs"]
mod lists;
#[path = "services/permissions.rs"]
mod permissions;
#[path = "services/retrieval.rs"]
mod retrieval;
#[path = "services/uploads.rs"]
mod uploads;
#[path = "services/world.rs"]
mod world;
