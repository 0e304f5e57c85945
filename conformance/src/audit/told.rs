//! What the client's store says of a run, patient by patient.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use spine_client::clock::uk_date;
use spine_client::store::{Cursor, History};
use spine_client::{Client, Counter, PatientKey, Reason, RunId};
use spine_rules::record::PatientRecord;
use spine_rules::{Fact, PracticeProfile, Rules, Settings, State};

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
    /// Every message that was to be sent, by its id.
    pub(crate) dispatched: BTreeMap<String, Dispatched>,
}

/// A message that was to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Dispatched {
    /// The digest of its bytes.
    pub(crate) sha256: String,
    /// Whether the practice's record held a dissent on the day of it.
    pub(crate) dissents: bool,
}

/// What the store says of each patient of a run, by the practice's own ids.
pub(crate) async fn told(client: &Client, run: RunId) -> Result<BTreeMap<String, Told>, StageError> {
    let practice = PracticeProfile::from(&client.practice().await.map_err(StageError::new)?);
    let mut all = BTreeMap::new();
    let mut after: Option<PatientKey> = None;
    loop {
        let page = client.store().page(run, Cursor::All, after.as_ref(), PAGE).await;
        let page = page.map_err(StageError::new)?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after = Some(last.key.clone());
        for (entry, candidate) in page {
            let history = client.store().history(&entry.key).await.map_err(StageError::new)?;
            let told = Told {
                number: candidate.record.number.valid().map(spine_vocabulary::NhsNumber::reveal),
                counter: entry.state.counter(),
                reason: entry.state.reason(),
                event: match entry.state {
                    State::Acknowledged { id, .. } => Some(id.event().to_string()),
                    _ => None,
                },
                dispatched: dispatched(run, &history, &candidate.record, &practice),
            };
            all.insert(entry.key.as_str().to_owned(), told);
        }
    }
}

fn dispatched(
    run: RunId,
    history: &[History],
    record: &PatientRecord,
    practice: &PracticeProfile,
) -> BTreeMap<String, Dispatched> {
    let mut all = BTreeMap::new();
    for one in history.iter().filter(|one| one.run == run) {
        if let Some(Fact::Dispatched(live) | Fact::Inherited(live)) = &one.fact {
            let rules = Rules::new(Settings::default(), practice.clone(), uk_date(one.at));
            let dissents = rules.consent(record).dissents();
            let sha256 = hexadecimal(&live.sha256);
            all.insert(live.id.to_string(), Dispatched { sha256, dissents });
        }
    }
    all
}

/// As the fake Spine writes its digests.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
