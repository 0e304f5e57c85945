//! Outcomes that nobody knows, taken for something that somebody knows.

use std::sync::{Arc, Mutex, PoisonError};

use super::{refusal, refuse, with_id_of};
use crate::sabotage::{edit_column, rewriting_answers};
use crate::stage::library::Seams;
use crate::wire::{Answer, Reply, Request, Seen, Sort, Tamper};

pub(super) fn at_once() -> Seams {
    Seams { settings: |settings| settings.contract.interval = jiff::SignedDuration::ZERO, ..Seams::default() }
}

pub(super) fn other_bytes() -> Seams {
    Seams {
        tamper: || {
            Arc::new(Again::new(|request, _| request.rewrite(|text| text.replace("</html>", " </html>"))))
        },
        ..Seams::default()
    }
}

pub(super) fn new_id() -> Seams {
    Seams {
        tamper: || {
            Arc::new(Again::new(|request, seen| {
                if let Some(id) = &seen.message {
                    let other = format!("FFFFFFFF{}", id.get(8..).unwrap_or_default());
                    request.rewrite(|text| text.replace(id.as_str(), &other));
                }
            }))
        },
        ..Seams::default()
    }
}

pub(super) fn ten_retries() -> Seams {
    Seams {
        settings: |settings| {
            settings.contract.retries = 10;
            settings.contract.persist = jiff::SignedDuration::from_secs(3_600);
        },
        ..Seams::default()
    }
}

pub(super) fn never_finds() -> Seams {
    hearing!(|_, seen, answer| {
        if seen.sort == Sort::EventList {
            answer.rewrite(|text| text.replace("eventID root=\"0", "eventID root=\"E"));
        }
    })
}

pub(super) fn refuses_5xx() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.status >= 500 {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn refuses_nonsense() -> Seams {
    hearing!(|request, seen, answer| {
        let text = answer.text().into_owned();
        let whole = text.contains("</hl7:MCCI") || text.contains("</MCCI") || text.is_empty();
        if seen.sort == Sort::Upload && answer.status == 200 && !whole {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn refuses_no_place() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.status == 202 && answer.header("content-location").is_none() {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn refuses_404() -> Seams {
    hearing!(|request, _, answer| {
        if answer.status == 404 {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn empty_is_final() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Poll && answer.status == 200 && answer.body.is_empty() {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn poll_500_is_final() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Poll && answer.status == 500 {
            *answer = with_id_of(request, refusal(""));
        }
    })
}

pub(super) fn reads_document_types() -> Seams {
    hearing!(|_, _, answer| answer.rewrite(|text| text.replace("<!DOCTYPE a [<!ENTITY b \"c\">]>", "")))
}

/// Makes an answer to another message pass for one to this.
pub(super) fn believes_answers() -> Seams {
    hearing!(|request, seen, answer| {
        let mine = Seen::of(request).message.unwrap_or_default();
        if seen.sort == Sort::Upload {
            answer.rewrite(|text| text.replace("0F0F0F0F-0000-4000-8000-000000000009", &mine));
        }
    })
}

pub(super) fn believes_receipts() -> Seams {
    hearing!(|request, seen, answer| {
        if seen.sort == Sort::Upload && answer.text().contains("eb:Acknowledgment") {
            let mut success = with_id_of(request, refusal(""));
            success.rewrite(|text| {
                text.replace("typeCode=\"AE\"", "typeCode=\"AA\"").replace("\"ER\"", "\"WG\"")
            });
            *answer = success;
        }
    })
}

pub(super) fn duplicates_fail() -> Seams {
    hearing!(|_, seen, answer| {
        let text = answer.text().into_owned();
        let told = ["code=\"30134\"", "code=\"401\"", "code=\"202\""].iter().any(|code| text.contains(code));
        if seen.sort == Sort::Upload && told {
            refuse(answer);
        }
    })
}

pub(super) fn never_in_doubt() -> Seams {
    Seams { tamper: || Arc::new(Hopeful), ..Seams::default() }
}

/// Takes silence for success.
struct Hopeful;

impl Tamper for Hopeful {
    fn reply(&self, request: &Request, seen: &Seen, reply: &mut Reply) {
        if seen.sort == Sort::Upload && *reply == Reply::Silence {
            let mut success = with_id_of(request, refusal(""));
            success.rewrite(|text| {
                text.replace("typeCode=\"AE\"", "typeCode=\"AA\"").replace("\"ER\"", "\"WG\"")
            });
            *reply = success.into();
        }
    }
}

pub(super) fn deaf_to_dissent() -> Seams {
    Seams {
        practice: |folder| {
            edit_column(folder, "codes.csv", "code", |code| {
                Some(if code.starts_with("9Ndo") { "9Nd1." } else { code }.to_owned())
            });
        },
        ..Seams::default()
    }
}

/// Changes what is sent a second time under the same id.
struct Again<F> {
    seen: Mutex<Vec<String>>,
    change: F,
}

impl<F: Fn(&mut Request, &Seen) + Send + Sync> Again<F> {
    fn new(change: F) -> Self {
        Self { seen: Mutex::default(), change }
    }
}

impl<F: Fn(&mut Request, &Seen) + Send + Sync> Tamper for Again<F> {
    fn request(&self, request: &mut Request, seen: &Seen) {
        let (Sort::Upload, Some(message)) = (seen.sort, &seen.message) else { return };
        let mut known = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(message) {
            (self.change)(request, seen);
        }
        known.push(message.clone());
    }
}
