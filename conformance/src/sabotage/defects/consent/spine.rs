//! Defects of an ACS: what it should refuse it takes, and what it holds it tells wrongly.

use std::sync::Arc;

use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::wire::{Document, Reply, Request, Sort, Tamper};

/// Answers what it refuses as if it had taken it, where a setting is wrong in one way.
fn taking(wrong: fn(&Setting) -> bool) -> Arc<dyn Tamper> {
    rewriting_answers(move |request, seen, reply| {
        if seen.sort == Sort::Setting && Setting::of(request).is_some_and(|setting| wrong(&setting)) {
            say(reply, |text| {
                text.replace("acknowledgement typeCode=\"AR\"", "acknowledgement typeCode=\"AA\"")
            });
        }
    })
}

fn say(reply: &mut Reply, change: impl FnOnce(&str) -> String) {
    if let Reply::Answer(answer) = reply {
        answer.rewrite(change);
    }
}

/// A setting as the defects look at it.
struct Setting {
    context: Vec<String>,
    resources: Vec<String>,
    permissions: Vec<String>,
    functions: Vec<String>,
    accessors: Vec<String>,
}

impl Setting {
    fn of(request: &Request) -> Option<Self> {
        let document = Document::payload_of(&request.text())?;
        Some(Self {
            context: document.all("permissions/resourceContext@extension"),
            resources: document.all("accessControlAssertion/resource/Id"),
            permissions: document.all("accessControlAssertion/permission"),
            functions: document.all("accessControlAssertion/function/code"),
            accessors: document.all("accessControlAssertion/accessor/type"),
        })
    }
}

pub(super) fn takes_another_patient() -> Arc<dyn Tamper> {
    taking(|setting| setting.resources.iter().any(|resource| !setting.context.contains(resource)))
}

pub(super) fn takes_no_assertion() -> Arc<dyn Tamper> {
    taking(|setting| setting.functions.is_empty())
}

pub(super) fn takes_three_assertions() -> Arc<dyn Tamper> {
    taking(|setting| setting.functions.len() > 2)
}

pub(super) fn takes_a_function_twice() -> Arc<dyn Tamper> {
    taking(|setting| setting.functions.len() == 2 && setting.functions.first() == setting.functions.last())
}

pub(super) fn takes_assertions_that_disagree() -> Arc<dyn Tamper> {
    taking(|setting| setting.permissions.first() != setting.permissions.last())
}

pub(super) fn takes_any_accessor() -> Arc<dyn Tamper> {
    taking(|setting| {
        setting.accessors.len() < setting.functions.len()
            || setting.accessors.iter().any(|held| held != "Everyone")
    })
}

/// Refuses a setting without a context under another number.
pub(super) fn refuses_with_another_number() -> Arc<dyn Tamper> {
    rewriting_answers(|_, seen, reply| {
        if seen.sort == Sort::Setting {
            say(reply, |text| text.replace("35506", "35160"));
        }
    })
}

/// Tells of the first function only, whatever was set.
pub(super) fn sets_one_function() -> Arc<dyn Tamper> {
    rewriting_answers(|_, seen, reply| {
        if seen.sort == Sort::EventList {
            say(reply, |text| {
                let Some((first, rest)) = text.split_once("</accessControlAssertion>") else {
                    return text.to_owned();
                };
                let after = rest.rsplit_once("</accessControlAssertion>").map_or(rest, |(_, after)| after);
                format!("{first}</accessControlAssertion>{after}")
            });
        }
    })
}

/// Takes Clear for Yes, and so goes on holding something.
pub(super) fn clears_nothing() -> Arc<dyn Tamper> {
    const YES: &str = "<crs:accessor><crs:type>Everyone</crs:type><crs:accessorId><crs:name>Everyone</crs:name></crs:accessorId>\
        </crs:accessor></crs:accessControlAssertion>";
    rewriting_requests(|request, seen| {
        if seen.sort == Sort::Setting && request.text().contains(">Clear<") {
            request.rewrite(|text| {
                text.replace(">Clear<", ">Yes<").replace("</crs:accessControlAssertion>", YES)
            });
        }
    })
}

/// Answers without the element in which the answer belongs.
pub(super) fn answers_bare() -> Arc<dyn Tamper> {
    rewriting_answers(|_, seen, reply| {
        if seen.sort == Sort::Setting {
            say(reply, |text| text.replace("setResourcePermissionsResponse", "acknowledgeResponse"));
        }
    })
}

/// Refuses a dissenter's list under another number.
pub(super) fn refuses_lists_with_another_number() -> Arc<dyn Tamper> {
    rewriting_answers(|_, seen, reply| {
        if seen.sort == Sort::EventList {
            say(reply, |text| text.replace("code=\"30418\"", "code=\"30402\""));
        }
    })
}
