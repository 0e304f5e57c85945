//! The coded part of a summary: its categories and entries.

use std::collections::HashSet;

use roxmltree::Node;
use spine_vocabulary::Category;
use spine_vocabulary::code::system;

use super::rules::hold_template;
use super::text::is_documentation;
use crate::wire::issue::Breaches;
use crate::wire::namespace::HL7;
use crate::wire::read::element::{count, elements, has, is};
use crate::wire::read::wrapper::is_upper_uuid;
use crate::wire::read::{attribute, children, one};

const PERTINENT: &str = "CSAB_RM-NPfITUK10.pertinentInformation1";

/// The category elements of the summary.
fn categories<'a, 'i: 'a>(summary: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    children(summary, HL7, "pertinentInformation2").filter_map(|part| one(part, HL7, "pertinentCREType"))
}

/// The coded entries of one category.
fn entries<'a, 'i: 'a>(category: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    children(category, HL7, "component")
        .flat_map(|component| elements(component).filter(|node| is_entry(*node)))
}

fn is_entry(node: Node<'_, '_>) -> bool {
    node.tag_name().namespace() == Some(HL7) && node.tag_name().name().starts_with("UKCT_MT144")
}

fn category_of(category: Node<'_, '_>) -> Option<Category> {
    let code = one(category, HL7, "code").filter(|code| has(*code, "codeSystem", system::SNOMED))?;
    Category::from_code(attribute(code, "code")?)
}

/// Whether any coded entry is something other than a personal preference.
pub(super) fn are_clinical(summary: Node<'_, '_>) -> bool {
    categories(summary).any(|category| {
        let preferences = category_of(category) == Some(Category::PersonalPreferences);
        entries(category)
            .any(|entry| !preferences || !entry.tag_name().name().ends_with(".PersonalPreference"))
    })
}

/// Holds the rules of the root category, the categories and their entries.
/// Requirements: SUM-047, SUM-048.
pub(super) fn hold(summary: Node<'_, '_>, breaches: &mut Breaches) {
    hold_root(summary, breaches);
    breaches.hold(
        count(summary, HL7, "pertinentInformation2") >= 1,
        "PERTINENT_INFORMATION2_MISSING",
        "GPSummary/pertinentInformation2 is there at least once",
    );
    let mut ids = HashSet::new();
    for part in children(summary, HL7, "pertinentInformation2") {
        hold_template(
            part,
            PERTINENT,
            "true",
            "PERTINENT_INFORMATION2_TEMPLATE_INVALID",
            "pertinentInformation2 has the template CSAB_RM-NPfITUK10.pertinentInformation1 and is separable",
            breaches,
        );
        let category = one(part, HL7, "pertinentCREType");
        breaches.hold(
            category.and_then(category_of).is_some(),
            "CRE_TYPE_INVALID",
            "pertinentCREType/code is one of the 22 categories",
        );
        let Some(category) = category else { continue };
        breaches.hold(
            has(category, "classCode", "CATEGORY")
                && has(category, "moodCode", "EVN")
                && has(part, "typeCode", "PERT"),
            "CRE_TYPE_CLASS_INVALID",
            "pertinentCREType has classCode CATEGORY and moodCode EVN, its part typeCode PERT",
        );
        breaches.hold(
            count(category, HL7, "component") >= 1,
            "CRE_TYPE_EMPTY",
            "pertinentCREType holds at least one component",
        );
        for component in children(category, HL7, "component") {
            hold_component(component, &mut ids, breaches);
        }
    }
}

fn hold_root(summary: Node<'_, '_>, breaches: &mut Breaches) {
    let root = one(summary, HL7, "pertinentInformation1");
    breaches.hold(
        root.is_some(),
        "PERTINENT_INFORMATION1_INVALID",
        "GPSummary/pertinentInformation1 is there exactly once",
    );
    let Some(root) = root else { return };
    hold_template(
        root,
        PERTINENT,
        "true",
        "PERTINENT_INFORMATION1_TEMPLATE_INVALID",
        "pertinentInformation1 has the template CSAB_RM-NPfITUK10.pertinentInformation1 and is separable",
        breaches,
    );
    let code = one(root, HL7, "pertinentRootCREType").and_then(|kind| one(kind, HL7, "code"));
    breaches.hold(
        code.is_some_and(is_documentation),
        "ROOT_CRE_TYPE_INVALID",
        "pertinentRootCREType/code is 163171000000105",
    );
}

fn hold_component(component: Node<'_, '_>, ids: &mut HashSet<String>, breaches: &mut Breaches) {
    hold_template(
        component,
        "CSAB_RM-NPfITUK10.component",
        "false",
        "COMPONENT_TEMPLATE_INVALID",
        "component has the template CSAB_RM-NPfITUK10.component and is not separable",
        breaches,
    );
    let own = |node: Node<'_, '_>| ["templateId", "seperatableInd"].iter().any(|name| is(node, HL7, name));
    let content: Vec<_> = elements(component).filter(|node| !own(*node)).collect();
    let entry = match content.as_slice() {
        [entry] if is_entry(*entry) => Some(*entry),
        _ => None,
    };
    breaches.hold(
        entry.is_some() && has(component, "typeCode", "COMP"),
        "COMPONENT_ENTRY_INVALID",
        "component has typeCode COMP and holds one coded entry",
    );
    let Some(entry) = entry else { return };
    let id = one(entry, HL7, "id").and_then(|id| attribute(id, "root")).filter(|id| is_upper_uuid(id));
    breaches.hold(id.is_some(), "ENTRY_ID_INVALID", "a coded entry has one id, a UUID in capital letters");
    if let Some(id) = id {
        breaches.hold(
            ids.insert(id.to_owned()),
            "ENTRY_ID_REPEATED",
            "no two coded entries have the same id",
        );
    }
    let coded = one(entry, HL7, "code").is_some_and(|code| is_snomed(code) || is_only_text(code));
    breaches.hold(
        coded,
        "ENTRY_CODE_INVALID",
        "a coded entry has one SNOMED CT code, or says that its original text has none",
    );
    // The one kind of entry whose model has no status.
    let needs_none = entry.tag_name().name().starts_with("UKCT_MT144056");
    breaches.hold(
        needs_none || one(entry, HL7, "statusCode").is_some_and(|status| attribute(status, "code").is_some()),
        "ENTRY_STATUS_INVALID",
        "a coded entry has one statusCode",
    );
}

fn is_snomed(code: Node<'_, '_>) -> bool {
    attribute(code, "code").is_some() && has(code, "codeSystem", system::SNOMED)
}

/// A concept outside SNOMED CT travels as its words. Source: HL7 v3 data types, `nullFlavor` OTH; the schemas allow it.
fn is_only_text(code: Node<'_, '_>) -> bool {
    let words = one(code, HL7, "originalText").and_then(|text| text.text()).unwrap_or("");
    has(code, "nullFlavor", "OTH") && attribute(code, "code").is_none() && !words.trim().is_empty()
}
