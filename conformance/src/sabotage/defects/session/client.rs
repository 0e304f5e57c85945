//! Clients that do not know who may do what, and for how long.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use spine_client::{Action, Clock};
use spine_fixtures::population::staff;

use crate::sabotage::{rewriting_answers, rewriting_requests};
use crate::stage::library::{Seams, session};
use crate::wire::{Reply, Tamper};

/// Reads a role assertion as if something else stood in it.
fn reading(change: fn(&str) -> String) -> Arc<dyn Tamper> {
    rewriting_answers(move |request, _, reply| {
        if request.target.starts_with("/saml/")
            && let Reply::Answer(answer) = reply
        {
            answer.rewrite(change);
        }
    })
}

pub(super) fn remembers_sessions() -> Seams {
    Seams { nobody: || session().ok().cloned(), ..Seams::default() }
}

pub(super) fn counts_activities_elsewhere() -> Seams {
    let both = || {
        reading(|text| {
            let all = "<saml:AttributeValue>B0062</saml:AttributeValue><saml:AttributeValue>B0370</saml:AttributeValue>";
            text.replace("<saml:AttributeValue>B0370</saml:AttributeValue>", all)
        })
    };
    Seams { identity: both, ..Seams::default() }
}

pub(super) fn everybody_administers() -> Seams {
    Seams {
        practice: |folder| {
            let file = folder.join("practice.toml");
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let text = text.replace("system_administrator = false", "system_administrator = true");
            // A file that cannot be written leaves the client as it is, and the defect uncaught.
            let _ = std::fs::write(file, text);
        },
        ..Seams::default()
    }
}

pub(super) fn knows_no_other_policy() -> Seams {
    Seams {
        settings: |settings| settings.access = spine_client::session::AccessPolicy::default(),
        ..Seams::default()
    }
}

pub(super) fn speaks_in_the_first_role() -> Seams {
    Seams {
        tamper: || {
            rewriting_requests(|request, _| {
                request.rewrite(|text| text.replace("990000001103", "990000001203"));
            })
        },
        ..Seams::default()
    }
}

pub(super) fn does_not_look_where() -> Seams {
    Seams {
        identity: || reading(|text| text.replace(staff::OTHER_ODS, staff::PRACTICE_ODS)),
        ..Seams::default()
    }
}

pub(super) fn chooses_by_itself() -> Seams {
    // The other role passes for one elsewhere.
    Seams {
        identity: || reading(|text| text.replacen(staff::PRACTICE_ODS, staff::OTHER_ODS, 1)),
        ..Seams::default()
    }
}

pub(super) fn adds_activities() -> Seams {
    Seams {
        identity: || {
            reading(|text| {
                let opening = "AttributeName=\"nhsBusinessFunctionsCodes\" AttributeNamespace=\"http://www.syntegra.com\">";
                let added = format!("{opening}<saml:AttributeValue>B0062</saml:AttributeValue>");
                text.replace(opening, &added)
            })
        },
        ..Seams::default()
    }
}

pub(super) fn does_not_compare() -> Seams {
    Seams {
        identity: || reading(|text| text.replace(staff::OPERATOR_USER_ID, staff::NOT_ADMINISTRATOR_USER_ID)),
        ..Seams::default()
    }
}

pub(super) fn does_not_read_the_status() -> Seams {
    Seams {
        identity: || reading(|text| text.replace("samlp:Responder", "samlp:Success")),
        ..Seams::default()
    }
}

pub(super) fn does_not_read_the_end() -> Seams {
    Seams {
        identity: || {
            reading(|text| {
                let Some((before, rest)) = text.split_once("NotOnOrAfter=\"") else { return text.to_owned() };
                let after = rest.split_once('"').map_or("", |(_, after)| after);
                format!("{before}NotOnOrAfter=\"2099-12-31T23:59:59Z\"{after}")
            })
        },
        ..Seams::default()
    }
}

pub(super) fn counts_slowly() -> Seams {
    Seams { clock: |clock| Arc::new(Slow(clock)), ..Seams::default() }
}

pub(super) fn begins_anew() -> Seams {
    Seams { action: |_| Action::Run, ..Seams::default() }
}

pub(super) fn keeps_its_ticket() -> Seams {
    Seams {
        identity: || {
            rewriting_requests(|request, _| {
                if request.target.starts_with("/logout") {
                    "/logout?token=another".clone_into(&mut request.target);
                }
            })
        },
        ..Seams::default()
    }
}

pub(super) fn says_the_pin() -> Seams {
    Seams {
        report: |outcome, _| {
            if outcome.kind.is_none() && outcome.state == "refused" {
                outcome.said.push_str(" (900900)");
            }
        },
        ..Seams::default()
    }
}

pub(super) fn does_not_count_tries() -> Seams {
    Seams {
        report: |outcome, _| {
            if outcome.said.contains("PIN") {
                "Not logged in: wrong PIN.".clone_into(&mut outcome.said);
            }
        },
        ..Seams::default()
    }
}

pub(super) fn does_not_look_at_dates() -> Seams {
    Seams { clock: |clock| Arc::new(Behind(clock)), ..Seams::default() }
}

pub(super) fn pauses_without_the_card() -> Seams {
    Seams { pulled: spine_client::Stop::ask, ..Seams::default() }
}

/// Goes half as fast as time does, from the beginning of the tests' day.
struct Slow(Arc<dyn Clock>);

#[async_trait]
impl Clock for Slow {
    fn now(&self) -> Timestamp {
        let now = self.0.now();
        let Ok(session) = session() else { return now };
        let gone = session.started_at().duration_until(now);
        session.started_at().checked_add(gone / 2).unwrap_or(now)
    }

    async fn wait(&self, span: Duration) {
        self.0.wait(span * 2).await;
    }
}

/// Is three days behind.
struct Behind(Arc<dyn Clock>);

#[async_trait]
impl Clock for Behind {
    fn now(&self) -> Timestamp {
        let now = self.0.now();
        now.checked_sub(SignedDuration::from_hours(72)).unwrap_or(now)
    }

    async fn wait(&self, span: Duration) {
        self.0.wait(span).await;
    }
}
