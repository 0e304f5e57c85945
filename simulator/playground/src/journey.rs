//! The whole way, step by step: practice, fake Spine, import, login, Consent Migration, Initial Upload, reconciliation.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use spine_client::session::{Pin, PinFormatError, Piv, Session, SocketChannel, SocketError};
use spine_client::{
    Action, Addresses, AddressesError, Client, ClientError, Clock, Closed, Ended, Reporter, RunId, RunKind,
    RunRequest, Stop, SystemClock, TransportSettings,
};
use spine_fixtures::population::staff;
use spine_fixtures::{Date, Population, Written};
use spine_simulator::Ready;

use crate::control::ControlError;
use crate::reconcile::{self, Reconciled};
use crate::{evidence, memory};

/// How long the virtual card may take for one answer.
const CARD_PATIENCE: Duration = Duration::from_secs(20);
/// The client's store in the practice's folder.
const STORE: &str = "practice.scr";

/// Something on the way could not be done.
#[derive(Debug, thiserror::Error)]
pub enum JourneyError {
    /// The practice cannot be written.
    #[error("the practice cannot be written to {folder}: {source}", folder = .folder.display())]
    Practice {
        /// Where to.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The folder holds the store of an earlier journey, whose fake Spine is gone.
    #[error("{} is the store of an earlier practice, whose fake Spine is gone: choose another folder", .0.display())]
    StoreThere(PathBuf),
    /// A persona's text is wrong.
    #[error("{0}")]
    Persona(spine_fixtures::population::Malformed),
    /// The fake Spine did not come up.
    #[error(transparent)]
    Spine(#[from] crate::child::ChildError),
    /// The client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Where the Spine is.
    #[error(transparent)]
    Addresses(#[from] AddressesError),
    /// The virtual card.
    #[error(transparent)]
    Card(#[from] SocketError),
    /// The card's address.
    #[error("the fake Spine gave no address of a card")]
    CardAddress,
    /// The operator's PIN.
    #[error(transparent)]
    Pin(#[from] PinFormatError),
    /// The control port.
    #[error(transparent)]
    Control(#[from] ControlError),
}

/// An invented practice, written.
#[derive(Clone, Debug)]
pub struct Practice {
    /// Who is in it.
    pub population: Population,
    /// Its two folders.
    pub written: Written,
    /// Where the client's store is to be.
    pub store: PathBuf,
}

impl Practice {
    /// Invents a practice as of today and writes it under the folder.
    pub fn invent(
        seed: u64,
        patients: usize,
        folder: &Path,
        clock: &dyn Clock,
    ) -> Result<Self, JourneyError> {
        let store = folder.join(STORE);
        if store.exists() {
            return Err(JourneyError::StoreThere(store));
        }
        let today = spine_client::clock::uk_date(clock.now());
        let unwritable = |source| JourneyError::Practice { folder: folder.to_owned(), source };
        let as_of: Date = today
            .to_string()
            .parse()
            .map_err(|_| unwritable(std::io::Error::other("today is no date that the generator knows")))?;
        let population = Population::new(seed, patients, as_of);
        let written = population.write(folder).map_err(unwritable)?;
        Ok(Self { population, written, store })
    }
}

/// A client of an invented practice, with its operator logged in at a fake Spine.
pub struct Journey {
    practice: Practice,
    client: Client,
    session: Session,
    ready: Ready,
    addresses: Addresses,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Travelled {
    /// Patients of the practice.
    pub population: u64,
    /// The report of each run, in order.
    pub runs: Vec<spine_client::Report>,
    /// What the reconciliation found.
    pub reconciled: Reconciled,
    /// Peak memory of this process before the reconciliation, in MiB.
    pub peak_mib: Option<f64>,
}

impl Journey {
    /// Imports the practice and logs its operator in with the virtual card.
    pub async fn begin(practice: Practice, ready: &Ready, ready_file: &Path) -> Result<Self, JourneyError> {
        let client = Client::open(&practice.store, &spine_cli::host_name()).await?;
        client.import(&practice.written.practice, None).await?;
        let addresses = Addresses::read(ready_file)?;
        let identity = addresses.connect_identity(&TransportSettings::default(), SystemClock.now().into())?;
        let address: SocketAddr = ready.card.parse().map_err(|_| JourneyError::CardAddress)?;
        let card = Box::new(Piv::new(SocketChannel::connect(address, CARD_PATIENCE)?));
        let session =
            client.login(&*identity, card, Pin::read(staff::OPERATOR_PIN.to_owned())?, None).await?;
        Ok(Self { practice, client, session, ready: ready.clone(), addresses })
    }

    /// The client.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Who is logged in.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// One run, from its opening to its end.
    pub async fn run(
        &self,
        kind: RunKind,
        stop: Stop,
        reporter: &dyn Reporter,
    ) -> Result<Ended, JourneyError> {
        let now = SystemClock.now().into();
        let exchange = self.addresses.connect_spine(&TransportSettings::default(), now)?;
        let request = RunRequest::new(kind, Action::Run);
        Ok(self.client.run(exchange, &self.session, request, stop, reporter).await?)
    }

    /// Both runs and the reconciliation. A run that does not finish is the last one.
    pub async fn travel(&self, stop: &Stop, reporter: &dyn Reporter) -> Result<Travelled, JourneyError> {
        let mut runs = Vec::new();
        let mut found = Reconciled::default();
        for kind in [RunKind::ConsentMigration, RunKind::InitialUpload] {
            let ended = self.run(kind, stop.clone(), reporter).await?;
            let finished = ended.closed == Closed::Finished;
            runs.push((ended.run.id, kind, finished));
            if !finished {
                let why = ended.halt.map_or_else(|| "it was stopped".to_owned(), |halt| halt.to_string());
                found.differences.push(format!("{} did not finish: {why}", kind.text()));
                break;
            }
        }
        // From here on the whole practice is held in memory, which the client never does.
        let peak_mib = memory::peak_mib();
        let mut reports = Vec::new();
        for (run, kind, finished) in runs {
            let report = self.client.report(Some(run)).await?;
            if report.counters.sum() != report.population {
                found.differences.push(format!("{}: the counters do not sum to the population", kind.text()));
            }
            reports.push(report);
            found = found.and(self.reconcile(run, kind, finished).await?);
        }
        Ok(Travelled {
            population: self.practice.written.patients,
            runs: reports,
            reconciled: found,
            peak_mib,
        })
    }

    async fn reconcile(&self, run: RunId, kind: RunKind, finished: bool) -> Result<Reconciled, JourneyError> {
        let (client, ready, population) = (&self.client, &self.ready, &self.practice.population);
        Ok(match kind {
            RunKind::ConsentMigration => {
                reconcile::migration(&evidence::migration(client, run, finished, ready, population).await?)
            }
            _ => reconcile::upload(&evidence::upload(client, run, finished, ready, population).await?),
        })
    }
}

impl Travelled {
    /// Whether the client's word and the fake Spine's agree in everything.
    #[must_use]
    pub fn reconciles(&self) -> bool {
        let Reconciled { stored: _, lost, doubled, content_for_dissenters, differences } = &self.reconciled;
        [lost, doubled, content_for_dissenters].iter().all(|count| **count == 0) && differences.is_empty()
    }

    /// Every difference in words.
    #[must_use]
    pub fn differences(&self) -> &[String] {
        &self.reconciled.differences
    }
}
