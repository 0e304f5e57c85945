//! The GP Summary upload, `REPC_IN150016SM05`: writing it.

mod children;
mod entry;
mod medication;
mod presentation;

use spine_rules::summary::{Content, Summary};
use spine_vocabulary::code::system;
use spine_vocabulary::{Category, EventId, Interaction, MessageId, NhsNumber};

use self::children::Children;
use super::wrapper::{PERSON, Wrapper, identified};
use crate::context::{Addressing, Author, Practice, Stamp};
use crate::ebxml::envelope;
use crate::frozen::Frozen;
use crate::xml::writer::{Attribute, Writer};

/// Composes the upload of a summary by polling. The same arguments give the same bytes: the ids inside are derived from
/// the message id. Source: MIM 4.2, GP Summary (`REPC_MT150007UK05`); SCR FHIR API adaptor.
/// Requirement: MSG-023.
#[must_use]
pub fn upload(
    summary: &Summary,
    id: MessageId,
    author: &Author,
    practice: &Practice,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let said = Said { number: summary.number(), replaces: summary.replaces(), content: summary.content() };
    compose(&said, id, author, practice, addressing, stamp)
}

/// What a summary says, and about whom.
pub(crate) struct Said<'a> {
    /// Whom it is about.
    pub(crate) number: NhsNumber,
    /// The event that it replaces.
    pub(crate) replaces: Option<EventId>,
    /// What it says.
    pub(crate) content: &'a Content,
}

/// Composes the upload of what is said.
pub(crate) fn compose(
    said: &Said<'_>,
    id: MessageId,
    author: &Author,
    practice: &Practice,
    addressing: &Addressing,
    stamp: &Stamp,
) -> Frozen {
    let interaction = Interaction::UploadPolled;
    let receiver = &addressing.psis_asid;
    let wrapper = Wrapper { interaction, version: "V3NPfIT4.2.00", id, receiver, author, addressing, stamp };
    // An estimate that saves most of the growing: an entry takes about 700 bytes, a block of text about 300.
    let capacity = 4096 + 900 * said.content.entries.len() + 400 * said.content.text.len();
    let mut w = Writer::document(capacity);
    wrapper.write(&mut w, true, |w| {
        w.element("subject", &[("typeCode", "SUBJ"), ("contextConductionInd", "false")], |w| {
            w.element("GPSummary", &[("classCode", "COMPOSITION"), ("moodCode", "EVN")], |w| {
                gp_summary(w, said, &wrapper, practice);
            });
        });
    });
    envelope::compose(interaction, id, addressing, stamp, &w.into_string())
}

/// Requirements: SUM-035, SUM-036, SUM-037, SUM-042, SUM-043.
fn gp_summary(w: &mut Writer, said: &Said<'_>, wrapper: &Wrapper<'_>, practice: &Practice) {
    let time = wrapper.stamp.hl7();
    let mut children = Children::of(wrapper.id);
    w.empty("id", &[("root", &wrapper.id.event().to_string())]);
    coded(w, "196981000000101", "General Practice Summary", system::SNOMED);
    w.empty("effectiveTime", &[("value", &time)]);
    w.empty("statusCode", &[("code", "active")]);
    author(w, wrapper.author, &time);
    presentation::write(w, &said.content.text, &children.next(), wrapper, practice);
    related(w, "pertinentInformation1", "CSAB_RM-NPfITUK10.pertinentInformation1", "true", |w| {
        w.element("pertinentRootCREType", CATEGORY, |w| category(w, Category::CareProfessionalDocumentation));
    });
    for kind in categories(said.content) {
        related(w, "pertinentInformation2", "CSAB_RM-NPfITUK10.pertinentInformation1", "true", |w| {
            w.element("pertinentCREType", CATEGORY, |w| {
                category(w, kind);
                for entry in said.content.entries.iter().filter(|entry| entry.category == kind) {
                    entry::write(w, entry, &mut children);
                }
            });
        });
    }
    w.element("recordTarget", &[("typeCode", "RCT")], |w| {
        w.element("patient", &[("classCode", "PAT")], |w| {
            identified(w, system::NHS_NUMBER, &said.number.reveal());
        });
    });
    if let Some(prior) = said.replaces {
        w.element("replacementOf", &[("typeCode", "RPLC")], |w| {
            w.element("priorMessageRef", &[("classCode", "COMPOSITION"), ("moodCode", "EVN")], |w| {
                w.empty("id", &[("root", &prior.to_string())]);
            });
        });
    }
}

/// The author by SDS identifiers: the schema's other form wants a coded job role of another list and a postal address.
/// Requirement: SUM-041.
fn author(w: &mut Writer, author: &Author, time: &str) {
    w.element("author", &[("typeCode", "AUT"), ("contextControlCode", "OP")], |w| {
        w.empty("time", &[("value", time)]);
        w.element("UKCT_MT160018UK01.AgentPersonSDS", &[("classCode", "AGNT")], |w| {
            identified(w, system::ROLE_PROFILE, author.role_profile.as_str());
            w.element("agentPersonSDS", PERSON, |w| {
                identified(w, system::USER, author.user.as_str());
                w.text("name", &[], &author.name);
            });
        });
    });
}

/// The categories of the entries, each once, in the order in which they first occur.
fn categories(content: &Content) -> Vec<Category> {
    let mut found = Vec::new();
    for entry in &content.entries {
        if !found.contains(&entry.category) {
            found.push(entry.category);
        }
    }
    found
}

const CATEGORY: &[Attribute<'static>] = &[("classCode", "CATEGORY"), ("moodCode", "EVN")];

/// A relation between parts of a summary, with its template and whether it may be taken apart.
fn related(
    w: &mut Writer,
    name: &'static str,
    template: &str,
    separable: &str,
    content: impl FnOnce(&mut Writer),
) {
    let type_code = if name == "excerptFrom" { "XCRPT" } else { "PERT" };
    let attributes = [
        ("typeCode", type_code),
        ("inversionInd", "false"),
        ("contextConductionInd", "true"),
        ("negationInd", "false"),
    ];
    w.element(name, &attributes, |w| {
        templated(w, template, separable);
        content(w);
    });
}

/// The template id and `seperatableInd`, which is really spelt like that.
fn templated(w: &mut Writer, template: &str, separable: &str) {
    w.empty("templateId", &[("root", system::TEMPLATE), ("extension", template)]);
    w.empty("seperatableInd", &[("value", separable)]);
}

fn category(w: &mut Writer, category: Category) {
    coded(w, category.code(), category.display(), system::SNOMED);
}

/// A `code` of a fixed list.
fn coded(w: &mut Writer, code: &str, display: &str, system: &str) {
    w.empty("code", &[("code", code), ("displayName", display), ("codeSystem", system)]);
}
