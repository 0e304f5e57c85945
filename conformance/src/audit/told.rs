//! What the client's store says of a run, patient by patient.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use spine_client::store::History;
use spine_client::{Client, Counter, PatientKey, Reason, RunId};
use spine_rules::Fact;

use crate::stage::StageError;

/// How many patients are read from the store at a time.
const PAGE: usize = 1_000;

/// What the store says of one patient in one run.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) number: Option<String>,
    pub(crate) counter: Counter,
    pub(crate) reason: Option<Reason>,
    /// The event that the Spine acknowledged, if it did.
    pub(crate) event: Option<String>,
    /// Whether the practice's record holds a dissent.
    pub(crate) dissents: bool,
    /// Every message that was to be sent, by its id: the digest of its bytes.
    pub(crate) dispatched: BTreeMap<String, String>,
}

/// What the store says of each patient of a run, by the practice's own ids.
pub(crate) async fn told(client: &Client, run: RunId) -> Result<BTreeMap<String, Told>, StageError> {
    let mut all = BTreeMap::new();
    let mut after: Option<PatientKey> = None;
    loop {
        let page = client.settlements(run, after.as_ref(), PAGE).await.map_err(StageError::new)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.key.clone());
        for one in page {
            let history = client.store().history(&one.key).await.map_err(StageError::new)?;
            let told = Told {
                number: one.number.map(spine_vocabulary::NhsNumber::reveal),
                counter: one.counter,
                reason: one.reason,
                event: one.event.map(|event| event.to_string()),
                dissents: one.dissents,
                dispatched: dispatched(run, &history),
            };
            all.insert(one.key.as_str().to_owned(), told);
        }
    }
}

fn dispatched(run: RunId, history: &[History]) -> BTreeMap<String, String> {
    let facts = history.iter().filter(|one| one.run == run).filter_map(|one| one.fact.as_ref());
    let live = facts.filter_map(|fact| match fact {
        Fact::Dispatched(live) | Fact::Inherited(live) => Some(live),
        _ => None,
    });
    live.map(|live| (live.id.to_string(), hexadecimal(&live.sha256))).collect()
}

/// As the fake Spine writes its digests.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
