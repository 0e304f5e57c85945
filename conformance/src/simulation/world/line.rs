//! The wire between a process and the Spine: every request takes a little time, may meet what a case has for it, and is looked at when
//! it arrives.
//!
//! How long it takes follows from the patient, the interaction and the number of the attempt, so that answers overtake each other.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_LOCATION;
use spine_client::Exchange;
use spine_client::transport::{Failure, Method, Request as Asked, Response};
use spine_simulator::wire::{WireRequest, WireResponse};

use super::process::Process;
use super::scene::{Scene, Sent, digest};
use crate::simulation::fault::Came;
use crate::simulation::invariant;
use crate::simulation::op::Point;
use crate::wire::{Document, Request, Seen, Sort};

/// One process's end of the wire.
pub(super) struct Line(pub(super) Arc<Process>);

/// One request on its way.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct Passing {
    pub(in crate::simulation) sort: Sort,
    /// Its own message id; for a poll that of the upload.
    pub(in crate::simulation) message: String,
    /// Whose it is; for a poll, whose the upload is.
    pub(in crate::simulation) number: String,
    /// The how manieth of its sort for the patient, from 1.
    pub(in crate::simulation) nth: u64,
}

#[async_trait]
impl Exchange for Line {
    async fn exchange(&self, asked: Asked) -> Result<Response, Failure> {
        let process = &self.0;
        process.lives().await;
        let scene = &process.scene;
        let count = process.next_exchange();
        let passing = scene.passes(&asked);
        process.reached(Point::BeforeExchange(count)).await;
        tokio::time::sleep(scene.takes(&passing, 0)).await;
        if !process.is_alive() && scene.lot(&[4, digest(&passing.message), passing.nth]).is_multiple_of(2) {
            // The process died while its request was on the way: some arrive all the same.
            process.lives().await;
        }
        let came = self.arrives(&asked, &passing).await;
        scene.log(format_args!("exchange {count} {}", told(scene, &passing, &came)));
        process.reached(Point::AfterExchange(count)).await;
        tokio::time::sleep(scene.takes(&passing, 1)).await;
        process.lives().await;
        match came {
            Came::Answer(answer, after) => {
                tokio::time::sleep(after).await;
                process.lives().await;
                Ok(Response { status: answer.status, headers: answer.headers, body: answer.body })
            }
            Came::Failure(failure, after) => {
                tokio::time::sleep(after).await;
                process.lives().await;
                Err(failure)
            }
        }
    }
}

impl Line {
    async fn arrives(&self, asked: &Asked, passing: &Passing) -> Came {
        let (process, scene) = (&self.0, &self.0.scene);
        let request = WireRequest {
            method: if asked.method == Method::Post { http::Method::POST } else { http::Method::GET },
            path_and_query: asked.target.clone(),
            headers: asked.headers.clone(),
            body: asked.body.clone(),
        };
        let request = scene.bend_request(request, passing);
        let passing = &Passing { message: message_of(&request, passing), ..passing.clone() };
        let came = scene.carry(&request, passing);
        if came.left() && matches!(passing.sort, Sort::Upload | Sort::Setting) {
            scene.note_sent(process.op, passing, &request.body);
            invariant::intent_before_effect(scene, passing, &request.body).await;
        }
        scene.bend_spine(process.op, &request, passing);
        if let Came::Answer(answer, _) = &came
            && passing.sort == Sort::Upload
            && let Some(location) = answer.headers.get(CONTENT_LOCATION).and_then(|value| value.to_str().ok())
        {
            let location = format!("/{}", location.trim_start_matches('/'));
            let belongs = (passing.message.clone(), passing.number.clone());
            scene.book().locations.insert(location, belongs);
        }
        came
    }
}

/// The message id that a request carries as it leaves.
fn message_of(request: &WireRequest, passing: &Passing) -> String {
    let body = String::from_utf8_lossy(&request.body);
    if passing.sort != Sort::Upload || body.contains(&passing.message) {
        return passing.message.clone();
    }
    let request = Request {
        method: "POST".into(),
        target: String::new(),
        headers: Vec::new(),
        body: request.body.to_vec(),
    };
    Seen::of(&request).message.unwrap_or_default()
}

impl Scene {
    /// What is known of a request, and its number among its like.
    fn passes(&self, asked: &Asked) -> Passing {
        let request = Request {
            method: if asked.method == Method::Post { "POST" } else { "GET" }.into(),
            target: asked.target.clone(),
            headers: Vec::new(),
            body: asked.body.to_vec(),
        };
        let seen = Seen::of(&request);
        let mut book = self.book();
        let (message, number) = match book.locations.get(&request.target) {
            Some(belongs) if seen.sort == Sort::Poll => belongs.clone(),
            _ => (seen.message.unwrap_or_default(), seen.patient.unwrap_or_default()),
        };
        let turn = book.turns.entry((seen.sort, number.clone())).or_default();
        *turn += 1;
        Passing { sort: seen.sort, message, number, nth: *turn }
    }

    /// How long a request takes on its way, or its answer: 5 to 60 milliseconds.
    fn takes(&self, passing: &Passing, back: u64) -> Duration {
        let lot = self.lot(&[back, digest(&passing.number), passing.sort as u64, passing.nth]);
        Duration::from_millis(5 + lot % 56)
    }

    pub(super) fn note_sent(&self, op: usize, passing: &Passing, body: &[u8]) {
        let at = self.now();
        let clinical = passing.sort == Sort::Upload && is_clinical(body);
        let Passing { sort, message, number, .. } = passing.clone();
        self.book().sent.push(Sent { message, number, sort, op, at, clinical });
    }
}

/// Whether a summary says anything clinical: a coded entry that is no personal preference. By the suite's own look.
fn is_clinical(body: &[u8]) -> bool {
    let Some(document) = Document::payload_of(&String::from_utf8_lossy(body)) else { return false };
    let entries = document.count("pertinentCREType/component");
    let preferences = document.count("pertinentCREType/component/UKCT_MT144046UK01.PersonalPreference");
    entries > preferences
}

/// One exchange in a line of the log.
fn told(scene: &Scene, passing: &Passing, came: &Came) -> String {
    let Passing { sort, message, number, nth } = passing;
    let what = match came {
        Came::Answer(WireResponse { status, body, .. }, _) => {
            format!("{} {} bytes", status.as_u16(), body.len())
        }
        Came::Failure(failure, _) => format!("{failure:?}"),
    };
    format!("{sort:?} {} #{nth} {message} -> {what}", scene.place(number))
}
