//! The presentation text: sections with their titles, element ids and order, and the texts that every summary shares.
//!
//! Source of titles, ids, order and texts: SCR FHIR API, presentation text of its sample summaries; the schema allows
//! headings from level 2 on.

use jiff::civil::Date;
use spine_vocabulary::Category;

use super::Block;
use super::window::{Window, shown};

/// The disclaimer of every summary with content. Source: SCR FHIR API, sample summaries.
const DISCLAIMER: &str = "Sourced from the patient's General Practice record. This summary may not include all the \
                          information pertinent to this patient.";

/// What a section without rows says. Source: SCR FHIR API, sample summaries.
/// Requirement: SUM-031.
const NOTHING_HERE: &str = "No relevant information available for this category.";

/// What stands where entries are withheld. Source: SCR FHIR API, sample summaries.
/// Requirement: SUM-020.
const WITHHELD: &str = "One or more entries have been deliberately withheld from this GP Summary.";

/// What stands in the first sixty days of a registration. Source: Vision help, registration accepted.
/// Requirement: SUM-022.
const RECENTLY_REGISTERED: &str = "At the time this record was created, this patient had recently registered with the \
                                   GP Practice. GP Summary information may not be complete.";

/// What stands from the day on which the practice stops contributing. The wording is our own, for no public source prints one; the
/// meaning is that of Vision help, Practice No Longer Contributing.
const NO_LONGER_CONTRIBUTING: &str = "This GP Practice no longer contributes to the Summary Care Record. No further \
                                      updates of this GP Summary are expected from it.";

/// A section of the text. The element id of its heading is its own with `Header` after it.
/// Requirement: SUM-029.
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) columns: &'static [&'static str],
}

const MEDICATION_COLUMNS: &[&str] = &["Type", "Date", "Medication Item", "Dosage Instructions", "Quantity"];
const OTHER_COLUMNS: &[&str] = &["Date", "Description", "Supporting Information"];

pub(crate) const ALLERGIES: Section =
    Section { id: "Allergies", title: "Allergies and Adverse Reactions", columns: OTHER_COLUMNS };
pub(crate) const ACUTE: Section =
    Section { id: "AcuteMeds", title: "Acute Medications", columns: MEDICATION_COLUMNS };
pub(crate) const REPEAT: Section =
    Section { id: "RepeatMeds", title: "Current Repeat Medications", columns: MEDICATION_COLUMNS };
pub(crate) const DISCONTINUED: Section =
    Section { id: "DiscRepeatMeds", title: "Discontinued Repeat Medications", columns: MEDICATION_COLUMNS };
pub(crate) const PREFERENCES: Section =
    Section { id: "Preferences", title: "Personal Preferences", columns: OTHER_COLUMNS };

/// The sections of additional information in their order. Those that the national samples do not show (investigations,
/// services, lifestyle, family history, risks to others) stand before the circumstances, under ids of the same form.
/// Requirement: SUM-028.
pub(crate) const ADDITIONAL: [Category; 15] = [
    Category::RisksToPatient,
    Category::Diagnoses,
    Category::ProblemsAndIssues,
    Category::ObservationsAndFindings,
    Category::Treatments,
    Category::InvestigationResults,
    Category::CareEvents,
    Category::AdministrativeProcedures,
    Category::AdviceAndInformation,
    Category::Investigations,
    Category::ServicesAndCarers,
    Category::Lifestyle,
    Category::FamilyHistory,
    Category::RisksToOthers,
    Category::Circumstances,
];

/// The section of a category of additional information; `None` if no additional information has that category.
pub(crate) const fn additional_section(category: Category) -> Option<Section> {
    let id = match category {
        Category::RisksToPatient => "RisksToPatient",
        Category::Diagnoses => "Diagnoses",
        Category::ProblemsAndIssues => "Problems",
        Category::ObservationsAndFindings => "Observations",
        Category::Treatments => "Treatments",
        Category::InvestigationResults => "Results",
        Category::CareEvents => "Events",
        Category::AdministrativeProcedures => "Procedures",
        Category::AdviceAndInformation => "Advice",
        Category::Investigations => "Investigations",
        Category::ServicesAndCarers => "Services",
        Category::Lifestyle => "Lifestyle",
        Category::FamilyHistory => "FamilyHistory",
        Category::RisksToOthers => "RisksToOthers",
        Category::Circumstances => "Circumstances",
        Category::PersonalPreferences
        | Category::CareProfessionalDocumentation
        | Category::PatientCorrespondence
        | Category::ThirdPartyCorrespondence
        | Category::Allergies
        | Category::LinkAssertion
        | Category::Medication => return None,
    };
    Some(Section { id, title: category.display(), columns: OTHER_COLUMNS })
}

/// What stands above the sections.
/// Requirement: SUM-027.
pub(crate) struct Head {
    pub(crate) disclaimer: bool,
    pub(crate) recently_registered: bool,
    pub(crate) ending: Option<Ending>,
    pub(crate) withheld: bool,
}

/// Why this is the last summary that the practice sends of a patient.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// The registration ended on this day.
    Registration(Date),
    /// The practice no longer contributes.
    Contribution,
}

impl Ending {
    /// Source of the first text: Vision help, Bulk Deregistration. Both ids are of the form of the national
    /// `RegistrationStartedStatement`.
    fn statement(self) -> Block {
        match self {
            Self::Registration(last) => {
                let text = format!(
                    "Patient registration ended ({}). GP Summary no longer being updated.",
                    shown(last)
                );
                paragraph(Some("RegistrationEndedStatement"), &text)
            }
            Self::Contribution => {
                paragraph(Some("PracticeNoLongerContributingStatement"), NO_LONGER_CONTRIBUTING)
            }
        }
    }
}

impl Head {
    /// Title, disclaimer, time of creation, statements, author, practice.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut blocks = vec![heading(2, Some("Title"), "General Practice Summary")];
        blocks.extend(self.disclaimer.then(|| heading(3, Some("Disclaimer"), DISCLAIMER)));
        blocks.push(Block::CreateTime);
        let started = || paragraph(Some("RegistrationStartedStatement"), RECENTLY_REGISTERED);
        blocks.extend(self.recently_registered.then(started));
        blocks.extend(self.ending.map(Ending::statement));
        blocks.extend(self.withheld.then(withheld_statement));
        blocks.extend([Block::Author, Block::Practice]);
        blocks
    }
}

impl Section {
    /// Heading, statement of what is withheld, and table; `window` follows the title.
    pub(crate) fn blocks(
        &self,
        window: Option<Window>,
        withheld: bool,
        rows: Vec<Vec<String>>,
    ) -> Vec<Block> {
        let (id, text) = (Some(format!("{}Header", self.id)), self.title.to_owned());
        let mut blocks = vec![Block::Heading { level: 2, id, text, window }];
        blocks.extend(withheld.then(withheld_statement));
        let id = self.id.to_owned();
        blocks.push(if rows.is_empty() {
            Block::Table { id, header: Vec::new(), rows: vec![vec![NOTHING_HERE.to_owned()]] }
        } else {
            Block::Table { id, header: self.columns.iter().map(|&column| column.to_owned()).collect(), rows }
        });
        blocks
    }
}

pub(crate) fn heading(level: u8, id: Option<&str>, text: &str) -> Block {
    Block::Heading { level, id: id.map(ToOwned::to_owned), text: text.to_owned(), window: None }
}

pub(crate) fn paragraph(id: Option<&str>, text: &str) -> Block {
    Block::Paragraph { id: id.map(ToOwned::to_owned), text: text.to_owned() }
}

fn withheld_statement() -> Block {
    paragraph(Some("WithheldCREItemsHeaderStatement"), WITHHELD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_of_additional_information_has_its_place_in_the_order() {
        for category in Category::ALL {
            assert_eq!(
                additional_section(category).is_some(),
                ADDITIONAL.contains(&category),
                "{category:?}"
            );
        }
    }
}
