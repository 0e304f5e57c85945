//! How the fields are written: capitals, stops, spaces, blanks.

use std::path::Path;

use spine_rules::rules::settings::BothBlank;

use super::pds::{Retelling, retold};
use crate::cases::eligibility::{UPLOAD, sent, unsent};
use crate::outcome::Verdict;
use crate::stage::{Kind, Observation, Scenario, Step, Way};

/// The same people, written in two ways.
pub(super) static WRITTEN: Scenario = Scenario::new(
    "written-in-two-ways",
    &[
        "ordinary-adult",
        "written-differently",
        "apostrophe",
        "typographic-apostrophe",
        "hyphen-against-space",
        "full-stop-behind-the-surname",
        "doubled-space-within-the-surname",
        "postcode-without-its-space",
        "second-forename-only-here",
        "postcode-differs",
        "pds-surname-differs",
    ],
    UPLOAD,
)
.scripted(|| retold(IN_CAPITALS));

/// Surname and forename in capitals; the forename decides where the postcode differs.
const IN_CAPITALS: &[Retelling] = &[
    ("ordinary-adult", &[("<family>Ashworth</family>", "<family>ASHWORTH</family>")]),
    ("postcode-differs", &[("<given>Brenda</given>", "<given>BRENDA</given>")]),
    ("pds-surname-differs", &[("<family>After</family>", "<family>AFTER</family>")]),
];

/// Blanks at the practice, on PDS, and on both sides.
pub(super) static BLANKS: Scenario = Scenario::new(
    "blanks",
    &[
        "ordinary-adult",
        "family-name-blank",
        "birth-date-blank",
        "ordinary-child",
        "no-fixed-abode",
        "very-old",
        "leap-day-birthday",
        "twin-a",
        "forename-blank-postcode-same",
        "postcode-blank-forename-same",
        "forename-blank-postcode-differs",
        "forename-and-postcode-blank",
    ],
    &[Step::Change(blank_gender), Step::Run(Kind::InitialUpload, Way::Run)],
)
.scripted(|| retold(BLANK_ON_PDS));

/// The same under the setting that takes blanks on both sides for matched.
pub(super) static BLANKS_MATCH: Scenario = Scenario::new(
    "blanks-match",
    &[
        "ordinary-adult",
        "forename-blank-postcode-differs",
        "forename-and-postcode-blank",
        "family-name-blank",
    ],
    UPLOAD,
)
.with(|settings| settings.rules.both_blank = BothBlank::Matches);

const BLANK_ON_PDS: &[Retelling] = &[
    ("very-old", &[("<family>Methuen</family>", "")]),
    ("leap-day-birthday", &[("<administrativeGenderCode code=\"1\"/>", "")]),
    ("twin-a", &[("<birthTime value=\"20040404\"/>", "")]),
    // The practice is made to have none either.
    ("no-fixed-abode", &[("<administrativeGenderCode code=\"1\"/>", "")]),
];

/// Blanks the gender of two men at the practice.
fn blank_gender(practice: &Path) {
    let file = practice.join("patients.csv");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let blanked = text.lines().map(|line| {
        let blank = line.contains(",Kirkby,") || line.contains(",Rambler,");
        if blank { line.replace(",male,", ",,") + "\n" } else { line.to_owned() + "\n" }
    });
    // A file that cannot be written stays as it was, and the cases see it.
    let _ = std::fs::write(&file, blanked.collect::<String>());
}

pub(super) fn capitals(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "postcode-differs"])?;
    unsent(seen, &["pds-surname-differs"])
}

pub(super) fn all_at_once(seen: &Observation) -> Verdict {
    sent(seen, &["written-differently"])
}

pub(super) fn punctuation_at_the_end(seen: &Observation) -> Verdict {
    sent(seen, &["full-stop-behind-the-surname"])
}

pub(super) fn runs_of_white_space(seen: &Observation) -> Verdict {
    sent(seen, &["doubled-space-within-the-surname"])
}

pub(super) fn punctuation_within(seen: &Observation) -> Verdict {
    sent(seen, &["apostrophe"])?;
    unsent(seen, &["hyphen-against-space", "typographic-apostrophe"])
}

pub(super) fn postcodes(seen: &Observation) -> Verdict {
    sent(seen, &["postcode-without-its-space"])
}

pub(super) fn first_forename(seen: &Observation) -> Verdict {
    sent(seen, &["second-forename-only-here"])
}

pub(super) fn mandatory_blank(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["family-name-blank", "birth-date-blank", "ordinary-child", "no-fixed-abode"])?;
    unsent(seen, &["very-old", "leap-day-birthday", "twin-a"])
}

pub(super) fn both_blank(seen: &Observation) -> Verdict {
    sent(seen, &["forename-blank-postcode-same", "postcode-blank-forename-same"])?;
    unsent(seen, &["forename-blank-postcode-differs", "forename-and-postcode-blank"])
}

pub(super) fn both_blank_match(seen: &Observation) -> Verdict {
    sent(seen, &["forename-blank-postcode-differs", "forename-and-postcode-blank"])?;
    unsent(seen, &["family-name-blank"])
}
