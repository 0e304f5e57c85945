//! A Spine that forgives what it should refuse: what is wrong is mended before it arrives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::on_the_way;
use crate::sabotage::rewriting_requests;
use crate::wire::{Answer, Reply, Request, Seen, Sort, Tamper};

pub(super) const ALL: &[Sort] = &[Sort::Upload, Sort::EventList, Sort::Retrieval, Sort::Setting];
/// The number that the cases send although it could be a real patient's.
const COULD_BE_SOMEBODYS: &str = concat!("401023", "2137");

/// Mends requests of some sorts.
pub(super) fn rewriting(sorts: &'static [Sort], change: fn(&str) -> String) -> Arc<dyn Tamper> {
    on_the_way(sorts, change)
}

/// Makes every replacement one of the newest event of its patient.
pub(super) fn any_replacement() -> Arc<dyn Tamper> {
    let newest = Mutex::new(HashMap::<Option<String>, String>::new());
    rewriting_requests(move |request, seen| {
        let (Sort::Upload, Some(id)) = (seen.sort, &seen.message) else { return };
        let mut newest = newest.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = newest.insert(seen.patient.clone(), id.clone());
        let start = "<priorMessageRef classCode=\"COMPOSITION\" moodCode=\"EVN\"><id root=\"";
        request.rewrite(|text| match (standing, text.split_once(start)) {
            (Some(standing), Some((before, rest))) if rest.len() > 36 => {
                format!("{before}{start}{standing}{}", &rest[36..])
            }
            _ => text.to_owned(),
        });
    })
}

/// Puts a phrase of dissent where the entry is a coded dissent.
pub(super) fn coded_dissent() -> Arc<dyn Tamper> {
    on_the_way(&[Sort::Upload], |text| {
        if !text.contains("416308001") {
            return text.to_owned();
        }
        text.replace(
            "<head/><body>",
            "<head/><body><h3>Refused consent for upload to national shared electronic record</h3>",
        )
    })
}

/// Takes the number of a test patient for one that could be a real patient's.
pub(super) fn any_number() -> Arc<dyn Tamper> {
    on_the_way(ALL, |text| text.replace(COULD_BE_SOMEBODYS, &test_patient()))
}

fn test_patient() -> String {
    spine_fixtures::persona("ordinary-adult").map(|persona| persona.nhs_number()).unwrap_or_default()
}

/// Refuses such a number in the right voice, and has kept what it was sent.
pub(super) fn keeping_bodies() -> Arc<dyn Tamper> {
    Arc::new(KeepsBodies)
}

struct KeepsBodies;

impl Tamper for KeepsBodies {
    fn request(&self, request: &mut Request, _seen: &Seen) {
        if request.text().contains(COULD_BE_SOMEBODYS) {
            request.rewrite(|text| text.replace(COULD_BE_SOMEBODYS, &test_patient()));
        }
    }

    fn reply(&self, request: &Request, _seen: &Seen, reply: &mut Reply) {
        if request.text().contains(COULD_BE_SOMEBODYS) {
            let refusal = "<MCCI_IN010000UK13 xmlns=\"urn:hl7-org:v3\"><acknowledgement typeCode=\"AE\"/></MCCI_IN010000UK13>";
            *reply = Answer::new(200, "text/xml", refusal).into();
        }
    }
}

/// Leaves comments out, so that nothing is too long.
pub(super) fn any_length() -> Arc<dyn Tamper> {
    on_the_way(&[Sort::Upload], |text| match (text.find("<!--"), text.find("-->")) {
        (Some(from), Some(to)) if to > from => format!("{}{}", &text[..from], &text[to + 3..]),
        _ => text.to_owned(),
    })
}

/// Leaves document type declarations out.
pub(super) fn declarations() -> Arc<dyn Tamper> {
    rewriting_requests(|request, _| {
        request.rewrite(|text| {
            let from = text.find("<!DOCTYPE");
            let end =
                |rest: &str| rest.find("]>").map(|end| end + 2).or_else(|| rest.find('>').map(|end| end + 1));
            match from.and_then(|from| Some((from, from + end(&text[from..])?))) {
                Some((from, to)) => format!("{}{}", &text[..from], &text[to..]),
                None => text.to_owned(),
            }
        });
    })
}
