//! The proof: what the specifications demand, and who keeps it.
//!
//! The [register](requirement) holds the sentences, [cases] test them, a [stage] is where a client or a Spine is tested,
//! [sabotage] shows that the cases can fail, a [simulation] crashes wherever a run can crash, and the [report] says what came of it, requirement by requirement. The suite reads and writes
//! its [wire] itself: it shares no codec with the client and none with the simulator.

pub mod agreement;
mod audit;
pub mod case;
pub mod cases;
pub mod fuzzing;
pub mod kills;
pub mod nights;
pub mod outcome;
mod processes;
pub mod program;
pub mod report;
pub mod requirement;
pub mod runner;
pub mod sabotage;
pub mod simulation;
pub mod stage;
pub mod wire;
