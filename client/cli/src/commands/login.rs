//! `scr login`, `scr logout`, `scr session`: the smartcard and what comes of it.

mod pin;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use spine_client::session::{Piv, Session, SocketChannel};
use spine_client::vocabulary::{ActivityCode, RoleProfileId};
use spine_client::{Addresses, Clock as _, LoginError, SystemClock};

use super::{Desk, Service, connect};
use crate::exit::Exit;
use crate::failure::CliError;
use crate::show::output::say;

/// How long the card may take for one answer: a signature in hardware takes about a second.
const CARD_PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn login(
    desk: &Desk,
    spine: &Path,
    role: Option<&RoleProfileId>,
    pin_stdin: bool,
) -> Result<Exit, CliError> {
    let client = desk.client().await?;
    let connection = connect(spine, Service::Identity)?;
    let card = card(&connection.addresses)?;
    let typed = tokio::task::spawn_blocking(move || pin::read(pin_stdin));
    let pin =
        typed.await.map_err(|_| CliError::new(Exit::Bug, "Not logged in: the PIN's reader stopped."))??;
    let session = client.login(&*connection.exchange, card, pin, role).await?;
    desk.session_file().save(&session)?;
    tell(desk, &session)?;
    Ok(Exit::Done)
}

/// The virtual card of the addresses. Loopback only, as the channel itself insists.
fn card(addresses: &Addresses) -> Result<Box<Piv<SocketChannel>>, CliError> {
    let Some(address) = &addresses.card else {
        return Err(CliError::new(Exit::Config, "Not logged in: no smartcard reader is configured.").advise(
            "The file given as --spine needs \"card\": \"127.0.0.1:PORT\", the simulator's virtual card.",
        ));
    };
    let address: SocketAddr = address.parse().map_err(|_| {
        CliError::new(Exit::Config, format!("Not logged in: {address:?} is no card address."))
            .advise("Write it as 127.0.0.1:PORT.")
    })?;
    let channel = SocketChannel::connect(address, CARD_PATIENCE)
        .map_err(|error| CliError::new(Exit::Config, format!("Not logged in: {error}.")))?;
    Ok(Box::new(Piv::new(channel)))
}

pub(super) async fn logout(desk: &Desk, spine: &Path) -> Result<Exit, CliError> {
    let client = desk.client().await?;
    let file = desk.session_file();
    let Some(session) = file.load()? else {
        desk.output.tell("Nobody was logged in.");
        return Ok(Exit::Done);
    };
    // The ticket is forgotten here whatever the identity service says: it may be gone with its simulator.
    file.remove()?;
    let told = match connect(spine, Service::Identity) {
        Ok(connection) => client.logout(&*connection.exchange, &session).await.map_err(CliError::from),
        Err(error) => Err(error),
    };
    match told {
        Ok(()) => desk.output.tell("Logged out."),
        Err(error) => say(&format!(
            "Logged out here. The identity service could not be told, so the session ends there at {}: {error}",
            session.ends_at()
        )),
    }
    Ok(Exit::Done)
}

pub(super) fn show(desk: &Desk) -> Result<Exit, CliError> {
    let session = desk.session()?;
    if !session.is_live(SystemClock.now()) {
        return Err(spine_client::ClientError::from(LoginError::SessionOver(session.ends_at())).into());
    }
    tell(desk, &session)?;
    Ok(Exit::Done)
}

/// What `--json` says. No ticket.
#[derive(Serialize)]
struct Document<'s> {
    schema: &'static str,
    user: &'s str,
    name: &'s str,
    role_profile: &'s str,
    organisation: &'s str,
    ods: &'s str,
    activities: Vec<&'s str>,
    ends_at: jiff::Timestamp,
    seconds_left: i64,
}

fn tell(desk: &Desk, session: &Session) -> Result<(), CliError> {
    let role = session.role();
    let left = session.remaining(SystemClock.now());
    let activities: Vec<&str> = role.activities.iter().map(ActivityCode::as_str).collect();
    if desk.output.json {
        return desk.output.document(&Document {
            schema: "scr-session/1",
            user: session.user().as_str(),
            name: session.name(),
            role_profile: session.role_profile().as_str(),
            organisation: &role.organisation,
            ods: role.ods.as_str(),
            activities,
            ends_at: session.ends_at(),
            seconds_left: left.as_secs(),
        });
    }
    desk.output.data(&format!(
        "{} ({})\n  role        {} at {} ({})\n  activities  {}\n  time left   {} h {:02} min, until {}\n",
        session.name(),
        session.user(),
        session.role_profile(),
        role.organisation,
        role.ods,
        if activities.is_empty() { "none".to_owned() } else { activities.join(", ") },
        left.as_hours(),
        left.as_mins() % 60,
        spine_client::clock::uk_local(session.ends_at()).strftime("%d %b %Y %H:%M"),
    ))
}
