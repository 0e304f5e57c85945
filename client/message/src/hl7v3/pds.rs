//! The answer to a PDS retrieval, `QUPA_IN000009UK03`: reading it.
//!
//! What is usual *now* is told by the day on which the answer was made: nothing here reads a clock.

use spine_rules::demographics::{PdsAnswer, PdsDeath, PdsRecord};
use spine_vocabulary::code::error::{PDS_SENSITIVE, PDS_SUPERSEDED};
use spine_vocabulary::code::system;
use spine_vocabulary::{DeathNotification, ErrorCode, Gender, NhsNumber, OdsCode};

use super::acknowledgement::{Issue, issues};
use super::time::{self, Period};
use crate::answer::Why;
use crate::xml::names::Space;
use crate::xml::tree::Element;

/// What the PDS answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdsReply {
    /// The record, as the rules want it.
    pub answer: PdsAnswer,
    /// Warnings that came with it.
    pub issues: Vec<Issue>,
}

/// PDS: match with limited data, for sensitivity. Source: MIM, PDS.
const LIMITED: ErrorCode =
    ErrorCode { system: system::PDS_ERROR, code: "5", meaning: "Match - limited data returned" };

impl PdsReply {
    /// Reads the interaction.
    /// Requirements: PDS-023, PDS-024.
    pub(crate) fn read(interaction: Element<'_>) -> Result<Self, Why> {
        let issues = issues(interaction);
        let reports = |code: &ErrorCode| issues.iter().any(|issue| issue.is(code));
        let Some(role) = interaction.find(Space::Hl7, "patientRole") else {
            let response = interaction.path(&["ControlActEvent", "queryAck", "queryResponseCode"]);
            let nothing = response.and_then(|code| code.attribute("code")) == Some("NF");
            return if nothing {
                Ok(Self { answer: PdsAnswer::NotFound, issues })
            } else {
                Err(Why::Incomplete)
            };
        };
        let record = PdsRecord {
            number: number(role)?,
            superseded: reports(&PDS_SUPERSEDED),
            sensitive: reports(&PDS_SENSITIVE) || reports(&LIMITED) || confidential(role),
            ..person(role, &today(interaction))?
        };
        Ok(Self { answer: PdsAnswer::Found(Box::new(record)), issues })
    }
}

/// The person; everything may be withheld.
fn person(role: Element<'_>, today: &str) -> Result<PdsRecord, Why> {
    let mut record = PdsRecord {
        number: number(role)?,
        superseded: false,
        sensitive: false,
        family_name: String::new(),
        given_names: Vec::new(),
        gender: None,
        birth_date: None,
        postcode: String::new(),
        death: death(role),
        practice: None,
    };
    let Some(person) = role.child("patientPerson") else { return Ok(record) };
    record.gender =
        person.child("administrativeGenderCode").and_then(|code| Gender::from_code(code.attribute("code")?));
    record.birth_date = person.child("birthTime").and_then(|time| time::day(time.attribute("value")?));
    record.practice = practice(person, today);
    if let Some(name) = usual(&names(person), "L", today, true) {
        record.family_name = joined(name, "family");
        record.given_names = texts(name, "given");
    }
    if let Some(address) = usual(&addresses(role, person), "H", today, false) {
        record.postcode = joined(address, "postalCode");
    }
    Ok(record)
}

fn number(role: Element<'_>) -> Result<NhsNumber, Why> {
    let is_number = |id: &Element<'_>| id.attribute("root") == Some(system::NHS_NUMBER);
    let id = role.all("id").find(is_number).and_then(|id| id.attribute("extension"));
    NhsNumber::parse(id.ok_or(Why::Incomplete)?).map_err(|_| Why::Incomplete)
}

/// Y stop noted, S sensitive. B (under investigation) hides nothing. Source: MIM, PDS, `..16.1`; Vision help, PDS Flagged
/// Records.
/// Requirements: ELI-021, PDS-026.
fn confidential(role: Element<'_>) -> bool {
    role.all("confidentialityCode").any(|code| matches!(code.attribute("code"), Some("Y" | "S")))
}

/// The day on which the answer was made, eight digits; the highest day if it does not say.
fn today(interaction: Element<'_>) -> String {
    let made = interaction.child("creationTime").and_then(|time| time.attribute("value")).unwrap_or_default();
    if time::day(made).is_some() { made.chars().take(8).collect() } else { "99991231".to_owned() }
}

/// Requirement: ELI-025.
fn death(role: Element<'_>) -> Option<PdsDeath> {
    let time = role.path(&["patientPerson", "deceasedTime"]);
    let notification = role
        .find(Space::Hl7, "deathNotification")
        .and_then(|death| DeathNotification::from_code(death.child("value")?.attribute("code")?));
    if time.is_none() && notification.is_none() {
        return None;
    }
    Some(PdsDeath { date: time.and_then(|time| time::day(time.attribute("value")?)), notification })
}

/// Names of a retrieval lie in parts of the person, those of a trace in the person itself.
fn names(person: Element<'_>) -> Vec<Element<'_>> {
    let parts = parts(person, "COCT_MT000203UK");
    parts.filter_map(|part| part.path(&["partPerson", "name"])).chain(person.all("name")).collect()
}

/// Addresses of a retrieval lie in parts of the person, those of a trace in the role.
fn addresses<'t>(role: Element<'t>, person: Element<'t>) -> Vec<Element<'t>> {
    parts(person, "COCT_MT000201UK").filter_map(|part| part.child("addr")).chain(role.all("addr")).collect()
}

/// Parts by the number of their model; its version differs between releases.
fn parts<'t>(person: Element<'t>, model: &'static str) -> impl Iterator<Item = Element<'t>> {
    person.children().filter(move |child| {
        child.space() == Space::Hl7
            && child.name().starts_with(model)
            && child.name().ends_with(".PartOfWhole")
    })
}

/// The one that is in that use today: of several, the one that began last. If none is today, none is usual; `ever` takes
/// the last one then. A lone one that does not state its use is taken for usual.
/// Requirements: PDS-020, PDS-021.
fn usual<'t>(found: &[Element<'t>], wanted: &str, today: &str, ever: bool) -> Option<Element<'t>> {
    let stated = |element: &&Element<'t>| {
        element.attribute("use").is_some_and(|uses| uses.split_ascii_whitespace().any(|one| one == wanted))
    };
    let mut usual: Vec<_> = found.iter().filter(stated).copied().collect();
    if let ([lone], true) = (found, usual.is_empty()) {
        usual.extend((lone.attribute("use").is_none()).then_some(*lone));
    }
    let began = |element: &Element<'t>| period(*element).low.to_owned();
    let current =
        usual.iter().filter(|element| period(**element).holds_on(today)).max_by_key(|element| began(element));
    let last = || usual.iter().max_by_key(|element| began(element)).filter(|_| ever);
    current.or_else(last).copied()
}

fn period(element: Element<'_>) -> Period<'_> {
    let Some(period) = element.child("useablePeriod").or_else(|| element.child("validTime")) else {
        return Period::default();
    };
    let end = |name| period.child(name).and_then(|end| end.attribute("value")).unwrap_or_default();
    Period { low: end("low"), high: end("high") }
}

/// The practice: the provision of primary care (`1`) that holds today.
fn practice(person: Element<'_>, today: &str) -> Option<OdsCode> {
    person
        .all("playedOtherProviderPatient")
        .flat_map(Element::descendants)
        .filter(|element| matches!(element.name(), "patientCareProvisionEvent" | "patientCareProvision"))
        .filter(|care| care.child("code").and_then(|code| code.attribute("code")) == Some("1"))
        .filter(|care| provision_period(*care).holds_on(today))
        .flat_map(Element::descendants)
        .filter(|id| id.is(Space::Hl7, "id"))
        .filter(|id| matches!(id.attribute("root"), Some(system::PDS_ORGANISATION | system::ORGANISATION)))
        .find_map(|id| OdsCode::parse(id.attribute("extension")?).ok())
}

fn provision_period(care: Element<'_>) -> Period<'_> {
    let Some(period) = care.child("effectiveTime") else { return Period::default() };
    let end = |name| period.child(name).and_then(|end| end.attribute("value")).unwrap_or_default();
    Period { low: end("low"), high: end("high") }
}

fn texts(element: Element<'_>, name: &'static str) -> Vec<String> {
    element.all(name).map(Element::text).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

fn joined(element: Element<'_>, name: &'static str) -> String {
    texts(element, name).join(" ")
}
