//! Clients that take an action, a kind, a group or a time for another one.

use jiff::Span;
use spine_client::{Action, RunKind};
use spine_fixtures::population::staff;

use crate::sabotage::{Aim, Bent, Sabotage, rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Reply, Sort};

/// The defects.
pub(in crate::sabotage::defects) const DEFECTS: &[Sabotage] = &[
    Sabotage {
        name: "run/reruns-as-it-ran",
        what: "Rerun leaves out whom the practice sent before.",
        aim: Aim::Client(reruns_as_it_ran, &["rerun"]),
    },
    Sabotage {
        name: "run/replaces-nothing",
        what: "A summary that is sent again does not say which one it replaces.",
        aim: Aim::Client(replaces_nothing, &["rerun"]),
    },
    Sabotage {
        name: "run/reprocesses-everybody",
        what: "Failed takes everybody, whoever failed.",
        aim: Aim::Client(reprocesses_everybody, &["failed"]),
    },
    Sabotage {
        name: "run/scans-nobody-again",
        what: "Rerun of a migration takes only who failed.",
        aim: Aim::Client(scans_nobody_again, &["rerun-migration"]),
    },
    Sabotage {
        name: "run/knows-no-groups",
        what: "A patient group is taken for granted and narrows nothing.",
        aim: Aim::Client(knows_no_groups, &["grouped"]),
    },
    Sabotage {
        name: "run/forgets-what-it-said",
        what: "A Bulk Update sends everybody, for nobody knows what was sent before.",
        aim: Aim::Client(forgets_what_it_said, &["updated", "updated-next-day"]),
    },
    Sabotage {
        name: "run/takes-an-update-for-an-upload",
        what: "A Bulk Update leaves everybody as they are of whom something was sent.",
        aim: Aim::Client(takes_everything_for_unchanged, &["updated"]),
    },
    Sabotage {
        name: "run/deregisters-without-a-group",
        what: "A Bulk Deregistration without a group takes the first one that there is.",
        aim: Aim::Client(deregisters_without_a_group, &["leave"]),
    },
    Sabotage {
        name: "run/says-nothing-of-the-end",
        what: "A Bulk Deregistration sends summaries that do not say that the registration ended.",
        aim: Aim::Client(says_nothing_of_the_end, &["leave"]),
    },
    Sabotage {
        name: "run/says-the-wrong-day",
        what: "A Bulk Deregistration names the day of the run for everybody.",
        aim: Aim::Client(says_the_wrong_day, &["leave"]),
    },
    Sabotage {
        name: "run/takes-every-summary-for-its-own",
        what: "A Bulk Deregistration annotates another practice's summary.",
        aim: Aim::Client(takes_every_summary_for_its_own, &["leave"]),
    },
    Sabotage {
        name: "run/deregisters-dissenters",
        what: "A Bulk Deregistration sends a summary of somebody who dissents.",
        aim: Aim::Client(forgets_dissent_summaries, &["leave"]),
    },
    Sabotage {
        name: "run/stops-contributing-while-scr-is-on",
        what: "The client takes SCR for switched off.",
        aim: Aim::Client(takes_scr_for_off, &["still-on"]),
    },
    Sabotage {
        name: "run/starts-at-once",
        what: "A run begins when it is asked for, whatever its start time.",
        aim: Aim::Client(starts_at_once, &["scheduled", "scheduled-too-late"]),
    },
    Sabotage {
        name: "run/stops-never",
        what: "A run takes no notice of its stop time.",
        aim: Aim::Client(stops_never, &["scheduled", "scheduled-stop"]),
    },
    Sabotage {
        name: "run/resumes-never",
        what: "A run takes no notice of its resume time.",
        aim: Aim::Client(resumes_never, &["scheduled"]),
    },
    Sabotage {
        name: "run/takes-local-times-for-utc",
        what: "Times that were set are taken for Greenwich's, in summer too.",
        aim: Aim::Client(takes_local_times_for_utc, &["scheduled", "clocks-go-back"]),
    },
    Sabotage {
        name: "run/starts-an-hour-late-when-clocks-go-forward",
        what: "A time that the clocks skip is kept an hour after the skip.",
        aim: Aim::Client(starts_after_the_skipped_hour, &["clocks-go-forward"]),
    },
];

fn reruns_as_it_ran() -> Seams {
    Seams { action: |action| if action == Action::Rerun { Action::Run } else { action }, ..Seams::default() }
}

fn replaces_nothing() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, seen| {
                if seen.sort == Sort::Upload {
                    request.rewrite(|text| without(text, "<replacementOf", "</replacementOf>"));
                }
            })
        },
        ..Seams::default()
    }
}

/// A text without what stands between two marks, the marks included.
fn without(text: &str, from: &str, to: &str) -> String {
    let Some(begin) = text.find(from) else { return text.to_owned() };
    let Some(length) = text[begin..].find(to) else { return text.to_owned() };
    format!("{}{}", &text[..begin], &text[begin + length + to.len()..])
}

fn reprocesses_everybody() -> Seams {
    Seams {
        action: |action| if action == Action::Failed { Action::Rerun } else { action },
        ..Seams::default()
    }
}

fn scans_nobody_again() -> Seams {
    Seams {
        action: |action| if action == Action::Rerun { Action::Failed } else { action },
        ..Seams::default()
    }
}

fn knows_no_groups() -> Seams {
    Seams { request: |request| request.group = None, ..Seams::default() }
}

fn forgets_what_it_said() -> Seams {
    Seams {
        store: |store| {
            Bent::telling(store, |_, candidate| {
                if let Some(last) = &mut candidate.acknowledged {
                    last.content_sha256 = [0; 32];
                }
            })
        },
        ..Seams::default()
    }
}

fn takes_everything_for_unchanged() -> Seams {
    Seams {
        request: |request| {
            if request.kind == RunKind::BulkUpdate {
                request.kind = RunKind::InitialUpload;
            }
        },
        ..Seams::default()
    }
}

fn deregisters_without_a_group() -> Seams {
    Seams {
        request: |request| {
            if request.kind == RunKind::BulkDeregistration {
                request.group = Some("chosen".into());
            }
        },
        ..Seams::default()
    }
}

fn says_nothing_of_the_end() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, _| {
                request.rewrite(|text| text.replace("Patient registration ended", "Patient registered"));
            })
        },
        ..Seams::default()
    }
}

fn says_the_wrong_day() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, _| {
                request.rewrite(|text| text.replace("ended (14 Sep", "ended (15 Sep"));
            })
        },
        ..Seams::default()
    }
}

fn takes_every_summary_for_its_own() -> Seams {
    Seams {
        tamper: || {
            rewriting_answers(|_, seen, reply| {
                if let (Sort::EventList, Reply::Answer(answer)) = (seen.sort, reply) {
                    answer.rewrite(|text| text.replace(staff::OTHER_ODS, staff::PRACTICE_ODS));
                }
            })
        },
        ..Seams::default()
    }
}

fn forgets_dissent_summaries() -> Seams {
    Seams {
        store: |store| {
            Bent::telling(store, |_, candidate| {
                if let Some(last) = &mut candidate.acknowledged {
                    last.dissent = false;
                    last.content_sha256 = [0; 32];
                }
            })
        },
        ..Seams::default()
    }
}

fn takes_scr_for_off() -> Seams {
    Seams {
        request: |request| {
            if request.kind == RunKind::NoLongerContributing {
                request.kind = RunKind::BulkUpdate;
            }
        },
        ..Seams::default()
    }
}

fn starts_at_once() -> Seams {
    Seams { request: |request| request.schedule.start = None, ..Seams::default() }
}

fn stops_never() -> Seams {
    Seams {
        request: |request| (request.schedule.stop, request.schedule.resume) = (None, None),
        ..Seams::default()
    }
}

fn resumes_never() -> Seams {
    Seams { request: |request| request.schedule.resume = None, ..Seams::default() }
}

fn takes_local_times_for_utc() -> Seams {
    Seams {
        request: |request| {
            let hour = Span::new().hours(1);
            let schedule = &mut request.schedule;
            schedule.start = schedule.start.map(|start| start.saturating_add(hour));
            schedule.stop = schedule.stop.map(|stop| stop.wrapping_add(hour));
            schedule.resume = schedule.resume.map(|resume| resume.wrapping_add(hour));
        },
        ..Seams::default()
    }
}

fn starts_after_the_skipped_hour() -> Seams {
    Seams {
        request: |request| {
            let hour = Span::new().hours(1);
            request.schedule.start = request.schedule.start.map(|start| start.saturating_add(hour));
        },
        ..Seams::default()
    }
}
