//! The five fields: which of them must agree, and what PDS has to say of them.

use super::pds::{Retelling, retold};
use crate::cases::eligibility::{MIGRATION_THEN_UPLOAD, UPLOAD, sent, unsent};
use crate::outcome::{Verdict, hold, same};
use crate::stage::{Observation, Scenario};
use crate::wire::Sort;

/// One field differs in each, or two, or what is no field of the match.
pub(super) static DIFFERENCES: Scenario = Scenario::new(
    "differences",
    &[
        "ordinary-adult",
        "pds-surname-differs",
        "gender-differs",
        "gender-unknown-here",
        "birth-date-differs",
        "forename-and-postcode-differ",
        "forename-differs",
        "postcode-differs",
        "second-forename-only-here",
    ],
    UPLOAD,
);

/// Two dissenters, one of whom does not match, in a migration and in the upload after it.
pub(super) static DISSENTERS: Scenario = Scenario::new(
    "dissenters-matched",
    &["ordinary-adult", "dissent", "pds-mismatch-with-dissent"],
    MIGRATION_THEN_UPLOAD,
);

/// PDS tells of several names and addresses, of telephones and of half a date.
pub(super) static SEVERAL: Scenario = Scenario::new(
    "several-names-and-addresses",
    &[
        "ordinary-adult",
        "very-old",
        "leap-day-birthday",
        "pds-surname-differs",
        "forename-differs",
        "forename-and-postcode-differ",
        "twin-a",
        "twin-b",
        "apostrophe",
        "no-fixed-abode",
        "business-flag",
        "business-flag-surname-differs",
    ],
    UPLOAD,
)
.scripted(|| retold(MORE_THAN_ONE));

const MORE_THAN_ONE: &[Retelling] = &[
    // The maiden name was left behind long ago, and stands before the one in use.
    (
        "very-old",
        &[(
            "<COCT_MT000203UK02.PartOfWhole classCode=\"PART\">",
            "<COCT_MT000203UK02.PartOfWhole classCode=\"PART\"><partPerson classCode=\"PSN\" determinerCode=\"INSTANCE\"><name use=\"L\"><given>Mabel</given><family>Maiden</family><validTime><low value=\"19160101\"/><high value=\"19401231\"/></validTime><id root=\"2.16.840.1.113883.2.1.3.2.4.18.1\" extension=\"n0\"/></name></partPerson></COCT_MT000203UK02.PartOfWhole><COCT_MT000203UK02.PartOfWhole classCode=\"PART\">",
        )],
    ),
    // The practice has the surname from before; PDS has it, too, as one that is over, behind the one in use.
    (
        "pds-surname-differs",
        &[(
            "</partPerson></COCT_MT000203UK02.PartOfWhole>",
            "</partPerson></COCT_MT000203UK02.PartOfWhole><COCT_MT000203UK02.PartOfWhole classCode=\"PART\"><partPerson classCode=\"PSN\" determinerCode=\"INSTANCE\"><name use=\"L\"><given>Edith</given><family>Before</family><validTime><low value=\"19790402\"/><high value=\"20010630\"/></validTime><id root=\"2.16.840.1.113883.2.1.3.2.4.18.1\" extension=\"n2\"/></name></partPerson></COCT_MT000203UK02.PartOfWhole>",
        )],
    ),
    // The forename differs, so the postcode decides: a temporary address stands before the usual one.
    (
        "forename-differs",
        &[(
            "<COCT_MT000201UK02.PartOfWhole classCode=\"PART\">",
            "<COCT_MT000201UK02.PartOfWhole classCode=\"PART\"><addr use=\"TMP\"><postalCode>BD3 1AO</postalCode><id root=\"2.16.840.1.113883.2.1.3.2.4.18.1\" extension=\"a0\"/></addr></COCT_MT000201UK02.PartOfWhole><COCT_MT000201UK02.PartOfWhole classCode=\"PART\">",
        )],
    ),
    // Here the practice has the postcode of an address that the patient left; it stands behind the one of today.
    (
        "forename-and-postcode-differ",
        &[(
            "</COCT_MT000201UK02.PartOfWhole>",
            "</COCT_MT000201UK02.PartOfWhole><COCT_MT000201UK02.PartOfWhole classCode=\"PART\"><addr use=\"H\"><postalCode>LS6 8SI</postalCode><useablePeriod><low value=\"19900101\"/><high value=\"20101231\"/></useablePeriod><id root=\"2.16.840.1.113883.2.1.3.2.4.18.1\" extension=\"a0\"/></addr></COCT_MT000201UK02.PartOfWhole>",
        )],
    ),
    (
        "leap-day-birthday",
        &[
            (
                "<streetAddressLine>1 Invented Lane</streetAddressLine>",
                "<streetAddressLine>99 Otherwise Street</streetAddressLine>",
            ),
            ("<patientPerson ", "<telecom use=\"HP\" value=\"tel:00000000\"/><patientPerson "),
        ],
    ),
    ("twin-a", &[("value=\"20040404\"", "value=\"200404\"")]),
    ("twin-b", &[("value=\"20040404\"", "value=\"2004\"")]),
];

pub(super) fn surname(seen: &Observation) -> Verdict {
    nothing_of(seen, &["pds-surname-differs"])
}

pub(super) fn surname_of_a_dissenter(seen: &Observation) -> Verdict {
    // A dissenter who matches is told of: silence about the other one is the mismatch's doing.
    same("settings", &1, &seen.about("dissent", Sort::Setting).len())?;
    nothing_of(seen, &["pds-mismatch-with-dissent"])?;
    same("settings", &0, &seen.about("pds-mismatch-with-dissent", Sort::Setting).len())
}

pub(super) fn gender(seen: &Observation) -> Verdict {
    nothing_of(seen, &["gender-differs", "gender-unknown-here"])
}

pub(super) fn birth_date(seen: &Observation) -> Verdict {
    nothing_of(seen, &["birth-date-differs"])
}

pub(super) fn forename_and_postcode(seen: &Observation) -> Verdict {
    nothing_of(seen, &["forename-and-postcode-differ"])
}

pub(super) fn forename_alone(seen: &Observation) -> Verdict {
    sent(seen, &["forename-differs"])
}

pub(super) fn postcode_alone(seen: &Observation) -> Verdict {
    sent(seen, &["postcode-differs"])
}

pub(super) fn further_forenames(seen: &Observation) -> Verdict {
    sent(seen, &["second-forename-only-here"])
}

pub(super) fn other_details(seen: &Observation) -> Verdict {
    sent(seen, &["leap-day-birthday"])
}

pub(super) fn reported(seen: &Observation) -> Verdict {
    counted(seen, 0, 5)
}

pub(super) fn reported_in_a_migration(seen: &Observation) -> Verdict {
    counted(seen, 0, 1)?;
    counted(seen, 1, 1)
}

/// So many mismatches, and nobody else who failed.
fn counted(seen: &Observation, step: usize, mismatches: u64) -> Verdict {
    let run = seen.run(step);
    same("mismatches", &Some(mismatches), &run.reasons.get("pds-mismatch").copied())?;
    same("failed", &Some(mismatches), &run.counters.get("failed").copied())
}

pub(super) fn asked_in_the_same_run(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult", "dissent"])?;
    let (began, _) = seen.run(1).span;
    for upload in seen.of(Sort::Upload) {
        let before = |one: &&&crate::stage::Exchange| {
            (began..upload.number).contains(&one.number) && one.seen.patient == upload.seen.patient
        };
        let retrievals = seen.of(Sort::Retrieval);
        hold(
            retrievals.iter().find(before).is_some(),
            "PDS is asked in the same run, before the upload",
            "it is not",
        )
        .map_err(|failure| failure.in_exchange(upload))?;
    }
    Ok(())
}

pub(super) fn by_number_alone(seen: &Observation) -> Verdict {
    let retrievals = seen.of(Sort::Retrieval);
    hold(!retrievals.is_empty(), "PDS is asked", "it is not")?;
    for one in retrievals {
        let names = |query: &crate::wire::Document| {
            let known = ["historicDataIndicator", "person.id", "retrievalItem"]
                .map(|name| query.count(&format!("query/{name}")));
            (known.iter().sum::<usize>(), known[1], query.count("query/*"))
        };
        let (known, numbers, all) = one.payload().as_ref().map_or((0, 0, 1), names);
        hold(
            known == all && numbers == 1,
            "a query by the number alone",
            format!("{known} of {all} parameters"),
        )
        .map_err(|failure| failure.in_exchange(one))?;
    }
    // Traces and cross-checks are QUPA interactions, too.
    let is_trace = |one: &&crate::stage::Exchange| {
        one.seen.sort != Sort::Retrieval && one.seen.interaction.starts_with("QUPA")
    };
    same("traces", &0, &seen.exchanges.iter().filter(is_trace).count())
}

pub(super) fn name_in_use(seen: &Observation) -> Verdict {
    sent(seen, &["very-old"])?;
    unsent(seen, &["pds-surname-differs"])
}

pub(super) fn usual_address(seen: &Observation) -> Verdict {
    sent(seen, &["forename-differs"])?;
    unsent(seen, &["forename-and-postcode-differ"])
}

pub(super) fn partial_date(seen: &Observation) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, &["twin-a", "twin-b"])
}

pub(super) fn business_flag(seen: &Observation) -> Verdict {
    sent(seen, &["business-flag"])?;
    unsent(seen, &["business-flag-surname-differs"])
}

/// No summary, though somebody who matches gets one.
fn nothing_of(seen: &Observation, slugs: &[&str]) -> Verdict {
    sent(seen, &["ordinary-adult"])?;
    unsent(seen, slugs)
}
