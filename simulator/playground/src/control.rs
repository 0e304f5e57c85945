//! Reading the fake Spine's control port: what it really holds. Plain HTTP on loopback.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use spine_simulator::Ready;
use tokio::net::TcpStream;

/// What the fake Spine holds cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("what the fake Spine holds cannot be read from {path}: {why}")]
pub struct ControlError {
    path: &'static str,
    why: String,
}

/// One event that the fake Spine accepted.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) nhs_number: String,
    pub(crate) event_id: String,
    pub(crate) clinical: bool,
    pub(crate) dissenter: bool,
}

/// One permission that the fake Spine holds.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Permission {
    pub(crate) nhs_number: String,
    pub(crate) store: Option<String>,
    pub(crate) view: Option<String>,
}

/// Every event that was accepted.
pub(crate) async fn accepted(ready: &Ready) -> Result<Vec<Accepted>, ControlError> {
    lines(ready, "/ledger/summary").await
}

/// Every permission that is not the default.
pub(crate) async fn permissions(ready: &Ready) -> Result<Vec<Permission>, ControlError> {
    lines(ready, "/permissions").await
}

/// Whether the fake Spine holds any summary of a patient, of whatever origin and age.
pub(crate) async fn holds_a_summary(ready: &Ready, number: &str) -> Result<bool, ControlError> {
    #[derive(Deserialize)]
    struct Person {
        events: Vec<serde::de::IgnoredAny>,
    }
    let failed = |why: String| ControlError { path: "/people/NUMBER", why };
    let body = fetch(ready, &format!("/people/{number}")).await.map_err(|error| failed(error.to_string()))?;
    let person: Person = serde_json::from_slice(&body).map_err(|error| failed(error.to_string()))?;
    Ok(!person.events.is_empty())
}

async fn lines<T: DeserializeOwned>(ready: &Ready, path: &'static str) -> Result<Vec<T>, ControlError> {
    let failed = |why: String| ControlError { path, why };
    let body = fetch(ready, path).await.map_err(|error| failed(error.to_string()))?;
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let documents: Result<Vec<T>, _> = lines.map(serde_json::from_slice).collect();
    documents.map_err(|error| failed(error.to_string()))
}

async fn fetch(ready: &Ready, path: &str) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    let address = ready.control.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let request = Request::get(path).header("host", address).body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    if !response.status().is_success() {
        return Err(format!("HTTP {}", response.status().as_u16()).into());
    }
    let body = response.into_body().collect().await?.to_bytes();
    drop(sender);
    // The connection has served; how it closes is of no interest.
    driver.abort();
    Ok(body)
}
