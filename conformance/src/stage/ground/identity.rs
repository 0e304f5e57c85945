//! The identity service beside a Spine under test, and the card in its reader.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use spine_client::session::{KeyUse, Pin, Piv, Smartcard as _, SocketChannel};
use spine_fixtures::population::staff;
use spine_simulator::scenario::Settings;
use spine_simulator::{FakeSpine, Options};

use super::{Ground, Heard, Server, silent};
use crate::stage::StageError;
use crate::stage::observation::Exchange;
use crate::stage::people::{AS_OF, People};
use crate::stage::served::server;
use crate::wire::{Reply, Request, Service as _, Tampered};

/// How long a card may take for an answer.
const CARD_PATIENCE: Duration = Duration::from_mins(1);

/// A text signed by a card; certificate and signature in base64, as the identity service takes them.
pub struct Signed {
    /// The certificate, DER.
    pub certificate: String,
    /// `rsa-pkcs1-sha256` or `ecdsa-p256-sha256`.
    pub algorithm: &'static str,
    /// The signature.
    pub signature: String,
}

impl Ground<'_> {
    /// Asks the identity service. Beside the simulator in this process stands one fake Spine's for all cases.
    #[must_use]
    pub fn identity(&self, request: &Request) -> Heard {
        let mut exchange: Exchange = silent(request);
        if let Ok(server) = self.identity_server()
            && let Some(service) = &server.identity
        {
            let service = |request: &Request| service.answer(request);
            let tampered = Tampered { tamper: std::sync::Arc::clone(&self.tamper), service };
            exchange.reply = crate::wire::Service::answer(&tampered, request);
        } else {
            exchange.reply = Reply::Unreached;
        }
        Heard::of(exchange)
    }

    /// Has the operator's card sign a text.
    pub fn sign(&self, text: &str) -> Result<Signed, StageError> {
        // The card in the reader signs for one after the other.
        static CARD: Mutex<()> = Mutex::new(());
        let _one = CARD.lock().unwrap_or_else(PoisonError::into_inner);
        let address = self.identity_server()?.card.parse().map_err(StageError::new)?;
        let mut card = Piv::new(SocketChannel::connect(address, CARD_PATIENCE).map_err(StageError::new)?);
        let pin = Pin::read(staff::OPERATOR_PIN.to_owned()).map_err(StageError::new)?;
        let holder = card.identity().map_err(StageError::new)?;
        card.verify_pin(&pin).map_err(StageError::new)?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        let signature = card.sign(KeyUse::Authentication, holder.algorithm(), &sha256);
        card.logout();
        Ok(Signed {
            certificate: STANDARD.encode(holder.certificate()),
            algorithm: holder.algorithm().name(),
            signature: STANDARD.encode(signature.map_err(StageError::new)?),
        })
    }

    fn identity_server(&self) -> Result<&Server, StageError> {
        match &self.server {
            Some(server) => Ok(server),
            None => beside(),
        }
    }
}

/// The fake Spine whose identity service stands beside the simulator in this process.
fn beside() -> Result<&'static Server, StageError> {
    static BESIDE: OnceLock<Result<(Server, FakeSpine), String>> = OnceLock::new();
    let start = || {
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let written = People::of(&["ordinary-adult"], AS_OF)?.write(folder.path())?;
        let options = Options::load(&written.spine, Settings::default()).map_err(StageError::new)?;
        let fake = FakeSpine::start(options.with_first_card()).map_err(StageError::new)?;
        Ok((server(fake.ready(), 1)?, fake))
    };
    let made = BESIDE.get_or_init(|| start().map_err(|error: StageError| error.to_string()));
    made.as_ref().map(|(server, _)| server).map_err(StageError::new)
}
