//! Looking into the fake Spine: its ledger, its people, their permissions; and setting a permission as if another system
//! had.
//!
//! Long lists are sent one JSON document per line, made while they are sent.

use std::iter;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine_vocabulary::{AcsPermission, NhsNumber};

use crate::Spine;
use crate::scenario::Permission;
use crate::server::exchange::{Reply, json, lines, nothing, refusal};

/// How many exchanges are taken from the ledger at a time: with their bodies they are large.
const PAGE: usize = 64;
/// How much of a long list is sent at a time, in bytes.
const PIECE_BYTES: usize = 32 * 1024;

/// Every exchange with a number above `after`, or every one; those that happen meanwhile are left out.
pub(super) fn exchanges(spine: &Spine, after: Option<&str>) -> Response<Reply> {
    let mut from = match after.map(str::parse::<u64>) {
        None => 0,
        Some(Ok(after)) => after.saturating_add(1),
        Some(Err(_)) => return refusal(StatusCode::BAD_REQUEST, "after-is-no-number"),
    };
    let end = spine.ledger().count();
    let spine = spine.clone();
    let pages = iter::from_fn(move || {
        let page = spine.ledger().exchanges(from, PAGE);
        from = page.last()?.number + 1;
        Some(page)
    });
    documents(pages.flatten().take_while(move |exchange| exchange.number < end))
}

/// Every event that the PSIS accepted: enough to compute lost, doubled and content for dissenters.
pub(super) fn accepted(spine: &Spine) -> Response<Reply> {
    documents(spine.ledger().accepted().into_iter())
}

/// Every rule that was broken.
pub(super) fn violations(spine: &Spine) -> Response<Reply> {
    documents(spine.ledger().violations().into_iter())
}

/// How much there is of everything.
pub(super) fn totals(spine: &Spine) -> Response<Reply> {
    let ledger = spine.ledger();
    let totals = json!({
        "exchanges": ledger.count(),
        "dropped": ledger.dropped(),
        "accepted": ledger.accepted().len(),
        "violations": ledger.violations().len(),
        "outcomes": ledger.totals(),
    });
    json(StatusCode::OK, &totals)
}

/// Everybody in the PDS.
pub(super) fn people(spine: &Spine) -> Response<Reply> {
    documents(spine.people().into_iter())
}

/// One person: PDS record, permission and events.
pub(super) fn person(spine: &Spine, number: &str) -> Response<Reply> {
    let found = NhsNumber::parse(number).ok().and_then(|number| Some((number, spine.person(number)?)));
    let Some((number, person)) = found else { return unknown() };
    let permission = spine.permission(number).unwrap_or_default();
    let view = json!({ "person": person, "permission": permission, "events": spine.events(number) });
    json(StatusCode::OK, &view)
}

/// Every permission that was ever asserted.
pub(super) fn permissions(spine: &Spine) -> Response<Reply> {
    documents(spine.permissions().into_iter())
}

/// The body of a permission to be set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    store: Option<String>,
    view: Option<String>,
}

/// Sets a permission as if another system had.
/// Requirement: SIM-019.
pub(super) fn set_permission(spine: &Spine, number: &str, body: &Bytes) -> Response<Reply> {
    let permission = serde_json::from_slice::<Wanted>(body).ok().and_then(|wanted| wanted.permission().ok());
    let Some(permission) = permission else {
        return refusal(StatusCode::BAD_REQUEST, "no-permission");
    };
    match NhsNumber::parse(number) {
        Ok(number) if spine.set_permission(number, permission) => nothing(StatusCode::NO_CONTENT),
        _ => unknown(),
    }
}

/// A text that asserts no permission.
struct NoPermission;

impl Wanted {
    fn permission(&self) -> Result<Permission, NoPermission> {
        Ok(Permission { store: asserted(self.store.as_deref())?, view: asserted(self.view.as_deref())? })
    }
}

/// `yes`, `no`, or nothing asserted: `ask` or null.
fn asserted(text: Option<&str>) -> Result<Option<AcsPermission>, NoPermission> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        Some("yes") => Ok(Some(AcsPermission::Yes)),
        Some("no") => Ok(Some(AcsPermission::No)),
        None | Some("ask") => Ok(None),
        Some(_) => Err(NoPermission),
    }
}

fn unknown() -> Response<Reply> {
    refusal(StatusCode::NOT_FOUND, "unknown-number")
}

/// One JSON document per line, several lines to a piece.
pub(super) fn documents<T: Serialize>(items: impl Iterator<Item = T> + Send + 'static) -> Response<Reply> {
    let mut items = items.fuse();
    lines(iter::from_fn(move || {
        let mut piece = Vec::new();
        for item in items.by_ref() {
            // Our own shapes always serialise.
            if serde_json::to_writer(&mut piece, &item).is_ok() {
                piece.push(b'\n');
            }
            if piece.len() >= PIECE_BYTES {
                break;
            }
        }
        (!piece.is_empty()).then(|| Bytes::from(piece))
    }))
}
