//! A practice, a fake Spine and an operator who is logged in: what the client's tests begin with.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use spine_client::session::{Pin, Piv, Session, SocketChannel};
use spine_client::{
    Action, Addresses, Client, Ended, Exchange, Report, RunKind, RunRequest, Silent, Stop, TransportSettings,
};
use spine_fixtures::Date;
use spine_fixtures::population::{Population, staff};
use spine_simulator::scenario::Settings;
use spine_simulator::{FakeSpine, Options};

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) fake: FakeSpine,
    pub(crate) client: Client,
    pub(crate) spine: Arc<dyn Exchange>,
    pub(crate) session: Session,
}

impl World {
    /// A practice of so many invented patients, imported, with the operator logged in by the virtual card.
    pub(crate) async fn of(patients: usize, settings: Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Population::new(7, patients, today()).write(dir.path()).unwrap();
        Self::over(dir, settings).await
    }

    /// The same over folders that were written before.
    pub(crate) async fn over(dir: tempfile::TempDir, settings: Settings) -> Self {
        let options = Options::load(&dir.path().join("spine"), settings).unwrap().with_first_card();
        let fake = FakeSpine::start(options).unwrap();
        let client = Client::open(&dir.path().join("practice.scr"), "test-host").await.unwrap();
        client.import(&dir.path().join("practice"), None).await.unwrap();
        let addresses = addresses(&fake);
        let identity = addresses.connect_identity(&TransportSettings::default(), now()).unwrap();
        let spine = addresses.connect_spine(&TransportSettings::default(), now()).unwrap();
        let card = addresses.card.unwrap().parse().unwrap();
        let card = SocketChannel::connect(card, Duration::from_secs(10)).unwrap();
        let pin = Pin::read(staff::OPERATOR_PIN.to_owned()).unwrap();
        let session = client.login(&*identity, Box::new(Piv::new(card)), pin, None).await.unwrap();
        Self { dir, fake, client, spine, session }
    }

    pub(crate) async fn run(&self, kind: RunKind, action: Action) -> Ended {
        let request = RunRequest::new(kind, action);
        self.client
            .run(Arc::clone(&self.spine), &self.session, request, Stop::default(), &Silent)
            .await
            .unwrap()
    }

    pub(crate) async fn report(&self) -> Report {
        self.client.report(None).await.unwrap()
    }
}

pub(crate) fn addresses(fake: &FakeSpine) -> Addresses {
    let json = serde_json::to_string(fake.ready()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ready.json");
    std::fs::write(&file, json).unwrap();
    Addresses::read(Path::new(&file)).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "certificates are made now")]
fn now() -> SystemTime {
    SystemTime::now()
}

#[expect(clippy::disallowed_methods, reason = "the client under test reads the machine's clock, too")]
pub(crate) fn today() -> Date {
    let today = spine_client::clock::uk_date(jiff::Timestamp::now());
    today.to_string().parse().unwrap()
}
