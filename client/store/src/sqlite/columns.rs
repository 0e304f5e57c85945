//! Values between Rust and SQL: how a row of `entry` and a candidate are written and read.

use std::fmt::Display;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use spine_rules::lifecycle::{Live, State};
use spine_rules::record::{LastAcknowledged, LocalChange, PatientKey, PatientRecord};
use spine_rules::{Counter, Reason, SetAside};
use spine_vocabulary::{EventId, MessageId, NhsNumber, UserId};
use sqlx::query_builder::Separated;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite};

use super::error::damaged;
use crate::entry::Uploaded;
use crate::error::StoreError;
use crate::kept::candidate::Parts;
use crate::kept::row::Row;
use crate::run::RunId;
use crate::seam::Result;

/// The columns of `entry e` that make a [`Row`], in the order in which [`row`] reads them, after the key.
pub(super) const ENTRY: &str = "e.key, e.state, e.until, e.location, e.reason, e.details, e.id, e.sha256, e.settles_as, \
     e.attempts, e.first_sent_at, e.last_sent_at, e.sent_in_leg, e.content_sha256, e.dissent, e.number, e.pending, \
     e.frozen, e.version, e.warnings, e.deferrals";

/// How many columns [`ENTRY`] names.
pub(super) const ENTRY_WIDTH: usize = 21;

/// The columns that [`bind_row`] writes, in its order.
pub(super) const ENTRY_WRITTEN: &str = "run, key, interaction, phase, state, until, location, reason, details, id, sha256, \
     settles_as, attempts, first_sent_at, last_sent_at, sent_in_leg, content_sha256, dissent, number, pending, frozen, version, \
     warnings, deferrals, failed";

/// The columns of `patient p` and what stands beside it that make a candidate, in the order in which [`parts`] reads them.
pub(super) const CANDIDATE: &str = "p.base, p.codes, p.medications, p.allergies, p.incomplete, p.departed, \
     p.number IS NOT NULL AND EXISTS (SELECT 1 FROM patient o WHERE o.number = p.number AND o.departed = 0 AND o.key <> p.key), \
     (SELECT json_group_array(json_array(l.seq, json(l.change), l.at)) FROM local_change l WHERE l.key = p.key), \
     a.event, a.content_sha256, a.dissent, a.number, EXISTS (SELECT 1 FROM released d WHERE d.key = p.key)";

/// How many columns [`CANDIDATE`] names.
pub(super) const CANDIDATE_WIDTH: usize = 13;

/// The join that [`CANDIDATE`] needs after `patient p`.
pub(super) const ACKNOWLEDGED: &str = "LEFT JOIN acknowledged a ON a.key = p.key";

/// Whole nanoseconds since 1970.
pub(super) fn nanos(time: Timestamp) -> Result<i64> {
    i64::try_from(time.as_nanosecond())
        .map_err(|_| StoreError::Storage("a time beyond the year 2262 cannot be kept".to_owned()))
}

/// The same, where a time beyond what a column holds is as good as the last one in it.
pub(super) fn nanos_within(time: Timestamp) -> i64 {
    let bounds = (i128::from(i64::MIN), i128::from(i64::MAX));
    i64::try_from(time.as_nanosecond().clamp(bounds.0, bounds.1)).unwrap_or(i64::MAX)
}

/// How many rows a query may bring.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The time of whole nanoseconds since 1970.
pub(super) fn time(nanos: i64) -> Result<Timestamp> {
    Timestamp::from_nanosecond(i128::from(nanos)).map_err(|_| damaged("a time"))
}

/// JSON of a value of ours.
pub(super) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|_| StoreError::Storage("a value cannot be written (bug)".to_owned()))
}

/// A value of ours from its JSON.
pub(super) fn from_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| damaged(what))
}

/// A patient's key.
pub(super) fn key(text: &str) -> Result<PatientKey> {
    PatientKey::parse(text).map_err(|_| damaged("a patient's key"))
}

/// An operator's user id.
pub(super) fn user(text: &str) -> Result<UserId> {
    UserId::parse(text).map_err(|_| damaged("a user id"))
}

/// A number of facts or a count, which SQLite keeps signed.
pub(super) fn count(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| damaged("a count"))
}

/// Writes one row into a list of values, in the order of [`ENTRY_WRITTEN`].
pub(super) fn bind_row<S: Display>(
    values: &mut Separated<'_, Sqlite, S>,
    run: RunId,
    interaction: &'static str,
    key: &PatientKey,
    row: &Row,
) -> Result<()> {
    let (state, phase) = name(&row.state);
    let (until, location, aside) = match &row.state {
        State::Deferred { until } => (Some(nanos(*until)?), None, None),
        State::Accepted { location, .. } => (None, Some(location.clone()), None),
        State::SetAside(aside) | State::Rejected { why: aside, .. } => (None, None, Some(aside)),
        _ => (None, None, None),
    };
    let details =
        aside.filter(|aside| !aside.details.is_empty()).map(|aside| json(&aside.details)).transpose()?;
    let pending = if row.pending.is_empty() { None } else { Some(json(&row.pending)?) };
    let warnings = if row.warnings.is_empty() { None } else { Some(json(&row.warnings)?) };
    values
        .push_bind(run.0)
        .push_bind(key.as_str().to_owned())
        .push_bind(interaction)
        .push_bind(phase)
        .push_bind(state)
        .push_bind(until)
        .push_bind(location)
        .push_bind(row.state.reason().map(Reason::code))
        .push_bind(details)
        .push_bind(row.live.map(|live| live.id.uuid().as_bytes().to_vec()))
        .push_bind(row.live.map(|live| live.sha256.to_vec()))
        .push_bind(row.live.map(|live| live.settles_as.code()))
        .push_bind(row.attempts)
        .push_bind(row.first_sent_at.map(nanos).transpose()?)
        .push_bind(row.last_sent_at.map(nanos).transpose()?)
        .push_bind(row.sent_in_leg)
        .push_bind(row.uploaded.map(|uploaded| uploaded.content_sha256.to_vec()))
        .push_bind(row.uploaded.map(|uploaded| uploaded.dissent))
        .push_bind(row.number.map(NhsNumber::reveal))
        .push_bind(pending)
        .push_bind(row.frozen.map(u64::cast_signed))
        .push_bind(row.version.cast_signed())
        .push_bind(warnings)
        .push_bind(row.deferrals)
        .push_bind(row.state.counter() == Counter::Failed);
    Ok(())
}

/// Reads a row whose columns begin with [`ENTRY`].
pub(super) fn row(from: &SqliteRow) -> Result<(PatientKey, Row)> {
    let live = match (from.try_get::<Option<&[u8]>, _>(6)?, from.try_get::<Option<&[u8]>, _>(7)?) {
        (Some(id), Some(sha256)) => Some(Live {
            id: MessageId::new(uuid::Uuid::from_slice(id).map_err(|_| damaged("a message id"))?),
            sha256: digest(sha256)?,
            settles_as: from
                .try_get::<Option<&str>, _>(8)?
                .map(reason)
                .transpose()?
                .ok_or_else(|| damaged("a reason"))?,
        }),
        _ => None,
    };
    let moment = |at: usize| from.try_get::<Option<i64>, _>(at)?.map(time).transpose();
    let uploaded = match (from.try_get::<Option<&[u8]>, _>(13)?, from.try_get::<Option<bool>, _>(14)?) {
        (Some(content), Some(dissent)) => Some(Uploaded { content_sha256: digest(content)?, dissent }),
        _ => None,
    };
    let pending = from.try_get::<Option<&str>, _>(16)?;
    let warnings = from.try_get::<Option<&str>, _>(19)?;
    let kept = Row {
        state: state(from, live)?,
        deferrals: from.try_get(20)?,
        live,
        attempts: from.try_get(9)?,
        first_sent_at: moment(10)?,
        last_sent_at: moment(11)?,
        sent_in_leg: from.try_get(12)?,
        uploaded,
        number: number(from.try_get(15)?)?,
        pending: pending.map(|text| from_json(text, "a local change")).transpose()?.unwrap_or_default(),
        warnings: warnings.map(|text| from_json(text, "a warning")).transpose()?.unwrap_or_default(),
        frozen: from.try_get::<Option<i64>, _>(17)?.map(count).transpose()?,
        version: count(from.try_get(18)?)?,
    };
    Ok((key(from.try_get(0)?)?, kept))
}

/// Reads the parts of a candidate from columns that begin with [`CANDIDATE`] at the given place.
pub(super) fn parts(from: &SqliteRow, at: usize) -> Result<Parts> {
    let mut record: PatientRecord = from_json(from.try_get(at)?, "a record")?;
    record.codes = from_json(from.try_get(at + 1)?, "a record's codes")?;
    record.medications = from_json(from.try_get(at + 2)?, "a record's medication")?;
    record.allergies = from_json(from.try_get(at + 3)?, "a record's allergies")?;
    record.incomplete = from.try_get(at + 4)?;
    let mut local: Vec<(i64, LocalChange, i64)> = from_json(from.try_get(at + 7)?, "a local change")?;
    local.sort_unstable_by_key(|(seq, _, _)| *seq);
    let acknowledged = match from.try_get::<Option<&[u8]>, _>(at + 8)? {
        None => None,
        Some(event) => {
            let event = EventId::new(uuid::Uuid::from_slice(event).map_err(|_| damaged("an event id"))?);
            let content_sha256 = digest(from.try_get(at + 9)?)?;
            let last = LastAcknowledged { event, content_sha256, dissent: from.try_get(at + 10)? };
            Some((last, number(from.try_get(at + 11)?)?))
        }
    };
    Ok(Parts {
        record,
        departed: from.try_get(at + 5)?,
        number_shared: from.try_get(at + 6)?,
        local: local.into_iter().map(|(_, change, at)| Ok((change, time(at)?))).collect::<Result<_>>()?,
        acknowledged,
        released: from.try_get(at + 12)?,
    })
}

/// An NHS number as a column holds it.
pub(super) fn number(text: Option<&str>) -> Result<Option<NhsNumber>> {
    text.map(|text| NhsNumber::parse(text).map_err(|_| damaged("an NHS number"))).transpose()
}

/// A state's code in the table, and its phase: 0 due or to be due, 1 live, 2 settled.
const fn name(state: &State) -> (&'static str, i64) {
    match state {
        State::Listed => ("listed", 0),
        State::Deferred { .. } => ("deferred", 0),
        State::Sending(_) => ("sending", 1),
        State::Accepted { .. } => ("accepted", 1),
        State::Uncertain(_) => ("uncertain", 1),
        State::Unsent(_) => ("unsent", 1),
        State::SetAside(_) => ("set-aside", 2),
        State::Acknowledged { .. } => ("acknowledged", 2),
        State::Rejected { .. } => ("rejected", 2),
        State::Unresolved { .. } => ("unresolved", 2),
    }
}

fn state(from: &SqliteRow, live: Option<Live>) -> Result<State> {
    let live = || live.ok_or_else(|| damaged("a live id"));
    let why =
        || from.try_get::<Option<&str>, _>(4)?.map(reason).transpose()?.ok_or_else(|| damaged("a reason"));
    let aside = || -> Result<SetAside> {
        let details = from.try_get::<Option<&str>, _>(5)?;
        let details = details.map(|text| from_json(text, "details")).transpose()?.unwrap_or_default();
        Ok(SetAside { reason: why()?, details })
    };
    Ok(match from.try_get::<&str, _>(1)? {
        "listed" => State::Listed,
        "deferred" => State::Deferred { until: time(from.try_get(2)?)? },
        "sending" => State::Sending(live()?),
        "accepted" => State::Accepted { live: live()?, location: from.try_get(3)? },
        "uncertain" => State::Uncertain(live()?),
        "unsent" => State::Unsent(live()?),
        "set-aside" => State::SetAside(aside()?),
        "acknowledged" => State::Acknowledged { id: live()?.id, reason: why()? },
        "rejected" => State::Rejected { id: live()?.id, why: aside()? },
        "unresolved" => State::Unresolved { id: live()?.id },
        _ => return Err(damaged("a state")),
    })
}

fn reason(code: &str) -> Result<Reason> {
    Reason::from_code(code).ok_or_else(|| damaged("a reason"))
}

fn digest(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| damaged("a digest"))
}
