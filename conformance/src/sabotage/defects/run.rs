//! Defects that the cases of `run` must find.

pub(super) mod bulk;
mod legs;
mod report;

use crate::sabotage::{Aim, Sabotage};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage {
        name: "run/leaves-a-counter-out",
        what: "The report leaves out a counter that is 0.",
        aim: Aim::Client(report::leaves_a_counter_out, &["mixed-practice"]),
    },
    Sabotage {
        name: "run/counts-dissenters-twice",
        what: "A dissent summary counts as Sent and as Not Required.",
        aim: Aim::Client(report::counts_dissenters_twice, &["mixed-practice"]),
    },
    Sabotage {
        name: "run/calls-every-ending-finished",
        what: "A run that was paused is reported as finished.",
        aim: Aim::Client(report::calls_every_ending_finished, &["stopped-twice"]),
    },
    Sabotage {
        name: "run/gives-no-reason-for-a-flag",
        what: "A patient with an FP69 flag is counted without a reason.",
        aim: Aim::Client(report::gives_no_reason, &["mixed-practice"]),
    },
    Sabotage {
        name: "run/reports-the-default-settings",
        what: "The report names the default settings, whichever were used.",
        aim: Aim::Client(report::reports_the_defaults, &["other-settings"]),
    },
    Sabotage {
        name: "run/names-patients-in-its-log",
        what: "The log names patients.",
        aim: Aim::Client(report::names_patients, &["named-in-answers"]),
    },
    Sabotage {
        name: "run/repeats-what-the-spine-says",
        what: "The client shows the operator a text of the Spine's in which a patient is named.",
        aim: Aim::Client(report::repeats_the_spine, &["named-in-answers"]),
    },
    Sabotage {
        name: "run/refuses-without-saying-what-to-do",
        what: "A run over a paused one is refused without a word about Resume.",
        aim: Aim::Client(report::refuses_curtly, &["stopped-twice"]),
    },
    Sabotage {
        name: "run/does-not-say-who-holds-the-practice",
        what: "A second run is refused without saying who runs the first one.",
        aim: Aim::Client(report::refuses_curtly, &["rival"]),
    },
    Sabotage {
        name: "run/does-not-count-the-rows-of-an-extract",
        what: "The client takes over an extract that was cut off.",
        aim: Aim::Client(report::does_not_count_rows, &["cut-extract"]),
    },
    Sabotage {
        name: "run/keeps-local-changes-to-itself",
        what: "The client does not remember what it changed locally.",
        aim: Aim::Client(report::keeps_changes, &["local-changes"]),
    },
    Sabotage {
        name: "run/does-not-hear-a-stop",
        what: "The client goes on when the operator stops it.",
        aim: Aim::Client(legs::does_not_hear, &["stopped-twice"]),
    },
    Sabotage {
        name: "run/begins-anew-on-resume",
        what: "Resume begins a new run.",
        aim: Aim::Client(legs::begins_anew, &["stopped-twice", "silenced"]),
    },
    Sabotage {
        name: "run/does-not-look-for-what-was-on-its-way",
        what: "Resume takes no notice of what an earlier leg left on its way.",
        aim: Aim::Client(legs::looks_for_nothing, &["killed", "silenced"]),
    },
    Sabotage {
        name: "run/asks-about-somebody-else",
        what: "Before it sends again, the client asks the Spine about another patient.",
        aim: Aim::Client(legs::asks_about_another, &["silenced"]),
    },
    Sabotage {
        name: "run/writes-intents-with-their-answers",
        what: "The client writes down what it sends only when it hears of it again.",
        aim: Aim::Client(legs::writes_late, &["killed", "killed-migration"]),
    },
    Sabotage {
        name: "run/does-not-know-its-own-summaries",
        what: "The client takes a summary of its own for another practice's, and sends again.",
        aim: Aim::Client(legs::does_not_know_its_own, &["mixed-practice"]),
    },
];
