//! What a fake Spine is started with.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use spine_vocabulary::UserId;

use super::listen::ListenError;
use super::tls::TlsError;
use crate::clock::{Clock, SystemClock};
use crate::fault::{FaultPlan, PlanError};
use crate::identity::{AuthorityError, CardRow, CardsError, Users, UsersError, read_cards};
use crate::keys::KeysError;
use crate::scenario::{Scenario, ScenarioError, Settings};
use crate::state::JournalError;

/// Everything a start needs. [`Options::new`] and [`Options::load`] fill in what is rarely changed.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who exists, and how the Spine behaves.
    pub scenario: Scenario,
    /// Who can log in.
    pub users: Users,
    /// Their cards.
    pub cards: Vec<CardRow>,
    /// Whose card is in the reader at the start; nobody's by default, for making one takes time.
    pub inserted: Option<UserId>,
    /// The clock of sessions, challenges, cards and clinical services. TLS always goes by the computer's own.
    pub clock: Arc<dyn Clock>,
    /// Whether that clock stands still from the start, until it is moved.
    pub stands_still: bool,
    /// What goes wrong.
    pub faults: FaultPlan,
    /// Where to listen: a loopback address.
    pub address: IpAddr,
    /// On which ports.
    pub ports: Ports,
    /// Where the key files go; `None` is a new folder that is removed at the end.
    pub keys: Option<PathBuf>,
    /// How many threads serve.
    pub threads: usize,
    /// Folder in which it keeps what it remembers beyond its own end; `None` keeps it in memory only.
    pub state: Option<PathBuf>,
    /// Whether the sessions of an earlier start are forgotten.
    pub forget_sessions: bool,
}

/// The port of each service; 0 takes a free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// The clinical services.
    pub spine: u16,
    /// The identity service.
    pub identity: u16,
    /// The control port.
    pub control: u16,
    /// The card socket.
    pub card: u16,
}

/// Why the fake Spine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address or a port cannot be served.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The key files cannot be made or written.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The TLS library refused what we made; a bug here.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The card authority's certificate cannot be used; a bug here.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The population's cards cannot be used.
    #[error(transparent)]
    Cards(#[from] CardsError),
    /// The population's users cannot be used.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The population cannot be used.
    #[error("the population cannot be used: {0}")]
    Scenario(#[from] ScenarioError),
    /// The plan of faults cannot be used.
    #[error("the plan of faults cannot be used: {0}")]
    Faults(#[from] PlanError),
    /// The file with the plan of faults cannot be read.
    #[error("the plan of faults cannot be used: {file}: {source}")]
    FaultsFile {
        /// Which.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file of the population cannot be opened.
    #[error("the population cannot be used: {file}: {source}")]
    File {
        /// Which.
        file: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// What an earlier start remembered cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The operating system gave no threads.
    #[error("no threads to serve with: {0}")]
    Threads(io::Error),
}

impl Options {
    /// This scenario on free ports of 127.0.0.1, by the computer's clock; no users, no cards, no faults.
    #[must_use]
    pub fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            users: Users::default(),
            cards: Vec::new(),
            inserted: None,
            clock: Arc::new(SystemClock),
            stands_still: false,
            faults: FaultPlan::default(),
            address: Ipv4Addr::LOCALHOST.into(),
            ports: Ports::default(),
            keys: None,
            threads: 2,
            state: None,
            forget_sessions: false,
        }
    }

    /// The population folder `folder`, with its users and cards; the reader is empty.
    pub fn load(folder: &Path, settings: Settings) -> Result<Self, StartError> {
        let open = |name: &str| {
            let file = folder.join(name);
            File::open(&file).map_err(|source| StartError::File { file, source })
        };
        let users = Users::read(open("users.csv")?)?;
        let cards = read_cards(open("cards.csv")?)?;
        Ok(Self { users, cards, ..Self::new(Scenario::load(folder, settings)?) })
    }

    /// The same, with the card of the first row of `cards.csv` in the reader.
    #[must_use]
    pub fn with_first_card(mut self) -> Self {
        self.inserted = self.cards.first().map(|card| card.user_id.clone());
        self
    }
}
