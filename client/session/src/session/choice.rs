//! Which of a user's roles a session uses: one at this practice, chosen by itself only when there is no choice.
//!
//! Source: Spine Core, smartcards: a user with several roles chooses one per session.

use spine_vocabulary::{OdsCode, RoleProfileId};

use crate::assertion::{Role, RoleAssertion};

/// A role of an assertion, at the practice that asked. Only [`RoleAssertion::choose`] makes one.
#[derive(Clone, Debug)]
pub struct ChosenRole {
    pub(super) assertion: RoleAssertion,
    pub(super) role: Role,
}

impl ChosenRole {
    /// The role.
    #[must_use]
    pub fn role(&self) -> &Role {
        &self.role
    }
}

/// No role could be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleChoiceError {
    /// The user has no role at all.
    #[error("this user has no role: ask your Registration Authority for one at {practice}")]
    NoRole {
        /// The practice.
        practice: OdsCode,
    },
    /// The user has roles, but none here.
    #[error(
        "this user has no role at {practice} (only at {}): ask your Registration Authority for one there",
        listed(.elsewhere)
    )]
    NoneHere {
        /// The practice.
        practice: OdsCode,
        /// Where the user has roles.
        elsewhere: Vec<OdsCode>,
    },
    /// Several roles here, and nobody said which.
    #[error("this user has {} roles at {practice}: choose one by its role profile id ({})", .roles.len(), profiles(.roles))]
    Several {
        /// The practice.
        practice: OdsCode,
        /// The roles to choose from, in the order of the assertion.
        roles: Vec<Role>,
    },
    /// The wanted role is not one of this user's here.
    #[error("role profile {wanted} is none of this user's at {practice} (these are: {})", profiles(.roles))]
    NotTheirs {
        /// The practice.
        practice: OdsCode,
        /// What was asked for.
        wanted: RoleProfileId,
        /// The roles to choose from.
        roles: Vec<Role>,
    },
}

impl RoleAssertion {
    /// Chooses the role for a session at `practice`: the wanted one, or the only one there is.
    /// Requirements: SES-005, SES-006.
    pub fn choose(
        &self,
        practice: &OdsCode,
        wanted: Option<&RoleProfileId>,
    ) -> Result<ChosenRole, RoleChoiceError> {
        let here: Vec<&Role> = self.roles.iter().filter(|role| role.ods == *practice).collect();
        let practice = practice.clone();
        if self.roles.is_empty() {
            return Err(RoleChoiceError::NoRole { practice });
        }
        if here.is_empty() {
            let mut elsewhere: Vec<OdsCode> = self.roles.iter().map(|role| role.ods.clone()).collect();
            elsewhere.sort_unstable();
            elsewhere.dedup();
            return Err(RoleChoiceError::NoneHere { practice, elsewhere });
        }
        let owned = |roles: &[&Role]| roles.iter().map(|role| (*role).clone()).collect();
        let role = match (wanted, here.as_slice()) {
            (None, [only]) => *only,
            (None, several) => return Err(RoleChoiceError::Several { practice, roles: owned(several) }),
            (Some(wanted), roles) => match roles.iter().find(|role| role.profile == *wanted) {
                Some(role) => role,
                None => {
                    return Err(RoleChoiceError::NotTheirs {
                        practice,
                        wanted: wanted.clone(),
                        roles: owned(roles),
                    });
                }
            },
        };
        Ok(ChosenRole { assertion: self.clone(), role: role.clone() })
    }
}

fn profiles(roles: &[Role]) -> String {
    let texts: Vec<String> = roles
        .iter()
        .map(|role| {
            if role.job_title.is_empty() {
                role.profile.to_string()
            } else {
                format!("{} {}", role.profile, role.job_title)
            }
        })
        .collect();
    texts.join(", ")
}

fn listed(codes: &[OdsCode]) -> String {
    codes.iter().map(OdsCode::as_str).collect::<Vec<_>>().join(", ")
}
