//! The 22 record-entry categories (care record elements) of a GP Summary.

use serde::{Deserialize, Serialize};

/// A record-entry category. Source of all: MIM 4.2, GP Summary, care record elements; SNOMED CT ([`super::system::SNOMED`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// `162951000000105`: Care Events. Source: MIM 4.2, GP Summary.
    CareEvents,
    /// `162961000000108`: Personal Preferences. Source: MIM 4.2, GP Summary.
    PersonalPreferences,
    /// `162991000000102`: Problems and Issues. Source: MIM 4.2, GP Summary.
    ProblemsAndIssues,
    /// `163001000000103`: Diagnoses. Source: MIM 4.2, GP Summary.
    Diagnoses,
    /// `163021000000107`: Social and Personal Circumstances. Source: MIM 4.2, GP Summary.
    Circumstances,
    /// `163031000000109`: Services, Care Professionals and Carers. Source: MIM 4.2, GP Summary.
    ServicesAndCarers,
    /// `163041000000100`: Lifestyle. Source: MIM 4.2, GP Summary.
    Lifestyle,
    /// `163051000000102`: Family History. Source: MIM 4.2, GP Summary.
    FamilyHistory,
    /// `163071000000106`: Treatments. Source: MIM 4.2, GP Summary.
    Treatments,
    /// `163081000000108`: Investigations. Source: MIM 4.2, GP Summary.
    Investigations,
    /// `163091000000105`: Administrative Procedures. Source: MIM 4.2, GP Summary.
    AdministrativeProcedures,
    /// `163101000000102`: Provision of Advice and Information to Patients and Carers. Source: MIM 4.2, GP Summary.
    AdviceAndInformation,
    /// `163131000000108`: Clinical Observations and Findings. Source: MIM 4.2, GP Summary.
    ObservationsAndFindings,
    /// `163141000000104`: Investigation Results. Source: MIM 4.2, GP Summary.
    InvestigationResults,
    /// `163171000000105`: Care Professional Documentation. Source: MIM 4.2, GP Summary.
    CareProfessionalDocumentation,
    /// `163181000000107`: Patient/Carer Correspondence. Source: MIM 4.2, GP Summary.
    PatientCorrespondence,
    /// `163191000000109`: Third Party Correspondence. Source: MIM 4.2, GP Summary.
    ThirdPartyCorrespondence,
    /// `163221000000102`: Allergies and Adverse Reactions. Source: MIM 4.2, GP Summary.
    Allergies,
    /// `163231000000100`: Risks to Patient. Source: MIM 4.2, GP Summary.
    RisksToPatient,
    /// `163241000000109`: Risks to Care Professional or Third Party. Source: MIM 4.2, GP Summary.
    RisksToOthers,
    /// `181331000000109`: Link Assertion. Source: MIM 4.2, GP Summary.
    LinkAssertion,
    /// `185361000000102`: Medication. Source: MIM 4.2, GP Summary.
    Medication,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 22] = [
        Self::CareEvents,
        Self::PersonalPreferences,
        Self::ProblemsAndIssues,
        Self::Diagnoses,
        Self::Circumstances,
        Self::ServicesAndCarers,
        Self::Lifestyle,
        Self::FamilyHistory,
        Self::Treatments,
        Self::Investigations,
        Self::AdministrativeProcedures,
        Self::AdviceAndInformation,
        Self::ObservationsAndFindings,
        Self::InvestigationResults,
        Self::CareProfessionalDocumentation,
        Self::PatientCorrespondence,
        Self::ThirdPartyCorrespondence,
        Self::Allergies,
        Self::RisksToPatient,
        Self::RisksToOthers,
        Self::LinkAssertion,
        Self::Medication,
    ];

    /// The SNOMED CT code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CareEvents => "162951000000105",
            Self::PersonalPreferences => "162961000000108",
            Self::ProblemsAndIssues => "162991000000102",
            Self::Diagnoses => "163001000000103",
            Self::Circumstances => "163021000000107",
            Self::ServicesAndCarers => "163031000000109",
            Self::Lifestyle => "163041000000100",
            Self::FamilyHistory => "163051000000102",
            Self::Treatments => "163071000000106",
            Self::Investigations => "163081000000108",
            Self::AdministrativeProcedures => "163091000000105",
            Self::AdviceAndInformation => "163101000000102",
            Self::ObservationsAndFindings => "163131000000108",
            Self::InvestigationResults => "163141000000104",
            Self::CareProfessionalDocumentation => "163171000000105",
            Self::PatientCorrespondence => "163181000000107",
            Self::ThirdPartyCorrespondence => "163191000000109",
            Self::Allergies => "163221000000102",
            Self::RisksToPatient => "163231000000100",
            Self::RisksToOthers => "163241000000109",
            Self::LinkAssertion => "181331000000109",
            Self::Medication => "185361000000102",
        }
    }

    /// The display name.
    #[must_use]
    pub const fn display(self) -> &'static str {
        match self {
            Self::CareEvents => "Care Events",
            Self::PersonalPreferences => "Personal Preferences",
            Self::ProblemsAndIssues => "Problems and Issues",
            Self::Diagnoses => "Diagnoses",
            Self::Circumstances => "Social and Personal Circumstances",
            Self::ServicesAndCarers => "Services, Care Professionals and Carers",
            Self::Lifestyle => "Lifestyle",
            Self::FamilyHistory => "Family History",
            Self::Treatments => "Treatments",
            Self::Investigations => "Investigations",
            Self::AdministrativeProcedures => "Administrative Procedures",
            Self::AdviceAndInformation => "Provision of Advice and Information to Patients and Carers",
            Self::ObservationsAndFindings => "Clinical Observations and Findings",
            Self::InvestigationResults => "Investigation Results",
            Self::CareProfessionalDocumentation => "Care Professional Documentation",
            Self::PatientCorrespondence => "Patient/Carer Correspondence",
            Self::ThirdPartyCorrespondence => "Third Party Correspondence",
            Self::Allergies => "Allergies and Adverse Reactions",
            Self::RisksToPatient => "Risks to Patient",
            Self::RisksToOthers => "Risks to Care Professional or Third Party",
            Self::LinkAssertion => "Link Assertion",
            Self::Medication => "Medication",
        }
    }

    /// Reads the SNOMED CT code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.code() == code.trim())
    }
}
