//! The answer to the event list query, `QUPC_IN200000SM04`: reading it.

use jiff::civil::DateTime;
use spine_rules::standing::{Standing, StandingSummary};
use spine_vocabulary::code::system;
use spine_vocabulary::{AcsPermission, EventId, NhsNumber, OdsCode};

use super::time;
use crate::answer::Why;
use crate::xml::names::Space;
use crate::xml::tree::Element;

/// The document types that are summaries: General Practice Summary and its initial form. Source: MIM 4.2.
const SUMMARIES: [&str; 2] = ["196981000000101", "196971000000103"];

/// What stands on the Spine for a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventList {
    /// Whom it says it is about: compare with the patient asked for.
    pub patient: Option<NhsNumber>,
    /// As the rules want it.
    pub standing: Standing,
    /// Every summary that is listed, in the order of the list: newest first, replaced and withdrawn ones included.
    pub events: Vec<ListedEvent>,
}

/// One listed summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEvent {
    /// Its id.
    pub event: EventId,
    /// Whether it is current.
    pub status: EventStatus,
    /// The organisation that its author represents, if the Spine tells.
    pub author: Option<OdsCode>,
    /// When it was stored, UK local time.
    pub persisted_at: Option<DateTime>,
}

/// Status of an event on the PSIS. Source: MIM, `..17.59`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventStatus {
    /// `1`, or not stated.
    Normal,
    /// `2`.
    Withdrawn,
    /// `3`.
    Replaced,
}

impl EventList {
    /// Reads the interaction. An answer without a list is one with no events: published answers leave it out.
    pub(crate) fn read(interaction: Element<'_>) -> Result<Self, Why> {
        let list = interaction.descendants().find(|element| named(*element, "queryResponseEventList"));
        let Some(list) = list else {
            return Ok(Self::of(None, Vec::new(), AcsPermission::Ask, AcsPermission::Ask));
        };
        let events = list
            .children()
            .filter(|child| named(*child, "event"))
            .filter(|event| is_summary(*event))
            .map(event)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(patient(list), events, permission(list, "Store")?, permission(list, "View")?))
    }

    /// Requirements: SUM-043, SUM-044.
    fn of(
        patient: Option<NhsNumber>,
        events: Vec<ListedEvent>,
        store: AcsPermission,
        view: AcsPermission,
    ) -> Self {
        let newest =
            events.iter().find(|event| event.status == EventStatus::Normal).map(|event| StandingSummary {
                event: event.event,
                author: event.author.clone(),
                persisted_at: event.persisted_at,
            });
        Self { patient, standing: Standing::Told { store, view, newest }, events }
    }
}

fn patient(list: Element<'_>) -> Option<NhsNumber> {
    let target = list.children().find(|child| named(*child, "recordTarget"))?;
    let id = target
        .descendants()
        .find(|id| named(*id, "id") && id.attribute("root") == Some(system::NHS_NUMBER))?;
    NhsNumber::parse(id.attribute("extension")?).ok()
}

fn event(event: Element<'_>) -> Result<ListedEvent, Why> {
    let part = |name| event.children().find(|child| named(*child, name));
    let id = part("eventID").and_then(|id| id.attribute("root")).ok_or(Why::Incomplete)?;
    let status = part("eventStatus").and_then(|status| status.attribute("code"));
    Ok(ListedEvent {
        event: EventId::parse(id).map_err(|_| Why::Incomplete)?,
        status: match status {
            Some("2") => EventStatus::Withdrawn,
            Some("3") => EventStatus::Replaced,
            _ => EventStatus::Normal,
        },
        author: part("author").and_then(organisation),
        persisted_at: part("persistenceDate").and_then(|date| date.attribute("value")).and_then(time::moment),
    })
}

/// Other documents are listed too; one that does not say what it is is taken for a summary.
fn is_summary(event: Element<'_>) -> bool {
    let kind = event.children().find(|child| named(*child, "eventType"));
    kind.and_then(|kind| kind.attribute("code")).is_none_or(|code| SUMMARIES.contains(&code))
}

/// The organisation's ODS code, wherever below the author an organisation is identified.
fn organisation(author: Element<'_>) -> Option<OdsCode> {
    author
        .descendants()
        .filter(|element| named(*element, "id") && element.attribute("root") == Some(system::ORGANISATION))
        .find_map(|id| OdsCode::parse(id.attribute("extension")?).ok())
}

/// What the assertions say about one function; no assertion means Ask, several mean the most restrictive.
/// Requirements: CON-018, CON-019.
fn permission(list: Element<'_>, function: &str) -> Result<AcsPermission, Why> {
    let mut asserted = None;
    for assertion in list.descendants().filter(|element| named(*element, "accessControlAssertion")) {
        let concerned = assertion.children().filter(|child| named(*child, "function")).any(|child| {
            child.children().any(|code| named(code, "code") && code.text().eq_ignore_ascii_case(function))
        });
        if !concerned || !about_summaries(assertion) {
            continue;
        }
        let permission = assertion.children().find(|child| named(*child, "permission"));
        let permission =
            permission.and_then(|permission| read_permission(permission.text())).ok_or(Why::Incomplete)?;
        asserted = Some(asserted.map_or(permission, |other| stricter(permission, other)));
    }
    Ok(asserted.unwrap_or(AcsPermission::Ask))
}

/// Assertions about other resources than the summary are none of ours.
fn about_summaries(assertion: Element<'_>) -> bool {
    let resource = assertion.children().find(|child| named(*child, "resource"));
    let kind = resource.and_then(|resource| resource.children().find(|child| named(*child, "type")));
    kind.is_none_or(|kind| kind.text() == "SCR")
}

/// What is shown is Yes, No or Ask; a list that repeats what was set may say Clear.
fn read_permission(text: &str) -> Option<AcsPermission> {
    AcsPermission::from_shown(text).or_else(|| AcsPermission::from_set(text))
}

fn stricter(one: AcsPermission, other: AcsPermission) -> AcsPermission {
    let order = [AcsPermission::No, AcsPermission::Ask, AcsPermission::Yes];
    order.into_iter().find(|permission| *permission == one || *permission == other).unwrap_or(one)
}

/// Elements of the list are in the namespace of the PSIS, those of authors and permissions in that of HL7 or the ACS;
/// published answers mix them.
fn named(element: Element<'_>, name: &str) -> bool {
    matches!(element.space(), Space::Psis | Space::Hl7 | Space::Crs) && element.name() == name
}
