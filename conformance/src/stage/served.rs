//! The simulator as a server, and a front before it: what sits between a client and a Spine when both are programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use spine_client::{Clock as _, SystemClock};
use spine_fixtures::population::staff;
use spine_simulator::keys::{Authority, Validity};
use spine_simulator::scenario::Settings;
use spine_simulator::{FakeSpine, Options, Ready};
use spine_vocabulary::UserId;

use super::StageError;
use super::ground::{Server, Town};
use crate::wire::{ClientTls, Relay, Requester, ServerTls, Service};

/// The simulator as a server, loaded with the town, with the operator logged in.
pub struct Served {
    fake: FakeSpine,
    server: Server,
    _folder: tempfile::TempDir,
}

impl Served {
    /// Starts it on free ports of this computer.
    pub fn start() -> Result<Self, StageError> {
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let spine = Town::write(folder.path())?;
        let settings = Settings { retry_after_ms: 20, ..Settings::default() };
        let options = Options::load(&spine, settings).map_err(StageError::new)?.with_first_card();
        let fake = FakeSpine::start(options).map_err(StageError::new)?;
        let operator = UserId::parse(staff::OPERATOR_USER_ID).map_err(StageError::new)?;
        fake.open_session(&operator).ok_or_else(|| StageError::new("nobody knows the operator"))?;
        let server = server(fake.ready(), 1)?;
        Ok(Self { fake, server, _folder: folder })
    }

    /// The server, for a requester.
    #[must_use]
    pub fn server(&self) -> Server {
        self.server.clone()
    }

    /// Where everything is.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        self.fake.ready()
    }
}

/// A server as its ready file describes it. Nobody is logged in by this.
pub fn server(ready: &Ready, salt: u32) -> Result<Server, StageError> {
    let requester =
        |base: &str, tls: ClientTls| Requester::new(base, tls).map(Arc::new).map_err(StageError::new);
    let anonymous = ClientTls::anonymous(Path::new(&ready.ca)).map_err(StageError::new)?;
    Ok(Server {
        spine: requester(&ready.spine, client_tls(ready)?)?,
        identity: Some(requester(&ready.identity, client_tls(ready)?)?),
        anonymous: Some(requester(&ready.spine, anonymous)?),
        control: Some(ready.control.clone()),
        card: ready.card.clone(),
        salt,
    })
}

/// The client's end of TLS as a ready file describes it.
pub fn client_tls(ready: &Ready) -> Result<ClientTls, StageError> {
    let path = Path::new;
    ClientTls::from_files(path(&ready.ca), path(&ready.client_certificate), path(&ready.client_key))
        .map_err(StageError::new)
}

/// Relays before a Spine: they have an authority of their own and let in the clients that the Spine would let in.
pub struct Front {
    authority: Authority,
    clients: CertificateDer<'static>,
    folder: PathBuf,
}

impl Front {
    /// A front before the Spine of a ready file; writes its files into a folder.
    pub fn of(ready: &Ready, folder: &Path) -> Result<Self, StageError> {
        let clients = CertificateDer::from_pem_file(&ready.ca).map_err(StageError::new)?;
        let authority = Authority::new("Conformance suite, invented authority", SystemClock.now());
        Ok(Self { authority: authority.map_err(StageError::new)?, clients, folder: folder.to_owned() })
    }

    /// A relay to a service.
    pub fn relay(&self, service: Arc<dyn Service>) -> Result<Relay, StageError> {
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        let validity = Validity::around(SystemClock.now());
        let credential = self.authority.server(address, validity).map_err(StageError::new)?;
        let tls = ServerTls::new(credential.certificate().clone(), credential.key(), self.clients.clone());
        Relay::start(service, tls.map_err(StageError::new)?).map_err(StageError::new)
    }

    /// Writes a ready file that leads to the relays, and to the Spine itself for the rest; its path.
    pub fn ready(
        &self,
        spine: &Ready,
        relay: &Relay,
        identity: Option<&Relay>,
    ) -> Result<PathBuf, StageError> {
        let theirs = fs::read_to_string(&spine.ca).map_err(StageError::new)?;
        let ca = self.folder.join("front-ca.pem");
        fs::write(&ca, theirs + &self.authority.certificate_pem()).map_err(StageError::new)?;
        let ready = Ready {
            spine: relay.base(),
            identity: identity.map_or_else(|| spine.identity.clone(), Relay::base),
            ca: ca.display().to_string(),
            ..spine.clone()
        };
        let path = self.folder.join("front.json");
        let text = serde_json::to_vec_pretty(&ready).map_err(StageError::new)?;
        fs::write(&path, text).map_err(StageError::new)?;
        Ok(path)
    }
}
