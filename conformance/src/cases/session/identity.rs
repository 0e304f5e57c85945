//! The identity service of a Spine: challenge, login, role assertion, log-out.

use serde_json::{Value, json};
use spine_fixtures::population::staff;

use crate::outcome::{Failure, Verdict, hold, same};
use crate::stage::ground::{Ground, Heard};
use crate::wire::Request;

/// An answer as JSON; null where it is none.
fn json_of(heard: &Heard) -> Value {
    let answer = heard.exchange.reply.heard();
    answer.and_then(|answer| serde_json::from_str(&answer.text()).ok()).unwrap_or_default()
}

fn text(json: &Value, name: &str) -> String {
    json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A challenge: its id and what is to be signed.
fn challenge(ground: &Ground<'_>) -> Result<(String, String), Failure> {
    let heard = ground.identity(&Request::post("/challenge", ""));
    let json = json_of(&heard);
    let (id, nonce) = (text(&json, "challenge_id"), text(&json, "nonce"));
    hold(!id.is_empty() && !nonce.is_empty(), "a challenge with its nonce", &json)
        .map_err(|failure| failure.in_exchange(&heard.exchange))?;
    let message = format!("spine-login:{id}:{nonce}");
    Ok((id, message))
}

/// The proof that the operator's card makes of a text.
fn proof(ground: &Ground<'_>, challenge: &str, message: &str) -> Result<Request, Failure> {
    let signed =
        ground.sign(message).map_err(|error| Failure::new("a card that signs", error.to_string()))?;
    let body = json!({
        "challenge_id": challenge, "certificate": signed.certificate, "algorithm": signed.algorithm,
        "signature": signed.signature,
    });
    Ok(Request::post("/login", body.to_string()).with("content-type", "application/json"))
}

fn login(ground: &Ground<'_>) -> Result<String, Failure> {
    let (id, message) = challenge(ground)?;
    let heard = ground.identity(&proof(ground, &id, &message)?);
    let ticket = text(&json_of(&heard), "ticket");
    hold(!ticket.is_empty(), "a ticket", heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))?;
    Ok(ticket)
}

fn assertion(ground: &Ground<'_>, ticket: &str) -> Heard {
    ground.identity(&Request::get(&format!("/saml/RoleAssertion?token={ticket}")))
}

fn no_ticket(what: &str, heard: &Heard) -> Verdict {
    hold(heard.status >= 400 && text(&json_of(heard), "ticket").is_empty(), what, heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))
}

fn status(heard: &Heard) -> String {
    heard.first("Status/StatusCode@Value").unwrap_or_default()
}

pub(super) fn an_assertion_names(ground: &Ground<'_>) -> Verdict {
    let heard = assertion(ground, &login(ground)?);
    same("the status", &"samlp:Success", &status(&heard).as_str())?;
    let (names, values) = attributes(&heard);
    let place = |name: &str| names.iter().position(|held| held == name);
    let of = |name: &str| place(name).and_then(|place| values.get(place)).cloned().unwrap_or_default();
    let one = |text: &str| vec![text.to_owned()];
    let judge = |what: &str, wanted: &Vec<String>, found: &Vec<String>| {
        same(what, wanted, found).map_err(|failure| failure.in_exchange(&heard.exchange))
    };
    judge("the user", &one(staff::OPERATOR_USER_ID), &of("uid"))?;
    judge("the role profile", &one(staff::OPERATOR_ROLE), &of("uniqueIdentifier"))?;
    judge("the organisation", &one(staff::PRACTICE_ODS), &of("nhsIdCode"))?;
    judge("the job role", &one("S8000:G8000:R8000"), &of("nhsJobRoleCode"))?;
    judge("the activities", &vec!["B0062".into(), "B0011".into()], &of("nhsBusinessFunctionsCodes"))?;
    // A flat list: what describes a role follows its identifier.
    hold(
        place("uniqueIdentifier") < place("nhsIdCode"),
        "the role's identifier before its organisation",
        "behind it",
    )
}

/// Names and values of the attributes, in their order.
fn attributes(heard: &Heard) -> (Vec<String>, Vec<Vec<String>>) {
    let text = heard.document.as_ref().map(|document| document.text().to_owned()).unwrap_or_default();
    let Ok(tree) = roxmltree::Document::parse(&text) else { return (Vec::new(), Vec::new()) };
    let found = tree.descendants().filter(|node| node.tag_name().name() == "Attribute");
    found
        .map(|node| {
            let values = node.children().filter(roxmltree::Node::is_element);
            let values = values.filter_map(|value| value.text().map(str::to_owned)).collect();
            (node.attribute("AttributeName").unwrap_or_default().to_owned(), values)
        })
        .unzip()
}

pub(super) fn a_worthless_ticket(ground: &Ground<'_>) -> Verdict {
    let ticket = login(ground)?;
    same("a ticket just handed out", &"samlp:Success", &status(&assertion(ground, &ticket)).as_str())?;
    let back = ground.identity(&Request::post(&format!("/logout?token={ticket}"), ""));
    hold((200..300).contains(&back.status), "a log-out", back.line())?;
    for (what, ticket) in [
        ("a ticket that was given back", ticket.as_str()),
        ("a ticket that nobody has", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("no ticket", ""),
    ] {
        let heard = assertion(ground, ticket);
        let said = status(&heard);
        let refused = !said.is_empty() && said != "samlp:Success";
        hold(refused, &format!("{what}: another status than Success"), said)
            .map_err(|failure| failure.in_exchange(&heard.exchange))?;
        hold(
            !heard
                .exchange
                .reply
                .heard()
                .is_some_and(|answer| answer.text().contains(staff::OPERATOR_USER_ID)),
            &format!("{what}: nobody's name"),
            "the user is named",
        )?;
    }
    Ok(())
}

pub(super) fn a_signature_must_fit(ground: &Ground<'_>) -> Verdict {
    let (id, message) = challenge(ground)?;
    let (_, other) = challenge(ground)?;
    let heard = ground.identity(&proof(ground, &id, &other)?);
    no_ticket("no ticket for the signature of another challenge", &heard)?;
    // A challenge serves for one attempt, so the right answer comes too late.
    let late = ground.identity(&proof(ground, &id, &message)?);
    no_ticket("no ticket after a wrong signature", &late)?;
    login(ground).map(drop)
}

pub(super) fn a_challenge_serves_once(ground: &Ground<'_>) -> Verdict {
    let (id, message) = challenge(ground)?;
    let request = proof(ground, &id, &message)?;
    let first = ground.identity(&request);
    hold(!text(&json_of(&first), "ticket").is_empty(), "a ticket for the first answer", first.line())?;
    no_ticket("no ticket for the same answer again", &ground.identity(&request))?;
    no_ticket(
        "no ticket for another answer to the same challenge",
        &ground.identity(&proof(ground, &id, &message)?),
    )
}
