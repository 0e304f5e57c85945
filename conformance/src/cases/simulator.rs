//! The fake Spine as such: it keeps what it is told, and tells it again.

use crate::case::Case;
use crate::outcome::{Verdict, hold, same};
use crate::stage::ground::{Ground, Says, Voice};

/// The cases.
pub(super) const CASES: &[Case] =
    &[Case::spine("simulator/what-is-uploaded-stands", &["SIM-001"], what_is_uploaded_stands)];

fn what_is_uploaded_stands(ground: &Ground<'_>) -> Verdict {
    let patient = ground.patient();
    let draft = ground.summary(&patient, Says::Allergy, None);
    let heard = ground.upload(&draft);
    hold(heard.voice == Voice::Accepted, "AA", heard.line())
        .map_err(|failure| failure.in_exchange(&heard.exchange))?;
    same("events", &vec![draft.id.clone()], &ground.event_ids(&patient))
}
