//! The register: what the specifications demand, sentence by sentence, with the document that says so.

mod waiver;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use waiver::{Waiver, Waivers};

/// The files of the register: prefix and text.
const FILES: &[(&str, &str)] = &[
    ("ELI", include_str!("../requirements/ELI.toml")),
    ("PDS", include_str!("../requirements/PDS.toml")),
    ("CON", include_str!("../requirements/CON.toml")),
    ("SUM", include_str!("../requirements/SUM.toml")),
    ("MSG", include_str!("../requirements/MSG.toml")),
    ("ACK", include_str!("../requirements/ACK.toml")),
    ("RUN", include_str!("../requirements/RUN.toml")),
    ("SES", include_str!("../requirements/SES.toml")),
    ("VIE", include_str!("../requirements/VIE.toml")),
    ("SIM", include_str!("../requirements/SIM.toml")),
];

/// How binding a requirement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Whoever does not keep it does not conform.
    Must,
    /// There had better be a reason.
    Should,
    /// A choice.
    May,
}

/// Who is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A client.
    Client,
    /// A Spine.
    Spine,
    /// Either.
    Both,
}

/// One sentence of the specifications, in our words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `CON-004`: stable for good.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// The public document.
    pub source: String,
    /// The place in it; blank where the document has no parts.
    pub section: String,
    /// How binding it is.
    pub level: Level,
    /// Who is judged.
    pub subject: Subject,
    /// Why no case tests it now, where none can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untested: Option<String>,
}

/// Every requirement.
#[derive(Clone, Debug, Default)]
pub struct Register {
    requirements: BTreeMap<String, Requirement>,
    areas: BTreeMap<&'static str, String>,
}

/// A register that is not as it should be.
#[derive(Debug, thiserror::Error)]
#[error("the register is wrong: {0}")]
pub struct RegisterError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    area: String,
    requirement: Vec<Requirement>,
}

impl Register {
    /// The register of this build.
    pub fn load() -> Result<Self, RegisterError> {
        let mut register = Self::default();
        for (prefix, text) in FILES {
            let file: File =
                toml::from_str(text).map_err(|error| RegisterError(format!("{prefix}.toml: {error}")))?;
            register.areas.insert(prefix, file.area);
            let mut last = String::new();
            for requirement in file.requirement {
                check(prefix, &last, &requirement)?;
                last.clone_from(&requirement.id);
                register.requirements.insert(requirement.id.clone(), requirement);
            }
        }
        Ok(register)
    }

    /// Every requirement, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.values()
    }

    /// One requirement.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Requirement> {
        self.requirements.get(id)
    }

    /// What a requirement is about, in a word: `consent`.
    #[must_use]
    pub fn area(&self, id: &str) -> &str {
        self.areas.get(id.split('-').next().unwrap_or_default()).map_or("", String::as_str)
    }

    /// Every area in the order of the files.
    pub fn areas(&self) -> impl Iterator<Item = &str> {
        FILES.iter().filter_map(|(prefix, _)| self.areas.get(prefix)).map(String::as_str)
    }

    /// Ids that are cited and that nobody has.
    #[must_use]
    pub fn unknown<'a>(&self, cited: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
        cited.filter(|id| self.find(id).is_none()).map(str::to_owned).collect()
    }
}

fn check(prefix: &str, last: &str, requirement: &Requirement) -> Result<(), RegisterError> {
    let id = requirement.id.as_str();
    let number = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    let shaped =
        number.is_some_and(|number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()));
    let wrong = |what: &str| Err(RegisterError(format!("{id}: {what}")));
    if !shaped {
        return wrong(&format!("an id in {prefix}.toml is {prefix}- and three digits"));
    }
    if last >= id {
        return wrong("ids ascend");
    }
    let blank = |text: &str| text.trim().is_empty();
    if blank(&requirement.text) || blank(&requirement.source) {
        return wrong("text and source are never blank");
    }
    if requirement.untested.as_deref().is_some_and(blank) {
        return wrong("a reason is never blank");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_is_whole() {
        let register = Register::load().unwrap();
        assert!(register.iter().count() >= 250, "{}", register.iter().count());
        assert_eq!(register.areas().count(), FILES.len());
        assert_eq!(register.area("CON-001"), "consent");
        let cited = ["CON-001", "XXX-001"];
        assert_eq!(register.unknown(cited.into_iter()).into_iter().collect::<Vec<_>>(), ["XXX-001"]);
    }

    #[test]
    fn ids_are_shaped_and_ascend() {
        let one = |id: &str| Requirement {
            id: id.into(),
            text: "t".into(),
            source: "s".into(),
            section: String::new(),
            level: Level::Must,
            subject: Subject::Client,
            untested: None,
        };
        assert!(check("CON", "", &one("CON-001")).is_ok());
        assert!(check("CON", "CON-001", &one("CON-001")).is_err());
        assert!(check("CON", "", &one("ELI-001")).is_err());
        assert!(check("CON", "", &one("CON-01")).is_err());
        assert!(check("CON", "", &Requirement { source: " ".into(), ..one("CON-002") }).is_err());
    }
}
