//! The role assertion: who a ticket belongs to, with which roles, as SAML 1.1.
//!
//! Writes its own markup; reads none. Source: Spine Security Broker role assertion, as the published sources show it:
//! `samlp:Response`, status `samlp:Success`, one flat list of attributes in namespace `http://www.syntegra.com`.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;
use uuid::Uuid;

use super::session::Session;
use super::user::Role;

const ATTRIBUTES: &str = "http://www.syntegra.com";

/// The answer for a ticket that opens a session: `role` is the first of the user's roles, the session's own.
/// Requirement: SES-027.
pub(super) fn success(session: &Session, role: &Role, response_id: Uuid, now: Timestamp) -> String {
    let (issued, since, until) = (moment(now), moment(session.since), moment(session.until));
    let id = escaped(session.user.id.as_str());
    let subject = format!("<saml:Subject><saml:NameIdentifier>{id}</saml:NameIdentifier></saml:Subject>");
    let mut attributes = String::new();
    attribute(&mut attributes, "uid", [session.user.id.as_str()]);
    attribute(&mut attributes, "cn", [session.user.name.as_str()]);
    attribute(&mut attributes, "ssbSessionRoleUid", [role.profile.as_str()]);
    for role in &session.user.roles {
        // This one opens the group of a role: the list is flat, so a reader tells roles apart by it alone.
        attribute(&mut attributes, "uniqueIdentifier", [role.profile.as_str()]);
        attribute(&mut attributes, "nhsIdCode", [role.ods.as_str()]);
        attribute(&mut attributes, "o", [role.organisation.as_str()]);
        attribute(&mut attributes, "nhsJobRole", [role.job_role.rsplit(':').next().unwrap_or_default()]);
        attribute(&mut attributes, "nhsJobRoleCode", [role.job_role.as_str()]);
        let activities = role.activities.iter().map(spine_vocabulary::ActivityCode::as_str);
        attribute(&mut attributes, "nhsBusinessFunctionsCodes", activities);
    }
    let assertion = format!(
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:1.0:assertion\" MajorVersion=\"1\" MinorVersion=\"1\" \
         AssertionID=\"_{response_id}-1\" Issuer=\"Fake Spine\" IssueInstant=\"{issued}\">\
         <saml:Conditions NotBefore=\"{since}\" NotOnOrAfter=\"{until}\"/>\
         <saml:AuthenticationStatement AuthenticationMethod=\"urn:oasis:names:tc:SAML:1.0:am:HardwareToken\" \
         AuthenticationInstant=\"{since}\">{subject}</saml:AuthenticationStatement>\
         <saml:AttributeStatement>{subject}{attributes}</saml:AttributeStatement></saml:Assertion>"
    );
    response("samlp:Success", response_id, now, &assertion)
}

/// The answer for a ticket that opens nothing: unknown, logged out or expired.
/// Requirement: SES-028.
pub(super) fn requester(response_id: Uuid, now: Timestamp) -> String {
    response("samlp:Requester", response_id, now, "")
}

fn response(status: &str, response_id: Uuid, now: Timestamp, assertion: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\" MajorVersion=\"1\" MinorVersion=\"1\" \
         ResponseID=\"_{response_id}\" IssueInstant=\"{}\">\
         <samlp:Status><samlp:StatusCode Value=\"{status}\"/></samlp:Status>{assertion}</samlp:Response>",
        moment(now)
    )
}

fn attribute<'a>(out: &mut String, name: &str, values: impl IntoIterator<Item = &'a str>) {
    let _ = write!(out, "<saml:Attribute AttributeName=\"{name}\" AttributeNamespace=\"{ATTRIBUTES}\">");
    for value in values {
        let _ = write!(out, "<saml:AttributeValue>{}</saml:AttributeValue>", escaped(value));
    }
    out.push_str("</saml:Attribute>");
}

/// To the second, in UTC, as the broker writes it. The second is the one that has begun, so no session ends late.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let escaped = text.chars().fold(String::with_capacity(text.len() + 16), |mut out, character| {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
        out
    });
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use spine_vocabulary::{ActivityCode, OdsCode, RoleProfileId, UserId};

    use super::*;
    use crate::identity::{SESSION, User};

    fn role(profile: &str, activities: &[&str]) -> Role {
        Role {
            profile: RoleProfileId::parse(profile).unwrap(),
            ods: OdsCode::parse("Y90001").unwrap(),
            organisation: "Fen & <Hill>".into(),
            job_role: "S8000:G8000:R8001".into(),
            activities: activities.iter().map(|code| ActivityCode::parse(code).unwrap()).collect(),
        }
    }

    #[test]
    fn roles_follow_in_order_each_opened_by_its_identifier() {
        let since = Timestamp::from_second(1_800_000_000).unwrap();
        let roles = vec![role("555000000001", &["B0062", "B0380"]), role("555000000002", &[])];
        let user = User { id: UserId::parse("555100000001").unwrap(), name: "O'BRIEN Ada".into(), roles };
        let session = Session { user, since, until: since + SESSION };
        let text = success(&session, &session.user.roles[0], Uuid::nil(), since);

        let document = roxmltree::Document::parse(&text).unwrap();
        let status = document
            .descendants()
            .find(|node| node.has_tag_name(("urn:oasis:names:tc:SAML:1.0:protocol", "StatusCode")));
        assert_eq!(status.unwrap().attribute("Value"), Some("samlp:Success"));
        let conditions = document.descendants().find(|node| node.tag_name().name() == "Conditions").unwrap();
        assert_eq!(conditions.attribute("NotBefore"), Some("2027-01-15T08:00:00Z"));
        assert_eq!(conditions.attribute("NotOnOrAfter"), Some("2027-01-15T18:00:00Z"));
        let attributes: Vec<(&str, Vec<&str>)> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "Attribute")
            .map(|node| {
                assert_eq!(node.attribute("AttributeNamespace"), Some(ATTRIBUTES));
                let values = node.children().map(|value| value.text().unwrap()).collect();
                (node.attribute("AttributeName").unwrap(), values)
            })
            .collect();
        let group = |profile, activities| {
            vec![
                ("uniqueIdentifier", vec![profile]),
                ("nhsIdCode", vec!["Y90001"]),
                ("o", vec!["Fen & <Hill>"]),
                ("nhsJobRole", vec!["R8001"]),
                ("nhsJobRoleCode", vec!["S8000:G8000:R8001"]),
                ("nhsBusinessFunctionsCodes", activities),
            ]
        };
        let mut wanted = vec![
            ("uid", vec!["555100000001"]),
            ("cn", vec!["O'BRIEN Ada"]),
            ("ssbSessionRoleUid", vec!["555000000001"]),
        ];
        wanted.extend(group("555000000001", vec!["B0062", "B0380"]));
        wanted.extend(group("555000000002", vec![]));
        assert_eq!(attributes, wanted);
    }
}
