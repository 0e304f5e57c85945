//! Selection against a decision table: which action is open, what it means, and whom it takes. Source: Vision help, Bulk Transmission,
//! Running the Initial Upload, Practice No Longer Contributing; design decision where they are silent (what is open after what).

use jiff::Timestamp;
use spine_rules::lifecycle::Live;
use spine_rules::selection::{PastRun, available, takes};
use spine_rules::{Action, Fact, History, Intent, Kind, Reason, Refusal, SetAside, State};

use crate::house::person::message_id;

/// What the last run of the same kind left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    NoRun,
    Unfinished,
    UnfinishedWithFailures,
    Finished,
    FinishedWithFailures,
}

/// What is open, or what the operator is told instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Open,
    /// Go on with the unfinished run.
    Resume,
    /// Begin one first.
    Run,
    NothingFailed,
}

/// Action, what the last run left, and what is told; the gates of SCR, of a run that goes on and of what another run left come first.
const TABLE: &[(Action, Left, Told)] = &[
    (Action::Run, Left::NoRun, Told::Open),
    (Action::Run, Left::Unfinished, Told::Resume),
    (Action::Run, Left::UnfinishedWithFailures, Told::Resume),
    (Action::Run, Left::Finished, Told::Open),
    (Action::Run, Left::FinishedWithFailures, Told::Open),
    (Action::Resume, Left::NoRun, Told::Run),
    (Action::Resume, Left::Unfinished, Told::Open),
    (Action::Resume, Left::UnfinishedWithFailures, Told::Open),
    (Action::Resume, Left::Finished, Told::Run),
    (Action::Resume, Left::FinishedWithFailures, Told::Run),
    (Action::Rerun, Left::NoRun, Told::Run),
    (Action::Rerun, Left::Unfinished, Told::Resume),
    (Action::Rerun, Left::UnfinishedWithFailures, Told::Resume),
    (Action::Rerun, Left::Finished, Told::Open),
    (Action::Rerun, Left::FinishedWithFailures, Told::Open),
    (Action::Failed, Left::NoRun, Told::Run),
    (Action::Failed, Left::Unfinished, Told::Resume),
    (Action::Failed, Left::UnfinishedWithFailures, Told::Resume),
    (Action::Failed, Left::Finished, Told::NothingFailed),
    (Action::Failed, Left::FinishedWithFailures, Told::Open),
];

const LEFT: [Left; 5] =
    [Left::NoRun, Left::Unfinished, Left::UnfinishedWithFailures, Left::Finished, Left::FinishedWithFailures];

fn past(left: Left) -> Option<PastRun> {
    let run = |outstanding, failed| Some(PastRun { outstanding, failed });
    match left {
        Left::NoRun => None,
        Left::Unfinished => run(3, 0),
        Left::UnfinishedWithFailures => run(1, 2),
        Left::Finished => run(0, 0),
        Left::FinishedWithFailures => run(0, 5),
    }
}

/// What the table says, with its gates: kinds one to four need SCR enabled and the fifth needs it switched off; one run at a time;
/// nothing new over what an older run left, and only Resume goes on; whoever leaves is named by a group.
fn expected(
    kind: Kind,
    action: Action,
    left: Left,
    group: Option<&str>,
    history: &History,
) -> Result<(), Refusal> {
    let ending = kind.code() == "practice-no-longer-contributing";
    match (ending, history.scr_enabled) {
        (true, true) => return Err(Refusal::ScrOn),
        (false, false) => return Err(Refusal::ScrOff),
        _ => {}
    }
    if let Some(running) = history.running {
        return Err(Refusal::Running(running));
    }
    let (_, _, told) = TABLE.iter().find(|row| (row.0, row.1) == (action, left)).unwrap();
    match (told, history.outstanding_elsewhere) {
        (Told::Resume, _) => Err(Refusal::UseResume(kind)),
        (Told::Open | Told::Run | Told::NothingFailed, Some(other)) if action != Action::Resume => {
            Err(Refusal::UseResume(other))
        }
        (Told::Open, _) if takes_a_group(kind, action) && group.is_none() => Err(Refusal::GroupNeeded(kind)),
        (Told::Open, _) => Ok(()),
        (Told::Run, _) => Err(Refusal::UseRun(kind)),
        (Told::NothingFailed, _) => Err(Refusal::NothingFailed(kind)),
    }
}

/// "A group must exist" for those who leave; who failed, or was not reached, is named by the run before.
fn takes_a_group(kind: Kind, action: Action) -> bool {
    kind.code() == "bulk-deregistration" && matches!(action.code(), "run" | "rerun")
}

fn one_or_none() -> impl Iterator<Item = Option<Kind>> {
    std::iter::once(None).chain(Kind::ALL.iter().copied().map(Some))
}

/// Every kind, action and history, with and without a group: 5 x 4 x 5 x 2 x 6 x 6 x 2 combinations.
#[test]
fn every_combination_is_told_what_the_table_says() {
    assert_eq!(TABLE.len(), Action::ALL.len() * LEFT.len());
    let mut open = 0;
    for (kind, action, left) in combinations() {
        for scr_enabled in [true, false] {
            for (running, outstanding_elsewhere) in
                one_or_none().flat_map(|one| one_or_none().map(move |two| (one, two)))
            {
                let history = History { scr_enabled, running, last: past(left), outstanding_elsewhere };
                for group in [Some("leavers"), None] {
                    let told = available(kind, action, group, &history);
                    let expected = expected(kind, action, left, group, &history);
                    assert_eq!(told, expected, "{kind:?} {action:?} {left:?} {group:?} {history:?}");
                    open += usize::from(told.is_ok());
                    if let Err(refusal) = told {
                        leads_somewhere(kind, refusal, &history);
                    }
                }
            }
        }
    }
    // Eight rows are open; the two of Resume whatever another run left, the other six only where none left anything.
    // Without a group a Bulk Deregistration has five of these six less: Failed after failures stays.
    assert_eq!(open, 2 * Kind::ALL.len() * (2 * 6 + 6) - 5);
}

fn combinations() -> impl Iterator<Item = (Kind, Action, Left)> {
    let kinds = Kind::ALL.iter().copied();
    kinds.flat_map(|kind| {
        Action::ALL
            .iter()
            .copied()
            .flat_map(move |action| LEFT.into_iter().map(move |left| (kind, action, left)))
    })
}

/// What a refusal names instead is open for its kind, or leads to the run that another kind left: never back to itself.
fn leads_somewhere(kind: Kind, refusal: Refusal, history: &History) {
    let Some((named, action)) = refusal.instead() else { return };
    // An older run of the same kind cannot be left over while the last one is finished: nothing new begins over it.
    if named != kind || history.outstanding_elsewhere == Some(kind) {
        return;
    }
    match available(kind, action, Some("leavers"), history) {
        Ok(()) => {}
        Err(Refusal::UseResume(other)) => {
            assert_eq!(Some(other), history.outstanding_elsewhere, "{history:?}");
        }
        Err(next) => panic!("{refusal:?} leads to {next:?}: {history:?}"),
    }
}

/// Where a patient stood, and whether Run, Resume, Rerun and Failed take them. Source: Vision help, Running the Initial Upload ("all
/// eligible patients", "continue", "reprocess all failed").
#[test]
fn an_action_takes_whom_the_source_says() {
    let live = Live { id: message_id(), sha256: [0; 32], settles_as: Reason::Sent };
    let after = |facts: &[Fact]| State::replay(facts).unwrap();
    let aside = |reason| Fact::SetAside(SetAside::because(reason));
    let sent = |fact| after(&[Fact::Dispatched(live), fact]);
    let table: Vec<(Option<State>, [bool; 4])> = vec![
        (None, [true, false, true, false]),
        (Some(State::Listed), [true, true, true, false]),
        (Some(after(&[Fact::Deferred { until: Timestamp::UNIX_EPOCH }])), [true, true, true, false]),
        (Some(after(&[Fact::Dispatched(live)])), [true, true, true, false]),
        (Some(sent(Fact::Accepted { location: "/p".into() })), [true, true, true, false]),
        (Some(sent(Fact::WentQuiet)), [true, true, true, false]),
        (Some(sent(Fact::NeverSent)), [true, true, true, false]),
        (Some(sent(Fact::Acknowledged)), [true, false, true, false]),
        (Some(sent(Fact::Rejected(SetAside::because(Reason::Refused)))), [true, false, true, true]),
        (Some(sent(Fact::Rejected(SetAside::because(Reason::DissentHeld)))), [true, false, true, false]),
        (Some(after(&[Fact::Dispatched(live), Fact::WentQuiet, Fact::GaveUp])), [true, false, true, true]),
        (Some(after(&[aside(Reason::PdsMismatch)])), [true, false, true, true]),
        (Some(after(&[aside(Reason::InUse)])), [true, false, true, true]),
        (Some(after(&[aside(Reason::Fp69)])), [true, false, true, false]),
        (Some(after(&[aside(Reason::ExistingSummary)])), [true, false, true, false]),
    ];
    for (before, expected) in table {
        let actions = [Action::Run, Action::Resume, Action::Rerun, Action::Failed];
        assert_eq!(
            actions.map(|action| takes(action, before.as_ref().map(State::counter))),
            expected,
            "{before:?}"
        );
    }
}

/// Only an Initial Upload by Run leaves alone to whom we sent before; Rerun "will resend messages for all eligible patients".
#[test]
fn what_an_action_means_for_what_we_sent() {
    for kind in Kind::ALL {
        let upload = kind.code() == "initial-upload";
        for (action, first) in [("run", upload), ("resume", upload), ("rerun", false), ("failed", false)] {
            let intent = Intent::of_run(*kind, Action::from_code(action).unwrap());
            assert_eq!(intent == Intent::FirstUpload, first, "{kind:?} {action}");
        }
    }
}
