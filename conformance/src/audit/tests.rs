//! An audit that finds nothing proves nothing unless it finds each kind of wrong when it is there.

use super::told::Dispatched;
use super::*;

const KIND: &str = "initial-upload";

fn accepted(message: &str) -> Accepted {
    Accepted {
        nhs_number: "9990000018".to_owned(),
        event_id: message.to_owned(),
        message_id: message.to_owned(),
        kind: "full".to_owned(),
        clinical: true,
        dissenter: false,
        sha256: "digest".to_owned(),
    }
}

/// One patient whose summary is sent, and stored.
struct Scene {
    kind: &'static str,
    report: Report,
    told: BTreeMap<String, Told>,
    held: Held,
    before: BTreeMap<String, (Option<String>, Option<String>)>,
    accepted_before: usize,
    forgot: bool,
}

impl Scene {
    fn sound() -> Self {
        let counters = ["unprocessed", "sending", "sent", "failed", "not_required"];
        let counters = counters.map(|name| (name.to_owned(), u64::from(name == "sent")));
        let dispatched = Dispatched { sha256: "digest".to_owned(), dissents: false };
        let told = Told {
            number: Some("9990000018".to_owned()),
            counter: Counter::Sent,
            reason: Some(Reason::Sent),
            event: Some("A".to_owned()),
            dispatched: BTreeMap::from([("A".to_owned(), dispatched)]),
        };
        Self {
            kind: KIND,
            report: Report {
                state: "finished".to_owned(),
                population: 1,
                counters: counters.into_iter().collect(),
                reasons: BTreeMap::from([("sent".to_owned(), 1)]),
            },
            told: BTreeMap::from([("P1".to_owned(), told)]),
            held: Held {
                accepted: vec![accepted("A")],
                permissions: BTreeMap::new(),
                violations: Vec::new(),
            },
            before: BTreeMap::new(),
            accepted_before: 0,
            forgot: false,
        }
    }

    fn told(&mut self) -> &mut Told {
        self.told.get_mut("P1").unwrap()
    }

    fn findings(&self) -> Vec<String> {
        Stop {
            kind: self.kind,
            report: &self.report,
            told: &self.told,
            held: &self.held,
            accepted_before: self.accepted_before,
            permissions_before: &self.before,
            forgot: self.forgot,
        }
        .findings()
    }

    fn came(&self) -> Came {
        let mut came = Came::default();
        came.add(self.kind, &self.told, &self.held, self.accepted_before);
        came
    }
}

type Bend = fn(&mut Scene);

/// Each way in which an upload can be wrong, and the words that say so.
const WRONGS: &[(&str, Bend)] = &[
    ("the counters sum to 2", |scene| *scene.report.counters.get_mut("failed").unwrap() = 1),
    ("0 patients are in the run", |scene| scene.told.clear()),
    ("the run is finished, and some patients are not", |scene| {
        scene.report.counters.insert("sent".to_owned(), 0);
        scene.report.counters.insert("sending".to_owned(), 1);
    }),
    ("lost: P1: acknowledged here", |scene| scene.held.accepted.clear()),
    ("lost: P1: acknowledged here", |scene| scene.told().event = Some("B".to_owned())),
    ("P1: NotRequired, and the Spine accepted", |scene| {
        scene.told().event = None;
        scene.told().counter = Counter::NotRequired;
    }),
    ("doubled: P1", |scene| scene.held.accepted.push(accepted("B"))),
    ("what the Spine accepted was not dispatched", |scene| scene.told().dispatched.clear()),
    ("what the Spine accepted was not dispatched", |scene| {
        "other".clone_into(&mut scene.held.accepted[0].sha256);
    }),
    ("content for a dissenter: P1", |scene| scene.held.accepted[0].dissenter = true),
    ("content for a dissenter: P1", |scene| scene.told().dispatched.get_mut("A").unwrap().dissents = true),
    ("the client broke a rule", |scene| scene.held.violations.push(NO_SESSION.to_owned())),
    ("the client broke a rule", |scene| {
        scene.forgot = true;
        scene.held.violations.push("another".to_owned());
    }),
    ("lost: P1: the dissent was acknowledged", |scene| {
        scene.kind = "consent-migration";
        scene.told().reason = Some(Reason::SentPermission);
    }),
    ("the permission was changed, and nothing was dispatched", |scene| {
        scene.kind = "consent-migration";
        scene.told().dispatched.clear();
        let no = Some("no".to_owned());
        scene.held.permissions.insert("9990000018".to_owned(), (no.clone(), no));
    }),
];

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let mut scene = Scene::sound();
    assert_eq!(scene.findings(), Vec::<String>::new());
    // What an earlier run sent is none of this one's.
    scene.held.accepted.insert(0, accepted("earlier"));
    scene.accepted_before = 1;
    assert_eq!(scene.findings(), Vec::<String>::new());
    // Who was forgotten is told so once, and logs in again.
    scene.forgot = true;
    scene.held.violations.push(NO_SESSION.to_owned());
    assert_eq!(scene.findings(), Vec::<String>::new());
}

#[test]
fn each_wrong_is_found() {
    for (says, bend) in WRONGS {
        let mut scene = Scene::sound();
        bend(&mut scene);
        let findings = scene.findings();
        assert!(findings.iter().any(|finding| finding.contains(says)), "{says}: {findings:?}");
    }
}

#[test]
fn a_patient_who_came_out_otherwise_than_undisturbed_is_found() {
    let quiet = Scene::sound().came();
    assert_eq!(differences(&quiet, &quiet), Vec::<String>::new());
    assert!(quiet.sends(KIND) && !quiet.sends("bulk-update"));
    let bends: [Bend; 5] = [
        |scene| scene.told().reason = Some(Reason::SentDissent),
        |scene| scene.held.accepted.clear(),
        |scene| "dissent".clone_into(&mut scene.held.accepted[0].kind),
        |scene| {
            let other = scene.told().clone();
            scene.told.insert("P2".to_owned(), other);
        },
        |scene| {
            scene.held.permissions.insert("9990000018".to_owned(), (None, None));
        },
    ];
    for (place, bend) in bends.iter().enumerate() {
        let mut scene = Scene::sound();
        bend(&mut scene);
        assert_ne!(differences(&quiet, &scene.came()), Vec::<String>::new(), "{place}");
    }
}
