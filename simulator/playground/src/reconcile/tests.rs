//! One of each is planted, and one of each is found.

use super::*;

fn told(key: &str, reason: Reason) -> Told {
    let sent = reason.counter() == Counter::Sent;
    Told {
        key: key.to_owned(),
        number: Some(number(key)),
        counter: reason.counter(),
        reason: Some(reason),
        event: sent.then(|| format!("EVENT-{key}")),
        dissents: reason == Reason::SentDissent,
    }
}

/// No NHS number: this module compares texts.
fn number(key: &str) -> String {
    format!("N{key}")
}

fn stored(key: &str) -> Stored {
    Stored { number: number(key), event: format!("event-{key}"), clinical: true, dissenter: false }
}

/// A practice in which everything reconciles: A sent, B a dissenter, C not required, D failed and not stored, E failed in
/// doubt and stored after all.
fn sound() -> Upload {
    Upload {
        practice: ["A", "B", "C", "D", "E"].map(str::to_owned).into(),
        finished: true,
        told: vec![
            told("A", Reason::Sent),
            told("B", Reason::SentDissent),
            told("C", Reason::Fp69),
            told("D", Reason::PdsMismatch),
            told("E", Reason::InDoubt),
        ],
        stored: vec![stored("A"), Stored { clinical: false, dissenter: true, ..stored("B") }, stored("E")],
        standing: HashSet::new(),
    }
}

/// The three figures.
fn figures(reconciled: &Reconciled) -> [u64; 3] {
    [reconciled.lost, reconciled.doubled, reconciled.content_for_dissenters]
}

#[test]
fn a_sound_upload_reconciles() {
    let reconciled = upload(&sound());
    assert_eq!(reconciled, Reconciled { stored: 3, ..Reconciled::default() });
}

#[test]
fn every_planted_difference_is_found_once() {
    type Plant = fn(&mut Upload);
    let table: [(&str, Plant, [u64; 3]); 12] = [
        ("acknowledged here and absent there", |u| u.stored.retain(|s| s.number != "NA"), [1, 0, 0]),
        ("another event than the acknowledged one", |u| u.stored[0].event = "other".into(), [1, 0, 0]),
        ("stored under another patient's number", |u| u.stored[0].number = "NE".into(), [1, 1, 0]),
        ("in the practice and in no counter", |u| drop(u.told.remove(2)), [1, 0, 0]),
        ("due, finished, nothing on the Spine", |u| u.told[2] = told("C", Reason::AlreadySent), [1, 0, 0]),
        (
            "never processed in a finished run",
            |u| {
                u.told[3].counter = Counter::Unprocessed;
                u.told[3].reason = None;
            },
            [1, 0, 0],
        ),
        (
            "two events for one patient",
            |u| u.stored.push(Stored { event: "second".into(), ..stored("A") }),
            [0, 1, 0],
        ),
        ("one event accepted twice", |u| u.stored.push(stored("A")), [0, 1, 0]),
        ("content while the ACS says No", |u| u.stored[0].dissenter = true, [0, 0, 1]),
        ("content while the record says no", |u| u.told[0].dissents = true, [0, 0, 1]),
        ("content in what should be a dissent summary", |u| u.stored[1].clinical = true, [0, 0, 1]),
        ("content for a dissenter in doubt", |u| u.told[4].dissents = true, [0, 0, 1]),
    ];
    for (name, plant, wanted) in table {
        let mut facts = sound();
        plant(&mut facts);
        let reconciled = upload(&facts);
        assert_eq!(figures(&reconciled), wanted, "{name}: {:?}", reconciled.differences);
        assert!(!reconciled.differences.is_empty(), "{name}");
    }
}

#[test]
fn nothing_is_due_before_the_run_is_finished_but_what_was_acknowledged_counts() {
    let mut facts = sound();
    facts.finished = false;
    facts.told[2] = Told { counter: Counter::Unprocessed, reason: None, ..told("C", Reason::Fp69) };
    assert_eq!(figures(&upload(&facts)), [0, 0, 0]);
    facts.stored.remove(0);
    assert_eq!(figures(&upload(&facts)), [1, 0, 0]);
}

#[test]
fn a_message_that_the_client_does_not_know_of_is_a_difference() {
    for stray in [stored("C"), stored("Z")] {
        let mut facts = sound();
        facts.stored.push(stray);
        let reconciled = upload(&facts);
        assert_eq!((figures(&reconciled), reconciled.differences.len()), ([0, 0, 0], 1));
    }
}

#[test]
fn an_acknowledged_dissent_must_be_on_the_acs() {
    let mut facts = Migration {
        practice: ["A", "B"].map(str::to_owned).into(),
        finished: true,
        told: vec![
            Told { event: None, ..told("A", Reason::SentPermission) },
            told("B", Reason::LocalChangeOnly),
        ],
        dissents: [number("A")].into(),
    };
    assert_eq!(migration(&facts), Reconciled::default());
    facts.dissents.clear();
    assert_eq!(figures(&migration(&facts)), [1, 0, 0]);
    facts.practice.push("C".to_owned());
    assert_eq!(figures(&migration(&facts)), [2, 0, 0]);
}

#[test]
fn an_older_summary_of_the_patient_is_not_nothing() {
    let mut facts = sound();
    facts.told[0] = told("A", Reason::AlreadySent);
    facts.stored.retain(|stored| stored.number != "NA");
    assert_eq!(facts.unaccounted(), ["NA"]);
    assert_eq!(figures(&upload(&facts)), [1, 0, 0]);
    facts.standing.insert("NA".into());
    assert_eq!(figures(&upload(&facts)), [0, 0, 0]);
}
