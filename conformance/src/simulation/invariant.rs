//! The invariants of a run, looked at from outside: in the store, whoever wrote it, and at the moment when a message arrives.
//!
//! J1 intent before effect, J2 one live id, J3 settled is settled, J4 the counters sum. J5 is looked at where leases are taken, J6 by
//! the auditor.

use std::collections::{BTreeMap, BTreeSet};

use spine_client::RunKind;
use spine_client::store::{Cursor, Store};
use spine_rules::lifecycle::Fact;
use spine_rules::record::PatientKey;

use super::world::{Passing, Scene};
use crate::wire::Sort;

/// J1: when a byte of an upload or a setting arrives, its intent and the whole message are durable.
pub(super) async fn intent_before_effect(scene: &Scene, passing: &Passing, body: &[u8]) {
    let Some(key) = key(scene, &passing.number) else {
        return scene.broken(format_args!("J1: a message about nobody: {}", passing.message));
    };
    let digest: Vec<u8> = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body).as_ref().to_vec();
    let history = scene.disk.history(&key).await.unwrap_or_default();
    let dispatched = history.iter().find(|one| match &one.fact {
        Some(Fact::Dispatched(live) | Fact::Inherited(live)) => {
            live.id.to_string() == passing.message && live.sha256[..] == digest[..]
        }
        _ => false,
    });
    let Some(run) = dispatched.map(|one| one.run) else {
        let sort = passing.sort;
        return scene.broken(format_args!("J1: {sort:?} {} left without its intent", passing.message));
    };
    // The entry may have settled meanwhile, when the process that sent it is dead: then the bytes are needed no more.
    let newest = history.iter().rfind(|one| one.run == run).and_then(|one| one.fact.as_ref());
    let settled = newest.is_some_and(is_settling);
    let frozen = scene.disk.frozen(run, &key).await.ok().flatten();
    if !settled && frozen.is_none_or(|frozen| frozen != body) {
        scene.broken(format_args!("J1: {} left without its bytes on record", passing.message));
    }
    if passing.sort == Sort::Setting && body.is_empty() {
        scene.broken("J1: an empty setting");
    }
}

/// The practice's id of the patient with this number.
fn key(scene: &Scene, number: &str) -> Option<PatientKey> {
    let number: String = number.chars().filter(char::is_ascii_digit).collect();
    let holds = |one: &&spine_fixtures::population::Contribution| {
        one.patient.nhs_number.chars().filter(char::is_ascii_digit).collect::<String>() == number
    };
    let one = scene.cast.people.iter().find(holds)?;
    PatientKey::parse(&one.patient.patient_id).ok()
}

fn is_settling(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::SetAside(_) | Fact::Acknowledged | Fact::Rejected(_) | Fact::ReconciledStored | Fact::GaveUp
    )
}

/// J2, J3 and J4, by the store as it stands.
pub(super) async fn hold(scene: &Scene) {
    let mut live: BTreeMap<(PatientKey, bool), u32> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for run in scene.disk.runs().await.unwrap_or_default() {
        let entries = scene.disk.page(run.id, Cursor::All, None, usize::MAX).await.unwrap_or_default();
        let tally = scene.disk.tally(run.id).await.unwrap_or_default();
        let mut counted = BTreeMap::new();
        for (entry, _) in &entries {
            *counted.entry(entry.state.counter()).or_insert(0_u64) += 1;
            if entry.state.live().is_some() {
                *live.entry((entry.key.clone(), run.kind == RunKind::ConsentMigration)).or_default() += 1;
            }
            keys.insert(entry.key.clone());
        }
        let shown: BTreeMap<_, _> = tally.counters.iter().filter(|(_, count)| **count > 0).collect();
        let summed: u64 = tally.counters.values().sum();
        if shown != counted.iter().collect() || summed != tally.population {
            scene.broken(format_args!(
                "J4: {:?} of {} and there are {counted:?}",
                tally.counters, tally.population
            ));
        }
    }
    for ((key, permission), count) in live {
        if count > 1 {
            scene.broken(format_args!("J2: {count} live ids of {} (permission: {permission})", key.as_str()));
        }
    }
    for key in keys {
        settled_is_settled(scene, &key).await;
    }
}

/// J3: after the fact that settled an entry there is none.
async fn settled_is_settled(scene: &Scene, key: &PatientKey) {
    let mut settled = BTreeSet::new();
    for one in scene.disk.history(key).await.unwrap_or_default() {
        let Some(fact) = &one.fact else { continue };
        if settled.contains(&one.run) {
            scene.broken(format_args!("J3: {fact:?} after {} had settled", key.as_str()));
        }
        if is_settling(fact) {
            settled.insert(one.run);
        }
    }
}

/// What came about in a simulation, by the facts that it left: situations that are promised to be met.
pub(super) async fn situations(scene: &Scene) {
    let mut runs_of: BTreeMap<PatientKey, Vec<Fact>> = BTreeMap::new();
    for one in &scene.cast.people {
        let Ok(key) = PatientKey::parse(&one.patient.patient_id) else { continue };
        let history = scene.disk.history(&key).await.unwrap_or_default();
        runs_of.insert(key, history.into_iter().filter_map(|one| one.fact).collect());
    }
    for facts in runs_of.values() {
        let mut dispatched = 0;
        let mut before: Option<&Fact> = None;
        for fact in facts {
            let what = match fact {
                Fact::Dispatched(_) if before == Some(&Fact::Abandoned) => {
                    Some("abandoned and decided afresh")
                }
                Fact::SetAside(_) if before == Some(&Fact::Abandoned) => Some("abandoned and set aside"),
                Fact::Inherited(_) => Some("an unresolved message was inherited"),
                Fact::Resent => Some("the same bytes went again"),
                Fact::Acknowledged if before == Some(&Fact::WentQuiet) => Some("acknowledged after silence"),
                Fact::Acknowledged if before == Some(&Fact::Resent) => {
                    Some("acknowledged by the answer to a resend")
                }
                Fact::Interrupted => Some("a message on its way was interrupted"),
                Fact::WentQuiet => Some("a message went quiet"),
                Fact::NeverSent => Some("a message was provably not taken"),
                Fact::ReconciledStored => Some("what was in doubt was found stored"),
                Fact::ReconciledAbsent => Some("what was in doubt was found absent"),
                Fact::RefusedAsStale => Some("refused since another summary had come between"),
                Fact::Doubted => Some("what was absent was doubted again"),
                Fact::Deferred { .. } => Some("a patient was put off"),
                Fact::Rejected(_) => Some("refused by the Spine for good"),
                Fact::GaveUp => Some("a message was given up"),
                _ => None,
            };
            if let Some(what) = what {
                scene.met(what);
            }
            dispatched += u32::from(matches!(fact, Fact::Dispatched(_)));
            before = Some(fact);
        }
        if dispatched > 1 {
            scene.met("a patient was sent for under two ids");
        }
    }
}
