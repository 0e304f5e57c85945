//! The fault menu: for each fault on the Spine's side an example rule that shows it, read from `menu.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::plan::FaultRule;

/// One fault of the menu and a rule that shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MenuRow {
    /// The fault's id: T transport, H HTTP, S SOAP, ebXML and HL7, P PDS, A ACS, C session. Several rows may share one.
    pub id: String,
    /// What goes wrong.
    pub what: String,
    /// The rule; its name is no other row's.
    pub rule: FaultRule,
}

/// Every fault of the menu that the Spine, or the way to it, can commit.
///
/// Not here: what the client's own computer, card or network does (T2, C1, C2, C3, C5 to C11, O); faults of certificates and
/// protocol versions (T4 to T8), which a server shows by its keys; what the polling route does not have (S10, S12, S13);
/// duplicates (S15), which are a setting; and the FHIR API's PATCH (P6) and searches (P9), which no run makes.
pub static MENU: LazyLock<Vec<MenuRow>> = LazyLock::new(read);

#[expect(clippy::expect_used, reason = "the file is part of this crate, and a test reads it")]
fn read() -> Vec<MenuRow> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Menu {
        rows: Vec<MenuRow>,
    }
    toml::from_str::<Menu>(include_str!("menu.toml")).expect("a menu").rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultPlan;

    #[test]
    fn the_whole_menu_is_one_possible_plan() {
        let rules = MENU.iter().map(|row| row.rule.clone()).collect();
        assert_eq!(FaultPlan { seed: 1, rules }.check(), Ok(()));
    }
}
