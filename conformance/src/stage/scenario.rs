//! What happens in a test of a client, as data: who is there, what the operator does, and what the scripted Spine does.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use spine_client::{RunRequest, RunSettings};
use spine_fixtures::population::staff;
use spine_simulator::Spine;
use spine_simulator::scenario::Settings;

use super::people::AS_OF;
use crate::wire::{Reply, Request, Seen, Service};

/// One test of a client.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name, for reports.
    pub name: &'static str,
    /// Slugs of the personas in the practice.
    pub people: &'static [&'static str],
    /// The day, `yyyy-mm-dd`.
    pub day: &'static str,
    /// Who can play it.
    pub need: Need,
    /// What the scripted Spine does; by default what a faultless one does.
    pub script: fn() -> Box<dyn Script>,
    /// What the scripted identity service does; by default what a faultless one does.
    pub identity: fn() -> Box<dyn Script>,
    /// How the Spine behind the script behaves.
    pub spine: fn(&mut Settings),
    /// The run's settings, where they are not the default. Anything else than the default needs virtual time.
    pub settings: fn(&mut RunSettings),
    /// The practice's terminology files: name and content; none where the practice has none. Any need virtual time.
    pub terminology: &'static [(&'static str, &'static str)],
    /// What the operator does after the practice is imported and the operator is logged in.
    pub steps: &'static [Step],
}

/// Who can play a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Anybody.
    Anything,
    /// Only the library: it takes minutes or hours, or settings that the adapter does not know.
    VirtualTime,
    /// Only a process: it is about the command line, the login or exit codes.
    Process,
}

/// The kinds of run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Initial Upload.
    InitialUpload,
    /// Bulk Update.
    BulkUpdate,
    /// Consent Migration.
    ConsentMigration,
    /// Bulk Deregistration.
    BulkDeregistration,
    /// Practice No Longer Contributing.
    NoLongerContributing,
}

/// What is done with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It begins.
    Run,
    /// It goes on.
    Resume,
    /// It begins anew for everybody.
    Rerun,
    /// Whoever failed is reprocessed.
    Failed,
}

/// One thing that the operator does, or that happens meanwhile.
#[derive(Clone, Copy)]
pub enum Step {
    /// Runs to the end.
    Run(Kind, Way),
    /// Runs to the end, asked for as the function says: group, schedule, retries. Anything but a group needs virtual time.
    Asked(Kind, Way, fn(&mut RunRequest)),
    /// Runs, and is asked to stop once so many exchanges have passed in this step.
    Stopped(Kind, Way, usize),
    /// Runs, and is killed once so many exchanges have passed in this step: at once, without a chance to write anything.
    Killed(Kind, Way, usize),
    /// Runs to the end, and the card is pulled once so many exchanges have passed in this step.
    Pulled(Kind, Way, usize),
    /// Runs to the end, and another process of the practice begins the same once so many exchanges have passed in this step; its
    /// outcome follows the first one's.
    Rival(Kind, Way, usize),
    /// Begins a run that nobody confirms: there is no terminal to ask on. Needs a process.
    Unconfirmed(Kind),
    /// Logs in where nobody types a PIN: there is no terminal, and standard input is empty. Needs a process.
    Untyped(&'static str),
    /// Logs in with another card; the outcome is recorded as a run of no kind. As the first step it replaces the operator's login.
    Login {
        /// The user id on the card that is put in.
        user: &'static str,
        /// The PIN that is typed.
        pin: &'static str,
    },
    /// Takes the card out of the reader.
    PullCard,
    /// Logs out.
    Logout,
    /// Something happens at the Spine meanwhile.
    Meanwhile(fn(&Spine)),
    /// The practice's folder changes and is imported again; the outcome is recorded as a run of no kind.
    Change(fn(&Path)),
    /// Time goes by. Needs virtual time.
    Wait(Duration),
}

/// One request as the scripted Spine sees it.
pub struct Turn<'a> {
    /// The request.
    pub request: &'a Request,
    /// What is known of it; a poll has the message id and the patient of its upload.
    pub seen: &'a Seen,
    /// The how manieth of its sort for its patient (for a poll: for its message), from 1.
    pub nth: usize,
    /// When.
    pub at: Timestamp,
}

/// What the scripted Spine does.
pub trait Script: Send + Sync {
    /// Answers; `spine` is the faultless Spine behind it, which may be asked or not.
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply;
}

/// The script of a faultless Spine.
pub struct Forward;

impl Script for Forward {
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply {
        spine.answer(turn.request)
    }
}

impl<F: Fn(&Turn<'_>, &dyn Service) -> Reply + Send + Sync> Script for F {
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply {
        self(turn, spine)
    }
}

impl Scenario {
    /// A scenario with a faultless Spine and every setting at its default.
    #[must_use]
    pub const fn new(name: &'static str, people: &'static [&'static str], steps: &'static [Step]) -> Self {
        Self {
            name,
            people,
            day: AS_OF,
            need: Need::Anything,
            script: || Box::new(Forward),
            identity: || Box::new(Forward),
            spine: |_| {},
            settings: |_| {},
            terminology: &[],
            steps,
        }
    }

    /// The same with a script.
    #[must_use]
    pub const fn scripted(mut self, script: fn() -> Box<dyn Script>) -> Self {
        self.script = script;
        self
    }

    /// The same with a scripted identity service.
    #[must_use]
    pub const fn identified(mut self, identity: fn() -> Box<dyn Script>) -> Self {
        self.identity = identity;
        self
    }

    /// The same before a Spine that behaves otherwise.
    #[must_use]
    pub const fn before(mut self, spine: fn(&mut Settings)) -> Self {
        self.spine = spine;
        self
    }

    /// The same with other settings of the run, which needs virtual time.
    #[must_use]
    pub const fn with(mut self, settings: fn(&mut RunSettings)) -> Self {
        self.settings = settings;
        self.need = Need::VirtualTime;
        self
    }

    /// The same on another day, which needs virtual time.
    #[must_use]
    pub const fn on(mut self, day: &'static str) -> Self {
        self.day = day;
        self.need = Need::VirtualTime;
        self
    }

    /// The same in a practice that has terminology files, which needs virtual time.
    #[must_use]
    pub const fn knowing(mut self, terminology: &'static [(&'static str, &'static str)]) -> Self {
        self.terminology = terminology;
        self.need = Need::VirtualTime;
        self
    }

    /// The same for somebody.
    #[must_use]
    pub const fn needs(mut self, need: Need) -> Self {
        self.need = need;
        self
    }
}

impl Kind {
    /// As the adapter's command line spells it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InitialUpload => "initial-upload",
            Self::BulkUpdate => "bulk-update",
            Self::ConsentMigration => "consent-migration",
            Self::BulkDeregistration => "bulk-deregistration",
            Self::NoLongerContributing => "practice-no-longer-contributing",
        }
    }
}

impl Way {
    /// As the adapter's command line spells it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Resume => "resume",
            Self::Rerun => "rerun",
            Self::Failed => "failed",
        }
    }
}

/// What happens in the middle of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Midway {
    /// The operator asks it to stop.
    Stop,
    /// Its process is killed.
    Kill,
    /// The card is pulled.
    Pull,
    /// Another process begins the same.
    Rival,
}

/// The operator's card and PIN, with which every scenario begins.
pub(super) const OPERATOR: (&str, &str) = (staff::OPERATOR_USER_ID, staff::OPERATOR_PIN);
