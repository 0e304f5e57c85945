//! Every command once, and what it refuses.

use spine_fixtures::population::staff;
use spine_fixtures::{persona, personas};

use crate::surgery::{PATIENTS, Surgery};

#[test]
fn an_extract_is_imported_and_its_bad_rows_are_listed_without_patient_data() {
    let surgery = Surgery::of(PATIENTS);
    let codes = surgery.path("practice/codes.csv");
    let mut text = std::fs::read_to_string(&codes).unwrap();
    let before = text.lines().count();
    text.push_str(
        "P000001,read2,XaXbY,Canary term,2026-99-99,,,\nNOBODY,read2,XaXbY,Canary term,2026-01-01,,,\n",
    );
    std::fs::write(&codes, text).unwrap();
    let toml = surgery.path("practice/practice.toml");
    let rows = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, rows.split("[rows]").next().unwrap()).unwrap();

    let ran = surgery.scr(&["import", "practice", "--errors", "errors.csv"]).expect(0);
    assert_eq!(ran.out, format!("Imported {PATIENTS} patients.\n"));
    let ran =
        ran.says("2 rows could not be read: 1 patient held as incomplete, 1 row of no patient stayed out");
    let listed = std::fs::read_to_string(surgery.path("errors.csv")).unwrap();
    assert_eq!(listed.lines().next(), Some("file,line,column,reason"));
    assert_eq!(listed.lines().count(), 3, "{listed}");
    // The last two lines of the file: the first holds its patient, the second belongs to nobody.
    let (bad, nobodys) = (before + 1, before + 2);
    assert!(listed.contains(&format!("codes.csv,{bad},date,")), "{listed}");
    assert!(listed.contains(&format!("codes.csv,{nobodys},patient_id,")), "{listed}");
    for told in [listed, ran.out, ran.err] {
        assert!(!told.contains("Canary") && !told.contains("P000001") && !told.contains("NOBODY"), "{told}");
    }
    let document = surgery.scr(&["import", "practice", "--json"]).expect(0).json();
    assert_eq!((&document["patients"], &document["stray_rows"]), (&PATIENTS.into(), &1.into()));
}

#[test]
fn a_bad_extract_leaves_nothing_behind() {
    let surgery = Surgery::of(1);
    std::fs::remove_file(surgery.path("practice/codes.csv")).unwrap();
    surgery.scr(&["import", "practice"]).expect(65).says("Nothing was imported. codes.csv cannot be read");
    surgery.scr(&["session"]).expect(77);
    surgery.login(staff::OPERATOR_PIN).expect(64).says("No practice is in this store yet");
}

#[test]
fn an_operator_logs_in_is_shown_and_logs_out() {
    let surgery = Surgery::of(1);
    surgery.scr(&["import", "practice"]).expect(0);
    surgery.scr(&["session"]).expect(77).says("Nobody is logged in");
    surgery.login("999999").expect(77).says("wrong PIN").says("left before the smartcard locks");
    surgery.login("12").expect(77).says("a PIN has six to eight digits");
    surgery.scr(&["login", "--spine", "spine.json"]).expect(2).says("no terminal to ask for the PIN on");
    let ran = surgery.login(staff::OPERATOR_PIN).expect(0);
    assert!(ran.out.contains("Olive Operator") && ran.out.contains("B0062"), "{}", ran.out);
    assert!(!ran.out.contains(staff::OPERATOR_PIN) && !ran.err.contains(staff::OPERATOR_PIN));

    let document = surgery.scr(&["session", "--json"]).expect(0).json();
    assert_eq!(document["user"], staff::OPERATOR_USER_ID);
    assert_eq!(document["role_profile"], staff::OPERATOR_ROLE);
    let left = document["seconds_left"].as_i64().unwrap();
    assert!((35_000..=36_000).contains(&left), "{left}");

    surgery.scr(&["logout", "--spine", "spine.json"]).expect(0).says("Logged out.");
    surgery.scr(&["session"]).expect(77);
    surgery.scr(&["logout", "--spine", "spine.json"]).expect(0).says("Nobody was logged in.");
}

#[test]
fn who_may_not_run_is_told_what_is_missing() {
    let surgery = Surgery::of(1);
    surgery.scr(&["import", "practice"]).expect(0);
    surgery.run("consent-migration", "run").expect(77).says("Nobody is logged in");
    surgery.spine().cards().insert(&staff::NOT_ADMINISTRATOR_USER_ID.parse().unwrap()).unwrap();
    surgery.login(staff::NOT_ADMINISTRATOR_PIN).expect(0);
    surgery.run("consent-migration", "run").expect(77).says("not a System Administrator");
    let add =
        ["operator", "add", staff::NOT_ADMINISTRATOR_USER_ID, "--name", "Noel", "--system-administrator"];
    surgery.scr(&add).expect(0).says("is an operator here");
    let ran = surgery.run("consent-migration", "run");
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
}

#[test]
fn the_command_line_is_held_to_its_word() {
    let surgery = Surgery::open(1);
    let unconfirmed = ["run", "initial-upload", "run", "--spine", "spine.json"];
    surgery.scr(&unconfirmed).expect(2).says("Add --yes");
    surgery.scr(&["rum"]).expect(2).says("run");
    surgery.scr(&["run", "initial-uplaod", "run", "--spine", "x"]).expect(2).says("initial-upload");
    surgery.run("initial-upload", "resume").expect(2).says("use Run");
    surgery.scr(&["explain", "1234"]).expect(2).says("That is no NHS number");
    surgery.scr(&["report"]).expect(65).says("There is no run yet");
    surgery.scr(&["--store", "other.scr", "report"]).expect(64).says("There is no store at other.scr");
    assert!(!surgery.path("other.scr").exists());
    let help = surgery.scr(&["--help"]).expect(0);
    assert!(help.out.starts_with("Examples:"), "{}", help.out);
    assert!(help.out.contains(" 75  the run is paused"), "{}", help.out);
}

#[test]
fn a_patient_is_explained_rule_by_rule() {
    let surgery = Surgery::open(PATIENTS);
    let number = persona("fp69-active").unwrap().nhs_number();
    let ran = surgery.scr(&["explain", &number]).expect(0);
    for wanted in ["E6", "fp69", "looked at", "A run sets this patient aside by"] {
        assert!(ran.out.contains(wanted), "{wanted} is not in\n{}", ran.out);
    }
    let document = surgery.scr(&["explain", &number, "--json", "--spine", "spine.json"]).expect(0).json();
    let rules = document["holders"][0].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["rule"] == "E6" && rule["verdict"] == "declines"), "{rules:?}");
    assert!(rules.iter().all(|rule| rule["verdict"] != "not asked"), "{rules:?}");
    let elsewhere = personas().last().unwrap().nhs_number();
    surgery.scr(&["explain", &elsewhere]).expect(65).says("No patient of this practice");
}
