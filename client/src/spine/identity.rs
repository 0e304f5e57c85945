//! The conversation with the identity service: challenge, login, role assertion, log-out.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use spine_session::{AssertionError, Challenge, RoleAssertion, SignInError, SignedChallenge, Ticket};
use spine_transport::{Exchange, Failure, Request, Response};

/// A conversation that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It did not take place.
    #[error("the identity service cannot be reached: {0}")]
    Unreachable(#[from] Failure),
    /// It was refused, or made no sense.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The role assertion was refused, or made no sense.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
    /// An answer that the agreement does not know.
    #[error("the identity service answered HTTP {0}")]
    Misbehaved(u16),
}

/// Asks for a challenge, which serves once.
pub(crate) async fn challenge(service: &dyn Exchange) -> Result<Challenge, IdentityError> {
    let response = expect_ok(service.exchange(Request::post("/challenge", "")).await?)?;
    Ok(Challenge::read(&response.body)?)
}

/// Answers the challenge with the card's signature, and is given a ticket.
pub(crate) async fn login(service: &dyn Exchange, signed: &SignedChallenge) -> Result<Ticket, IdentityError> {
    let request = Request::post("/login", signed.to_json())
        .with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let response = service.exchange(request).await?;
    // A refusal has a body, too, whatever its status.
    Ok(Ticket::read(&response.body)?)
}

/// Asks whom the ticket stands for, and with which roles.
pub(crate) async fn assertion(
    service: &dyn Exchange,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<RoleAssertion, IdentityError> {
    let target = format!("/saml/RoleAssertion?token={}", ticket.query_value().as_str());
    let response = expect_ok(service.exchange(Request::get(target)).await?)?;
    Ok(RoleAssertion::read(&response.body, now)?)
}

/// Gives the ticket back.
pub(crate) async fn logout(service: &dyn Exchange, ticket: &Ticket) -> Result<(), IdentityError> {
    let target = format!("/logout?token={}", ticket.query_value().as_str());
    expect_ok(service.exchange(Request::post(target, "")).await?).map(|_| ())
}

fn expect_ok(response: Response) -> Result<Response, IdentityError> {
    match response.status {
        StatusCode::OK | StatusCode::NO_CONTENT => Ok(response),
        other => Err(IdentityError::Misbehaved(other.as_u16())),
    }
}
