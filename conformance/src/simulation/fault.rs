//! What goes wrong between a client and the Spine: the menu of faults, which of them this layer can express, and how.
//!
//! A rule names a row of the fake Spine's own menu, or one of the [`LOCAL`] faults that no Spine commits: they happen on the client's side
//! of the wire, and the exchange is where they show.

mod carry;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use spine_client::transport::{Cause, CertificateFault, Whose};
use spine_simulator::fault::{Fault, FaultRule, MENU, Trigger};
use spine_simulator::ledger::Tag;

pub(super) use carry::Came;

use super::world::Scene;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rule {
    /// The row of the menu, or the local fault.
    pub name: String,
    /// How many of the next exchanges that it is about it strikes; without it, every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Out of a hundred attempts of each patient, by each one's own throw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// A local fault: its name, its id in the menu, and what the client sees.
pub const LOCAL: [(&str, &str, Cause); 6] = [
    ("name-not-resolved", "T2", Cause::NameNotResolved),
    ("certificate-expired", "T4", theirs(CertificateFault::Expired)),
    ("certificate-of-another-host", "T5", theirs(CertificateFault::NameMismatch)),
    ("certificate-of-unknown-issuer", "T6", theirs(CertificateFault::UnknownCa)),
    (
        "our-certificate-expired",
        "T7",
        Cause::CertificateRefused { whose: Whose::Ours, why: CertificateFault::Expired },
    ),
    ("old-protocol", "T8", Cause::TlsMismatch),
];

const fn theirs(why: CertificateFault) -> Cause {
    Cause::CertificateRefused { whose: Whose::Theirs, why }
}

/// The faults that ops bring about, and how.
pub const BY_OPS: [(&str, &str); 15] = [
    ("S15", "the same message came twice, and the Spine did as its setting for duplicates says"),
    ("C3", "the computer sleeps until the session is over"),
    ("C4", "the session is revoked at the Spine"),
    ("C7", "the user's role is withdrawn at the Spine"),
    ("C9", "the practice's clock is put ahead or behind by minutes"),
    ("C10", "the practice's clock is put back by an hour"),
    ("C11", "the computer sleeps for hours"),
    ("O1", "the process dies between any two steps"),
    ("O2", "the process dies on either side of a write: what was not committed is lost"),
    ("O3", "every write fails until there is room again"),
    ("O5", "a write fails, or is kept and said to have failed"),
    ("O7", "a second process begins the same"),
    ("O11", "the run is asked to stop, as a shutdown asks it"),
    ("O12", "the operator stops, and begins the same at once"),
    ("O13", "a clinician has a record open"),
];

/// The faults that this layer cannot express, and why.
pub const ELSEWHERE: [(&str, &str); 16] = [
    ("S10", "on the polling route each answer is asked for, and asking twice is the Spine's rule"),
    ("S12", "on the polling route each answer is asked for by its own message"),
    ("S13", "on the polling route no answer comes before the acceptance that says where to ask"),
    ("P6", "no bulk transmission changes a PDS record"),
    ("P9", "a bulk transmission asks PDS by number and never searches"),
    ("C1", "the card is read at login only; pulled cards are tested with the virtual card"),
    ("C2", "as C1"),
    ("C5", "the Spine answers an idle session as it answers a revoked one: C4"),
    ("C6", "PINs are tested with the virtual card"),
    ("C8", "as C1"),
    ("O4", "at the seam of the store as O3; the real store is tested with a read-only file"),
    ("O6", "at the seam of the store as O5; the real store is tested with a second writer"),
    ("O8", "a file system's own: practices' Windows is never run here"),
    ("O9", "an operating system's own: at the seams as O5 or T1"),
    ("O10", "an operating system's own: at the seams as O1"),
    (
        "O14",
        "an import reads its files before it takes the lease; imports in the middle of a run are tested with the store",
    ),
];

/// Every fault of the menu that this layer can express.
#[must_use]
pub fn expressible() -> BTreeSet<String> {
    let rows = MENU.iter().map(|row| row.id.clone());
    let local = LOCAL.iter().map(|(_, id, _)| (*id).to_owned());
    rows.chain(local).chain(BY_OPS.iter().map(|(id, _)| (*id).to_owned())).collect()
}

/// The names of all rules: the rows of the menu, then the local faults.
#[must_use]
pub fn names() -> Vec<&'static str> {
    MENU.iter().map(|row| row.rule.name.as_str()).chain(LOCAL.iter().map(|(name, ..)| *name)).collect()
}

/// The id in the menu of a rule by its name.
fn id(name: &str) -> Option<String> {
    let row = MENU.iter().find(|row| row.rule.name == name).map(|row| row.id.clone());
    row.or_else(|| LOCAL.iter().find(|(local, ..)| *local == name).map(|(_, id, _)| (*id).to_owned()))
}

/// A local fault at work.
#[derive(Clone, Debug)]
pub(super) struct Armed {
    name: &'static str,
    cause: Cause,
    left: Option<u64>,
    percent: Option<u8>,
}

impl Scene {
    /// From now on this goes wrong.
    pub(super) fn arm(&self, rule: &Rule) {
        if let Some((name, _, cause)) = LOCAL.iter().find(|(name, ..)| *name == rule.name) {
            let armed = Armed { name, cause: *cause, left: rule.next, percent: rule.percent };
            self.book().armed.push(armed);
            return;
        }
        let Some(row) = MENU.iter().find(|row| row.rule.name == rule.name) else {
            return self.broken(format_args!("the case names a fault that there is not: {}", rule.name));
        };
        if rule.name == "psis-30134" && self.habits.refuses_all {
            // It would say of a dissenter's message that it is stored, and it is not: nobody can survive a Spine that lies so.
            return self.log("not armed: it would be a lie");
        }
        let number = self.spine.faults().rules().len();
        let trigger = Trigger {
            interactions: row.rule.trigger.interactions.clone(),
            nth: row.rule.trigger.nth,
            next: rule.next,
            ratio: rule.percent.map(|percent| f64::from(percent) / 100.0),
            ..Trigger::default()
        };
        // A rule has a name of its own, and the same one may be armed again.
        let name = format!("{}@{number}", rule.name);
        let fault = lighter(&row.rule.fault);
        let added = self.spine.faults().add([FaultRule { name, trigger, phase: row.rule.phase, fault }]);
        if let Err(error) = added {
            self.broken(format_args!("a rule of the menu cannot be armed: {error}"));
        }
    }

    /// Nothing goes wrong any more.
    pub(super) fn calm(&self) {
        self.count_fired();
        self.spine.faults().clear();
        let mut book = self.book();
        book.armed.clear();
        book.full = false;
    }

    /// Notes which faults of the Spine's have fired.
    pub(super) fn count_fired(&self) {
        let all = self.spine.ledger().exchanges(0, usize::MAX);
        if all.iter().any(|one| one.tags.contains(&Tag::Duplicate)) {
            self.book().coverage.fired("S15");
        }
        for (name, count) in self.spine.faults().fired() {
            let base = name.split('@').next().unwrap_or_default();
            if let Some(id) = id(base).filter(|_| count > 0) {
                self.book().coverage.fired(&id);
            }
        }
    }
}

/// The same fault with less to do for the computer that plays it: what shows to a client is the same.
fn lighter(fault: &Fault) -> Fault {
    match fault {
        Fault::GzipBomb { .. } => Fault::GzipBomb { bytes: 100_000 },
        other => other.clone(),
    }
}
