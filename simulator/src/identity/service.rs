//! The requests of the identity service and their answers.
//!
//! `POST /challenge`, `POST /login`, `GET /saml/RoleAssertion?token=`, `POST /logout?token=`. Says no more about a refusal
//! than its code.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use rustls_pki_types::CertificateDer;
use serde::Deserialize;
use serde_json::json;

use super::assertion;
use super::challenge::{Challenge, Challenges};
use super::proof::{Algorithm, AuthorityError, CardAuthority, ProofError};
use super::session::{Sessions, Ticket};
use super::user::Users;
use crate::clock::Clock;
use crate::server::exchange::{Reply, Service, json, nothing, parameter, refusal, reply};

/// The identity service of one fake Spine.
#[derive(Debug)]
pub struct Identity {
    users: Users,
    authority: CardAuthority,
    challenges: Challenges,
    sessions: Arc<Sessions>,
    clock: Arc<dyn Clock>,
}

/// The body of a log-in request.
#[derive(Deserialize)]
struct Login {
    challenge_id: String,
    certificate: String,
    algorithm: Algorithm,
    signature: String,
}

/// Why a request is refused; the codes are the protocol's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    MalformedRequest,
    UnknownChallenge,
    CertificateRefused,
    SignatureWrong,
    UnknownUser,
    NoRandomness,
}

impl Identity {
    /// Logs in `users` whose cards `authority` (DER) signed; opens their sessions in `sessions`.
    pub fn new(
        users: Users,
        authority: &[u8],
        sessions: Arc<Sessions>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AuthorityError> {
        let authority = CardAuthority::new(CertificateDer::from(authority.to_vec()))?;
        Ok(Self { users, authority, challenges: Challenges::default(), sessions, clock })
    }

    fn challenge(&self) -> Result<Response<Reply>, Refusal> {
        let challenge = Challenge::new(drawn()?, drawn()?);
        let body = json!({ "challenge_id": challenge.id.to_string(), "nonce": challenge.nonce });
        self.challenges.hand_out(challenge, self.clock.now());
        Ok(json(StatusCode::OK, &body))
    }

    fn login(&self, body: &Bytes) -> Result<Response<Reply>, Refusal> {
        let login: Login = serde_json::from_slice(body).map_err(|_| Refusal::MalformedRequest)?;
        let now = self.clock.now();
        let challenge = self.challenges.take(&login.challenge_id, now).ok_or(Refusal::UnknownChallenge)?;
        let certificate = STANDARD.decode(login.certificate).map_err(|_| Refusal::CertificateRefused)?;
        let signature = STANDARD.decode(login.signature).map_err(|_| Refusal::SignatureWrong)?;
        let subject =
            self.authority.user(&certificate, login.algorithm, &challenge.message(), &signature, now);
        let user = subject?.0.and_then(|id| self.users.find(&id)).ok_or(Refusal::UnknownUser)?;
        let ticket = Ticket::new(drawn()?);
        let body = json!({ "ticket": ticket.reveal() });
        self.sessions.open(ticket, user.clone(), now);
        Ok(json(StatusCode::OK, &body))
    }

    fn assertion(&self, request: &Request<Bytes>) -> Result<Response<Reply>, Refusal> {
        let now = self.clock.now();
        let ticket = parameter(request, "token").map(|token| Ticket::presented(&token));
        let session = ticket.and_then(|ticket| self.sessions.find(&ticket, now));
        let id = uuid::Builder::from_random_bytes(drawn()?).into_uuid();
        let role = session.as_ref().and_then(|session| session.user.roles.first());
        let text = match (&session, role) {
            (Some(session), Some(role)) => assertion::success(session, role, id, now),
            _ => assertion::requester(id, now),
        };
        Ok(reply(StatusCode::OK, "text/xml; charset=utf-8", text))
    }

    fn logout(&self, request: &Request<Bytes>) -> Response<Reply> {
        if let Some(token) = parameter(request, "token") {
            self.sessions.close(&Ticket::presented(&token));
        }
        // The same answer for a ticket nobody has: logging out twice is no error, and a guesser learns nothing.
        nothing(StatusCode::NO_CONTENT)
    }
}

impl Service for Identity {
    fn answer(&self, request: Request<Bytes>) -> Response<Reply> {
        let answered = match (request.method(), request.uri().path()) {
            (&Method::POST, "/challenge") => self.challenge(),
            (&Method::POST, "/login") => self.login(request.body()),
            (&Method::GET, "/saml/RoleAssertion") => self.assertion(&request),
            (&Method::POST, "/logout") => Ok(self.logout(&request)),
            (_, "/challenge" | "/login" | "/saml/RoleAssertion" | "/logout") => {
                Ok(nothing(StatusCode::METHOD_NOT_ALLOWED))
            }
            _ => Ok(nothing(StatusCode::NOT_FOUND)),
        };
        answered.unwrap_or_else(|refused| refusal(refused.status(), refused.code()))
    }
}

impl From<ProofError> for Refusal {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Certificate => Self::CertificateRefused,
            ProofError::Signature => Self::SignatureWrong,
        }
    }
}

impl Refusal {
    fn code(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformed-request",
            Self::UnknownChallenge => "unknown-challenge",
            Self::CertificateRefused => "certificate-refused",
            Self::SignatureWrong => "signature-wrong",
            Self::UnknownUser => "unknown-user",
            Self::NoRandomness => "no-randomness",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::MalformedRequest | Self::UnknownChallenge => StatusCode::BAD_REQUEST,
            Self::CertificateRefused | Self::SignatureWrong | Self::UnknownUser => StatusCode::FORBIDDEN,
            Self::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Unforeseeable bytes of the operating system's making: whoever could foresee a ticket could take a session over.
fn drawn<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Refusal::NoRandomness)?;
    Ok(bytes)
}
