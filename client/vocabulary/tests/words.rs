//! Every coded word against a table written here, and what the identifiers promise.

use spine_vocabulary::{
    AcsPermission, ActivityCode, Category, CodeScheme, ConsentCode, DeathNotification, Gender, JobRole,
    NhsNumber, NotAnIdentifier, Qualifier,
};

#[test]
fn categories_are_those_of_the_summarys_model() {
    // Source: MIM 4.2, GP Summary, record-entry categories.
    let table = [
        (Category::CareEvents, "162951000000105", "Care Events"),
        (Category::PersonalPreferences, "162961000000108", "Personal Preferences"),
        (Category::ProblemsAndIssues, "162991000000102", "Problems and Issues"),
        (Category::Diagnoses, "163001000000103", "Diagnoses"),
        (Category::Circumstances, "163021000000107", "Social and Personal Circumstances"),
        (Category::ServicesAndCarers, "163031000000109", "Services, Care Professionals and Carers"),
        (Category::Lifestyle, "163041000000100", "Lifestyle"),
        (Category::FamilyHistory, "163051000000102", "Family History"),
        (Category::Treatments, "163071000000106", "Treatments"),
        (Category::Investigations, "163081000000108", "Investigations"),
        (Category::AdministrativeProcedures, "163091000000105", "Administrative Procedures"),
        (
            Category::AdviceAndInformation,
            "163101000000102",
            "Provision of Advice and Information to Patients and Carers",
        ),
        (Category::ObservationsAndFindings, "163131000000108", "Clinical Observations and Findings"),
        (Category::InvestigationResults, "163141000000104", "Investigation Results"),
        (Category::CareProfessionalDocumentation, "163171000000105", "Care Professional Documentation"),
        (Category::PatientCorrespondence, "163181000000107", "Patient/Carer Correspondence"),
        (Category::ThirdPartyCorrespondence, "163191000000109", "Third Party Correspondence"),
        (Category::Allergies, "163221000000102", "Allergies and Adverse Reactions"),
        (Category::RisksToPatient, "163231000000100", "Risks to Patient"),
        (Category::RisksToOthers, "163241000000109", "Risks to Care Professional or Third Party"),
        (Category::LinkAssertion, "181331000000109", "Link Assertion"),
        (Category::Medication, "185361000000102", "Medication"),
    ];
    assert_eq!(table.map(|(category, ..)| category), Category::ALL);
    for (category, code, display) in table {
        assert_eq!((category.code(), category.display()), (code, display));
        assert_eq!(Category::from_code(&format!(" {code} ")), Some(category));
    }
    assert_eq!(Category::from_code("163221000000103"), None);
}

#[test]
fn short_codes_are_the_national_ones() {
    // Source: MIM 6.3, PDS; MIM, qualifiers of issues.
    for (gender, code) in
        [(Gender::NotKnown, "0"), (Gender::Male, "1"), (Gender::Female, "2"), (Gender::NotSpecified, "9")]
    {
        assert_eq!((gender.code(), Gender::from_code(code)), (code, Some(gender)));
    }
    for (death, code) in [(DeathNotification::Informal, "1"), (DeathNotification::Formal, "2")] {
        assert_eq!((death.code(), DeathNotification::from_code(code)), (code, Some(death)));
    }
    for (qualifier, code) in
        [(Qualifier::Error, "ER"), (Qualifier::Warning, "WG"), (Qualifier::Information, "IF")]
    {
        assert_eq!((qualifier.code(), Qualifier::from_code(code)), (code, Some(qualifier)));
    }
    assert_eq!((Gender::from_code("3"), Gender::from_code("")), (None, None));
    assert_eq!(DeathNotification::from_code("3"), None);
    assert_eq!(Qualifier::from_code("er"), None);
}

#[test]
fn consent_codes_mean_what_their_terms_say() {
    // Source: Vision help, SCR Consent Migration and consent preference; SNOMED: Structured Headings RC3.
    let table = [
        (
            ConsentCode::LegacyConsent,
            Some("417370002"),
            "Consent given for upload to national shared electronic record",
        ),
        (
            ConsentCode::LegacyDissent,
            Some("416308001"),
            "Refused consent for upload to national shared electronic record",
        ),
        (ConsentCode::ImpliedCore, None, "Implied consent for core Summary Care Record dataset upload"),
        (ConsentCode::ExpressCore, None, "Express consent for core Summary Care Record dataset upload"),
        (
            ConsentCode::ExpressAdditional,
            None,
            "Express consent for core and additional Summary Care Record dataset upload",
        ),
        (ConsentCode::ExpressDissent, None, "Express dissent for Summary Care Record dataset upload"),
    ];
    assert_eq!(table.map(|(code, ..)| code), ConsentCode::ALL);
    for (code, snomed, term) in table {
        assert_eq!((code.snomed(), code.term()), (snomed, term));
        let refuses = term.starts_with("Refused") || term.starts_with("Express dissent");
        assert_eq!(code.is_dissent(), refuses, "{term}");
        assert_eq!(code.is_legacy(), term.contains("national shared electronic record"), "{term}");
        if let Some(snomed) = snomed {
            assert_eq!(ConsentCode::read(CodeScheme::Snomed, snomed), Some(code));
        }
    }
}

#[test]
fn only_dissent_is_asserted_by_a_local_code() {
    assert_eq!(AcsPermission::No.local(), Some(ConsentCode::ExpressDissent));
    assert_eq!((AcsPermission::Yes.local(), AcsPermission::Ask.local()), (None, None));
}

#[test]
fn a_number_is_shown_as_people_write_it_and_to_debug_not_at_all() {
    let number = NhsNumber::parse("9990000018").unwrap();
    assert_eq!(number.reveal_grouped(), "999 000 0018");
    assert_eq!(String::from(number), "9990000018");
    assert_eq!(format!("{number:?}"), "NhsNumber(masked)");
    assert!(number.is_test());
    // Nine digits of no block that is kept for tests, with whichever check digit belongs to them.
    let other = (0..10).find_map(|check| NhsNumber::parse(&format!("123456788{check}")).ok());
    assert!(!other.unwrap().is_test());
}

#[test]
fn a_role_or_an_activity_of_another_form_says_what_is_wrong_with_it() {
    for (text, problem) in [
        ("B00620", NotAnIdentifier::Length),
        ("B006", NotAnIdentifier::Length),
        ("B006A", NotAnIdentifier::Character),
        ("R0062", NotAnIdentifier::Character),
    ] {
        assert_eq!(ActivityCode::parse(text).unwrap_err().problem, problem, "{text}");
    }
    assert_eq!(JobRole::parse("S8000:G8000:R80030").unwrap_err().problem, NotAnIdentifier::Length);
    assert_eq!(JobRole::parse("S8000:G8000:B0062").unwrap_err().problem, NotAnIdentifier::Character);
}
