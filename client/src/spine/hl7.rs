//! The HL7 v3 route: uploads by polling, questions and ACS settings by synchronous SOAP, over any [`Exchange`].
//!
//! Status and body are judged apart: a body is read whatever the status, and what neither tells is doubt.

mod outcome;
mod question;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use spine_message::{
    Addressing, Answer, Author, Correlated, Frozen, Reply, Stamp, poll_headers, read_answer,
};
use spine_rules::demographics::PdsAnswer;
use spine_rules::standing::{Standing, StandingContent};
use spine_transport::{Exchange, Failure, Request, Response};
use spine_vocabulary::{EventId, NhsNumber};

use super::{Held, Message, Outcome, Spine, Submitted};
use crate::clock::Clock;
use crate::fault::{Halt, SpineFault};
use crate::ids::Ids;
pub use outcome::RetryAfterUnit;
use outcome::retry_after;
use question::{is_not_for_us, refusal, told, unexpected, withholds};

/// The least pause between two polls, and the most that is believed: a longer one than the budget ends the polling anyhow.
const POLL_PAUSE: (Duration, Duration) = (Duration::from_millis(20), LONGEST_WAIT);
/// The pause before a poll that follows a failed one.
const POLL_PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The most that a 429 can make us wait before the next poll: the polling budget is spent by then.
const LONGEST_POLL_PAUSE: Duration = Duration::from_mins(1);
/// The most that a 429 or 503 can make us wait.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// The route.
pub struct Hl7Spine {
    exchange: Arc<dyn Exchange>,
    addressing: Addressing,
    author: Author,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    poll_unit: RetryAfterUnit,
}

impl Hl7Spine {
    /// A route over an exchange, in the operator's name.
    #[must_use]
    pub fn new(
        exchange: Arc<dyn Exchange>,
        addressing: Addressing,
        author: Author,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        poll_unit: RetryAfterUnit,
    ) -> Self {
        Self { exchange, addressing, author, clock, ids, poll_unit }
    }

    /// Asks a question that changes nothing: it may be repeated. What comes back is not judged yet.
    /// Requirements: ACK-032, ACK-033.
    async fn ask(&self, question: Frozen) -> Result<(StatusCode, Reply), SpineFault> {
        let id = question.id;
        let request =
            request(&question, question.headers(&self.addressing, &self.author), question.body.clone())?;
        let response = self.exchange.exchange(request).await.map_err(fault)?;
        let wait =
            || retry_after(&response.headers, RetryAfterUnit::Seconds).map(|wait| wait.min(LONGEST_WAIT));
        match response.status {
            StatusCode::TOO_MANY_REQUESTS => return Err(SpineFault::AskedToWait(wait())),
            StatusCode::SERVICE_UNAVAILABLE if wait().is_some() => {
                return Err(SpineFault::AskedToWait(wait()));
            }
            StatusCode::UNAUTHORIZED => {
                return Err(SpineFault::SessionOver("The Spine does not accept this session".into()));
            }
            _ => {}
        }
        let reply = read(&response);
        if reply.correlation.with(id) == Correlated::Foreign {
            return Err(SpineFault::SpineMisbehaved("it answers another message".into()));
        }
        Ok((response.status, reply))
    }

    async fn question(&self, question: Frozen) -> Result<Answer, SpineFault> {
        let (status, reply) = self.ask(question).await?;
        told(status, reply.answer)
    }

    /// Requirement: ACK-012.
    async fn event_list(&self, number: NhsNumber) -> Result<Answer, SpineFault> {
        let stamp = Stamp::new(self.clock.now());
        let question =
            spine_message::event_list_query(number, self.ids.next(), &self.author, &self.addressing, &stamp);
        match self.question(question).await? {
            Answer::EventList(list) if list.patient.is_some_and(|patient| patient != number) => {
                Err(SpineFault::SpineMisbehaved("it is about another patient".into()))
            }
            answer => Ok(answer),
        }
    }
}

#[async_trait]
impl Spine for Hl7Spine {
    async fn retrieve(&self, number: NhsNumber) -> Result<PdsAnswer, SpineFault> {
        let stamp = Stamp::new(self.clock.now());
        let question =
            spine_message::pds_retrieval(number, self.ids.next(), &self.author, &self.addressing, &stamp);
        match self.question(question).await? {
            Answer::Pds(reply) => Ok(reply.answer),
            Answer::QueryFailure(failure) | Answer::Acknowledgement(failure) if failure.not_found() => {
                Ok(PdsAnswer::NotFound)
            }
            Answer::QueryFailure(failure) | Answer::Acknowledgement(failure) => Err(refusal(&failure)),
            _ => Err(unexpected()),
        }
    }

    async fn standing(&self, number: NhsNumber) -> Result<Standing, SpineFault> {
        match self.event_list(number).await? {
            Answer::EventList(list) => Ok(list.standing),
            Answer::QueryFailure(failure) | Answer::Acknowledgement(failure) => {
                failure.standing().ok_or_else(|| refusal(&failure))
            }
            _ => Err(unexpected()),
        }
    }

    /// Requirement: ACK-016.
    async fn holds(&self, number: NhsNumber, event: EventId) -> Result<Held, SpineFault> {
        let standing = match self.event_list(number).await? {
            Answer::EventList(list) => {
                let stored = list.events.iter().any(|listed| listed.event == event);
                return Ok(if stored { Held::Stored } else { Held::Absent });
            }
            Answer::QueryFailure(failure) | Answer::Acknowledgement(failure) => {
                failure.standing().ok_or_else(|| refusal(&failure))?
            }
            _ => return Err(unexpected()),
        };
        Ok(if standing == Standing::Refused { Held::Refused } else { Held::Absent })
    }

    /// Requirements: ACK-011, RUN-031.
    async fn event(&self, number: NhsNumber, event: EventId) -> Result<Option<StandingContent>, SpineFault> {
        let stamp = Stamp::new(self.clock.now());
        let id = self.ids.next();
        let question = spine_message::event_query(number, event, id, &self.author, &self.addressing, &stamp);
        let (status, reply) = self.ask(question).await?;
        if is_not_for_us(status, &reply.answer) {
            return Ok(None);
        }
        match told(status, reply.answer)? {
            Answer::Event(document) if !document.is_about(number) => {
                Err(SpineFault::SpineMisbehaved("it is about another patient".into()))
            }
            Answer::Event(document) if document.event != event => {
                Err(SpineFault::SpineMisbehaved("it is about another event".into()))
            }
            Answer::Event(document) => Ok(Some(document.content)),
            Answer::QueryFailure(failure) | Answer::Acknowledgement(failure) if withholds(&failure) => {
                Ok(None)
            }
            Answer::QueryFailure(failure) | Answer::Acknowledgement(failure) => Err(refusal(&failure)),
            _ => Err(unexpected()),
        }
    }

    async fn submit(&self, message: &Message) -> Submitted {
        let frozen = Frozen { id: message.id, interaction: message.interaction, body: Vec::new() };
        let headers = frozen.headers(&self.addressing, &self.author);
        let request = match request(&frozen, headers, message.body.clone()) {
            Ok(request) => request,
            Err(fault) => return Submitted::Final(Outcome::Halt(Halt::Bug(fault.to_string()))),
        };
        match self.exchange.exchange(request).await {
            Ok(response) => outcome::of_submission(message, &response, self.poll_unit, POLL_PAUSE),
            Err(failure) => Submitted::Final(outcome::of_failure(failure)),
        }
    }

    async fn poll(&self, message: &Message, location: &str) -> Submitted {
        let again = || Submitted::Pending { location: location.to_owned(), after: POLL_PAUSE_AFTER_FAILURE };
        let headers = poll_headers(message.id, &self.addressing, &self.author);
        let Ok(headers) = header_map(headers) else {
            return Submitted::Final(Outcome::Halt(Halt::Bug("a header cannot be written".into())));
        };
        let request = Request { headers, ..Request::get(location) };
        match self.exchange.exchange(request).await {
            Ok(response) => outcome::of_poll(message, location, &response, self.poll_unit, POLL_PAUSE),
            // A poll changes nothing: the budget ends it, not one failure. But one that can never succeed is doubt at once.
            Err(failure) if failure.is_lasting() => {
                Submitted::Final(Outcome::Quiet { note: failure.cause().to_string() })
            }
            Err(_) => again(),
        }
    }
}

/// Reads a response's body, whatever its status.
fn read(response: &Response) -> Reply {
    let content_type = response.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    read_answer(content_type, &response.body)
}

fn request(
    frozen: &Frozen,
    headers: Vec<spine_message::Header>,
    body: impl Into<Bytes>,
) -> Result<Request, SpineFault> {
    let headers = header_map(headers)?;
    Ok(Request { headers, ..Request::post(frozen.path().as_str(), body) })
}

fn header_map(headers: Vec<spine_message::Header>) -> Result<HeaderMap, SpineFault> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let name = HeaderName::try_from(name).map_err(|_| SpineFault::Bug("a header's name".into()))?;
        let value = HeaderValue::try_from(value).map_err(|_| SpineFault::Bug("a header's value".into()))?;
        map.append(name, value);
    }
    Ok(map)
}

fn fault(failure: Failure) -> SpineFault {
    if failure.is_lasting() {
        SpineFault::Misconfigured(format!("{}. {}", failure.cause(), failure.cause().advice()))
    } else {
        SpineFault::SpineUnavailable(failure.cause().to_string())
    }
}
