//! The words: NHS numbers, identifiers, codes. What is read and written again is read as the same.

use spine_vocabulary::{
    AcsPermission, ActivityCode, Asid, Category, CodeScheme, ConsentCode, CpaId, DeathNotification, EventId,
    Gender, JobRole, MessageId, NhsNumber, OdsCode, PartyKey, Qualifier, RoleProfileId, UserId,
};

/// A number is ten digits with a right check digit, however it was written.
pub(super) fn nhs_number(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(number) = NhsNumber::parse(text) else { return };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(number.reveal(), digits, "the digits are those that were written");
    assert_eq!(NhsNumber::parse(&number.reveal_grouped()), Ok(number));
    let sum: u32 =
        digits.bytes().zip((1..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    assert_eq!(sum % 11, 0, "with its check digit weighted 1 the sum is a multiple of 11");
    assert!(!format!("{number:?}").contains(|letter: char| letter.is_ascii_digit()));
}

/// Every identifier and every code.
pub(super) fn words(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    macro_rules! again {
        ($($word:ty),*) => {
            $(if let Ok(word) = <$word>::parse(text) {
                assert_eq!(<$word>::parse(&word.to_string()), Ok(word));
            })*
        };
    }
    again!(MessageId, EventId, OdsCode, Asid, PartyKey, CpaId, UserId, RoleProfileId, JobRole, ActivityCode);
    macro_rules! coded {
        ($($word:ty),*) => {
            $(if let Some(word) = <$word>::from_code(text) {
                assert_eq!(word.code(), text.trim());
            })*
        };
    }
    coded!(Category, Gender, DeathNotification, Qualifier);
    if let Some(permission) = AcsPermission::from_shown(text) {
        assert_eq!(permission.fhir(), text.trim());
    }
    if let Some(permission) = AcsPermission::from_set(text) {
        assert_eq!(permission.spine(), text.trim());
    }
    for scheme in [CodeScheme::ReadV2, CodeScheme::Ctv3, CodeScheme::Snomed, CodeScheme::Local] {
        if let Some(code) = ConsentCode::read(scheme, text) {
            assert!(ConsentCode::ALL.contains(&code) && scheme != CodeScheme::Local);
        }
    }
}
