//! Defects of how the client asks PDS, and of what it takes an answer to be about.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use spine_fixtures::persona;

use super::retelling;
use crate::sabotage::{Sabotage, edit_column, rewriting_answers, rewriting_requests};
use crate::stage::library::Seams;
use crate::wire::{Answer, Reply, Request, Seen, Sort, Tamper};

/// The defects.
pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "demographics/remembers-answers",
        "The client believes what PDS told it in an earlier run.",
        remembers_answers,
        &["dissenters-matched"],
    ),
    Sabotage::of_client(
        "demographics/asks-by-name-as-well",
        "The client gives the name beside the number.",
        asks_by_name_as_well,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/traces",
        "The client traces a patient whose number it has.",
        traces,
        &["differences"],
    ),
    Sabotage::of_client(
        "demographics/overlooks-supersession",
        "The client overlooks that a number was superseded.",
        overlooks_supersession,
        &["numbers-on-pds"],
    ),
    Sabotage::of_client(
        "demographics/tells-of-a-dissent-under-an-old-number",
        "The client tells the ACS of a dissent under a number that was superseded.",
        tells_of_a_dissent_under_an_old_number,
        &["numbers-on-pds"],
    ),
    Sabotage::of_client(
        "demographics/takes-over-the-new-number",
        "The client sends under the new number at once.",
        takes_over_the_new_number,
        &["numbers-on-pds"],
    ),
    Sabotage::of_client(
        "demographics/heeds-only-the-warning",
        "The client does not look which number an answer is about.",
        heeds_only_the_warning,
        &["numbers-on-pds"],
    ),
    Sabotage::of_client(
        "demographics/takes-no-match-for-a-match",
        "The client sends though PDS knows no such number.",
        takes_no_match_for_a_match,
        &["numbers-on-pds"],
    ),
    Sabotage::of_client(
        "demographics/takes-invalid-for-valid",
        "The client sends under a number that PDS has made invalid.",
        takes_invalid_for_valid,
        &["numbers-on-pds"],
    ),
    Sabotage::of_client(
        "demographics/takes-silence-for-a-mismatch",
        "The client reports a mismatch when PDS does not answer.",
        takes_silence_for_a_mismatch,
        &["no-answer-of-pds"],
    ),
    Sabotage::of_client(
        "demographics/takes-any-error-for-no-match",
        "The client takes any error of PDS for a number that it does not know.",
        takes_any_error_for_no_match,
        &["no-answer-of-pds"],
    ),
    Sabotage::of_client(
        "demographics/takes-nonsense-for-no-match",
        "The client reports that PDS does not know a number when it cannot read the answer.",
        takes_nonsense_for_no_match,
        &["no-answer-of-pds"],
    ),
];

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

/// Two defects that go together.
struct Both(Arc<dyn Tamper>, Arc<dyn Tamper>);

impl Tamper for Both {
    fn request(&self, request: &mut Request, seen: &Seen) {
        self.0.request(request, seen);
        self.1.request(request, seen);
    }

    fn reply(&self, request: &Request, seen: &Seen, reply: &mut Reply) {
        self.0.reply(request, seen, reply);
        self.1.reply(request, seen, reply);
    }
}

/// Takes a refusal to say what stands (no such patient, superseded) for the word that nothing stands.
fn finding_nothing(slug: &str, tamper: Arc<dyn Tamper>) -> Arc<dyn Tamper> {
    let number = own(slug);
    let list = rewriting_answers(move |_, seen, reply| {
        if let (Sort::EventList, Reply::Answer(answer)) = (seen.sort, reply)
            && seen.patient.as_deref() == Some(number.as_str())
        {
            let refusals = [
                ("\"400\"", "\"210\""),
                ("\"410\"", "\"210\""),
                ("\"35160\"", "\"30312\""),
                ("\"30307\"", "\"30312\""),
            ];
            answer.rewrite(|text| {
                refusals.iter().fold(text.replace("code=\"ER\"", "code=\"WG\""), |text, (from, to)| {
                    text.replace(from, to)
                })
            });
        }
    });
    Arc::new(Both(tamper, list))
}

pub(super) fn takes_no_match_for_a_match() -> Seams {
    let tamper = || finding_nothing("not-found", Mistaking::one("not-found", "ordinary-adult", AS_ASHWORTH));
    Seams { tamper, ..Seams::default() }
}

pub(super) fn takes_invalid_for_valid() -> Seams {
    let tamper = || finding_nothing("invalidated", Mistaking::one("invalidated", "ordinary-adult", AS_VOID));
    Seams { tamper, ..Seams::default() }
}

pub(super) fn takes_silence_for_a_mismatch() -> Seams {
    Seams { tamper: || Mistaking::one("ordinary-child", "twin-a", &[]), ..Seams::default() }
}

/// Nobody of this practice has the number that is asked for instead.
pub(super) fn takes_nonsense_for_no_match() -> Seams {
    Seams { tamper: || Mistaking::one("very-old", "not-found", &[]), ..Seams::default() }
}

pub(super) fn takes_any_error_for_no_match() -> Seams {
    let tamper = || {
        retelling("twin-b", |text| {
            text.replace("code code=\"0\"", "code code=\"1\"").replace("GE002", "RT003")
        })
    };
    Seams { tamper, ..Seams::default() }
}

fn without_supersession(text: &str, slug: &str) -> String {
    text.replace(&successor(slug), &own(slug)).replace("<code code=\"24\"", "<code code=\"7\"")
}

pub(super) fn overlooks_supersession() -> Seams {
    let tamper = || {
        let blind = retelling("superseded", |text| without_supersession(text, "superseded"));
        finding_nothing("superseded", blind)
    };
    Seams { tamper, ..Seams::default() }
}

pub(super) fn tells_of_a_dissent_under_an_old_number() -> Seams {
    const WHO: &str = "superseded-with-dissent";
    let tamper = || finding_nothing(WHO, retelling(WHO, |text| without_supersession(text, WHO)));
    Seams { tamper, ..Seams::default() }
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
    const WHO: &str = "superseded-by-another-patient";
    let tamper = || {
        let blind = retelling(WHO, |text| text.replace(&own("superseding-patient"), &own(WHO)));
        finding_nothing(WHO, blind)
    };
    Seams { tamper, ..Seams::default() }
}
