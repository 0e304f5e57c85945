//! Worklists: who waits for a person, and who waits for a later attempt.

use jiff::Timestamp;
use serde_json::Value;
use spine_rules::record::PatientKey;
use spine_rules::{Reason, State};
use spine_store::{Cursor, Entry, Mark, Marking, Run, RunId, RunKind, Waiting};

use super::list::Row;
use super::{Page, Person};
use crate::client::Client;
use crate::error::ClientError;

macro_rules! worklists {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal, [$($reason:ident),*];)+) => {
        /// A list of patients who wait.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Worklist { $($(#[$doc])* $name,)+ }

        impl Worklist {
            /// Every list.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code, for commands and programs.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What is on it and what to do, in plain words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The reasons that put a patient on it; every one that counts as Failed where there are none.
            const fn reasons(self) -> &'static [Reason] {
                match self { $(Self::$name => &[$(Reason::$reason),*],)+ }
            }
        }
    };
}

worklists! {
    /// Everybody.
    All = "all", "Everybody who waits for a person or for a later attempt.", [];
    /// The demographics differ from those on PDS.
    PdsMismatch = "pds-mismatch", "The demographics do not match PDS: resolve the fields named, then use failed.", [PdsMismatch];
    /// The ACS and the practice disagree.
    AcsMismatch = "acs-mismatch", "The Spine and the practice disagree about a dissent: ask the patient and record the answer, then use failed.", [AcsMismatch];
    /// Held by the overwrite guard.
    Held = "held", "Held because a standing summary would be replaced: look at it, release it (scr worklist mark NUMBER --as release), then use failed.", [Held];
    /// Nobody knows whether the Spine has the message.
    InDoubt = "in-doubt", "Nobody knows whether the Spine has the message: failed asks it again before anything is sent.", [InDoubt];
    /// The record was open.
    InUse = "in-use", "The record was in use to the end of the run: close it, then use failed.", [InUse];
    /// The message is too large.
    TooLarge = "too-large", "The summary is larger than the Spine takes: reduce the coded items, then use failed.", [TooLarge];
    /// Every attempt was made.
    RetriesExhausted = "retries-exhausted", "Every attempt allowed was made: use failed later.", [RetriesExhausted];
    /// The number is none, or somebody else's.
    Numbers = "numbers", "The NHS number is invalid, held twice, replaced or not on PDS: trace the patient and correct it, then use failed.", [InvalidNumber, DuplicatedNumber, Superseded, PdsNotFound];
    /// A row could not be read.
    Incomplete = "incomplete", "A row of the record could not be read: correct the extract, import it, then use failed.", [IncompleteRecord];
    /// PDS has the patient elsewhere.
    RegisteredElsewhere = "registered-elsewhere", "PDS has the patient registered at another practice: find out where they belong.", [RegisteredElsewhere];
    /// The Spine refused.
    Refused = "refused", "The Spine refused it: the codes say why.", [Refused];
    /// On the ladder.
    Deferred = "deferred", "Waiting for a later attempt, nobody need act: resume --retry-now tries them at once.", [];
}

impl Worklist {
    /// Reads a stable code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|list| list.code() == code)
    }

    const fn has_failed(self) -> bool {
        !matches!(self, Self::Deferred)
    }

    const fn has_deferred(self) -> bool {
        matches!(self, Self::Deferred | Self::All)
    }
}

/// Which rows of a worklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorklistQuery {
    /// The list.
    pub list: Worklist,
    /// Of one run only; without it, of the newest run that took each patient.
    pub run: Option<RunId>,
    /// Only whom nobody has marked since.
    pub unseen: bool,
}

/// Where the next page of a worklist goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Among those who wait for a person.
    Failed(PatientKey, RunId),
    /// Among those who wait for a later attempt: in this run, after this patient.
    Deferred(RunId, Option<PatientKey>),
}

/// A patient who waits.
#[derive(Clone, Debug)]
pub struct Waits {
    /// Who.
    pub person: Person,
    /// The run that says so.
    pub run: RunId,
    /// Its kind.
    pub kind: RunKind,
    /// Why; `None` for whoever waits for a later attempt.
    pub reason: Option<Reason>,
    /// Further codes: the fields that differ, the Spine's error codes.
    pub details: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// When the later attempt is due.
    pub due: Option<Timestamp>,
    /// What a person noted since.
    pub mark: Option<Mark>,
}

impl Client {
    /// A page of a worklist, after a position.
    pub async fn worklist(
        &self,
        query: &WorklistQuery,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<Waits, Position>, ClientError> {
        let failed = match after {
            None => query.list.has_failed().then_some(None),
            Some(Position::Failed(key, run)) => Some(Some((key, *run))),
            Some(Position::Deferred(..)) => None,
        };
        let page = match failed {
            Some(after) => self.who_failed(query, after, limit).await?,
            None => Page { rows: Vec::new(), next: None },
        };
        if page.next.is_some() || !query.list.has_deferred() {
            return Ok(page);
        }
        let (from, after) = match after {
            Some(Position::Deferred(run, key)) => (*run, key.as_ref()),
            _ => (RunId(0), None),
        };
        let mut deferred = self.who_is_deferred(query, from, after, limit).await?;
        let mut rows = page.rows;
        rows.append(&mut deferred.rows);
        Ok(Page { rows, next: deferred.next })
    }

    async fn who_failed(
        &self,
        query: &WorklistQuery,
        after: Option<(&PatientKey, RunId)>,
        limit: usize,
    ) -> Result<Page<Waits, Position>, ClientError> {
        let waiting = self.store.waiting(query.run, query.list.reasons(), after, limit).await?;
        let last = waiting.last().filter(|_| waiting.len() >= limit);
        let next = last.map(|last| Position::Failed(last.entry.key.clone(), last.run));
        let rows = waiting.into_iter().map(Waits::of);
        let rows = rows.filter(|row| !query.unseen || row.mark.is_none()).collect();
        Ok(Page { rows, next })
    }

    /// Those on the ladder, run after run.
    async fn who_is_deferred(
        &self,
        query: &WorklistQuery,
        from: RunId,
        mut after: Option<&PatientKey>,
        limit: usize,
    ) -> Result<Page<Waits, Position>, ClientError> {
        let runs = self.store.runs().await?;
        let runs = runs.into_iter().filter(|run| run.id >= from && query.run.is_none_or(|id| id == run.id));
        for run in runs {
            let after = after.take();
            if self.store.tally(run.id).await?.next_due.is_none() {
                continue;
            }
            let page = self.store.page(run.id, Cursor::All, after, limit).await?;
            let full = page.len() >= limit;
            let last = page.last().map(|(entry, _)| entry.key.clone());
            let mut rows = Vec::new();
            for (entry, candidate) in page {
                if let State::Deferred { until } = entry.state {
                    rows.push(self.deferred(&run, entry, Person::of(candidate.record), until).await?);
                }
            }
            let next = match last.filter(|_| full) {
                Some(key) => Position::Deferred(run.id, Some(key)),
                None => Position::Deferred(RunId(run.id.0 + 1), None),
            };
            return Ok(Page { rows, next: Some(next) });
        }
        Ok(Page { rows: Vec::new(), next: None })
    }

    async fn deferred(
        &self,
        run: &Run,
        entry: Entry,
        person: Person,
        due: Timestamp,
    ) -> Result<Waits, ClientError> {
        let history = self.store.history(&entry.key).await?;
        let told = history.into_iter().rfind(|told| told.run == run.id);
        Ok(Waits {
            person,
            run: run.id,
            kind: run.kind,
            reason: None,
            details: told.as_ref().and_then(|told| told.note.clone()).into_iter().collect(),
            since: told.map_or(run.opened_at, |told| told.at),
            due: Some(due),
            mark: None,
        })
    }
}

impl Waits {
    fn of(waiting: Waiting) -> Self {
        let details = match &waiting.entry.state {
            State::SetAside(aside) | State::Rejected { why: aside, .. } => aside.details.clone(),
            _ => Vec::new(),
        };
        Self {
            person: Person::of(waiting.candidate.record),
            run: waiting.run,
            kind: waiting.kind,
            reason: waiting.entry.state.reason(),
            details,
            since: waiting.since,
            due: None,
            mark: waiting.mark,
        }
    }

    /// The reason's stable code, or `deferred`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.reason.map_or(Worklist::Deferred.code(), Reason::code)
    }

    /// The reason in plain words.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.reason.map_or(Worklist::Deferred.text(), Reason::text)
    }
}

/// The stable code of what a person noted.
#[must_use]
pub const fn marking_code(marking: Marking) -> &'static str {
    match marking {
        Marking::Seen => "seen",
        Marking::Release => "release",
    }
}

impl Row for Waits {
    const SCHEMA: &'static str = "scr-worklist/1";
    const HEADER: &'static [&'static str] = &[
        "patient_id",
        "nhs_number",
        "family_name",
        "given_names",
        "run",
        "kind",
        "reason",
        "text",
        "details",
        "since",
        "due",
        "mark",
        "marked_by",
        "marked_at",
    ];

    fn lines(&self) -> Vec<Vec<String>> {
        let mark = self.mark.as_ref();
        let rest = [
            self.run.0.to_string(),
            self.kind.code().to_owned(),
            self.code().to_owned(),
            self.text().to_owned(),
            self.details.join(" "),
            self.since.to_string(),
            self.due.map(|due| due.to_string()).unwrap_or_default(),
            mark.map_or("", |mark| marking_code(mark.marking)).to_owned(),
            mark.map(|mark| mark.user.to_string()).unwrap_or_default(),
            mark.map(|mark| mark.at.to_string()).unwrap_or_default(),
        ];
        vec![self.person.cells().into_iter().chain(rest).collect()]
    }

    fn document(&self) -> Value {
        let mark = self.mark.as_ref().map(|mark| {
            serde_json::json!({"as": marking_code(mark.marking), "by": mark.user.to_string(), "at": mark.at})
        });
        serde_json::json!({
            "patient": self.person.document(),
            "run": self.run.0,
            "kind": self.kind.code(),
            "reason": self.code(),
            "text": self.text(),
            "details": self.details,
            "since": self.since,
            "due": self.due,
            "mark": mark,
        })
    }
}
