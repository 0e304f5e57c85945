//! The coded entries: which element carries which, and what they have in common.
//!
//! The schema wants more of some elements than an entry holds (who received advice, what a link joins). Such an entry
//! travels as a `Finding` under its own category: its code, date and text arrive, and nothing is made up.

use jiff::civil::Date;
use spine_rules::summary::{Entry, EntryCode, EntryKind};
use spine_vocabulary::code::system;
use spine_vocabulary::{Category, CodeScheme};

use super::children::Children;
use super::{coded, medication, templated};
use crate::xml::writer::{Attribute, Writer};

/// How one kind of statement is spelt. Source: MIM 4.2, the common elements `UKCT_MT1440xx`.
struct Shape {
    element: &'static str,
    class: &'static str,
}

const fn shape(element: &'static str, class: &'static str) -> Shape {
    Shape { element, class }
}

const ALLERGY: Shape = shape("UKCT_MT144053UK02.Allergy", "OBS");
const PREFERENCE: Shape = shape("UKCT_MT144046UK01.PersonalPreference", "OBS");
const CARE_EVENT: Shape = shape("UKCT_MT144037UK01.CareEvent", "ENC");
const DIAGNOSIS: Shape = shape("UKCT_MT144042UK01.Diagnosis", "OBS");
const FINDING: Shape = shape("UKCT_MT144043UK02.Finding", "OBS");
const CIRCUMSTANCE: Shape = shape("UKCT_MT144036UK01.SocialOrPersonalCircumstance", "OBS");
const LIFESTYLE: Shape = shape("UKCT_MT144036UK01.LifeStyle", "OBS");
const SERVICE: Shape = shape("UKCT_MT144047UK01.Service", "PCPR");
const FAMILY_HISTORY: Shape = shape("UKCT_MT144044UK01.FamilyHistory", "OBS");
const TREATMENT: Shape = shape("UKCT_MT144055UK01.Treatment", "PROC");
const INVESTIGATION: Shape = shape("UKCT_MT144045UK01.Investigation", "PROC");
const PROCEDURE: Shape = shape("UKCT_MT144050UK01.AdministrativeProcedure", "ACT");
const DOCUMENTATION: Shape = shape("UKCT_MT144035UK01.CareProfessionalDocumentation", "DOC");
const PATIENT_LETTER: Shape = shape("UKCT_MT144035UK01.PatientCarerCorrespondence", "DOC");
const THIRD_PARTY_LETTER: Shape = shape("UKCT_MT144035UK01.ThirdPartyCorrespondence", "DOC");

/// How an entry that refers to a statement is spelt; without a code of its own it has the entry's.
struct Reference {
    element: &'static str,
    class: &'static str,
    code: Option<(&'static str, &'static str)>,
    relation: &'static str,
    attributes: &'static [Attribute<'static>],
    template: &'static str,
}

const PERTINENT: &[Attribute<'static>] =
    &[("typeCode", "PERT"), ("inversionInd", "false"), ("negationInd", "false")];
const SUBJECT: &[Attribute<'static>] =
    &[("typeCode", "SUBJ"), ("contextConductionInd", "false"), ("negationInd", "false")];

const PROBLEM: Reference = Reference {
    element: "UKCT_MT144038UK02.Problem",
    class: "CNOD",
    code: Some(("181301000000103", "Abstract problem node")),
    relation: "pertinentInformation",
    attributes: PERTINENT,
    template: "CSAB_RM-NPfITUK10.sourceOf",
};
const RISK_TO_PATIENT: Reference = Reference {
    element: "UKCT_MT144054UK01.RiskToPatient",
    class: "OBS",
    code: Some(("222701000000104", "Risk to patient")),
    relation: "pertinentInformation1",
    attributes: PERTINENT,
    template: "CSAB_RM-NPfITUK10.sourceOf1",
};
const RISK_TO_OTHERS: Reference = Reference {
    element: "UKCT_MT144041UK01.RiskToPerson",
    class: "OBS",
    code: None,
    relation: "subject",
    attributes: SUBJECT,
    template: "CSAB_RM-NPfITUK10.sourceOf1",
};

/// Writes an entry: one component, or two where a category speaks of an entry by reference.
/// Requirements: SUM-038, SUM-039.
pub(super) fn write(w: &mut Writer, entry: &Entry, children: &mut Children) {
    let id = children.next();
    match &entry.kind {
        EntryKind::Allergy => statement(w, &ALLERGY, entry, &id),
        EntryKind::Preference => statement(w, &PREFERENCE, entry, &id),
        EntryKind::Additional => additional(w, entry, &id, children),
        EntryKind::AcuteMedication { .. }
        | EntryKind::RepeatMedication { .. }
        | EntryKind::DiscontinuedMedication { .. } => component(w, |w| medication::write(w, entry, &id)),
    }
}

fn additional(w: &mut Writer, entry: &Entry, id: &str, children: &mut Children) {
    match entry.category {
        Category::Allergies => statement(w, &ALLERGY, entry, id),
        Category::PersonalPreferences => statement(w, &PREFERENCE, entry, id),
        Category::CareEvents => statement(w, &CARE_EVENT, entry, id),
        Category::Diagnoses => statement(w, &DIAGNOSIS, entry, id),
        Category::Circumstances => statement(w, &CIRCUMSTANCE, entry, id),
        Category::Lifestyle => statement(w, &LIFESTYLE, entry, id),
        Category::ServicesAndCarers => statement(w, &SERVICE, entry, id),
        Category::FamilyHistory => statement(w, &FAMILY_HISTORY, entry, id),
        Category::Treatments => statement(w, &TREATMENT, entry, id),
        Category::Investigations => statement(w, &INVESTIGATION, entry, id),
        Category::AdministrativeProcedures => statement(w, &PROCEDURE, entry, id),
        Category::CareProfessionalDocumentation => document(w, &DOCUMENTATION, entry, id),
        Category::PatientCorrespondence => document(w, &PATIENT_LETTER, entry, id),
        Category::ThirdPartyCorrespondence => document(w, &THIRD_PARTY_LETTER, entry, id),
        Category::ObservationsAndFindings
        | Category::InvestigationResults
        | Category::AdviceAndInformation
        | Category::LinkAssertion
        | Category::Medication => statement(w, &FINDING, entry, id),
        Category::ProblemsAndIssues => referred(w, &PROBLEM, entry, id, children),
        Category::RisksToPatient => referred(w, &RISK_TO_PATIENT, entry, id, children),
        Category::RisksToOthers => referred(w, &RISK_TO_OTHERS, entry, id, children),
    }
}

/// A finding, and what refers to it.
fn referred(w: &mut Writer, reference: &Reference, entry: &Entry, id: &str, children: &mut Children) {
    statement(w, &FINDING, entry, id);
    refer(w, reference, entry, id, &children.next());
}

/// A statement: id, code, status, time and supporting text.
fn statement(w: &mut Writer, shape: &Shape, entry: &Entry, id: &str) {
    component(w, |w| {
        w.element(shape.element, &[("classCode", shape.class), ("moodCode", "EVN")], |w| {
            w.empty("id", &[("root", id)]);
            code(w, &entry.code);
            w.empty("statusCode", &[("code", "completed")]);
            time(w, entry.date);
            if shape.element == CARE_EVENT.element {
                care_location(w);
            }
            supporting_text(w, &entry.text);
        });
    });
}

/// A document has its text where a statement has supporting text.
fn document(w: &mut Writer, shape: &Shape, entry: &Entry, id: &str) {
    component(w, |w| {
        w.element(shape.element, &[("classCode", shape.class), ("moodCode", "EVN")], |w| {
            w.empty("id", &[("root", id)]);
            code(w, &entry.code);
            w.text("text", &[], if entry.text.is_empty() { &entry.code.term } else { &entry.text });
            w.empty("statusCode", &[("code", "active")]);
            time(w, entry.date);
        });
    });
}

/// The schema wants the kind of place of a care event; a record does not hold it.
fn care_location(w: &mut Writer) {
    w.element("location1", &[("typeCode", "LOC"), ("contextControlCode", "OP")], |w| {
        w.element("dedicatedServiceDeliveryLocation", &[("classCode", "DSDLOC")], |w| {
            w.empty("code", &[("nullFlavor", "NI")]);
        });
    });
}

/// Problems and risks are not statements themselves: they point to the statement that came just before.
fn refer(w: &mut Writer, reference: &Reference, entry: &Entry, statement: &str, id: &str) {
    component(w, |w| {
        w.element(reference.element, &[("classCode", reference.class), ("moodCode", "EVN")], |w| {
            w.empty("id", &[("root", id)]);
            match reference.code {
                Some((known, display)) => coded(w, known, display, system::SNOMED),
                None => code(w, &entry.code),
            }
            w.empty("statusCode", &[("code", "active")]);
            time(w, entry.date);
            w.element(reference.relation, reference.attributes, |w| {
                templated(w, reference.template, "false");
                w.element("Finding", &[("classCode", "OBS"), ("moodCode", "EVN")], |w| {
                    w.empty("id", &[("root", statement)]);
                });
            });
        });
    });
}

fn component(w: &mut Writer, content: impl FnOnce(&mut Writer)) {
    w.element("component", &[("typeCode", "COMP"), ("contextConductionInd", "true")], |w| {
        templated(w, "CSAB_RM-NPfITUK10.component", "false");
        content(w);
    });
}

/// A SNOMED CT code travels as such; any other code as its original text, which the schema allows beside a null flavour
/// "other": not in the code system that is wanted here.
/// Requirement: SUM-040.
pub(super) fn code(w: &mut Writer, code: &EntryCode) {
    let snomed = code.scheme == CodeScheme::Snomed
        && !code.code.is_empty()
        && code.code.bytes().all(|byte| byte.is_ascii_digit());
    match (snomed, code.term.trim().is_empty()) {
        (true, false) => coded(w, &code.code, &code.term, system::SNOMED),
        (true, true) => w.empty("code", &[("code", &code.code), ("codeSystem", system::SNOMED)]),
        (false, blank) => w.element("code", &[("nullFlavor", "OTH")], |w| {
            w.text("originalText", &[], if blank { &code.code } else { &code.term });
        }),
    }
}

/// A day as HL7 has it.
pub(super) fn day(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// When it happened, or that this is not known.
pub(super) fn time(w: &mut Writer, date: Option<Date>) {
    match date {
        Some(date) => w.empty("effectiveTime", &[("value", &day(date))]),
        None => w.empty("effectiveTime", &[("nullFlavor", "UNK")]),
    }
}

/// Text that belongs to an entry; nothing if there is none.
pub(super) fn supporting_text(w: &mut Writer, text: &str) {
    if text.is_empty() {
        return;
    }
    w.element("pertinentInformation", &[("typeCode", "PERT"), ("contextConductionInd", "true")], |w| {
        w.empty("seperatableInd", &[("value", "false")]);
        w.element("pertinentSupportingInfo", &[("classCode", "OBS"), ("moodCode", "EVN")], |w| {
            w.text("value", &[], text);
            coded(w, "SupportingText", "Supporting Text", system::TEXT_TYPE);
        });
    });
}
