//! What fuzzers throw bytes at: one target per reader of the client and of the simulator.
//!
//! A target must come back from any bytes whatever: no panic, in bounded time and memory, and with the promises that it checks kept.
//! The bodies stand here so that the fuzzers of `conformance/fuzz` and an ordinary test, which replays seeds and what fuzzers found,
//! call the same ones. Where an input has more than one piece, the first line is the smaller one: a content type, an action, the name
//! of a file.
#![expect(clippy::expect_used, reason = "a target that cannot prepare its ground must stop, not pass")]

mod card;
mod client;
mod folder;
mod seeds;
mod simulator;
mod words;

/// One reader, and bytes that it reads to the end.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: of the fuzzer's program, of its folder of regressions.
    pub name: &'static str,
    /// Reads one input.
    pub run: fn(&[u8]),
    /// Where fuzzers begin.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target; `conformance/fuzz/Cargo.toml` has a program for each.
pub const TARGETS: &[Target] = &[
    Target { name: "words", run: words::words, seeds: seeds::words },
    Target { name: "nhs_number", run: words::nhs_number, seeds: seeds::nhs_numbers },
    Target { name: "answer", run: client::answer, seeds: seeds::answers },
    Target { name: "assertion", run: client::assertion, seeds: seeds::assertions },
    Target { name: "sign_in", run: client::sign_in, seeds: seeds::sign_in },
    Target { name: "session_file", run: client::session_file, seeds: seeds::session_files },
    Target { name: "column_map", run: client::column_map, seeds: seeds::column_maps },
    Target { name: "extract", run: client::extract, seeds: seeds::extracts },
    Target { name: "card_answers", run: card::answers, seeds: card::answer_seeds },
    Target { name: "card", run: card::commands, seeds: card::command_seeds },
    Target { name: "sync_service", run: simulator::sync_service, seeds: seeds::sync_services },
    Target { name: "clinical", run: simulator::clinical, seeds: seeds::clinicals },
    Target { name: "multipart", run: simulator::multipart, seeds: seeds::clinicals },
    Target { name: "envelope", run: simulator::envelope, seeds: seeds::envelopes },
    Target { name: "population", run: simulator::population, seeds: seeds::populations },
];

/// Reads one input with the target of this name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a fuzzer's program has a target");
    (target.run)(bytes);
}

/// The first line as text, and what comes after it.
fn first_line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(bytes.get(..end)?).ok()?;
    Some((line, bytes.get(end + 1..)?))
}

/// An input of two pieces.
fn two(line: &str, rest: &[u8]) -> Vec<u8> {
    [line.as_bytes(), b"\n", rest].concat()
}
