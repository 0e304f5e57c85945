//! The events of a patient: what stands, what was replaced, what may replace it, and what a dissenter may have.

use std::time::Duration;

use spine_simulator::scenario::{Dissent, EmptyList, Settings};

use super::{codes, speaks};
use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Ground, Says, Voice};

pub(super) fn refusing_all(settings: &mut Settings) {
    settings.dissent = Dissent::RefuseAll;
}

pub(super) fn listing_nothing(settings: &mut Settings) {
    settings.empty_list = EmptyList::NoEvents;
}

pub(super) fn what_is_uploaded_stands(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let draft = ground.summary(&patient, Says::Allergy, None);
    speaks(&ground.upload(&draft), Voice::Accepted)?;
    same("events", &vec![draft.id.clone()], &ground.event_ids(&patient))
}

pub(super) fn a_later_event_takes_its_place(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let mut ids: Vec<String> = Vec::new();
    for _ in 0..3 {
        let draft = ground.summary(&patient, Says::Allergy, ids.first().map(String::as_str));
        speaks(&ground.upload(&draft), Voice::Accepted)?;
        ids.insert(0, draft.id);
    }
    let heard = ground.events(&patient);
    same("events", &ids, &heard.all("event/eventID@root"))?;
    let statuses = vec!["1".to_owned(), "3".to_owned(), "3".to_owned()];
    same("statuses", &statuses, &heard.all("event/eventStatus@code"))
}

pub(super) fn only_the_newest_is_replaced(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let first = ground.summary(&patient, Says::Allergy, None);
    speaks(&ground.upload(&first), Voice::Accepted)?;
    let second = ground.summary(&patient, Says::Allergy, Some(&first.id));
    speaks(&ground.upload(&second), Voice::Accepted)?;
    let stale = ground.upload(&ground.summary(&patient, Says::Allergy, Some(&first.id)));
    speaks(&stale, Voice::Error)?;
    same("general code", &Some("430"), &stale.bare_codes().first().copied())?;
    same("events", &vec![second.id, first.id], &ground.event_ids(&patient))
}

pub(super) fn an_unknown_event_is_not_replaced(ground: &Ground<'_>) -> Verdict {
    let (patient, other) = (ground.patient(), ground.patient());
    let of_another = ground.summary(&other, Says::Allergy, None);
    speaks(&ground.upload(&of_another), Voice::Accepted)?;
    for prior in [of_another.id, ground.id()] {
        let heard = ground.upload(&ground.summary(&patient, Says::Allergy, Some(&prior)));
        speaks(&heard, Voice::Error)?;
        codes(&heard, &["410", "30308"])?;
    }
    speaks(&ground.upload(&ground.summary(&patient, Says::Allergy, None)), Voice::Accepted)
}

pub(super) fn a_dissenter_may_have_a_dissent_summary(ground: &Ground<'_>) -> Verdict {
    let (bare, with_summary) = (ground.patient(), ground.patient());
    let clinical = ground.summary(&with_summary, Says::Allergy, None);
    speaks(&ground.upload(&clinical), Voice::Accepted)?;
    for patient in [&bare, &with_summary] {
        speaks(&ground.set(patient, "No"), Voice::Accepted)?;
        for says in [Says::Allergy, Says::Nothing] {
            let refused = ground.upload(&ground.summary(patient, says, None));
            speaks(&refused, Voice::Error)?;
            codes(&refused, &["420", "30418"])?;
        }
    }
    let first = ground.summary(&bare, Says::Dissent, None);
    speaks(&ground.upload(&first), Voice::Accepted)?;
    speaks(&ground.upload(&ground.summary(&bare, Says::Dissent, Some(&first.id))), Voice::Accepted)?;
    // The list of a dissenter is refused, so that its sender may not know what stands.
    codes(&ground.events(&with_summary), &["420", "30418"])?;
    speaks(&ground.upload(&ground.summary(&with_summary, Says::Dissent, None)), Voice::Accepted)
}

pub(super) fn a_dissenter_may_have_nothing(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    speaks(&ground.set(&patient, "No"), Voice::Accepted)?;
    for says in [Says::Dissent, Says::Allergy] {
        let heard = ground.upload(&ground.summary(&patient, says, None));
        speaks(&heard, Voice::Error)?;
        codes(&heard, &["420", "30418"])?;
    }
    Ok(())
}

pub(super) fn an_empty_list_is_a_list(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let heard = ground.events(&patient);
    speaks(&heard, Voice::Accepted)?;
    same("interaction", &"QUPC_IN200000SM04", &heard.interaction.as_str())?;
    same("events", &Vec::<String>::new(), &heard.all("event/eventID@root"))
}

/// Phrases and where they stand. Source: the national rule set, dissent in the presentation text.
pub(super) fn dissent_is_told_by_its_phrases(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    speaks(&ground.set(&patient, "No"), Voice::Accepted)?;
    let drafted = || ground.summary(&patient, Says::Dissent, None);
    let held = "<h3>After discussions with a member of the practice staff this patient has chosen not to have a Summary Care Record</h3>";
    let phrases = [
        "Refused consent for upload to national shared electronic record",
        "Following discussion with a member of the practice staff this patient has chosen not to store their clinical information",
        "After discussions with a member of the practice staff this patient has chosen not to have a Summary Care Record",
    ];
    for phrase in phrases {
        for text in [
            format!("<h2>{phrase}</h2>"),
            format!("<table><tbody><tr><td>{phrase}</td></tr></tbody></table>"),
        ] {
            let heard = ground.upload(&drafted().swap(held, &text));
            speaks(&heard, Voice::Accepted)?;
        }
    }
    let coded_otherwise = drafted().swap("416308001", "417370002");
    speaks(&ground.upload(&coded_otherwise), Voice::Accepted)?;
    for text in
        ["<h3>This patient refused</h3>", "<h3>The practice holds no significant data on this patient</h3>"]
    {
        let heard = ground.upload(&drafted().swap(held, text));
        speaks(&heard, Voice::Error)?;
        codes(&heard, &["420", "30418"])?;
    }
    Ok(())
}

pub(super) fn a_queued_upload_is_processed(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let draft = ground.summary(&patient, Says::Allergy, None);
    let heard = ground.send(&draft);
    hold(heard.status == 202, "202", heard.line())?;
    (0..2).for_each(|_| ground.wait(Duration::from_secs(2)));
    same("events", &vec![draft.id.clone()], &ground.event_ids(&patient))
}
