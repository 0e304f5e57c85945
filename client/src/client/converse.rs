//! A conversation with the Spine in an operator's name, outside any run.

use std::sync::Arc;

use spine_message::{Addressing, Author};
use spine_rules::import::Practice;
use spine_session::Session;
use spine_transport::Exchange;

use super::Client;
use crate::error::ClientError;
use crate::fault::Halt;
use crate::login::LoginError;
use crate::spine::Spine;
use crate::spine::hl7::{Hl7Spine, RetryAfterUnit};

impl Client {
    /// The Spine over an exchange, for questions in the session's name: what [`Client::explain`] may ask.
    pub async fn converse(
        &self,
        exchange: Arc<dyn Exchange>,
        session: &Session,
    ) -> Result<Arc<dyn Spine>, ClientError> {
        if !session.is_live(self.clock.now()) {
            return Err(LoginError::SessionOver(session.ends_at()).into());
        }
        let addressing = addressing(&self.practice().await?)?;
        let author = author(session)?;
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.ids));
        Ok(Arc::new(Hl7Spine::new(exchange, addressing, author, clock, ids, RetryAfterUnit::default())))
    }
}

/// In whose name messages go.
pub(super) fn author(session: &Session) -> Result<Author, LoginError> {
    Ok(Author {
        user: session.user().clone(),
        role_profile: session.role_profile().clone(),
        job_role: session.role().job_role.clone().ok_or(LoginError::NoJobRole)?,
        name: session.name().to_owned(),
    })
}

/// From which system they go, and to which.
pub(super) fn addressing(practice: &Practice) -> Result<Addressing, Halt> {
    Addressing::to_the_spine(practice.asid.clone(), practice.party_key.clone())
        .map_err(|error| Halt::Bug(error.to_string()))
}
