//! Who exists, and what stands about them, read from the population folder.

use std::collections::HashSet;
use std::path::Path;

use jiff::civil::{Date, DateTime};
use spine_vocabulary::{
    AcsPermission, Asid, DeathNotification, EventId, Gender, NhsNumber, OdsCode, PartyKey,
};

use super::ScenarioError;
use super::dialect::{Row, read_rows};
use super::person::{Person, Sensitivity};
use super::record::{ClientSystem, Permission, StandingAllergy, StandingSummary};

const PEOPLE: &[&str] = &[
    "nhs_number",
    "family",
    "given",
    "gender",
    "birth_date",
    "death_date",
    "death_status",
    "postcode",
    "address",
    "gp_practice",
    "sensitivity",
    "superseded_by",
    "invalidated",
    "scn",
];
const PERMISSIONS: &[&str] = &["nhs_number", "store", "view"];
const SUMMARIES: &[&str] = &["nhs_number", "event_id", "ods", "persisted_at", "text", "allergies"];
const SYSTEMS: &[&str] = &["asid", "party_key", "ods", "name"];

/// Who exists, and what stands about them.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// Every record of the PDS.
    pub people: Vec<Person>,
    /// What the ACS holds.
    pub permissions: Vec<(NhsNumber, Permission)>,
    /// Standing summaries, oldest first per patient.
    pub summaries: Vec<StandingSummary>,
    /// The client systems that may send.
    pub systems: Vec<ClientSystem>,
}

impl Population {
    /// Reads the four files of the folder that the services need.
    pub(super) fn load(folder: &Path) -> Result<Self, ScenarioError> {
        let mut all = Self::default();
        let mut numbers = HashSet::new();
        read_rows(folder, "people.csv", PEOPLE, |row| {
            let person = person(row)?;
            if !numbers.insert(person.nhs_number) {
                return Err("this NHS number has a row already".to_owned());
            }
            all.people.push(person);
            Ok(())
        })?;
        let known = |number| {
            if numbers.contains(&number) {
                Ok(number)
            } else {
                Err("nobody in people.csv has this NHS number".to_owned())
            }
        };
        let mut seen = HashSet::new();
        read_rows(folder, "permissions.csv", PERMISSIONS, |row| {
            let number = known(number(row, "nhs_number")?)?;
            if !seen.insert(number) {
                return Err("this NHS number has a row already".to_owned());
            }
            let shown = |text: &str| AcsPermission::from_set(text).filter(|one| *one != AcsPermission::Ask);
            let permission =
                Permission { store: row.optional("store", shown)?, view: row.optional("view", shown)? };
            all.permissions.push((number, permission));
            Ok(())
        })?;
        let mut events = HashSet::new();
        read_rows(folder, "summaries.csv", SUMMARIES, |row| {
            let summary = summary(row)?;
            known(summary.nhs_number)?;
            if !events.insert(summary.event_id) {
                return Err("this event id has a row already".to_owned());
            }
            all.summaries.push(summary);
            Ok(())
        })?;
        let mut asids = HashSet::new();
        read_rows(folder, "systems.csv", SYSTEMS, |row| {
            let system = system(row)?;
            if !asids.insert(system.asid.clone()) {
                return Err("this ASID has a row already".to_owned());
            }
            all.systems.push(system);
            Ok(())
        })?;
        Ok(all)
    }
}

/// An NHS number that no real person has: the guard rail against real use begins here.
fn number(row: &Row<'_>, column: &str) -> Result<NhsNumber, String> {
    let number = row.parse(column, |text| NhsNumber::parse(text).ok())?;
    if number.is_test() {
        Ok(number)
    } else {
        Err(format!("column {column} must hold a number that begins with 9"))
    }
}

fn person(row: &Row<'_>) -> Result<Person, String> {
    let date = |text: &str| text.parse::<Date>().ok();
    let superseded_by =
        if row.text("superseded_by").is_empty() { None } else { Some(number(row, "superseded_by")?) };
    Ok(Person {
        nhs_number: number(row, "nhs_number")?,
        family: row.text("family").to_owned(),
        given: row.text("given").split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        gender: row.parse("gender", Gender::from_code)?,
        birth_date: row.optional("birth_date", date)?,
        death_date: row.optional("death_date", date)?,
        death: row.optional("death_status", DeathNotification::from_code)?,
        postcode: row.text("postcode").to_owned(),
        address: row.text("address").split(';').map(|line| line.trim().to_owned()).collect(),
        gp_practice: row.optional("gp_practice", |text| OdsCode::parse(text).ok())?,
        sensitivity: row.optional("sensitivity", Sensitivity::from_code)?,
        superseded_by,
        invalidated: row.optional("invalidated", |text| (text == "yes").then_some(()))?.is_some(),
        serial_change: row.parse("scn", |text| text.parse().ok())?,
    })
}

fn summary(row: &Row<'_>) -> Result<StandingSummary, String> {
    Ok(StandingSummary {
        nhs_number: number(row, "nhs_number")?,
        event_id: row.parse("event_id", |text| EventId::parse(text).ok())?,
        ods: row.parse("ods", |text| OdsCode::parse(text).ok())?,
        persisted_at: row.parse("persisted_at", moment)?,
        text: row.text("text").to_owned(),
        allergies: row.optional("allergies", allergies)?.unwrap_or_default(),
    })
}

/// Allergies parted by semicolons: the code, which may be blank, a bar and the words.
fn allergies(text: &str) -> Option<Vec<StandingAllergy>> {
    text.split(';')
        .map(|allergy| {
            let (code, term) = allergy.split_once('|')?;
            let (code, term) = (code.trim(), term.trim());
            let known = !term.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
            let code = (!code.is_empty()).then(|| code.to_owned());
            known.then(|| StandingAllergy { code, term: term.to_owned() })
        })
        .collect()
}

/// A date with a time of day; a zone, where one is written, must be UTC's and is read as UK time like the rest.
fn moment(text: &str) -> Option<DateTime> {
    let text = text.trim_end_matches('Z');
    text.contains('T').then(|| text.parse().ok()).flatten()
}

fn system(row: &Row<'_>) -> Result<ClientSystem, String> {
    Ok(ClientSystem {
        asid: row.parse("asid", |text| Asid::parse(text).ok())?,
        party_key: row.parse("party_key", |text| PartyKey::parse(text).ok())?,
        ods: row.parse("ods", |text| OdsCode::parse(text).ok())?,
        name: row.text("name").to_owned(),
    })
}
