//! One command at a time: what each does with the client.

mod ask;
mod explain;
mod login;
pub(crate) mod place;
mod practice;
mod reconcile;
mod report;
mod run;
mod worklist;

use std::path::{Path, PathBuf};

use spine_client::session::{Session, SessionFile};
use spine_client::{Addresses, Client, Clock as _, LoginError, Switching, SystemClock};

use crate::arguments::{Arguments, Command, OperatorCommand};
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::Output;
use practice::{changes, import, operator, switch};

/// Runs the command.
pub(crate) async fn run(arguments: Arguments, output: Output) -> Result<Exit, CliError> {
    let desk = Desk { store: place::store(arguments.common.store), output };
    match arguments.command {
        Command::Import { folder, columns, errors } => {
            import::import(&desk, &folder, columns.as_deref(), errors.as_deref()).await
        }
        Command::Login { spine, role, pin_stdin } => {
            login::login(&desk, &spine.file, role.as_ref(), pin_stdin).await
        }
        Command::Logout { spine } => login::logout(&desk, &spine.file).await,
        Command::Session => login::show(&desk),
        Command::Enable { nn_days, yes } => switch::switch(&desk, Switching::On { nn_days }, yes).await,
        Command::Disable { yes } => switch::switch(&desk, Switching::Off, yes).await,
        Command::Run(options) => run::run(&desk, options).await,
        Command::Report(options) if options.patients => report::patients::show(&desk, options).await,
        Command::Report(options) => report::report(&desk, &options).await,
        Command::Runs => report::runs::show(&desk).await,
        Command::Worklist(options) => worklist::worklist(&desk, options).await,
        Command::Reconcile(options) => reconcile::reconcile(&desk, options).await,
        Command::Explain { number, spine } => explain::explain(&desk, &number, spine.as_deref()).await,
        Command::ExportChanges { out } => changes::export(&desk, out.as_deref()).await,
        Command::Operator { command: OperatorCommand::Add { user, name, system_administrator } } => {
            operator::add(&desk, user, name, system_administrator).await
        }
    }
}

/// What every command works with.
struct Desk {
    store: PathBuf,
    output: Output,
}

impl Desk {
    /// The client over a store that is there: a mistyped name must not make an empty one.
    async fn client(&self) -> Result<Client, CliError> {
        if !self.store.exists() {
            let what = format!("There is no store at {}.", self.store.display());
            return Err(CliError::new(Exit::Config, what)
                .advise("Import an extract first (scr import DIR), or name the store with --store FILE."));
        }
        self.open().await
    }

    /// The client over a store that is made if it is not there.
    async fn open(&self) -> Result<Client, CliError> {
        Ok(Client::open(&self.store, &place::host_name()).await?)
    }

    fn session_file(&self) -> SessionFile {
        SessionFile::beside(&self.store)
    }

    /// Who is logged in, live or not.
    fn session(&self) -> Result<Session, CliError> {
        let session = self.session_file().load()?;
        session.ok_or_else(|| spine_client::ClientError::from(LoginError::NoSession).into())
    }
}

/// Where the Spine is, with a connection to one of its services.
fn connect(file: &Path, service: Service) -> Result<Connection, CliError> {
    let addresses = Addresses::read(file)?;
    let now = SystemClock.now().into();
    let settings = spine_client::TransportSettings::default();
    let exchange = match service {
        Service::Spine => addresses.connect_spine(&settings, now)?,
        Service::Identity => addresses.connect_identity(&settings, now)?,
    };
    Ok(Connection { addresses, exchange })
}

/// What a command speaks with.
#[derive(Clone, Copy)]
enum Service {
    Spine,
    Identity,
}

struct Connection {
    addresses: Addresses,
    exchange: std::sync::Arc<dyn spine_client::Exchange>,
}
