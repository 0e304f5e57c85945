//! `spine-conformance requirements`: the register, and the gate over it.

use super::arguments::Register as What;
use super::run::sound;
use super::{Exit, failed, say};
use crate::report::{Gaps, coverage};
use crate::requirement::{Register, Requirement};
use crate::runner::{self, Library, Target};
use crate::sabotage;
use crate::stage::StageError;
use crate::stage::ground::{Town, honest};
use crate::stage::library::Seams;

pub(super) fn run(what: &What) -> Result<Exit, StageError> {
    let register = Register::load().map_err(failed)?;
    match what {
        What::List { json: true } => {
            let all: Vec<&Requirement> = register.iter().collect();
            say(&serde_json::to_string_pretty(&all).map_err(failed)?);
            Ok(Exit::Holds)
        }
        What::List { json: false } => {
            for requirement in register.iter() {
                say(&format!("{}  {}  ({})", requirement.id, requirement.text, requirement.source));
            }
            Ok(Exit::Holds)
        }
        What::Coverage { threads } => {
            let gaps = gaps(&register, *threads)?;
            say(coverage(&gaps).trim_end());
            Ok(if gaps.are_narrow() { Exit::Holds } else { Exit::Fails })
        }
    }
}

/// Runs everything without and with planted defects, and looks for gaps.
fn gaps(register: &Register, threads: usize) -> Result<Gaps, StageError> {
    let cases = crate::cases::all();
    let town = Town::new()?;
    let mut judged = runner::clients(&cases, &Library(Seams::default()), threads);
    judged.extend(runner::spines(&cases, &town, &Target::Simulator { tamper: honest, server: None }));
    let caught = sabotage::plant(&sabotage::defects::all(), &cases, &sound(&judged), &town, threads);
    Ok(Gaps::of(register, &cases, &caught))
}
