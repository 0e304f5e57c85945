//! Who speaks, for whom, when, and between which systems: everything a message needs beside its content.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use spine_vocabulary::identifier::IdentifierError;
use spine_vocabulary::{Asid, CpaId, JobRole, OdsCode, PartyKey, RoleProfileId, UserId};

/// Between which systems a message travels. Source of the Spine's values: SDS, as published with the national adaptors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressing {
    /// Our system's ASID.
    pub our_asid: Asid,
    /// Our message handling party.
    pub our_party_key: PartyKey,
    /// The Spine's message handling party.
    pub spine_party_key: PartyKey,
    /// The agreement under which uploads travel.
    pub cpa_id: CpaId,
    /// The Spine's ASID for uploads, summary queries and the ACS.
    pub psis_asid: Asid,
    /// The Spine's ASID for demographic queries.
    pub pds_asid: Asid,
}

impl Addressing {
    /// Our two identifiers with the published defaults for the Spine's. The error is never met: it would mean that one of
    /// the published defaults is no identifier, which a test excludes.
    pub fn to_the_spine(our_asid: Asid, our_party_key: PartyKey) -> Result<Self, IdentifierError> {
        Ok(Self {
            our_asid,
            our_party_key,
            spine_party_key: PartyKey::parse("YES-0000806")?,
            cpa_id: CpaId::parse("S20001A000182")?,
            psis_asid: Asid::parse("227319907548")?,
            pds_asid: Asid::parse("928942012545")?,
        })
    }
}

/// The person on whose authority a message is sent: the operator of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// SDS user id.
    pub user: UserId,
    /// The role chosen for the session.
    pub role_profile: RoleProfileId,
    /// The job role of that role profile.
    pub job_role: JobRole,
    /// Name for people, as the session gives it.
    pub name: String,
}

/// The practice for which a summary is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// ODS code.
    pub ods: OdsCode,
    /// Name for people.
    pub name: String,
}

/// The time at which a message is composed; it stays the same when the same bytes are sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    now: Timestamp,
    local: Zoned,
}

impl Stamp {
    /// Stamps messages with `now`. UK local time comes from the time zone database that is built in; were it missing,
    /// local time would be written as UTC.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
        Self { now, local: now.to_zoned(zone) }
    }

    /// The moment itself.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// `2026-09-01T08:30:00Z`: ebXML, `xs:dateTime` in UTC, whole seconds.
    /// Requirement: MSG-021.
    #[must_use]
    pub fn utc(&self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `20260901093000`: HL7, UK local time without a zone. Source: MIM, `creationTime`.
    /// Requirement: MSG-026.
    #[must_use]
    pub fn hl7(&self) -> String {
        let time = &self.local;
        let mut text = String::with_capacity(14);
        let _ = write!(
            text,
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        );
        text
    }

    /// `01 Sep 2026 09:30`: presentation text, UK local time.
    #[must_use]
    pub fn shown(&self) -> String {
        self.local.strftime("%d %b %Y %H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_defaults_are_identifiers() {
        let addressing = Addressing::to_the_spine(
            Asid::parse("990000000001").unwrap(),
            PartyKey::parse("Y90001-0000001").unwrap(),
        )
        .unwrap();
        assert_eq!(addressing.psis_asid.as_str(), "227319907548");
    }

    #[test]
    fn hl7_time_is_uk_local_time_and_ebxml_time_is_utc() {
        for (instant, utc, hl7, shown) in [
            ("2026-07-01T08:30:05Z", "2026-07-01T08:30:05Z", "20260701093005", "01 Jul 2026 09:30"),
            ("2026-01-15T09:30:00.75Z", "2026-01-15T09:30:00Z", "20260115093000", "15 Jan 2026 09:30"),
            // Both sides of the change to winter time: local time is the same twice.
            ("2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z", "20261025013000", "25 Oct 2026 01:30"),
            ("2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z", "20261025013000", "25 Oct 2026 01:30"),
        ] {
            let stamp = Stamp::new(instant.parse().unwrap());
            assert_eq!(
                (stamp.utc().as_str(), stamp.hl7().as_str(), stamp.shown().as_str()),
                (utc, hl7, shown)
            );
        }
    }
}
