//! Defects of the comparison: which fields the client compares, and which of PDS's names and addresses it takes.

use spine_client::Reason;
use spine_rules::Fact;

use super::{holds, reads, retelling_everybody};
use crate::sabotage::{Bent, Sabotage};
use crate::stage::library::Seams;

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "demographics/compares-no-surname",
        "The client does not compare surnames.",
        compares_no_surname,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/compares-no-surname-of-dissenters",
        "The client tells the ACS of a dissent without comparing the surname.",
        compares_no_surname_of_dissenters,
        &["dissenters-matched"],
    ),
    Sabotage::of_client(
        "demographics/compares-no-gender",
        "The client does not compare the gender.",
        compares_no_gender,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/takes-not-known-for-any-gender",
        "The client takes a gender not known for any.",
        takes_not_known_for_any_gender,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/compares-no-birth-date",
        "The client takes day and month of birth in either order.",
        compares_no_birth_date,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/compares-neither-forename-nor-postcode",
        "The client compares neither forename nor postcode.",
        compares_neither_forename_nor_postcode,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/wants-the-forename",
        "The client wants the forename to agree, whatever the postcode.",
        wants_the_forename,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/wants-the-postcode",
        "The client wants the postcode to agree, whatever the forename.",
        wants_the_postcode,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/compares-all-forenames",
        "The client compares all forenames as one.",
        compares_all_forenames,
        &["differences", "written-in-two-ways"],
    ),
    Sabotage::of_client(
        "demographics/hushes-up-mismatches",
        "The client reports a mismatch as nobody's business.",
        hushes_up_mismatches,
        &["differences", "dissenters-matched"],
    ),
    Sabotage::of_client(
        "demographics/compares-telephones",
        "The client takes a telephone that it does not have for a mismatch.",
        compares_telephones,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/compares-address-lines",
        "The client takes another house number for a mismatch.",
        compares_address_lines,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/takes-business-for-sensitive",
        "The client takes the business flag for a restriction.",
        takes_business_for_sensitive,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/believes-the-business-flag",
        "The client does not compare a record under investigation.",
        believes_the_business_flag,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/reads-no-period-of-names",
        "The client does not read until when a name was in use.",
        reads_no_period_of_names,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/takes-the-first-name",
        "The client takes the first name of several.",
        takes_the_first_name,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/reads-no-period-of-addresses",
        "The client does not read until when an address was in use.",
        reads_no_period_of_addresses,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/takes-the-first-address",
        "The client takes the first address of several, whatever its use.",
        takes_the_first_address,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/completes-the-year",
        "The client takes a year of birth for enough.",
        completes_the_year,
        &["several-names-and-addresses"],
    ),
    Sabotage::of_client(
        "demographics/completes-the-month",
        "The client takes a month of birth for enough.",
        completes_the_month,
        &["several-names-and-addresses"],
    ),
];

reads!(compares_no_surname, "pds-surname-differs", "<family>After</family>" => "<family>Before</family>");
reads!(compares_no_surname_of_dissenters, "pds-mismatch-with-dissent", "<family>Secondly</family>" => "<family>Firstly</family>");
reads!(compares_no_gender, "gender-differs", "GenderCode code=\"1\"" => "GenderCode code=\"2\"");
reads!(takes_not_known_for_any_gender, "gender-unknown-here", "GenderCode code=\"2\"" => "GenderCode code=\"0\"");
reads!(compares_no_birth_date, "birth-date-differs", "19760504" => "19760405");
reads!(compares_neither_forename_nor_postcode, "forename-and-postcode-differ", "BD3 8SI" => "LS6 8SI");
reads!(wants_the_forename, "forename-differs", "LS6 8QV" => "BD3 8QV");
reads!(wants_the_postcode, "postcode-differs", "<given>Brenda</given>" => "<given>Winston</given>");
reads!(compares_telephones, "leap-day-birthday", "tel:00000000" => "", "<family>Neaps</family>" => "<family>Ebbs</family>");
reads!(believes_the_business_flag, "business-flag-surname-differs", "<family>Quarry</family>" => "<family>Query</family>");
reads!(takes_the_first_name, "very-old", "<family>Methuen</family>" => "<family>Maiden</family>");
reads!(takes_the_first_address, "forename-differs", "use=\"H\"" => "use=\"OLD\"", "use=\"TMP\"" => "use=\"H\"");
reads!(completes_the_year, "twin-b", "value=\"2004\"" => "value=\"20040404\"");
reads!(completes_the_month, "twin-a", "value=\"200404\"" => "value=\"20040404\"");
holds!(compares_all_forenames, |record| record.given_names = record.given_names.replace(' ', ""));

pub(super) fn compares_address_lines() -> Seams {
    Seams {
        tamper: || {
            retelling_everybody(|text| {
                if text.contains("99 Otherwise Street") {
                    text.replace("<family>", "<family>X")
                } else {
                    text.to_owned()
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn takes_business_for_sensitive() -> Seams {
    let tamper = || {
        retelling_everybody(|text| {
            text.replace("confidentialityCode code=\"B\"", "confidentialityCode code=\"S\"")
        })
    };
    Seams { tamper, ..Seams::default() }
}

pub(super) fn reads_no_period_of_names() -> Seams {
    Seams { tamper: || retelling_everybody(|text| text.replace("validTime", "was")), ..Seams::default() }
}

pub(super) fn reads_no_period_of_addresses() -> Seams {
    Seams { tamper: || retelling_everybody(|text| text.replace("useablePeriod", "was")), ..Seams::default() }
}

/// Nobody learns that somebody has to look at the differences.
pub(super) fn hushes_up_mismatches() -> Seams {
    let store = |store| {
        Bent::recording(store, |mut writes| {
            for write in &mut writes {
                if let Fact::SetAside(aside) = &mut write.fact
                    && aside.reason == Reason::PdsMismatch
                {
                    aside.reason = Reason::NotActive;
                }
            }
            writes
        })
    };
    Seams { store, ..Seams::default() }
}
