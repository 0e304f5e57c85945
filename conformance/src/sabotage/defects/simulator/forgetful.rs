//! A Spine that forgets what it was told, or tells it again otherwise.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::wire::{Reply, Request, Seen, Sort, Tamper};

fn open<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leaves every event out of every list.
pub(super) fn vanishing() -> Arc<dyn Tamper> {
    rewriting_answers(|_, seen, reply| {
        if let (Reply::Answer(answer), Sort::EventList) = (reply, seen.sort) {
            answer.rewrite(without_events);
        }
    })
}

fn without_events(text: &str) -> String {
    let (start, end) = ("<psis:event>", "</psis:event>");
    match (text.find(start), text.rfind(end)) {
        (Some(from), Some(to)) => format!("{}{}", &text[..from], &text[to + end.len()..]),
        _ => text.to_owned(),
    }
}

/// Gives a message that comes again another id, as if it were a new one.
pub(super) fn taking_again() -> Arc<dyn Tamper> {
    let known = Mutex::new(HashMap::<String, usize>::new());
    rewriting_requests(move |request, seen| {
        let Some(id) = &seen.message else { return };
        let mut known = open(&known);
        let times = known.entry(id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let other = format!("{:08X}{}", *times, &id[8..]);
            let standing = if *times == 2 { id.clone() } else { format!("{:08X}{}", *times - 1, &id[8..]) };
            let replacement = format!(
                "<replacementOf typeCode=\"RPLC\"><priorMessageRef classCode=\"COMPOSITION\" moodCode=\"EVN\"><id root=\"{standing}\"/></priorMessageRef></replacementOf></GPSummary>"
            );
            request.rewrite(|text| text.replace(id, &other).replace("</GPSummary>", &replacement));
        }
    })
}

/// Gives every answer another id than the one before it had.
pub(super) fn answering_anew() -> Arc<dyn Tamper> {
    let count = Mutex::new(0_u32);
    rewriting_answers(move |_, seen, reply| {
        if let Reply::Answer(answer) = reply
            && matches!(seen.sort, Sort::Poll | Sort::Setting)
        {
            let mut count = open(&count);
            *count += 1;
            let number = format!("{:04X}", *count);
            for start in [
                "MCCI_IN010000UK13><hl7:id root=\"",
                "MCCI_IN010000UK13><id root=\"",
                "MCCI_IN010000UK13 xmlns:hl7=\"urn:hl7-org:v3\"><hl7:id root=\"",
            ] {
                answer.rewrite(|text| match text.split_once(start) {
                    Some((before, id)) if id.is_char_boundary(4) => {
                        format!("{before}{start}{number}{}", &id[4..])
                    }
                    _ => text.to_owned(),
                });
            }
        }
    })
}

/// Lists a patient's events as they were listed the first time.
pub(super) fn listing_as_before() -> Arc<dyn Tamper> {
    let listed = Mutex::new(HashMap::<Option<String>, Reply>::new());
    rewriting_answers(move |_, seen, reply| {
        if seen.sort == Sort::EventList {
            let mut listed = open(&listed);
            *reply = listed.entry(seen.patient.clone()).or_insert_with(|| reply.clone()).clone();
        }
    })
}

/// Lists no event whose answer nobody polled for.
pub(super) fn only_when_polled() -> Arc<dyn Tamper> {
    Arc::new(OnlyWhenPolled::default())
}

#[derive(Default)]
struct OnlyWhenPolled {
    polled: Mutex<HashSet<String>>,
    posted: Mutex<HashMap<String, Option<String>>>,
}

impl Tamper for OnlyWhenPolled {
    fn request(&self, request: &mut Request, seen: &Seen) {
        if seen.sort == Sort::Poll
            && let Some(Some(patient)) = open(&self.posted).get(&request.target)
        {
            open(&self.polled).insert(patient.clone());
        }
    }

    fn reply(&self, _request: &Request, seen: &Seen, reply: &mut Reply) {
        let location = reply.heard().and_then(|answer| answer.header("content-location")).map(str::to_owned);
        if let (Sort::Upload, Some(location)) = (seen.sort, location) {
            open(&self.posted).insert(location, seen.patient.clone());
        }
        let unpolled = seen.patient.as_ref().is_none_or(|patient| !open(&self.polled).contains(patient));
        if let (Reply::Answer(answer), Sort::EventList, true) = (reply, seen.sort, unpolled) {
            answer.rewrite(without_events);
        }
    }
}
