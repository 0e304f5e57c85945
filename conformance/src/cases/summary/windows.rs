//! Medication within its windows, to the day on which the practice is looked at.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::said::Said;
use crate::outcome::{Verdict, hold};
use crate::stage::{Kind, Observation, Scenario, Step, Way};

const UPLOAD: &[Step] = &[Step::Run(Kind::InitialUpload, Way::Run)];

pub(super) static WINDOWS: Scenario = Scenario::new(
    "summary-windows",
    &[
        "acute-12-months-ago",
        "acute-12-months-and-a-day-ago",
        "acute-between-6-and-12-months-ago",
        "repeat-issued-6-months-ago",
        "repeat-issued-6-months-and-a-day-ago",
        "repeat-reviewed-until-6-months-ago",
        "repeat-review-long-past",
        "repeat-never-issued",
        "discontinued-6-months-ago",
        "discontinued-6-months-and-a-day-ago",
        "discontinued-in-the-future",
        "medication-from-elsewhere",
        "medication-of-every-kind",
    ],
    UPLOAD,
);

pub(super) static SIX_MONTHS: Scenario = Scenario::new(
    "summary-acute-six-months",
    &["acute-between-6-and-12-months-ago", "medication-of-every-kind"],
    UPLOAD,
)
.with(|settings| settings.rules.medication_windows.acute_months = 6);

/// Where medication stands: what the coded entry is, and under which heading the text has it.
#[derive(Clone, Copy)]
struct Place {
    kind: &'static str,
    heading: &'static str,
}

const ACUTE: Place = Place { kind: "AcuteMedication", heading: "AcuteMedsHeader" };
const REPEAT: Place = Place { kind: "CurrentRepeatMedication", heading: "RepeatMedsHeader" };
const DISCONTINUED: Place = Place { kind: "DiscontinuedRepeatMedication", heading: "DiscRepeatMedsHeader" };

const AMOXICILLIN: &str = "Amoxicillin 500mg capsules";
const CETIRIZINE: &str = "Cetirizine 10mg capsules";
const PROPRANOLOL: &str = "Propranolol 40mg tablets";
const PRETENDAZOLE: &str = "Pretendazole 15mg gastro-resistant capsules";
const FICTOSTATIN: &str = "Fictostatin 20mg tablets";
const MADEUPINE: &str = "Madeupine 10mg tablets";

/// That a medication stands at a place, or does not: coded and in the text.
fn stands(seen: &Observation, slug: &str, place: Place, name: &str, expected: bool) -> Verdict {
    let said = Said::about(seen, slug)?;
    let coded = said.of_kind(place.kind).iter().any(|entry| entry.term == name);
    let rows = said.section(place.heading).map(|section| section.rows).unwrap_or_default();
    let shown = rows.iter().flatten().any(|cell| cell.contains(name));
    let wanted = format!("of {slug}: {name} under {}: {expected}", place.heading);
    hold(coded == expected && shown == expected, &wanted, format!("coded {coded}, shown {shown}"))
}

/// SUM-003.
pub(super) fn acute_of_twelve_months(seen: &Observation) -> Verdict {
    stands(seen, "acute-12-months-ago", ACUTE, AMOXICILLIN, true)?;
    stands(seen, "acute-between-6-and-12-months-ago", ACUTE, AMOXICILLIN, true)?;
    stands(seen, "medication-of-every-kind", ACUTE, AMOXICILLIN, true)
}

/// SUM-004.
pub(super) fn no_acute_before(seen: &Observation) -> Verdict {
    stands(seen, "acute-12-months-and-a-day-ago", ACUTE, AMOXICILLIN, false)?;
    stands(seen, "medication-of-every-kind", ACUTE, CETIRIZINE, false)?;
    stands(seen, "medication-of-every-kind", ACUTE, AMOXICILLIN, true)
}

/// SUM-005.
pub(super) fn acute_of_six_months(seen: &Observation) -> Verdict {
    stands(seen, "acute-between-6-and-12-months-ago", ACUTE, AMOXICILLIN, false)?;
    stands(seen, "medication-of-every-kind", ACUTE, AMOXICILLIN, true)
}

/// SUM-006.
pub(super) fn current_repeats(seen: &Observation) -> Verdict {
    stands(seen, "repeat-issued-6-months-ago", REPEAT, PROPRANOLOL, true)?;
    stands(seen, "repeat-reviewed-until-6-months-ago", REPEAT, PROPRANOLOL, true)?;
    stands(seen, "repeat-never-issued", REPEAT, PROPRANOLOL, true)?;
    stands(seen, "medication-of-every-kind", REPEAT, PROPRANOLOL, true)
}

/// SUM-007.
pub(super) fn no_repeats_long_past(seen: &Observation) -> Verdict {
    stands(seen, "repeat-issued-6-months-and-a-day-ago", REPEAT, PROPRANOLOL, false)?;
    stands(seen, "repeat-review-long-past", REPEAT, PROPRANOLOL, false)?;
    stands(seen, "medication-of-every-kind", REPEAT, PRETENDAZOLE, false)?;
    stands(seen, "medication-of-every-kind", REPEAT, PROPRANOLOL, true)
}

/// SUM-008.
pub(super) fn discontinued_repeats(seen: &Observation) -> Verdict {
    for slug in ["discontinued-6-months-ago", "medication-of-every-kind"] {
        stands(seen, slug, DISCONTINUED, FICTOSTATIN, true)?;
        stands(seen, slug, REPEAT, FICTOSTATIN, false)?;
    }
    stands(seen, "discontinued-in-the-future", DISCONTINUED, FICTOSTATIN, false)?;
    stands(seen, "discontinued-in-the-future", REPEAT, FICTOSTATIN, true)
}

/// SUM-009.
pub(super) fn nothing_discontinued_before(seen: &Observation) -> Verdict {
    for place in [DISCONTINUED, REPEAT] {
        stands(seen, "discontinued-6-months-and-a-day-ago", place, FICTOSTATIN, false)?;
        stands(seen, "medication-of-every-kind", place, MADEUPINE, false)?;
    }
    stands(seen, "medication-of-every-kind", DISCONTINUED, FICTOSTATIN, true)
}

/// SUM-010.
pub(super) fn medication_from_elsewhere(seen: &Observation) -> Verdict {
    stands(seen, "medication-from-elsewhere", ACUTE, "Aspirin 300mg tablets", true)?;
    stands(seen, "medication-from-elsewhere", REPEAT, "Abacavir 300mg tablets", true)
}

/// SUM-030.
pub(super) fn the_period_is_printed(seen: &Observation) -> Verdict {
    let said = Said::about(seen, "medication-of-every-kind")?;
    let title = |heading: &str| said.section(heading).map(|section| section.title).unwrap_or_default();
    let today = seen.people.day();
    let month = |day: Date| day.strftime("%b %Y").to_string();
    let period = |months: i64| {
        [format!("{months} month period"), month(today.saturating_sub(months.months())), month(today)]
    };
    let wanted = [("AcuteMedsHeader", period(12)), ("DiscRepeatMedsHeader", period(6))];
    for (heading, words) in wanted {
        let title = title(heading);
        hold(words.iter().all(|words| title.contains(words.as_str())), &words.join(", "), title)?;
    }
    Ok(())
}
