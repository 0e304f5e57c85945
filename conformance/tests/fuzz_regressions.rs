//! What fuzzers begin with and what they found, read again without a fuzzer: `conformance/fuzz/regressions/TARGET/` keeps every input that
//! once made a reader fail.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use spine_conformance::fuzzing::{TARGETS, run};

fn fuzz(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(inside)
}

#[test]
fn every_target_reads_its_seeds() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} begins with nothing", target.name);
        for seed in seeds {
            run(target.name, &seed);
            // What a fuzzer does first: cut off, one byte wrong, twice.
            run(target.name, &seed[..seed.len() / 2]);
            let mut spoilt = seed.clone();
            if let Some(byte) = spoilt.get_mut(seed.len() / 3) {
                *byte ^= 0x20;
            }
            run(target.name, &spoilt);
            run(target.name, &[&seed[..], &seed[..]].concat());
        }
        run(target.name, &[]);
    }
}

#[test]
fn what_fuzzers_found_is_read() {
    for folder in fs::read_dir(fuzz("regressions")).unwrap().map(|entry| entry.unwrap().path()) {
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            println!("{}", file.display());
            run(&name, &fs::read(&file).unwrap());
        }
    }
}

#[test]
fn every_target_has_a_fuzzer() {
    let manifest = fs::read_to_string(fuzz("Cargo.toml")).unwrap();
    let after_bin = manifest.split("[[bin]]").skip(1);
    let programs: BTreeSet<_> = after_bin.filter_map(|bin| bin.split('"').nth(1)).collect();
    let targets: BTreeSet<_> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(programs, targets);
}
