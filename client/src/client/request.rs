//! What a run is asked to be, and what that comes to beside what an earlier leg recorded.

use std::path::PathBuf;
use std::sync::Arc;

use spine_rules::{Schedule, Terminology};
use spine_store::{Action, Run, RunKind};

use super::settings::{Recorded, RunSettings};
use super::terminology;
use crate::bulk::Difference;
use crate::error::ClientError;

/// What a run is asked to be.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// The kind.
    pub kind: RunKind,
    /// Run, Resume, Rerun or Failed.
    pub action: Action,
    /// The settings. Without any, Run takes the defaults and Resume the ones of the run's last leg.
    pub settings: Option<RunSettings>,
    /// The folder of the practice's terminology files. Without one, Run sends no additional information, and Resume reads the folder of the
    /// run's last leg.
    pub terminology: Option<PathBuf>,
    /// Only the members of this patient group. Resume keeps the group of the run.
    pub group: Option<String>,
    /// When it starts, pauses and goes on. Resume does not keep the schedule of the run.
    pub schedule: Schedule,
    /// Whoever waits for a later attempt is tried at once.
    pub retry_now: bool,
}

impl RunRequest {
    /// A request that leaves everything as it is by default, or as it was.
    #[must_use]
    pub const fn new(kind: RunKind, action: Action) -> Self {
        Self {
            kind,
            action,
            settings: None,
            terminology: None,
            group: None,
            schedule: Schedule::AT_ONCE,
            retry_now: false,
        }
    }
}

/// What a leg runs with.
pub(super) struct InForce {
    pub(super) settings: RunSettings,
    pub(super) terminology: Option<Arc<Terminology>>,
    /// The same, as the leg records it.
    pub(super) recorded: String,
    /// What is other than in the run's last leg.
    pub(super) differences: Vec<Difference>,
}

impl InForce {
    /// Brings the request and, for Resume, the last leg together.
    pub(super) fn new(request: &RunRequest, resumed: Option<&Run>, nn_days: u8) -> Result<Self, ClientError> {
        let last = resumed.map(|run| Recorded::read(&run.settings));
        let settings = match (&request.settings, &last) {
            (Some(settings), _) => settings.clone(),
            (None, None) => RunSettings::default(),
            (None, Some(Ok(last))) => last.settings.clone(),
            (None, Some(Err(_))) => return Err(super::settings::SettingsError::Recorded.into()),
        };
        settings.check()?;
        let last = last.and_then(Result::ok);
        let before = last.as_ref().and_then(|last| last.terminology.as_ref());
        let folder = request.terminology.as_ref().or_else(|| before.map(|used| &used.folder));
        let loaded = folder.map(|folder| terminology::load(folder)).transpose()?;
        let (terminology, used) = loaded.unzip();
        let mut differences = Vec::new();
        if last.as_ref().is_some_and(|last| last.settings != settings) {
            differences.push(Difference::Settings);
        }
        let says = |used: &terminology::TerminologyUsed| used.sha256.clone();
        if resumed.is_some() && before.map(says) != used.as_ref().map(says) {
            differences.push(Difference::Terminology);
        }
        let group = resumed.map_or_else(|| request.group.clone(), |run| run.group.clone());
        let (nn_days, schedule) = (Some(nn_days), request.schedule);
        let recorded = Recorded { settings, nn_days, group, schedule, terminology: used };
        let written = serde_json::to_string(&recorded)
            .map_err(|_| crate::fault::Halt::Bug("the settings cannot be written".to_owned()))?;
        Ok(Self { settings: recorded.settings, terminology, recorded: written, differences })
    }
}
