//! What a retrieval asks for, and which rules it breaks.

use roxmltree::Node;
use spine_vocabulary::NhsNumber;
use spine_vocabulary::code::system;

use crate::psis::summary::exact_number;
use crate::wire::issue::Breaches;
use crate::wire::namespace::HL7;
use crate::wire::read::element::{elements, has, is};
use crate::wire::read::{attribute, children, one, text};

/// The parts of a record that can be asked for; the serial change number always comes along.
const ITEMS: [&str; 3] = ["person.allData", "person.primaryCareAllData", "person.scn"];

/// A retrieval that keeps every rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query {
    /// Whose record.
    pub(super) number: NhsNumber,
    /// Whether the person's details are asked for.
    pub(super) details: bool,
    /// Whether the registered practice is asked for.
    pub(super) primary_care: bool,
}

impl Query {
    /// Reads a query; `None` without a number.
    /// Requirement: PDS-040.
    pub(super) fn read(query: Node<'_, '_>) -> Option<Self> {
        let items: Vec<String> = items(query);
        let all = items.iter().any(|item| item == ITEMS[0]);
        Some(Self {
            number: exact_number(&number(query)?).ok()?,
            details: all,
            primary_care: all || items.iter().any(|item| item == ITEMS[1]),
        })
    }
}

fn items(query: Node<'_, '_>) -> Vec<String> {
    children(query, HL7, "retrievalItem")
        .map(|item| one(item, HL7, "semanticsText").and_then(text).unwrap_or_default())
        .collect()
}

fn number(query: Node<'_, '_>) -> Option<String> {
    let value = one(one(query, HL7, "person.id")?, HL7, "value")?;
    let value = Some(value).filter(|value| has(*value, "root", system::NHS_NUMBER))?;
    attribute(value, "extension").map(str::to_owned)
}

/// Every rule of the query that it breaks.
/// Requirements: PDS-037, PDS-038, PDS-039.
pub(super) fn breaches(query: Node<'_, '_>) -> Breaches {
    let mut breaches = Breaches::default();
    let named = |parameter: Node<'_, '_>| {
        one(parameter, HL7, "semanticsText").and_then(text).is_some() && elements(parameter).count() == 2
    };
    let history = one(query, HL7, "historicDataIndicator").filter(|parameter| named(*parameter));
    let wanted = history
        .and_then(|parameter| one(parameter, HL7, "value"))
        .filter(|value| has(*value, "codeSystem", system::HISTORIC_DATA))
        .and_then(|value| attribute(value, "code"));
    breaches.hold(
        matches!(wanted, Some("0" | "1")),
        "HISTORIC_DATA_INDICATOR_INVALID",
        "query/historicDataIndicator is there once, 0 or 1, with its semanticsText",
    );
    let person = one(query, HL7, "person.id").filter(|parameter| named(*parameter));
    breaches.hold(
        person.is_some(),
        "MISSING_MANDATORY_SEARCH_FIELD",
        "query/person.id is there once, with its semanticsText",
    );
    let number = number(query);
    breaches.hold(
        person.is_none() || number.as_deref().is_some_and(|number| exact_number(number).is_ok()),
        "NOT_NEW_STYLE_NHS_NUMBER",
        "query/person.id is a new-style NHS number of the NHS number's root",
    );
    breaches.hold(
        items(query).iter().all(|item| ITEMS.contains(&item.as_str())),
        "RETRIEVAL_ITEM_INVALID",
        "query/retrievalItem names a part of a record",
    );
    let own = ["historicDataIndicator", "person.id", "retrievalItem"];
    breaches.hold(
        elements(query).all(|child| own.iter().any(|name| is(child, HL7, name))),
        "UNEXPECTED_ELEMENT",
        "the query has no parameter that is not its own",
    );
    breaches
}
