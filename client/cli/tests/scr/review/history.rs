//! `scr runs`: who did what, when, and by which settings; and the switches of SCR.

use spine_fixtures::population::staff;

use crate::surgery::{PATIENTS, Surgery};

/// Requirements: RUN-015, RUN-032.
#[test]
fn every_run_every_leg_and_every_switch_is_told() {
    let surgery = Surgery::of(PATIENTS);
    surgery.scr(&["import", "practice"]).expect(0);
    surgery.scr(&["runs"]).expect(0).says("There is no run yet");
    surgery.scr(&["disable", "--yes"]).expect(77).says("Nobody is logged in");
    let surgery = surgery.opened();
    surgery.scr(&["disable", "--yes"]).expect(0).says("Practice No Longer Contributing is open");
    surgery.run("initial-upload", "run").expect(2).says("SCR is not enabled");
    surgery.scr(&["disable", "--yes"]).expect(0).says("SCR is off already. Nothing was changed.");
    surgery.scr(&["enable", "--nn-days", "100", "--yes"]).expect(2);
    let enabled = surgery.scr(&["enable", "--nn-days", "30", "--yes"]).expect(0);
    enabled.says("registered for more than 30 days").says("scr run consent-migration run, and then");
    surgery.write("one.toml", "[limits]\nlanes = 1\n");
    let ran = surgery.run_with("consent-migration", "run", &["--settings", "one.toml"]);
    ran.expect(1);

    let document = surgery.scr(&["runs", "--json"]).expect(0).json();
    assert_eq!(document["schema"], "scr-runs/1");
    let run = &document["runs"][0];
    assert_eq!((&run["kind"], &run["state"]), (&"consent-migration".into(), &"finished".into()));
    let counters = run["counters"].as_object().unwrap();
    assert_eq!(
        counters.values().map(|count| count.as_u64().unwrap()).sum::<u64>(),
        run["population"].as_u64().unwrap()
    );
    let leg = &run["legs"][0];
    assert_eq!(leg["user"], staff::OPERATOR_USER_ID);
    assert_eq!(leg["role_profile"], staff::OPERATOR_ROLE);
    assert_eq!(leg["settings"]["settings"]["limits"]["lanes"], 1);
    assert_eq!(leg["settings"]["nn-days"], 30);
    assert!(leg["build"].as_str().unwrap().starts_with("scr "));
    assert!(leg["opened_at"].as_str() <= leg["closed_at"].as_str());
    let switches = document["switches"].as_array().unwrap();
    let told: Vec<_> = switches.iter().map(|one| (one["on"].as_bool(), one["nn_days"].as_u64())).collect();
    assert_eq!(told[1], (Some(true), Some(30)), "{switches:?}");
    assert_eq!((told.len(), told[0].0), (2, Some(false)));
    assert!(switches.iter().all(|one| one["user"] == staff::OPERATOR_USER_ID));

    let shown = surgery.scr(&["runs"]).expect(0).out;
    for wanted in [
        "Consent Migration, run 1 by Run: finished",
        "leg 1  Run",
        "Olive Operator",
        "SCR switched on",
        "nn days 30",
    ] {
        assert!(shown.contains(wanted), "{wanted} is not in\n{shown}");
    }
}
