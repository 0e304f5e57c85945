//! The ACS as a Spine keeps it: which settings it refuses, and what it holds afterwards.

use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Draft, Ground, Heard, Says, Voice};

const ACCESSOR: &str = "<crs:accessor><crs:type>Everyone</crs:type><crs:accessorId><crs:name>Everyone</crs:name></crs:accessorId></crs:accessor>";

/// One assertion as the draft has it.
fn assertion(number: &str, function: &str, permission: &str) -> String {
    let accessor = if permission == "Clear" { "" } else { ACCESSOR };
    format!(
        "<crs:accessControlAssertion><crs:permission>{permission}</crs:permission><crs:resource><crs:type>SCR</crs:type>\
         <crs:Id>{number}</crs:Id></crs:resource><crs:function><crs:context>Consent</crs:context><crs:code>{function}</crs:code>\
         </crs:function>{accessor}</crs:accessControlAssertion>"
    )
}

/// A patient with a summary, so that the event list has something to show.
fn patient(ground: &Ground<'_>) -> String {
    let number = ground.patient();
    let _ = ground.upload(&ground.summary(&number, Says::Allergy, None));
    number
}

fn setting(ground: &Ground<'_>, number: &str, permission: &str) -> Draft {
    Draft::setting(ground.names(), &ground.id(), number, permission)
}

/// What the event list tells of both functions, in the order in which it does.
fn told(ground: &Ground<'_>, number: &str) -> Vec<(String, String)> {
    let list = ground.events(number);
    let functions = list.all("permissions/accessControlAssertion/function/code");
    functions.into_iter().zip(list.all("permissions/accessControlAssertion/permission")).collect()
}

/// That a setting is refused and nothing of it is kept: the event list is still shown, and tells of no permission.
fn refused(ground: &Ground<'_>, number: &str, heard: &Heard) -> Verdict {
    let verdict =
        hold(matches!(heard.voice, Voice::Rejected | Voice::Error), "a refusal of the setting", heard.line());
    verdict.map_err(|failure| failure.in_exchange(&heard.exchange))?;
    let list = ground.events(number);
    hold(list.voice == Voice::Accepted, "the list as before", list.line())?;
    same("permissions", &Vec::new(), &told(ground, number))
}

fn accepted(heard: &Heard) -> Verdict {
    let verdict = hold(heard.voice == Voice::Accepted, "AA", heard.line());
    verdict.map_err(|failure| failure.in_exchange(&heard.exchange))
}

/// CON-043.
pub(super) fn one_context(ground: &Ground<'_>) -> Verdict {
    let number = patient(ground);
    let context = format!("<crs:resourceContext root=\"2.16.840.1.113883.2.1.4.1\" extension=\"{number}\"/>");
    for contexts in [String::new(), format!("{context}{context}")] {
        let heard = ground.send(&setting(ground, &number, "No").swap(&context, &contexts));
        let said = heard.all("acknowledgementDetail/code@displayName").join(" ");
        hold(
            heard.voice == Voice::Rejected && said.contains("35506"),
            "AR with 35506",
            format!("{} {said}", heard.line()),
        )
        .map_err(|failure| failure.in_exchange(&heard.exchange))?;
        refused(ground, &number, &heard)?;
    }
    accepted(&ground.set(&number, "No"))
}

/// CON-044.
pub(super) fn the_same_patient(ground: &Ground<'_>) -> Verdict {
    let (number, other) = (patient(ground), patient(ground));
    let (from, to) = (format!("<crs:Id>{number}</crs:Id>"), format!("<crs:Id>{other}</crs:Id>"));
    let heard = ground.send(&setting(ground, &number, "No").swap(&from, &to));
    refused(ground, &number, &heard)?;
    refused(ground, &other, &heard)?;
    accepted(&ground.set(&number, "No"))
}

/// CON-045: none at all, and a third of another function, which would be no repetition.
pub(super) fn one_or_two_assertions(ground: &Ground<'_>) -> Verdict {
    let number = patient(ground);
    let (view, store) = (assertion(&number, "View", "No"), assertion(&number, "Store", "No"));
    let heard = ground.send(&setting(ground, &number, "No").swap(&view, "").swap(&store, ""));
    refused(ground, &number, &heard)?;
    let third = format!("{store}{}", assertion(&number, "Store", "No"));
    let heard = ground.send(&setting(ground, &number, "No").swap(&store, &third));
    refused(ground, &number, &heard)
}

/// CON-046.
pub(super) fn each_function_once(ground: &Ground<'_>) -> Verdict {
    let number = patient(ground);
    for (from, to) in [("View", "Store"), ("Store", "View")] {
        let (from, to) = (assertion(&number, from, "No"), assertion(&number, to, "No"));
        let heard = ground.send(&setting(ground, &number, "No").swap(&from, &to));
        refused(ground, &number, &heard)?;
    }
    Ok(())
}

/// CON-047.
pub(super) fn assertions_agree(ground: &Ground<'_>) -> Verdict {
    let number = patient(ground);
    let (view, other) = (assertion(&number, "View", "No"), assertion(&number, "View", "Yes"));
    let heard = ground.send(&setting(ground, &number, "No").swap(&view, &other));
    refused(ground, &number, &heard)
}

/// CON-048.
pub(super) fn everyone_is_the_accessor(ground: &Ground<'_>) -> Verdict {
    let number = patient(ground);
    let somebody = ACCESSOR.replace("Everyone", "Somebody");
    for permission in ["No", "Yes"] {
        for accessor in ["", somebody.as_str()] {
            let heard = ground.send(&setting(ground, &number, permission).swap(ACCESSOR, accessor));
            refused(ground, &number, &heard)?;
        }
    }
    Ok(())
}

/// CON-049.
pub(super) fn one_assertion_sets_both(ground: &Ground<'_>) -> Verdict {
    for function in ["View", "Store"] {
        let number = patient(ground);
        let heard =
            ground.send(&setting(ground, &number, "Yes").swap(&assertion(&number, function, "Yes"), ""));
        accepted(&heard)?;
        let mut told = told(ground, &number);
        told.sort();
        let both = ["Store", "View"].map(|function| (function.to_owned(), "Yes".to_owned()));
        same("permissions", &both.to_vec(), &told)?;
    }
    Ok(())
}

/// CON-050.
pub(super) fn clear_forgets(ground: &Ground<'_>) -> Verdict {
    let number = patient(ground);
    accepted(&ground.set(&number, "No"))?;
    let list = ground.events(&number);
    hold(list.voice == Voice::Error, "no list of a dissenter", list.line())?;
    accepted(&ground.set(&number, "Clear"))?;
    let list = ground.events(&number);
    hold(list.voice == Voice::Accepted, "the list again", list.line())?;
    same("permissions", &Vec::new(), &told(ground, &number))
}

/// CON-051.
pub(super) fn an_accepted_setting_is_answered(ground: &Ground<'_>) -> Verdict {
    let heard = ground.set(&ground.patient(), "No");
    accepted(&heard)?;
    same("interaction", &"MCCI_IN010000UK13", &heard.interaction.as_str())?;
    let inside = heard
        .document
        .as_ref()
        .map(|document| document.count("setResourcePermissionsResponse/MCCI_IN010000UK13"));
    same("within setResourcePermissionsResponse", &Some(1), &inside)
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

/// CON-052.
pub(super) fn a_dissenters_list_is_refused(ground: &Ground<'_>) -> Verdict {
    let number = patient(ground);
    let list = ground.events(&number);
    hold(list.voice == Voice::Accepted, "a list", list.line())?;
    accepted(&ground.set(&number, "No"))?;
    let list = ground.events(&number);
    hold(list.voice == Voice::Error && list.bare_codes() == ["420", "30418"], "AE 420/30418", list.line())
        .map_err(|failure| failure.in_exchange(&list.exchange))
}
