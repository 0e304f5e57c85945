//! Recovery: what was left on its way is asked for before anything else; decisions are never resumed.

use std::sync::Arc;

use bytes::Bytes;
use spine_rules::lifecycle::{Fact, State};
use spine_rules::record::{Candidate, PatientKey};
use spine_store::{Cursor, Entry};
use spine_vocabulary::Interaction;

use super::leg::{Leg, Trouble};
use super::settler::{self, Flight};
use crate::fault::Halt;
use crate::spine::Message;

/// Sets out to see every outstanding entry of the run through, as many at once as the limits allow, and returns once all of them are on
/// their way: whoever must wait for long keeps nobody else waiting. Each holds its place until it is done. Stops early when the leg ends.
/// Requirements: RUN-008, RUN-009.
pub(super) async fn recover(leg: &Arc<Leg>) {
    let mut after: Option<PatientKey> = None;
    while !leg.brake.is_pulled() {
        let page = match leg.store.page(leg.run, Cursor::Outstanding, after.as_ref(), leg.limits.page).await {
            Ok(page) => page,
            Err(error) => return leg.brake.halt(Halt::from(error)),
        };
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key.clone());
        for (entry, candidate) in page {
            let Ok(place) = Arc::clone(&leg.in_flight).acquire_owned().await else { return };
            let leg = Arc::clone(leg);
            tokio::spawn(async move {
                // Trouble here means that the leg is ending; the entry says enough to go on later.
                let _ = see_through(&leg, entry, &candidate).await;
                drop(place);
            });
        }
    }
}

async fn see_through(leg: &Leg, entry: Entry, candidate: &Candidate) -> Result<(), Trouble> {
    let Some(live) = entry.state.live() else { return Ok(()) };
    let bytes = leg.store.frozen(leg.run, &entry.key).await.map_err(|error| leg.end(error.into()))?;
    let Some(bytes) = bytes else {
        return Err(leg.end(Halt::Bug("a message on its way has no bytes".into())));
    };
    let unsent = matches!(entry.state, State::Unsent(_));
    let Some(number) = candidate.record.number.valid() else {
        // The record lost its number since: the Spine can no longer be asked about this patient.
        let facts = if unsent { vec![Fact::Doubted, Fact::GaveUp] } else { vec![Fact::GaveUp] };
        let writes = facts.into_iter().map(|fact| leg.fact(&entry.key, fact)).collect();
        return Ok(leg.recorder.note(writes).await?);
    };
    let interaction = if leg.migration { Interaction::SetPermissions } else { Interaction::UploadPolled };
    let message = Message { id: live.id, number, interaction, body: Bytes::from(bytes) };
    let flight = Flight::recovered(&entry, live, message, &*leg.clock);
    if unsent {
        settler::see_unsent_through(leg, flight).await;
    } else {
        settler::see_doubt_through(leg, flight).await;
    }
    Ok(())
}
