//! Identifiers of organisations and of their systems.

use super::{NotAnIdentifier, digits, text_identifier};

text_identifier!(
    /// An organisation's ODS code (national: "organisation code"), `A12345`; three to twelve capital letters or digits.
    ///
    /// Source: NHS Data Dictionary, ORGANISATION CODE; OID `1.2.826.0.1285.0.1.10` in messages.
    OdsCode,
    "an ODS code",
    |text| {
        let text = text.to_ascii_uppercase();
        if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Err(NotAnIdentifier::Character)
        } else if (3..=12).contains(&text.len()) {
            Ok(text)
        } else {
            Err(NotAnIdentifier::Length)
        }
    }
);

text_identifier!(
    /// An accredited system's id: twelve digits.
    ///
    /// Source: SDS, `uniqueIdentifier` of an `nhsAs` entry; OID `1.2.826.0.1285.0.2.0.107` in messages.
    Asid,
    "an ASID",
    |text| digits(text, 12, 12)
);

text_identifier!(
    /// A message handling party, `A12345-0000001`: an organisation code, a hyphen, digits.
    ///
    /// Source: SDS, `nhsMHSPartyKey`; `eb:PartyId` of type `urn:nhs:names:partyType:ocs+serviceInstance`.
    PartyKey,
    "a party key",
    |text| {
        let text = text.to_ascii_uppercase();
        let (organisation, instance) = text.rsplit_once('-').ok_or(NotAnIdentifier::Form)?;
        if organisation.is_empty() || !organisation.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(NotAnIdentifier::Character);
        }
        digits(instance, 6, 7)?;
        Ok(text)
    }
);

text_identifier!(
    /// A collaboration protocol agreement, `S20001A000182`: capital letters and digits.
    ///
    /// Source: SDS, `nhsMhsCPAId`; `eb:CPAId`.
    CpaId,
    "a CPA id",
    |text| {
        if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Err(NotAnIdentifier::Character)
        } else if (4..=32).contains(&text.len()) {
            Ok(text.to_owned())
        } else {
            Err(NotAnIdentifier::Length)
        }
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_published_identifiers() {
        assert_eq!(OdsCode::parse(" a12345 ").unwrap().as_str(), "A12345");
        assert_eq!(Asid::parse("227319907548").unwrap().as_str(), "227319907548");
        assert_eq!(PartyKey::parse("YES-0000806").unwrap().as_str(), "YES-0000806");
        assert_eq!(PartyKey::parse("YEA-801248").unwrap().as_str(), "YEA-801248");
        assert_eq!(CpaId::parse("S20001A000182").unwrap().as_str(), "S20001A000182");
    }

    #[test]
    fn refuses_what_is_none() {
        assert_eq!(Asid::parse("").unwrap_err().problem, NotAnIdentifier::Blank);
        assert_eq!(Asid::parse("12345").unwrap_err().problem, NotAnIdentifier::Length);
        assert_eq!(Asid::parse("Not Known").unwrap_err().problem, NotAnIdentifier::Character);
        assert_eq!(PartyKey::parse("A12345").unwrap_err().problem, NotAnIdentifier::Form);
        assert_eq!(OdsCode::parse("A1<b>").unwrap_err().problem, NotAnIdentifier::Character);
    }
}
