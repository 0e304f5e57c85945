//! Inputs that failed once, or are known to have failed elsewhere: every file of `fixtures/regressions/` is one, and is held to what it
//! expects and to every property of its suite.

use std::path::PathBuf;

use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::Value;
use spine_message::Answer;
use spine_rules::consent::effective;
use spine_rules::record::{Fp69, LocalFlags, PatientRecord};
use spine_rules::rules::settings::BothBlank;
use spine_rules::standing::Standing;
use spine_rules::{PracticeProfile, Rules, Settings, State};
use spine_vocabulary::{CodeScheme, ConsentCode, NhsNumber};

use crate::house::cases::say;
use crate::house::person::*;
use crate::house::text::carried;
use crate::lifecycle::migrated;
use crate::lifecycle::store::{KINDS, Step, holds_throughout};
use crate::lifecycle::walk::name as state_name;
use crate::rules::{consent as consents, matching, numbers};
use crate::wire::messages::{self, Written};
use crate::wire::readers;

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Regression {
    /// Which reading of `input` and `expected` is meant.
    suite: String,
    /// What it is, as the name of a test; also the file's name, with hyphens.
    name: String,
    /// Why it is kept.
    why: String,
    input: Value,
    expected: Value,
}

impl Regression {
    fn input<T: for<'de> Deserialize<'de>>(&self) -> T {
        serde_json::from_value(self.input.clone())
            .unwrap_or_else(|error| panic!("{}: input: {error}", self.name))
    }

    fn expects(&self, found: impl Into<Value>) {
        assert_eq!(found.into(), self.expected, "{}", self.name);
    }

    fn replay(&self) {
        match self.suite.as_str() {
            "consent" => self.consent(),
            "eligibility" => self.eligibility(),
            "lifecycle" => self.lifecycle(),
            "message" => self.message(),
            "nhs-number" => {
                let text: String = self.input();
                numbers::is_read_right(&text);
                self.expects(NhsNumber::parse(&text).is_ok());
            }
            "reader" => self.reader(),
            "surname" => {
                let [here, there]: [String; 2] = self.input();
                matching::surnames_match_as_rendered(&here, &there);
                let mut ours = record();
                let pds = spine_rules::demographics::PdsRecord { family_name: there, ..pds(&ours) };
                ours.family_name = here;
                self.expects(matching::agree(BothBlank::NoEvidence, ours, pds).is_ok());
            }
            other => panic!("{}: no suite {other:?}", self.name),
        }
    }

    /// Which preference holds; and the properties of consent, whatever the Spine says.
    fn consent(&self) {
        let said: Vec<(String, Option<Date>, Option<DateTime>)> = self.input();
        let codes: Vec<_> = said
            .into_iter()
            .map(|(code, on, at)| consent(ConsentCode::read(CodeScheme::ReadV2, &code).unwrap(), on, at))
            .collect();
        self.expects(effective(&codes, TODAY).effective.map(ConsentCode::read_v2));
        assert_eq!(effective(&codes, TODAY).effective, consents::holds(&codes, TODAY));
        let record = PatientRecord { codes, ..record() };
        migrated::is_added_once(&record);
        for standing in [nothing_stands(), Standing::Refused] {
            consents::the_migration_only_adds(&record, &standing);
            consents::a_second_migration_changes_nothing(&record, &standing);
            consents::nothing_clinical_of_a_dissenter(&rules(), record.clone(), &standing);
        }
    }

    /// The reason of the first rule that declines, or none.
    fn eligibility(&self) {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Input {
            since: Date,
            until: Option<Date>,
            enabled: Date,
            /// Absent: no flag. Blank: a flag without a last day.
            fp69: Option<String>,
        }
        let input: Input = self.input();
        let mut record = record();
        (record.registration.since, record.registration.until) = (Some(input.since), input.until);
        record.flags = LocalFlags {
            fp69: input.fp69.map(|last| Fp69 { expires: last.parse().ok() }),
            ..LocalFlags::default()
        };
        let practice = PracticeProfile { scr_enabled_on: Some(input.enabled), ..profile() };
        let declined = Rules::new(Settings::default(), practice, TODAY).assess(candidate(record)).err();
        self.expects(declined.map(|set_aside| set_aside.reason.code()));
    }

    /// Where the last fact leads, or that it is refused; and the invariants of a store under them.
    fn lifecycle(&self) {
        let told: Vec<String> = self.input();
        let kind_of = |name: &String| KINDS.into_iter().find(|kind| format!("{kind:?}") == *name).unwrap();
        let kinds: Vec<_> = told.iter().map(kind_of).collect();
        let facts: Vec<_> = kinds.iter().map(|kind| kind.fact(8)).collect();
        self.expects(State::replay(&facts).map_or("refused", |state| state_name(&state)));
        holds_throughout(kinds.into_iter().map(|kind| Step::Facts(vec![(0, kind, 8)])).collect());
    }

    /// What arrives of a text, wherever in a summary it stands.
    fn message(&self) {
        let text: String = self.input();
        for (scheme, code) in [(CodeScheme::ReadV2, "C10E."), (CodeScheme::Snomed, "73211009")] {
            messages::arrives(&Written::everywhere(&text), scheme, code);
        }
        messages::is_accepted(&Written { author: "O'Neill".into(), ..Written::everywhere(&text) });
        messages::names_are_read(&text, &text, &text);
        self.expects(carried(&text));
    }

    /// What the client makes of a body, or whether the simulator takes one; and that either costs no more than it may.
    fn reader(&self) {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Input {
            reader: String,
            /// Texts, each as often as said.
            #[serde(default)]
            text: Vec<(String, usize)>,
            /// Bytes that are no text.
            #[serde(default)]
            hex: String,
            /// For the simulator: the text stands in a whole upload in place of this.
            #[serde(default)]
            within: String,
        }
        let Input { reader, text, hex, within } = self.input();
        let mut body: Vec<u8> =
            text.into_iter().map(|(text, times)| text.repeat(times)).collect::<String>().into_bytes();
        body.extend(
            (0..hex.len() / 2).map(|place| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap()),
        );
        match reader.as_str() {
            "client" => {
                readers::client_costs_in_proportion(&body, &self.name);
                self.expects(match readers::client_reads(None, &body) {
                    Answer::Nonsense { why } => format!("{why:?}"),
                    answer => format!("{answer:?}"),
                });
            }
            "simulator" => {
                let inserted = String::from_utf8(body).unwrap();
                self.expects(readers::simulator_costs_in_proportion(&within, &inserted, &self.name));
            }
            other => panic!("{}: no reader {other:?}", self.name),
        }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/regressions"))
}

/// Every file, in the order of their names; a failure names the regression, and the others are still replayed.
#[test]
fn every_input_that_failed_once_is_replayed() {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
    files.sort();
    assert!(files.len() >= 20, "the regressions were not found");
    let mut failed = Vec::new();
    for file in files {
        let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let read = serde_json::from_str(&std::fs::read_to_string(&file).unwrap());
        let regression: Regression = read.unwrap_or_else(|error| panic!("{stem}: {error}"));
        assert_eq!(regression.name.replace(' ', "-"), stem, "the file bears the name of the test");
        assert!(regression.why.len() > 20, "{stem}: why is it kept?");
        say(&format!("{}: {}", regression.suite, regression.name));
        if std::panic::catch_unwind(|| regression.replay()).is_err() {
            failed.push(format!("{}: {} ({})", regression.suite, regression.name, regression.why));
        }
    }
    assert!(failed.is_empty(), "{} failed again:\n{}", failed.len(), failed.join("\n"));
}
