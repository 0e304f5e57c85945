//! What a run goes by: settings from a file, the practice's own terminology, and what Resume makes of both.

use std::path::Path;
use std::process::Child;

use spine_client::RunSettings;

use crate::surgery::{JsonValue, PATIENTS, Ran, Surgery};

/// Every key with its default, for people.
const DOCUMENTED: &str = include_str!("../../docs/settings.toml");

fn upload<'a>(action: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["run", "initial-upload", action, "--spine", "spine.json", "--yes"], more].concat()
}

fn report(surgery: &Surgery) -> JsonValue {
    surgery.scr(&["report", "--json"]).expect(0).json()
}

/// Puts the invented terminology of the fixtures into the surgery's folder.
fn lists(surgery: &Surgery, folder: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/terminology");
    std::fs::create_dir(surgery.path(folder)).unwrap();
    for file in ["inclusion.csv", "exclusion.csv"] {
        std::fs::copy(from.join(file), surgery.path(folder).join(file)).unwrap();
    }
}

/// Every upload that the fake Spine received, as text.
fn uploads(surgery: &Surgery) -> Vec<String> {
    let exchanges = surgery.spine().spine().ledger().exchanges(0, usize::MAX);
    let uploads = exchanges.into_iter().filter(|one| one.interaction == Some("REPC_IN150016SM05"));
    uploads.filter_map(|one| one.received.text).collect()
}

/// Kills a run in its midst: it is killed before it can have settled everybody.
fn killed_midway(surgery: &Surgery, arguments: &[&str]) {
    let until = surgery.spine().spine().ledger().count() + 12;
    let mut child: Child = surgery.command(arguments).spawn().unwrap();
    assert!(surgery.runs_until(&mut child, until), "the run ended before it could be killed");
    child.kill().unwrap();
    child.wait().unwrap();
    let report = report(surgery);
    assert_eq!(report["state"], "interrupted");
    assert!(report["counters"]["unprocessed"].as_u64().unwrap() > 0, "{report}");
}

#[test]
fn the_documented_settings_are_all_there_are_and_the_defaults() {
    let written: JsonValue = toml::from_str(DOCUMENTED).unwrap();
    assert_eq!(written, serde_json::to_value(RunSettings::default()).unwrap());
    let surgery = Surgery::of(1);
    let file = surgery.write("settings.toml", DOCUMENTED);
    assert_eq!(RunSettings::read(&file).unwrap(), RunSettings::default());
    let help = surgery.scr(&["run", "--help"]).expect(0).out;
    for wanted in ["--settings <FILE>", "--terminology <DIR>", "client/cli/docs/settings.toml"] {
        assert!(help.contains(wanted), "{wanted} is not in\n{help}");
    }
}

#[test]
fn every_other_reading_can_be_set() {
    let surgery = Surgery::of(1);
    for text in [
        "poll-unit = \"seconds\"",
        "[rules]\ndissent = \"not-sent\"",
        "[rules]\ndissent-not-in-acs = \"acs-mismatch\"",
        "[rules]\nwithout-preference = \"core-and-additional\"",
        "[rules]\nboth-blank = \"matches\"",
        "[rules]\nregistered-elsewhere = \"sent\"",
        "[rules]\noverwrite-guard = \"recent-and-allergies\"",
        "[rules.medication-windows]\nacute-months = 6",
        "[access]\nbulk = \"any-of-b0380-b8028-b8029\"",
        "[contract]\nretries = 0\ninterval = \"PT0S\"\npersist = \"PT30S\"",
        "[limits]\nlanes = 1\nin-flight = 1",
    ] {
        let file = surgery.write("settings.toml", text);
        assert_ne!(RunSettings::read(&file).unwrap(), RunSettings::default(), "{text}");
    }
}

#[test]
fn settings_that_are_not_meant_are_refused_by_name_and_nothing_is_sent() {
    let surgery = Surgery::open(1);
    for (text, wanted) in [
        ("[rules]\n\ndisent = \"not-sent\"", "settings.toml, line 3: unknown field `disent`"),
        ("dissent = \"not-sent\"", "settings.toml, line 1: unknown field `dissent`"),
        ("[limits]\nin_flight = 1", "unknown field `in_flight`"),
        ("[contract]\nretry = 1", "unknown field `retry`"),
        ("[access]\nbulks = \"x\"", "unknown field `bulks`"),
        ("[rules.medication-windows]\nmonths = 1", "unknown field `months`"),
        ("[rules]\ndissent = \"sent\"", "settings.toml, line 2: unknown variant `sent`"),
        (
            "[rules.medication-windows]\nacute-months = 0",
            "rules.medication-windows.acute-months must be 1 month",
        ),
        ("[access]\ncard = \"lock\"", "access.card can only be \"continue\""),
        ("[contract]\nretries = 101", "contract.retries must be 100 or fewer"),
        ("[contract]\ninterval = \"-PT1S\"", "contract.interval must not be negative"),
        ("[contract]\npersist = \"PT10S\"", "contract.persist must be"),
        ("[limits]\nlanes = 0", "limits.lanes must be 1 to 1,024"),
        ("[limits]\nin-flight = 70000", "limits.in-flight must be 1 to 65,536"),
        ("[limits]\nlanes = -1", "settings.toml, line 2:"),
        ("[limits]\npolls = 0", "limits.polls must be"),
        ("[limits]\npage = 0", "limits.page must be"),
        ("[limits]\nquestion-attempts = 0", "limits.question-attempts must be"),
        ("[limits]\nmessage-bytes = 1", "limits.message-bytes must be"),
        ("[limits", "settings.toml, line 1:"),
    ] {
        surgery.write("settings.toml", text);
        let ran = surgery.scr(&upload("run", &["--settings", "settings.toml"])).expect(64);
        ran.says("Nothing was sent.").says(wanted);
    }
    let ran = surgery.scr(&upload("run", &["--settings", "missing.toml"])).expect(64);
    ran.says("missing.toml cannot be read");
    surgery.scr(&["report"]).expect(65).says("There is no run yet");
}

#[test]
fn settings_change_what_a_run_does_and_the_run_records_them() {
    let surgery = Surgery::open(PATIENTS);
    surgery.run("initial-upload", "run").expect(1);
    let by_default = report(&surgery);
    // The Consent Migration did not run: the ACS does not hold the dissents that are sent.
    let sent = by_default["reasons"]["sent-dissent"].as_u64().unwrap();
    assert!(sent > 0 && by_default["warnings"]["dissent-not-in-acs"].as_u64() == Some(sent), "{by_default}");
    assert!(by_default["warnings"]["additional-withheld"].as_u64().unwrap() > 0, "{by_default}");
    let shown = surgery.scr(&["report"]).expect(0).out;
    assert!(shown.contains("Warnings\n") && shown.contains("additional-withheld"), "{shown}");
    assert_eq!(by_default["settings"]["settings"]["rules"]["dissent"], "dissent-summary");
    assert_eq!(by_default["settings"]["terminology"], JsonValue::Null);

    let surgery = Surgery::open(PATIENTS);
    surgery.write("settings.toml", "[rules]\ndissent = \"not-sent\"\n");
    surgery.scr(&upload("run", &["--settings", "settings.toml"])).expect(1);
    let changed = report(&surgery);
    assert_eq!(changed["reasons"]["dissent"].as_u64(), Some(sent), "{changed}");
    assert!(
        changed["reasons"]["sent-dissent"].is_null() && changed["warnings"]["dissent-not-in-acs"].is_null()
    );
    assert_eq!(changed["settings"]["settings"]["rules"]["dissent"], "not-sent");
}

#[test]
fn a_resumed_run_keeps_its_settings_unless_it_is_given_others() {
    let surgery = Surgery::open(PATIENTS);
    let slow = "[limits]\nlanes = 1\nin-flight = 1\n";
    surgery.write("first.toml", &format!("[rules]\ndissent = \"not-sent\"\n{slow}"));
    killed_midway(&surgery, &upload("run", &["--settings", "first.toml"]));
    std::fs::remove_file(surgery.path("first.toml")).unwrap();
    killed_midway(&surgery, &upload("resume", &[]));
    let kept = report(&surgery);
    assert_eq!(kept["legs"], 2);
    assert_eq!(kept["settings"]["settings"]["rules"]["dissent"], "not-sent");
    assert_eq!(kept["settings"]["settings"]["limits"]["lanes"], 1);

    surgery.write("second.toml", "[rules]\nboth-blank = \"matches\"\n");
    let ran = surgery.scr(&upload("resume", &["--settings", "second.toml"])).expect(1);
    ran.says("The settings are other than in the run's last leg");
    let changed = report(&surgery);
    assert_eq!((&changed["legs"], &changed["state"]), (&3.into(), &"finished".into()));
    let rules = &changed["settings"]["settings"]["rules"];
    assert_eq!((&rules["dissent"], &rules["both-blank"]), (&"dissent-summary".into(), &"matches".into()));
}

#[test]
fn additional_information_is_sent_by_the_practices_own_lists() {
    // Enough for the personas about content.
    let surgery = Surgery::open(177);
    lists(&surgery, "lists");
    let ran = surgery.scr(&upload("run", &["--terminology", "lists"])).expect(1);
    assert!(!ran.out.contains("additional-withheld"), "{}", ran.out);
    let report = report(&surgery);
    assert!(report["warnings"]["additional-withheld"].is_null(), "{report}");
    let used = &report["settings"]["terminology"];
    assert_eq!((&used["included"], &used["excluded"]), (&5.into(), &1.into()));
    assert_eq!(used["sha256"].as_str().map(str::len), Some(64));
    let uploads = uploads(&surgery);
    assert!(uploads.iter().any(|text| text.contains("Invented chronic condition")));
    assert!(!uploads.iter().any(|text| text.contains("Invented sensitive item")));
    assert!(uploads.iter().any(|text| text.contains("WithheldCREItemsHeaderStatement")));
}

#[test]
fn a_resumed_run_reads_the_same_lists_and_tells_where_they_changed() {
    let surgery = Surgery::open(PATIENTS);
    lists(&surgery, "lists");
    surgery.write("slow.toml", "[limits]\nlanes = 1\nin-flight = 1\n");
    killed_midway(&surgery, &upload("run", &["--settings", "slow.toml", "--terminology", "lists"]));
    let opened = report(&surgery)["settings"]["terminology"].clone();
    // Another working directory must find them, too.
    let store = surgery.path("practice.scr");
    let spine = surgery.path("spine.json");
    let (store, spine) = (store.to_str().unwrap(), spine.to_str().unwrap());
    std::fs::create_dir(surgery.path("elsewhere")).unwrap();
    let arguments = ["--store", store, "run", "initial-upload", "resume", "--spine", spine, "--yes"];
    let mut command = surgery.command(&arguments);
    let before = surgery.spine().spine().ledger().count();
    let mut child = command.current_dir(surgery.path("elsewhere")).spawn().unwrap();
    assert!(surgery.runs_until(&mut child, before + 12), "the run ended before it could be killed");
    child.kill().unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert!(!ran.err.contains("terminology"), "{}", ran.err);
    assert_eq!(report(&surgery)["settings"]["terminology"], opened);

    std::fs::rename(surgery.path("lists"), surgery.path("moved")).unwrap();
    let ran = surgery.run("initial-upload", "resume").expect(64);
    ran.says("Nothing was sent. The terminology files cannot be used: inclusion.csv cannot be read");
    let more = surgery.path("moved/exclusion.csv");
    let text = std::fs::read_to_string(&more).unwrap();
    std::fs::write(&more, text + "local,LH0001,Invented chronic condition\n").unwrap();
    let ran = surgery.scr(&upload("resume", &["--terminology", "moved"])).expect(1);
    ran.says("The terminology files say other than in the run's last leg");
    let used = report(&surgery)["settings"]["terminology"].clone();
    assert_eq!(used["excluded"], 2);
    assert_ne!(used["sha256"], opened["sha256"]);
}

#[test]
fn bad_lists_are_refused_by_line_and_a_migration_takes_none() {
    let surgery = Surgery::open(1);
    lists(&surgery, "lists");
    surgery.write("lists/exclusion.csv", "scheme,code\nread9,XY1..\n");
    let ran = surgery.scr(&upload("run", &["--terminology", "lists"])).expect(64);
    ran.says("Nothing was sent.").says("exclusion.csv, line 2: scheme is no coding");
    surgery.scr(&["report"]).expect(65);
    let migration =
        ["run", "consent-migration", "run", "--spine", "spine.json", "--yes", "--terminology", "lists"];
    surgery.scr(&migration).expect(2).says("takes no --terminology");
}
