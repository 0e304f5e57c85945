//! Logging in: card, challenge, ticket, role, session.

use spine_session::{
    CardError, ChosenRole, OpenError, Pin, ProofError, Refusal, RoleChoiceError, Session, SessionLength,
    Smartcard,
};
use spine_transport::Exchange;
use spine_vocabulary::{OdsCode, RoleProfileId};

use crate::clock::Clock;
use crate::spine::identity::{self, IdentityError};

/// Why nobody is logged in, or may not do what they asked for.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Nobody is.
    #[error("Nobody is logged in. Log in with your smartcard first: scr login")]
    NoSession,
    /// The session's ten hours are over.
    #[error("The session ended at {0}. Log in again with your smartcard: scr login")]
    SessionOver(jiff::Timestamp),
    /// The user is no operator of this practice.
    #[error(
        "User {0} is no operator of this practice. Add the person first: scr operator add {0} --name NAME"
    )]
    NotAnOperator(spine_vocabulary::UserId),
    /// The person may not do this.
    #[error("{0}.")]
    NotPermitted(#[from] Refusal),
    /// The role assertion named no job role, which every message must.
    #[error(
        "The role of this session has no job role that can be read. Ask your Registration Authority, or log in with another role."
    )]
    NoJobRole,
    /// The card or its PIN.
    #[error("Not logged in: {0}.")]
    Card(#[from] CardError),
    /// The card's proof.
    #[error("Not logged in: {0}.")]
    Proof(#[from] ProofError),
    /// The identity service.
    #[error("Not logged in: {0}.")]
    Identity(#[from] IdentityError),
    /// The role.
    #[error("Not logged in: {0}.")]
    Role(#[from] RoleChoiceError),
    /// The session.
    #[error("Not logged in: {0}.")]
    Open(#[from] OpenError),
    /// The card's thread died: a mistake of ours.
    #[error("Not logged in: the card reader stopped (bug).")]
    Reader,
}

/// Logs in with a card. Its I/O blocks, so it runs beside the async workers.
pub(crate) async fn login(
    service: &dyn Exchange,
    mut card: Box<dyn Smartcard + Send>,
    pin: Pin,
    practice: &OdsCode,
    wanted: Option<&RoleProfileId>,
    clock: &dyn Clock,
) -> Result<Session, LoginError> {
    let challenge = identity::challenge(service).await?;
    let now = clock.now();
    let proof = tokio::task::spawn_blocking(move || {
        let proof = challenge.prove(&mut *card, &pin, now);
        // Whatever came of it, the card must not stay open for the next program.
        card.logout();
        proof
    });
    let (card, signed) = proof.await.map_err(|_| LoginError::Reader)??;
    let ticket = identity::login(service, &signed).await?;
    let assertion = identity::assertion(service, &ticket, clock.now()).await?;
    let chosen: ChosenRole = assertion.choose(practice, wanted)?;
    Ok(Session::open(chosen, ticket, &card, SessionLength::default(), clock.now())?)
}

/// Logs out: the ticket is worthless afterwards.
/// Requirement: SES-013.
pub(crate) async fn logout(service: &dyn Exchange, session: &Session) -> Result<(), LoginError> {
    Ok(identity::logout(service, session.ticket()).await?)
}
