//! Defects of how the client asks PDS, and of what it takes an answer to be about.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use spine_fixtures::persona;

use super::retelling;
use crate::sabotage::{edit_column, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Answer, Reply, Request, Seen, Sort, Tamper};

fn own(slug: &str) -> String {
    persona(slug).map(|persona| persona.nhs_number()).unwrap_or_default()
}

fn successor(slug: &str) -> String {
    persona(slug).map(|persona| persona.successor()).unwrap_or_default()
}

/// Answers of PDS, kept from one run to the next: by patient, with the id of the request that was answered.
#[derive(Default)]
struct Remembering(Mutex<HashMap<String, (String, Answer)>>);

impl Remembering {
    fn kept(&self) -> MutexGuard<'_, HashMap<String, (String, Answer)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tamper for Remembering {
    fn request(&self, request: &mut Request, seen: &Seen) {
        let patient = seen.patient.as_ref().filter(|_| seen.sort == Sort::Retrieval);
        if patient.is_some_and(|patient| self.kept().contains_key(patient)) {
            *request = Request::get("/healthcheck");
        }
    }

    fn reply(&self, _: &Request, seen: &Seen, reply: &mut Reply) {
        let (Sort::Retrieval, Some(patient), Some(id)) = (seen.sort, &seen.patient, &seen.message) else {
            return;
        };
        let mut kept = self.kept();
        if let Some((asked, answer)) = kept.get(patient) {
            let mut again = answer.clone();
            again.rewrite(|text| text.replace(asked, id));
            *reply = again.into();
        } else if let Reply::Answer(answer) = reply {
            kept.insert(patient.clone(), (id.clone(), answer.clone()));
        }
    }
}

pub(super) fn remembers_answers() -> Seams {
    Seams { tamper: || Arc::new(Remembering::default()), ..Seams::default() }
}

fn asking(change: fn(&str) -> String) -> Arc<dyn Tamper> {
    rewriting_requests(move |request, seen| {
        if seen.sort == Sort::Retrieval {
            request.rewrite(change);
        }
    })
}

pub(super) fn asks_by_name_as_well() -> Seams {
    const NAME: &str = "<person.name><semanticsText>Person.name</semanticsText><value><family>Anybody</family></value></person.name><person.id";
    Seams { tamper: || asking(|text| text.replace("<person.id", NAME)), ..Seams::default() }
}

pub(super) fn traces() -> Seams {
    Seams {
        tamper: || asking(|text| text.replace("QUPA_IN000008UK02", "QUPA_IN000005UK01")),
        ..Seams::default()
    }
}

/// Asks about somebody else, and takes the answer for the one it wants, details and all.
struct Mistaking {
    wanted: String,
    asked: String,
    details: &'static [(&'static str, &'static str)],
}

impl Mistaking {
    fn one(wanted: &str, asked: &str, details: &'static [(&'static str, &'static str)]) -> Arc<dyn Tamper> {
        Arc::new(Self { wanted: own(wanted), asked: own(asked), details })
    }

    fn concerns(&self, seen: &Seen) -> bool {
        seen.sort == Sort::Retrieval && seen.patient.as_deref() == Some(self.wanted.as_str())
    }
}

impl Tamper for Mistaking {
    fn request(&self, request: &mut Request, seen: &Seen) {
        if self.concerns(seen) {
            request.rewrite(|text| text.replace(&self.wanted, &self.asked));
        }
    }

    fn reply(&self, _: &Request, seen: &Seen, reply: &mut Reply) {
        if let (true, Reply::Answer(answer)) = (self.concerns(seen), reply) {
            answer.rewrite(|text| {
                let text = text.replace(&self.asked, &self.wanted);
                self.details.iter().fold(text, |text, (from, to)| text.replace(from, to))
            });
        }
    }
}

const AS_ASHWORTH: &[(&str, &str)] = &[
    ("<family>Ashworth</family>", "<family>Nobody</family>"),
    ("<given>Ada</given>", "<given>Xena</given>"),
    ("value=\"19710304\"", "value=\"19790209\""),
];
const AS_VOID: &[(&str, &str)] = &[
    ("<family>Ashworth</family>", "<family>Void</family>"),
    ("<given>Ada</given>", "<given>Wilma</given>"),
    ("value=\"19710304\"", "value=\"19790108\""),
];

pub(super) fn takes_no_match_for_a_match() -> Seams {
    Seams { tamper: || Mistaking::one("not-found", "ordinary-adult", AS_ASHWORTH), ..Seams::default() }
}

pub(super) fn takes_invalid_for_valid() -> Seams {
    Seams { tamper: || Mistaking::one("invalidated", "ordinary-adult", AS_VOID), ..Seams::default() }
}

pub(super) fn takes_silence_for_a_mismatch() -> Seams {
    Seams { tamper: || Mistaking::one("ordinary-child", "twin-a", &[]), ..Seams::default() }
}

/// Nobody of this practice has the number that is asked for instead.
pub(super) fn takes_nonsense_for_no_match() -> Seams {
    Seams { tamper: || Mistaking::one("very-old", "not-found", &[]), ..Seams::default() }
}

fn without_supersession(text: &str, slug: &str) -> String {
    text.replace(&successor(slug), &own(slug)).replace("<code code=\"24\"", "<code code=\"7\"")
}

pub(super) fn overlooks_supersession() -> Seams {
    Seams {
        tamper: || retelling("superseded", |text| without_supersession(text, "superseded")),
        ..Seams::default()
    }
}

pub(super) fn tells_of_a_dissent_under_an_old_number() -> Seams {
    Seams {
        tamper: || {
            retelling("superseded-with-dissent", |text| without_supersession(text, "superseded-with-dissent"))
        },
        ..Seams::default()
    }
}

pub(super) fn takes_over_the_new_number() -> Seams {
    let practice = |folder: &std::path::Path| {
        let (old, new) = (own("superseded"), successor("superseded"));
        edit_column(folder, "patients.csv", "nhs_number", |cell| {
            Some(if cell == old { new.clone() } else { cell.to_owned() })
        });
    };
    Seams { practice, ..Seams::default() }
}

/// It does not compare the number in the answer with the one that it asked for.
pub(super) fn heeds_only_the_warning() -> Seams {
    Seams {
        tamper: || {
            retelling("superseded-by-another-patient", |text| {
                text.replace(&own("superseding-patient"), &own("superseded-by-another-patient"))
            })
        },
        ..Seams::default()
    }
}
