//! The PDS of a Spine: what it answers to a retrieval, and which it refuses.

use spine_fixtures::population::staff;

use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Heard, Voice};

const ROLE: &str =
    "retrievalQueryResponse/QUPA_IN000009UK03/ControlActEvent/subject/PDSResponse/subject/patientRole";
/// Serial change number; an observation of the kind 2.
const SERIAL: &str = "PDSResponse/pertinentInformation/pertinentSerialChangeNumber";

fn draft(ground: &Ground<'_>, number: &str) -> Draft {
    Draft::retrieval(ground.names(), &ground.id(), number)
}

fn retrieve(ground: &Ground<'_>, slug: &str) -> Heard {
    ground.send(&draft(ground, &ground.persona(slug)))
}

/// Where an answer is not as expected, the exchange shows it.
fn within(heard: &Heard, verdict: Verdict) -> Verdict {
    verdict.map_err(|failure| failure.in_exchange(&heard.exchange))
}

fn accepted(heard: &Heard) -> Verdict {
    let good = heard.status == 200
        && heard.voice == Voice::Accepted
        && heard.interaction == "QUPA_IN000009UK03"
        && heard.first("queryAck/queryResponseCode@code").as_deref() == Some("OK");
    within(
        heard,
        hold(good, "200 AA QUPA_IN000009UK03 OK", format!("{} {}", heard.line(), heard.interaction)),
    )
}

/// A refusal of the request itself: AR, or AE with an error.
fn refused(heard: &Heard) -> Verdict {
    let good = matches!(heard.voice, Voice::Rejected | Voice::Error) && !heard.codes.is_empty();
    within(heard, hold(good, "a refusal with a code", heard.line()))?;
    let person = heard.document.as_ref().map_or(0, |document| document.count("patientRole"));
    within(heard, same("records in the refusal", &0, &person))
}

fn reads(heard: &Heard, place: &str, expected: &[&str]) -> Verdict {
    within(heard, same(place, &expected.to_vec(), &heard.all(place).iter().map(String::as_str).collect()))
}

fn counts(heard: &Heard, place: &str, expected: usize) -> Verdict {
    let found = heard.document.as_ref().map_or(0, |document| document.count(place));
    within(heard, same(&format!("elements at {place}"), &expected, &found))
}

fn warns(heard: &Heard, code: &str) -> Verdict {
    let warning = heard.codes.iter().any(|one| one.code == code && one.qualifier == "WG");
    within(heard, hold(warning, &format!("the warning {code}"), format!("{:?}", heard.codes)))
}

pub(super) fn known(ground: &Ground<'_>) -> Verdict {
    let heard = retrieve(ground, "forename-differs");
    accepted(&heard)?;
    reads(&heard, &format!("{ROLE}/id@root"), &["2.16.840.1.113883.2.1.4.1"])?;
    reads(&heard, &format!("{ROLE}/id@extension"), &[&ground.persona("forename-differs")])?;
    let person = format!("{ROLE}/patientPerson");
    reads(&heard, &format!("{person}/administrativeGenderCode@code"), &["1"])?;
    reads(&heard, &format!("{person}/birthTime@value"), &["19760102"])?;
    reads(&heard, &format!("{person}/COCT_MT000203UK02.PartOfWhole/partPerson/name/given"), &["Winston"])?;
    reads(&heard, &format!("{person}/COCT_MT000203UK02.PartOfWhole/partPerson/name/family"), &["Allen"])?;
    reads(&heard, &format!("{person}/COCT_MT000201UK02.PartOfWhole/addr/postalCode"), &["LS6 8QV"])
}

pub(super) fn serial_number(ground: &Ground<'_>) -> Verdict {
    for slug in ["ordinary-adult", "s-flag", "superseded", "dead-on-pds-formally"] {
        let heard = retrieve(ground, slug);
        accepted(&heard)?;
        reads(&heard, &format!("{SERIAL}/code@code"), &["2"])?;
        let told = heard.all(&format!("{SERIAL}/value@value"));
        let number = told.len() == 1 && told.iter().all(|value| value.parse::<u64>().is_ok());
        within(&heard, hold(number, "one serial change number", format!("{told:?}")))?;
    }
    Ok(())
}

pub(super) fn sensitive(ground: &Ground<'_>) -> Verdict {
    for (slug, code) in [("s-flag", "S"), ("stop-noted", "Y")] {
        let heard = retrieve(ground, slug);
        accepted(&heard)?;
        warns(&heard, "9")?;
        reads(&heard, &format!("{ROLE}/confidentialityCode@code"), &[code])?;
        reads(&heard, &format!("{ROLE}/id@extension"), &[&ground.persona(slug)])?;
        counts(&heard, &format!("{ROLE}/patientPerson/*"), 0)?;
        counts(&heard, "postalCode", 0)?;
        counts(&heard, "family", 0)?;
    }
    let open = retrieve(ground, "ordinary-adult");
    accepted(&open)?;
    counts(&open, "family", 1)
}

pub(super) fn superseded(ground: &Ground<'_>) -> Verdict {
    let heard = retrieve(ground, "superseded");
    accepted(&heard)?;
    warns(&heard, "24")?;
    reads(&heard, &format!("{ROLE}/id@extension"), &[&ground.successor("superseded")])
}

pub(super) fn nobody(ground: &Ground<'_>) -> Verdict {
    let heard = retrieve(ground, "not-found");
    let good = heard.status == 200 && heard.voice == Voice::Error && heard.interaction == "QUQI_IN010000UK14";
    within(
        &heard,
        hold(good, "200 AE QUQI_IN010000UK14", format!("{} {}", heard.line(), heard.interaction)),
    )?;
    let codes = heard.bare_codes();
    let ordered = codes.len() >= 2 && codes.first() == Some(&"1") && codes.get(1) != Some(&"1");
    within(&heard, hold(ordered, "the error 1, then a detail code", format!("{codes:?}")))?;
    let errors = heard.codes.iter().all(|one| one.qualifier == "ER");
    within(&heard, hold(errors, "errors", format!("{:?}", heard.codes)))?;
    counts(&heard, "patientRole", 0)
}

pub(super) fn death(ground: &Ground<'_>) -> Verdict {
    for (slug, notification) in [("dead-on-pds-informally", "1"), ("dead-on-pds-formally", "2")] {
        let heard = retrieve(ground, slug);
        accepted(&heard)?;
        let dates = heard.all(&format!("{ROLE}/patientPerson/deceasedTime@value"));
        let whole = dates.len() == 1 && dates.iter().all(|date| date.len() == 8);
        within(&heard, hold(whole, "a date of death", format!("{dates:?}")))?;
        reads(&heard, "deathNotification/value@code", &[notification])?;
        reads(&heard, "deathNotification/value@codeSystem", &["2.16.840.1.113883.2.1.3.2.4.16.5"])?;
    }
    let alive = retrieve(ground, "ordinary-adult");
    counts(&alive, "deceasedTime", 0)?;
    counts(&alive, "deathNotification", 0)
}

pub(super) fn practice(ground: &Ground<'_>) -> Verdict {
    const CARE: &str = "patientPerson/playedOtherProviderPatient/subjectOf/patientCareProvisionEvent";
    let id = format!("{CARE}/performer/assignedEntity/id");
    for (slug, practice) in
        [("ordinary-adult", staff::PRACTICE_ODS), ("registered-elsewhere", staff::OTHER_ODS)]
    {
        let heard = retrieve(ground, slug);
        accepted(&heard)?;
        reads(&heard, &format!("{CARE}/code@code"), &["1"])?;
        reads(&heard, &format!("{id}@root"), &["2.16.840.1.113883.2.1.4.3"])?;
        reads(&heard, &format!("{id}@extension"), &[practice])?;
    }
    counts(&retrieve(ground, "registered-nowhere"), CARE, 0)
}

pub(super) fn either_order(ground: &Ground<'_>) -> Verdict {
    let number = ground.persona("ordinary-adult");
    let value = format!("<value root=\"2.16.840.1.113883.2.1.4.1\" extension=\"{number}\"/>");
    let text = "<semanticsText>Person.id</semanticsText>";
    let swapped = draft(ground, &number).swap(&format!("{text}{value}"), &format!("{value}{text}"));
    accepted(&ground.send(&swapped))
}

pub(super) fn other_root(ground: &Ground<'_>) -> Verdict {
    let number = ground.persona("ordinary-adult");
    accepted(&ground.send(&draft(ground, &number)))?;
    let wanted = "<value root=\"2.16.840.1.113883.2.1.4.1\"";
    for root in ["2.16.840.1.113883.2.1.3.2.4.18.24", "2.16.840.1.113883.2.1.4.3"] {
        let other = draft(ground, &number).swap(wanted, &format!("<value root=\"{root}\""));
        refused(&ground.send(&other))?;
    }
    refused(&ground.send(&draft(ground, &number).swap(wanted, "<value")))
}

pub(super) fn history_indicator(ground: &Ground<'_>) -> Verdict {
    let number = ground.persona("ordinary-adult");
    let code = "<value code=\"0\" codeSystem=\"2.16.840.1.113883.2.1.3.2.4.17.36\"/>";
    let with = |other: &str| ground.send(&draft(ground, &number).swap(code, &code.replace("\"0\"", other)));
    accepted(&with("\"0\""))?;
    accepted(&with("\"1\""))?;
    for wrong in ["\"2\"", "\"\"", "\"true\""] {
        refused(&with(wrong))?;
    }
    let whole = format!(
        "<historicDataIndicator><semanticsText>HistoricDataIndicator</semanticsText>{code}</historicDataIndicator>\n"
    );
    refused(&ground.send(&draft(ground, &number).swap(&whole, "")))
}

pub(super) fn serial_number_only(ground: &Ground<'_>) -> Verdict {
    let number = ground.persona("ordinary-adult");
    let heard = ground.send(&draft(ground, &number).swap("person.allData", "person.scn"));
    accepted(&heard)?;
    reads(&heard, &format!("{ROLE}/id@extension"), &[&number])?;
    let told = heard.all(&format!("{SERIAL}/value@value"));
    within(&heard, same("serial change numbers", &1, &told.len()))?;
    for place in ["family", "given", "birthTime", "administrativeGenderCode", "postalCode"] {
        counts(&heard, place, 0)?;
    }
    Ok(())
}
