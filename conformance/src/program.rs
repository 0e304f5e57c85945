//! x
use std::ffi::OsString;
use std::process::ExitCode;
/// x
pub fn main_with(_arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cases = crate::cases::all();
    let town = crate::stage::ground::Town::new().unwrap();
    let mut all = crate::runner::clients(&cases, &crate::runner::Library(Default::default()), 2);
    all.extend(crate::runner::spines(
        &cases,
        &town,
        &crate::runner::Target::Simulator { tamper: crate::stage::ground::honest, server: None },
    ));
    for one in &all {
        if one.outcome.is_bad() {
            println!("{} {:#?}", one.case.name, one.outcome);
        }
    }
    let sound = all
        .iter()
        .filter(|one| one.outcome == crate::outcome::Outcome::Passed)
        .map(|one| one.case.name)
        .collect();
    let caught = crate::sabotage::plant(&crate::sabotage::defects::all(), &cases, &sound, &town, 2);
    let proven = crate::sabotage::proven(&caught, &cases);
    let register = crate::requirement::Register::load().unwrap();
    for one in &caught {
        if one.by.is_empty() {
            println!("NOT CAUGHT {}", one.name);
        }
    }
    let cited: std::collections::BTreeSet<&str> =
        cases.iter().flat_map(|case| case.requirements).copied().collect();
    println!("unknown: {:?}", register.unknown(cited.iter().copied()));
    for requirement in register.iter() {
        let id = requirement.id.as_str();
        if requirement.untested.is_none() && (!cited.contains(id) || !proven.contains_key(id)) {
            println!(
                "{id} {:?} tested {} proven {}: {}",
                requirement.level,
                cited.contains(id),
                proven.contains_key(id),
                requirement.text
            );
        }
    }
    ExitCode::SUCCESS
}
