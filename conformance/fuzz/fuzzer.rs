//! The program of every fuzzer: which target it is says its own name.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| spine_conformance::fuzzing::run(env!("CARGO_BIN_NAME"), bytes));
