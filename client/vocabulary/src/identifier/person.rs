//! Identifiers of the people who work with the Spine and of what they may do.

use super::{NotAnIdentifier, digits, text_identifier};

text_identifier!(
    /// A user of the Spine, twelve digits: the first part of a smartcard's common name.
    ///
    /// Source: SDS user id, OID `1.2.826.0.1285.0.2.0.65`; card subject `CN=<12 digits>_NAME`.
    UserId,
    "a user id",
    |text| digits(text, 12, 12)
);

text_identifier!(
    /// One role of one user at one organisation, twelve digits; chosen for a session.
    ///
    /// Source: SDS role profile, OID `1.2.826.0.1285.0.2.0.67`.
    RoleProfileId,
    "a role profile id",
    |text| digits(text, 12, 12)
);

text_identifier!(
    /// A national activity, `B0062`: what a role allows.
    ///
    /// Source: National RBAC Database, activity codes.
    ActivityCode,
    "an activity code",
    |text| letter_and_four(text, b'B')
);

text_identifier!(
    /// A national job role, `R8000`; the last segment of `S8000:G8000:R8000`.
    ///
    /// Source: National RBAC Database, job roles; OID `1.2.826.0.1285.0.2.1.104`.
    JobRole,
    "a job role",
    |text| letter_and_four(text.rsplit(':').next().unwrap_or(text), b'R')
);

/// `B0062`: schedule, manually start, stop and restart bulk uploads, including the initial upload. Source: Vision help, Running the Initial SCR Upload.
pub const BULK_UPLOADS: &str = "B0062";
/// `B0020`: change Spine sharing consent (with one of the three below). Source: Vision help, SCR RBAC roles.
pub const CHANGE_SHARING_CONSENT: &str = "B0020";
/// `B0380`: update and send GP summaries. Source: Vision help, SCR RBAC roles.
pub const UPDATE_SUMMARIES: &str = "B0380";
/// `B8028`: update GP summaries (newer table). Source: Vision help, SCR RBAC roles.
pub const UPDATE_SUMMARIES_8028: &str = "B8028";
/// `B8029`: withdraw GP summaries, and update them. Source: Vision help, SCR RBAC roles.
pub const WITHDRAW_SUMMARIES: &str = "B8029";
/// `B0370`: view summary health records. Source: Vision help, SCR RBAC roles.
pub const VIEW_SUMMARIES: &str = "B0370";
/// `B0168`: view when permission could not be requested (emergency access). Source: Vision help, SCR RBAC roles.
pub const EMERGENCY_ACCESS: &str = "B0168";
/// `B0082`: legal override of consent. Source: Vision help, SCR RBAC roles.
pub const LEGAL_OVERRIDE: &str = "B0082";
/// `B0011`: view system logs and reports (SCR Reporter). Source: Vision help, SCR RBAC roles.
pub const VIEW_REPORTS: &str = "B0011";

/// Every activity named here, for the comparison with `fixtures/codes/activities.csv`.
pub const ACTIVITIES: &[&str] = &[
    BULK_UPLOADS,
    CHANGE_SHARING_CONSENT,
    UPDATE_SUMMARIES,
    UPDATE_SUMMARIES_8028,
    WITHDRAW_SUMMARIES,
    VIEW_SUMMARIES,
    EMERGENCY_ACCESS,
    LEGAL_OVERRIDE,
    VIEW_REPORTS,
];

impl ActivityCode {
    /// [`BULK_UPLOADS`] as a value.
    #[must_use]
    pub fn bulk_uploads() -> Self {
        Self(BULK_UPLOADS.to_owned())
    }
}

fn letter_and_four(text: &str, letter: u8) -> Result<String, NotAnIdentifier> {
    let text = text.to_ascii_uppercase();
    match text.as_bytes() {
        [first, rest @ ..] if *first == letter && rest.len() == 4 && rest.iter().all(u8::is_ascii_digit) => {
            Ok(text)
        }
        bytes if bytes.len() != 5 => Err(NotAnIdentifier::Length),
        _ => Err(NotAnIdentifier::Character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_role_is_the_last_segment() {
        assert_eq!(JobRole::parse("S8000:G8000:R8003").unwrap().as_str(), "R8003");
        assert_eq!(JobRole::parse("R0260").unwrap().as_str(), "R0260");
        assert!(JobRole::parse("B0062").is_err());
    }

    #[test]
    fn every_named_activity_parses() {
        for code in ACTIVITIES {
            assert_eq!(ActivityCode::parse(code).unwrap().as_str(), *code);
        }
        assert_eq!(ActivityCode::bulk_uploads().as_str(), BULK_UPLOADS);
    }
}
