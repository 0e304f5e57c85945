//! Scripts of a Spine whose PDS tells of some patients more than a folder of people can say: a second name, a telephone number, a
//! date that is not whole.

use spine_fixtures::persona;

use crate::stage::{Script, Turn};
use crate::wire::{Answer, Reply, Service, Sort};

/// What PDS tells otherwise of one patient: pieces of the answer to a retrieval, and what stands in their place.
pub(in crate::cases) type Retelling = (&'static str, &'static [(&'static str, &'static str)]);

/// A faultless Spine but for these answers of PDS.
pub(in crate::cases) fn retold(tellings: &'static [Retelling]) -> Box<dyn Script> {
    let told: Vec<(String, _)> =
        tellings.iter().filter_map(|(slug, pieces)| Some((persona(slug)?.nhs_number(), *pieces))).collect();
    Box::new(move |turn: &Turn<'_>, spine: &dyn Service| {
        let mut reply = spine.answer(turn.request);
        let asked = turn.seen.patient.as_deref().filter(|_| turn.seen.sort == Sort::Retrieval);
        let pieces =
            told.iter().find(|(number, _)| asked == Some(number.as_str())).map(|(_, pieces)| *pieces);
        if let (Some(pieces), Reply::Answer(answer)) = (pieces, &mut reply) {
            for (from, to) in pieces {
                replace(answer, from, to);
            }
        }
        reply
    })
}

/// Replaces a piece of an answer. Where it is not there nothing is left of the answer: the cases then see that they do not test.
fn replace(answer: &mut Answer, from: &str, to: &str) {
    answer.rewrite(|text| if text.contains(from) { text.replace(from, to) } else { String::new() });
}
