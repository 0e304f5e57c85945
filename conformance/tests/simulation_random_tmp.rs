//! x
use spine_conformance::simulation::random;
#[test]
fn random() {
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(50);
    let f: u64 = std::env::var("F").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let out = random::seeds(f, n, 2).unwrap();
    println!("{} cases, {} failures {:#?}", out.cases, out.failures.len(), out.coverage);
    let mut kinds = std::collections::BTreeMap::new();
    for f in &out.failures {
        kinds
            .entry(f.broken[0].split([':', ' ']).next().unwrap().to_owned())
            .or_insert_with(Vec::new)
            .push((f.case.seed, f.broken[0].clone()));
    }
    for (k, v) in kinds {
        println!("== {k}: {}", v.len());
        for x in v.iter().take(4) {
            println!("   {x:?}");
        }
    }
}
#[test]
fn shrinks() {
    let f: u64 = std::env::var("F").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let small = random::shrink(&random::case(f), None).unwrap();
    println!("{}", serde_json::to_string(&small).unwrap());
    let p = spine_conformance::simulation::play(&small, None).unwrap();
    for l in &p.log {
        println!("{l}");
    }
}
