//! The people whom a Spine under test knows: every persona, and a crowd of which each case takes somebody for itself.

use std::collections::HashSet;
use std::path::Path;

use spine_fixtures::population::staff;
use spine_fixtures::{Population as Generated, personas};
use spine_simulator::identity::{User, Users};
use spine_simulator::scenario::{Population, Scenario, Settings};
use spine_vocabulary::UserId;

use crate::stage::StageError;
use crate::stage::people::AS_OF;

/// How many patients beside the personas a server knows: each of its cases takes some for itself.
const CROWD: usize = 700;
/// How many are enough for a Spine that is made anew for each case.
const FEW: usize = 40;

/// Everybody whom the Spine knows.
pub struct Town {
    /// The people as the simulator reads them.
    pub population: Population,
    /// Patients about whom nothing is special: no summary, no permission, nothing on PDS.
    pub ordinary: Vec<String>,
    /// The operator, who is logged in.
    pub operator: Option<User>,
}

impl Town {
    /// Writes the people's files: for a server that is to be loaded with them. Returns the folder that a Spine reads.
    pub fn write(folder: &Path) -> Result<std::path::PathBuf, StageError> {
        Self::write_some(folder, CROWD)
    }

    fn write_some(folder: &Path, crowd: usize) -> Result<std::path::PathBuf, StageError> {
        let as_of = AS_OF.parse().map_err(|_| StageError::new("the day is none"))?;
        let generated = Generated::new(1, personas().len() + crowd, as_of);
        Ok(generated.write(folder).map_err(StageError::new)?.spine)
    }

    /// The people, for Spines in this process: the first of those whom [`Self::write`] writes.
    pub fn new() -> Result<Self, StageError> {
        Self::of(FEW)
    }

    /// Everybody whom [`Self::write`] writes, for a server that is loaded with them.
    pub fn whole() -> Result<Self, StageError> {
        Self::of(CROWD)
    }

    fn of(crowd: usize) -> Result<Self, StageError> {
        let folder = tempfile::tempdir().map_err(StageError::new)?;
        let spine = Self::write_some(folder.path(), crowd)?;
        Self::read(&spine)
    }

    /// Reads the folder of a Spine.
    pub fn read(spine: &Path) -> Result<Self, StageError> {
        let population = Scenario::load(spine, Settings::default()).map_err(StageError::new)?.population;
        let users = std::fs::File::open(spine.join("users.csv")).map_err(StageError::new)?;
        let users = Users::read(users).map_err(StageError::new)?;
        let operator = UserId::parse(staff::OPERATOR_USER_ID).ok().and_then(|id| users.find(&id).cloned());
        let special: HashSet<String> = ["permissions.csv", "summaries.csv"]
            .into_iter()
            .map(|table| column(&spine.join(table), "nhs_number"))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .chain(personas().iter().flat_map(|persona| [persona.nhs_number(), persona.successor()]))
            .collect();
        let ordinary = plain_people(&spine.join("people.csv"))?;
        let ordinary = ordinary.into_iter().filter(|number| !special.contains(number)).collect();
        Ok(Self { population, ordinary, operator })
    }
}

type Row = std::collections::HashMap<String, String>;

fn rows(file: &Path) -> Result<Vec<Row>, StageError> {
    let mut reader = csv::Reader::from_path(file).map_err(StageError::new)?;
    reader.deserialize().collect::<Result<_, _>>().map_err(StageError::new)
}

fn column(file: &Path, name: &str) -> Result<Vec<String>, StageError> {
    Ok(rows(file)?.into_iter().filter_map(|mut row| row.remove(name)).collect())
}

/// Numbers of people who are alive, valid, in the open and registered at the practice.
fn plain_people(file: &Path) -> Result<Vec<String>, StageError> {
    let blank = ["sensitivity", "superseded_by", "invalidated", "death_date", "death_status"];
    let plain = |row: &Row| {
        blank.iter().all(|name| row.get(*name).is_none_or(String::is_empty))
            && row.get("gp_practice").is_some_and(|ods| ods == staff::PRACTICE_ODS)
    };
    Ok(rows(file)?.into_iter().filter(plain).filter_map(|mut row| row.remove("nhs_number")).collect())
}
