//! What the ledger says beside what the client says: J6, doubled, and content about dissenters.

use std::collections::{BTreeMap, BTreeSet};

use spine_client::RunKind;
use spine_simulator::ledger::{AcceptedEvent, Exchange, Tag};
use spine_vocabulary::NhsNumber;

use super::{Auditor, Claim, Claims, dissents, keys, known};
use crate::simulation::world::Scene;

impl Auditor {
    /// J6: what is said to be acknowledged is stored.
    pub(super) fn acknowledged_is_stored(&self, scene: &Scene) {
        let stored: BTreeSet<(String, String)> = scene
            .spine
            .ledger()
            .accepted()
            .iter()
            .map(|one| (one.nhs_number.reveal(), one.event_id.to_string()))
            .collect();
        let set: BTreeSet<String> = settings(scene).map(|one| id(&one)).collect();
        let keys = keys(scene);
        for claims in &self.claims {
            for (key, number, claim) in known(claims, &keys) {
                let Some(event) = &claim.event else { continue };
                let held = if claims.kind == RunKind::ConsentMigration {
                    set.contains(event)
                } else {
                    stored.contains(&(number.to_owned(), event.clone()))
                };
                if !held {
                    scene.broken(format_args!(
                        "lost: run {} says that {event} of {key} was acknowledged",
                        claims.run
                    ));
                }
            }
            sent_has_an_event(scene, claims);
        }
    }

    /// J6: what is stored was sent, and nothing is stored twice.
    pub(super) fn stored_is_sent_once(scene: &Scene) {
        let sent: BTreeSet<String> = scene.book().sent.iter().map(|sent| sent.message.clone()).collect();
        let mut events = BTreeSet::new();
        for one in scene.spine.ledger().accepted() {
            if !sent.contains(&one.message_id.to_string()) {
                scene.broken(format_args!("J6: {} is stored and was never sent", one.event_id));
            }
            if !events.insert(one.event_id) {
                scene.broken(format_args!("J6: {} is stored twice", one.event_id));
            }
        }
    }

    /// No clinical content of whoever dissents: here when it was sent, or on the ACS when it was stored.
    pub(super) fn nothing_clinical_of_dissenters(&self, scene: &Scene) {
        for one in scene.spine.ledger().accepted() {
            if one.clinical && one.dissenter {
                scene.broken(format_args!("content: {} is about a dissenter on the ACS", one.event_id));
            }
        }
        let sent: Vec<_> = scene.book().sent.iter().filter(|sent| sent.at >= self.looked).cloned().collect();
        for sent in sent.iter().filter(|sent| sent.clinical) {
            let Some(version) = self.version(sent.at) else { continue };
            let Some(today) = super::day(sent.at) else { continue };
            let is = |patient: &&spine_oracle::facts::Patient| {
                spine_oracle::number(&patient.number).as_deref() == Some(sent.number.as_str())
            };
            if version.roster.facts.values().find(is).is_some_and(|patient| dissents(patient, today)) {
                scene.broken(format_args!("content: {} is clinical and left after a dissent", sent.message));
            }
        }
    }

    /// No patient has two events of one run, or one of a later run beside an older one that was in doubt.
    pub(super) fn nothing_doubled(&self, scene: &Scene) {
        let first = self.first_sent(scene);
        let mut by_patient: BTreeMap<NhsNumber, Vec<AcceptedEvent>> = BTreeMap::new();
        for one in scene.spine.ledger().accepted() {
            by_patient.entry(one.nhs_number).or_default().push(one);
        }
        for events in by_patient.values() {
            for (place, older) in events.iter().enumerate() {
                for newer in &events[place + 1..] {
                    self.apart(scene, &first, older, newer);
                }
            }
        }
    }

    fn apart(
        &self,
        scene: &Scene,
        first: &BTreeMap<String, (i64, jiff::Timestamp)>,
        one: &AcceptedEvent,
        two: &AcceptedEvent,
    ) {
        let of = |event: &AcceptedEvent| first.get(&event.message_id.to_string()).copied();
        let (Some((run_of_one, sent_one)), Some((run_of_two, sent_two))) = (of(one), of(two)) else { return };
        if run_of_one == run_of_two {
            scene.broken(format_args!("doubled: {} and {} of run {run_of_one}", one.event_id, two.event_id));
            return;
        }
        // In the order in which they were begun, whichever was stored first.
        let (older, run, newer, newer_sent) = if sent_one <= sent_two {
            (one, run_of_one, two, sent_two)
        } else {
            (two, run_of_two, one, sent_one)
        };
        if older.at > newer_sent {
            scene
                .broken(format_args!("doubled: {} landed after {} was sent", older.event_id, newer.event_id));
        }
        let keys = keys(scene);
        let number = older.nhs_number.reveal();
        let claims = self.claims.iter().find(|claims| claims.run == run);
        let claim = claims.and_then(|claims| known(claims, &keys).find(|(_, of, _)| *of == number));
        let event = claim.and_then(|(_, _, claim)| claim.event.clone());
        if event != Some(older.event_id.to_string()) && !self.taken_over(older, run) && !refused(scene, older)
        {
            scene.broken(format_args!(
                "doubled: {} was sent while {} of run {run} was in doubt",
                newer.event_id, older.event_id
            ));
        }
    }

    /// Whether a later run than `run` took an unresolved message over and found it stored.
    fn taken_over(&self, event: &AcceptedEvent, run: i64) -> bool {
        let event = event.event_id.to_string();
        let later = self.claims.iter().filter(|claims| claims.run > run);
        later.flat_map(|claims| claims.patients.values()).any(|claim| claim.event.as_ref() == Some(&event))
    }
}

/// Whether the Spine itself said no to a message, so that nobody was in doubt about it.
fn refused(scene: &Scene, event: &AcceptedEvent) -> bool {
    let said = |one: &Exchange| {
        let negative =
            ["AE", "AR", "fault"].contains(&one.outcome) || (one.status >= 400 && one.status < 500);
        one.message_id == Some(event.message_id) && negative
    };
    scene.spine.ledger().exchanges(0, usize::MAX).iter().any(said)
}

/// Whoever counts as Sent has what was acknowledged.
fn sent_has_an_event(scene: &Scene, claims: &Claims) {
    let without = |(_, claim): &(&String, &Claim)| claim.counter == "Sent" && claim.event.is_none();
    for (key, claim) in claims.patients.iter().filter(without) {
        // A patient who was sent by an earlier run or whose acknowledgement names no event would be claimed without evidence.
        scene.broken(format_args!(
            "lost: {key} counts as Sent ({:?}) and nothing says by which event",
            claim.reason
        ));
    }
}

/// Every setting that the ACS took.
pub(super) fn settings(scene: &Scene) -> impl Iterator<Item = Exchange> {
    let all = scene.spine.ledger().exchanges(0, usize::MAX);
    all.into_iter().filter(|one| {
        one.interaction.is_some_and(|name| name.starts_with("SET_RESOURCE_PERMISSIONS"))
            && one.tags.contains(&Tag::Answered)
    })
}

fn id(exchange: &Exchange) -> String {
    exchange.message_id.map(|id| id.event().to_string()).unwrap_or_default()
}

/// What the Spine holds of somebody, in words without an id; `None` where it holds nothing.
pub(in crate::simulation) fn held(scene: &Scene, place: usize) -> Option<String> {
    let number = scene.number(place)?;
    let accepted = scene.spine.ledger().accepted();
    let events: Vec<_> = accepted.iter().filter(|one| one.nhs_number == number).collect();
    let events: Vec<_> =
        events.iter().map(|one| format!("{:?} clinical={}", one.kind, one.clinical)).collect();
    let permission = scene.spine.permission(number)?;
    let said = format!("{} store={:?} view={:?}", events.join(", "), permission.store, permission.view);
    (said != " store=None view=None").then_some(said)
}
