//! The role assertion: who the ticket stands for, in which roles, with which activities, until when.
//!
//! SAML 1.1 with flat attributes in the namespace of the national broker. Single attributes name the user; each
//! `uniqueIdentifier` then opens a role, and the attributes that follow describe it. Baseline activities of a job role are
//! not listed: they stand in the National RBAC Database. Only what is granted explicitly counts here.

mod document;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use spine_vocabulary::{ActivityCode, JobRole, OdsCode, RoleProfileId, UserId};

pub use document::AssertionError;
use document::{Attribute, Document};

/// How far the two clocks may differ before an assertion counts as not yet valid, in minutes. The broker itself dates its
/// assertions back by three.
const CLOCKS_DIFFER: i64 = 3;

/// Who is signed in and what they may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssertion {
    /// The user.
    pub user: UserId,
    /// The user's name, for people to read.
    pub name: String,
    /// The role that the broker considers chosen, if it names one. It does not choose for us.
    pub session_role: Option<RoleProfileId>,
    /// Every role, in the order of the assertion.
    pub roles: Vec<Role>,
    /// When the broker's session ends.
    pub ends_at: Timestamp,
}

/// One role of one user at one organisation.
/// Requirement: SES-007.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The role profile.
    pub profile: RoleProfileId,
    /// The organisation's code.
    pub ods: OdsCode,
    /// The organisation's name, for people to read; may be blank.
    pub organisation: String,
    /// The job role's name, for people to read; may be blank.
    pub job_title: String,
    /// The job role's code, if the assertion gave a readable one.
    pub job_role: Option<JobRole>,
    /// The activities granted explicitly.
    pub activities: BTreeSet<ActivityCode>,
}

impl RoleAssertion {
    /// Reads the answer to `GET /saml/RoleAssertion`, and refuses one that is not valid at `now`.
    /// Requirements: SES-009, SES-010.
    pub fn read(xml: &[u8], now: Timestamp) -> Result<Self, AssertionError> {
        let document = Document::read(xml)?;
        if let Some(from) = document.not_before
            && now.duration_until(from) > jiff::SignedDuration::from_mins(CLOCKS_DIFFER)
        {
            return Err(AssertionError::NotYetValid { from });
        }
        let ends_at = document.not_on_or_after;
        if now >= ends_at {
            return Err(AssertionError::Over { ended_at: ends_at });
        }
        let mut reading = Reading::default();
        for attribute in &document.attributes {
            reading.take(attribute)?;
        }
        reading.finish(ends_at)
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    user: Option<UserId>,
    name: Option<String>,
    session_role: Option<String>,
    roles: Vec<OpenRole>,
}

/// A role that may still get its attributes.
struct OpenRole {
    profile: RoleProfileId,
    ods: Option<OdsCode>,
    organisation: Option<String>,
    job_title: Option<String>,
    job_role: Option<String>,
    activities: Option<BTreeSet<ActivityCode>>,
}

impl Reading {
    fn take(&mut self, attribute: &Attribute) -> Result<(), AssertionError> {
        match attribute.name.as_str() {
            "uid" => once("uid", &mut self.user, UserId::parse(single("uid", attribute)?).ok()),
            "cn" => once("cn", &mut self.name, Some(single("cn", attribute)?.trim().to_owned())),
            "ssbSessionRoleUid" => {
                let text = single("ssbSessionRoleUid", attribute)?.to_owned();
                once("ssbSessionRoleUid", &mut self.session_role, Some(text))
            }
            "uniqueIdentifier" => self.open_role(single("uniqueIdentifier", attribute)?),
            "nhsIdCode" => {
                let code = OdsCode::parse(single("nhsIdCode", attribute)?).ok();
                once("nhsIdCode", &mut self.role("nhsIdCode")?.ods, code)
            }
            "o" => {
                let text = single("o", attribute)?.trim().to_owned();
                once("o", &mut self.role("o")?.organisation, Some(text))
            }
            "nhsJobRole" => {
                let text = single("nhsJobRole", attribute)?.trim().to_owned();
                once("nhsJobRole", &mut self.role("nhsJobRole")?.job_title, Some(text))
            }
            "nhsJobRoleCode" => {
                let text = single("nhsJobRoleCode", attribute)?.to_owned();
                once("nhsJobRoleCode", &mut self.role("nhsJobRoleCode")?.job_role, Some(text))
            }
            "nhsBusinessFunctionsCodes" => {
                // A code that cannot be read grants nothing, and that is all it does.
                let codes =
                    attribute.values.iter().filter_map(|code| ActivityCode::parse(code).ok()).collect();
                let name = "nhsBusinessFunctionsCodes";
                once(name, &mut self.role(name)?.activities, Some(codes))
            }
            // The broker sends more than we need.
            _ => Ok(()),
        }
    }

    fn open_role(&mut self, text: &str) -> Result<(), AssertionError> {
        let profile =
            RoleProfileId::parse(text).map_err(|_| AssertionError::Unreadable("uniqueIdentifier"))?;
        if self.roles.iter().any(|role| role.profile == profile) {
            return Err(AssertionError::Repeated("uniqueIdentifier"));
        }
        self.roles.push(OpenRole {
            profile,
            ods: None,
            organisation: None,
            job_title: None,
            job_role: None,
            activities: None,
        });
        Ok(())
    }

    /// The role that is open; an attribute of a role before any role is out of place.
    fn role(&mut self, name: &'static str) -> Result<&mut OpenRole, AssertionError> {
        self.roles.last_mut().ok_or(AssertionError::OutOfPlace(name))
    }

    fn finish(self, ends_at: Timestamp) -> Result<RoleAssertion, AssertionError> {
        let roles = self.roles.into_iter().map(OpenRole::close).collect::<Result<_, _>>()?;
        Ok(RoleAssertion {
            user: self.user.ok_or(AssertionError::Missing("uid"))?,
            name: self.name.unwrap_or_default(),
            session_role: self.session_role.and_then(|text| RoleProfileId::parse(&text).ok()),
            roles,
            ends_at,
        })
    }
}

impl OpenRole {
    fn close(self) -> Result<Role, AssertionError> {
        Ok(Role {
            profile: self.profile,
            ods: self.ods.ok_or(AssertionError::Missing("nhsIdCode"))?,
            organisation: self.organisation.unwrap_or_default(),
            job_title: self.job_title.unwrap_or_default(),
            job_role: self.job_role.and_then(|text| JobRole::parse(&text).ok()),
            activities: self.activities.unwrap_or_default(),
        })
    }
}

/// The one value of an attribute.
fn single<'a>(name: &'static str, attribute: &'a Attribute) -> Result<&'a str, AssertionError> {
    match attribute.values.as_slice() {
        [value] => Ok(value),
        [] => Ok(""),
        _ => Err(AssertionError::Repeated(name)),
    }
}

/// Fills a place that may be filled once; `None` is a value that cannot be read.
fn once<T>(name: &'static str, place: &mut Option<T>, value: Option<T>) -> Result<(), AssertionError> {
    if place.is_some() {
        return Err(AssertionError::Repeated(name));
    }
    *place = Some(value.ok_or(AssertionError::Unreadable(name))?);
    Ok(())
}
