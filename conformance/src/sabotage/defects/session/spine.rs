//! Spines that do not know who is logged in.

use std::sync::{Arc, Mutex, PoisonError};

use spine_fixtures::population::staff;

use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::wire::{Answer, Reply, Sort, Tamper};

pub(super) fn takes_strangers() -> Arc<dyn Tamper> {
    rewriting_requests(|request, seen| {
        if seen.sort != Sort::Identity {
            let known = |text: &str| text.replace(staff::CLINICIAN_USER_ID, staff::OPERATOR_USER_ID);
            request.rewrite(known);
            for (_, value) in &mut request.headers {
                *value = known(value);
            }
        }
    })
}

pub(super) fn does_not_compare_systems() -> Arc<dyn Tamper> {
    rewriting_requests(|request, _| {
        for (name, value) in &mut request.headers {
            if name.eq_ignore_ascii_case("nhsd-asid") {
                staff::PRACTICE_ASID.clone_into(value);
            }
        }
    })
}

pub(super) fn names_one_activity() -> Arc<dyn Tamper> {
    rewriting_answers(|request, _, reply| {
        if request.target.starts_with("/saml/")
            && let Reply::Answer(answer) = reply
        {
            answer.rewrite(|text| text.replace("<saml:AttributeValue>B0011</saml:AttributeValue>", ""));
        }
    })
}

pub(super) fn forgets_a_logout() -> Arc<dyn Tamper> {
    rewriting_requests(|request, _| {
        if request.target.starts_with("/logout") {
            "/logout?token=another".clone_into(&mut request.target);
        }
    })
}

pub(super) fn checks_no_signature() -> Arc<dyn Tamper> {
    rewriting_answers(|request, _, reply| {
        let wrong = reply.heard().is_some_and(|answer| answer.text().contains("signature-wrong"));
        if request.target.starts_with("/login") && wrong {
            *reply = let_in();
        }
    })
}

pub(super) fn takes_an_answer_again() -> Arc<dyn Tamper> {
    let taken: Mutex<Vec<Vec<u8>>> = Mutex::default();
    rewriting_answers(move |request, _, reply| {
        if !request.target.starts_with("/login") {
            return;
        }
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.contains(&request.body) {
            *reply = let_in();
        } else if reply.heard().is_some_and(|answer| answer.status == 200) {
            taken.push(request.body.clone());
        }
    })
}

fn let_in() -> Reply {
    let body = "{\"ticket\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\"}";
    Answer::new(200, "application/json", body).into()
}
