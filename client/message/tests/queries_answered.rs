//! The answers to the two queries, case by case.

#![expect(clippy::panic, reason = "tests")]

use jiff::civil::date;
use spine_message::{Answer, EventList, EventStatus, read_answer};
use spine_rules::demographics::{PdsAnswer, PdsDeath, PdsRecord};
use spine_rules::standing::Standing;
use spine_vocabulary::AcsPermission::{Ask, No, Yes};
use spine_vocabulary::{DeathNotification, Gender, OdsCode};

const A: &str = "0190B5F1-7C3E-7D3A-9C00-00000000000A";
const B: &str = "0190B5F1-7C3E-7D3A-9C00-00000000000B";

/// The interaction `name`, made on 15 June 2024, with `act` in its control act.
fn answer(name: &str, type_code: &str, act: &str) -> Answer {
    let body = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><w xmlns='urn:hl7-org:v3' \
         xmlns:p='urn:npfit:psisqr' xmlns:c='http://national.carerecords.nhs.uk/schema/crs/'><{name}>\
         <creationTime value='20240615120000'/><acknowledgement typeCode='{type_code}'/>\
         <ControlActEvent>{act}</ControlActEvent></{name}></w></s:Body></s:Envelope>"
    );
    read_answer(Some("text/xml"), body.as_bytes()).answer
}

fn events(list: &str) -> EventList {
    let act = format!(
        "<subject><p:queryResponseEventList><p:recordTarget><p:patient><p:id root='2.16.840.1.113883.2.1.4.1' \
         extension='9990000018'/></p:patient></p:recordTarget>{list}</p:queryResponseEventList></subject>"
    );
    match answer("QUPC_IN200000SM04", "AA", &act) {
        Answer::EventList(list) => list,
        other => panic!("{other:?}"),
    }
}

fn event(id: &str, status: &str, author: &str) -> String {
    format!(
        "<p:event><p:eventID root='{id}'/><p:persistenceDate value='20240601101112'/><p:eventStatus code='{status}'/>\
         <p:eventType code='196981000000101'/><p:author>{author}</p:author></p:event>"
    )
}

fn assertion(prefix: &str, function: &str, permission: &str) -> String {
    format!(
        "<{prefix}accessControlAssertion><{prefix}permission>{permission}</{prefix}permission><{prefix}resource>\
         <{prefix}type>SCR</{prefix}type></{prefix}resource><{prefix}function><{prefix}context>Consent</{prefix}context>\
         <{prefix}code>{function}</{prefix}code></{prefix}function></{prefix}accessControlAssertion>"
    )
}

fn newest(list: &EventList) -> Option<String> {
    match &list.standing {
        Standing::Told { newest, .. } => newest.as_ref().map(|newest| newest.event.to_string()),
        Standing::Refused => panic!(),
    }
}

#[test]
fn the_newest_normal_event_stands() {
    for (name, list, expected) in [
        ("one", event(A, "1", ""), Some(A)),
        ("newest first", event(A, "1", "") + &event(B, "3", ""), Some(A)),
        ("a withdrawn one starts a new chain", event(A, "2", "") + &event(B, "3", ""), None),
        ("none", String::new(), None),
        ("another document", event(A, "1", "").replace("196981000000101", "1"), None),
        ("no type stated", event(A, "1", "").replace("<p:eventType code='196981000000101'/>", ""), Some(A)),
        ("no status stated", event(A, "1", "").replace("<p:eventStatus code='1'/>", ""), Some(A)),
    ] {
        assert_eq!(newest(&events(&list)).as_deref(), expected, "{name}");
    }
    let list = events(&(event(A, "1", "") + &event(B, "2", "")));
    assert_eq!(
        list.events.iter().map(|event| event.status).collect::<Vec<_>>(),
        [EventStatus::Normal, EventStatus::Withdrawn]
    );
    assert_eq!(list.events[0].persisted_at, Some(date(2024, 6, 1).at(10, 11, 12, 0)));
    assert_eq!(list.patient.map(|number| number.reveal().clone()).as_deref(), Some("9990000018"));
    assert!(!format!("{list:?}").contains("9990000018"));
}

#[test]
fn the_authors_organisation_is_found_wherever_it_stands() {
    let id = "<id root='1.2.826.0.1285.0.1.10' extension='y90001'/>";
    for (author, expected) in [
        (
            format!("<author><x><representedOrganizationSDS>{id}</representedOrganizationSDS></x></author>"),
            Some("Y90001"),
        ),
        (
            format!("<author><x><representedOrganization>{id}</representedOrganization></x></author>"),
            Some("Y90001"),
        ),
        (
            format!(
                "<p:representedOrganizationSDS>{}</p:representedOrganizationSDS>",
                id.replace("<id", "<p:id")
            ),
            Some("Y90001"),
        ),
        (
            "<author><x><id root='1.2.826.0.1285.0.2.0.65' extension='555021936106'/></x></author>"
                .to_owned(),
            None,
        ),
        (String::new(), None),
    ] {
        let list = events(&event(A, "1", &author));
        assert_eq!(list.events[0].author.as_ref().map(OdsCode::as_str), expected, "{author}");
    }
}

#[test]
fn permissions_in_every_namespace_and_number() {
    let permissions = |list: String| match events(&list).standing {
        Standing::Told { store, view, .. } => (store, view),
        Standing::Refused => panic!(),
    };
    for prefix in ["", "p:", "c:"] {
        let list = format!(
            "<{prefix}permissions>{}{}</{prefix}permissions>",
            assertion(prefix, "Store", "Yes"),
            assertion(prefix, "View", "No")
        );
        assert_eq!(permissions(list), (Yes, No), "{prefix}");
    }
    assert_eq!(permissions(String::new()), (Ask, Ask));
    assert_eq!(
        permissions(format!("<permissions>{}</permissions>", assertion("", "Store", "No"))),
        (No, Ask)
    );
    let twice = assertion("", "Store", "Yes") + &assertion("", "Store", "No") + &assertion("", "View", "Ask");
    assert_eq!(
        permissions(format!("<permissions>{twice}</permissions>")),
        (No, Ask),
        "the most restrictive holds"
    );
    let other = assertion("", "Store", "No").replace("SCR", "LRS");
    assert_eq!(permissions(format!("<permissions>{other}</permissions>")), (Ask, Ask));
    let act = format!(
        "<subject><p:queryResponseEventList><permissions>{}</permissions></p:queryResponseEventList></subject>",
        assertion("", "Store", "Perhaps")
    );
    assert!(matches!(answer("QUPC_IN200000SM04", "AA", &act), Answer::Nonsense { .. }), "never guessed");
}

#[test]
fn an_answer_that_failed_is_not_believed() {
    let list = format!(
        "<subject><p:queryResponseEventList>{}</p:queryResponseEventList></subject>",
        event(A, "1", "")
    );
    assert!(matches!(answer("QUPC_IN200000SM04", "AE", &list), Answer::QueryFailure(_)));
    assert!(matches!(answer("QUPC_IN200000SM04", "AR", &list), Answer::QueryFailure(_)));
    let Answer::EventList(none) =
        answer("QUPC_IN200000SM04", "AA", "<queryAck><queryResponseCode code='OK'/></queryAck>")
    else {
        panic!()
    };
    assert_eq!(newest(&none), None);
}

fn reason(code: &str) -> String {
    format!(
        "<reason><justifyingDetectedIssueEvent><code code='{code}' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.42'>\
         <qualifier code='WG'/></code></justifyingDetectedIssueEvent></reason>"
    )
}

fn pds(reasons: &str, role: &str, person: &str) -> PdsRecord {
    let act = format!(
        "{reasons}<subject><PDSResponse><subject><patientRole>{role}<id root='2.16.840.1.113883.2.1.4.1' \
         extension='9990000018'/><patientPerson>{person}</patientPerson></patientRole></subject></PDSResponse></subject>"
    );
    match answer("QUPA_IN000009UK03", "AA", &act) {
        Answer::Pds(reply) => match reply.answer {
            PdsAnswer::Found(record) => *record,
            PdsAnswer::NotFound => panic!(),
        },
        other => panic!("{other:?}"),
    }
}

fn name(use_: &str, family: &str, low: &str, high: &str) -> String {
    format!(
        "<COCT_MT000203UK02.PartOfWhole><partPerson><name use='{use_}'><given>A</given><given>B</given><family>{family}</family>\
         <validTime><low value='{low}'/><high value='{high}'/></validTime></name></partPerson></COCT_MT000203UK02.PartOfWhole>"
    )
}

fn address(use_: &str, postcode: &str, low: &str, high: &str) -> String {
    format!(
        "<COCT_MT000201UK02.PartOfWhole><addr use='{use_}'><streetAddressLine>1 Road</streetAddressLine>\
         <postalCode>{postcode}</postalCode><useablePeriod><low value='{low}'/><high value='{high}'/></useablePeriod></addr>\
         </COCT_MT000201UK02.PartOfWhole>"
    )
}

#[test]
fn an_ordinary_record() {
    let care = |code: &str, ods: &str, high: &str| {
        format!(
            "<playedOtherProviderPatient><subjectOf><patientCareProvisionEvent><code code='{code}'/><effectiveTime>\
             <low value='2020'/><high value='{high}'/></effectiveTime><id root='x' extension='1'/><performer><assignedEntity>\
             <id root='2.16.840.1.113883.2.1.4.3' extension='{ods}'/></assignedEntity></performer>\
             </patientCareProvisionEvent></subjectOf></playedOtherProviderPatient>"
        )
    };
    let person = "<administrativeGenderCode code='2'/><birthTime value='20101022'/>".to_owned()
        + &care("P1", "PHARM", "")
        + &care("1", "OLD01", "20200101")
        + &care("1", "Y90001", "")
        + &address("H", "LS1 6AE", "20150101", "")
        + &name("L", "O&apos;Brien", "20101022", "");
    let record = pds("", "", &person);
    assert_eq!(record.number.reveal().as_str(), "9990000018");
    assert_eq!((record.superseded, record.sensitive), (false, false));
    assert_eq!(record.gender, Some(Gender::Female));
    assert_eq!(record.birth_date, Some(date(2010, 10, 22)));
    assert_eq!((record.family_name.as_str(), record.postcode.as_str()), ("O'Brien", "LS1 6AE"));
    assert_eq!(record.given_names, ["A", "B"]);
    assert_eq!(record.practice.as_ref().map(OdsCode::as_str), Some("Y90001"));
    assert_eq!(record.death, None);
}

#[test]
fn the_usual_name_and_address_of_the_day() {
    for (person, family) in [
        (name("L", "OLD", "2000", "20240101") + &name("L", "NEW", "20240102", ""), "NEW"),
        (name("L", "NEW", "20240102", "") + &name("L", "OLD", "2000", "20240101"), "NEW"),
        (name("L", "USUAL", "2000", "") + &name("M", "MAIDEN", "2024", ""), "USUAL"),
        (name("L", "NOW", "2000", "") + &name("L", "LATER", "2025", ""), "NOW"),
        (name("L", "LAST", "2000", "2001"), "LAST"),
        (name("M", "MAIDEN", "", ""), ""),
        ("<name use='L'><family>PLAIN</family></name>".to_owned(), "PLAIN"),
        ("<name><family>LONE</family></name>".to_owned(), "LONE"),
    ] {
        assert_eq!(pds("", "", &person).family_name, family, "{person}");
    }
    for (person, postcode) in [
        (address("H", "LS1 1AA", "2000", "20240101") + &address("H", "LS2 2BB", "20240101", ""), "LS2 2BB"),
        (address("TMP", "LS3 3CC", "2024", "") + &address("H", "LS2 2BB", "2000", ""), "LS2 2BB"),
        (address("H", "LS1 1AA", "2000", "2001"), ""),
        (address("PST", "LS1 1AA", "", ""), ""),
        (
            "<scopedRelatedPersonRole><player>".to_owned()
                + &address("H", "LS9 9ZZ", "", "")
                + "</player></scopedRelatedPersonRole>",
            "",
        ),
    ] {
        assert_eq!(pds("", "", &person).postcode, postcode, "{person}");
    }
}

#[test]
fn sensitive_superseded_deceased_and_partial() {
    assert!(pds(&reason("9"), "", "").sensitive);
    // B means under investigation: such a record is shown whole.
    for (code, sensitive) in [("Y", true), ("S", true), ("B", false), ("N", false)] {
        let reply = pds("", &format!("<confidentialityCode code='{code}'/>"), "");
        assert_eq!(reply.sensitive, sensitive, "{code}");
    }
    assert!(pds(&reason("24"), "", "").superseded);
    for (value, expected) in [
        ("2010", None),
        ("201010", None),
        ("20101022", Some(date(2010, 10, 22))),
        ("201010220930", Some(date(2010, 10, 22))),
    ] {
        assert_eq!(pds("", "", &format!("<birthTime value='{value}'/>")).birth_date, expected, "{value}");
    }
    let dead = "<deceasedTime value='20240102'/>";
    assert_eq!(pds("", "", dead).death, Some(PdsDeath { date: Some(date(2024, 1, 2)), notification: None }));
    let notified =
        "<subjectOf2><deathNotification><code code='3'/><value code='2'/></deathNotification></subjectOf2>";
    assert_eq!(
        pds("", notified, "<deceasedTime value='2024'/>").death,
        Some(PdsDeath { date: None, notification: Some(DeathNotification::Formal) })
    );
}

#[test]
fn a_number_that_is_unknown_or_unreadable() {
    let act = "<queryAck><queryResponseCode code='NF'/></queryAck>";
    let Answer::Pds(reply) = answer("QUPA_IN000009UK03", "AA", act) else { panic!() };
    assert_eq!(reply.answer, PdsAnswer::NotFound);
    assert!(matches!(answer("QUPA_IN000009UK03", "AA", ""), Answer::Nonsense { .. }));
    let no_match = reason("1").replace("WG", "ER") + &reason("RT003").replace("WG", "ER");
    let Answer::QueryFailure(failure) = answer("QUQI_IN010000UK14", "AE", &no_match) else { panic!() };
    assert!(failure.not_found());
    let invalid = "<subject><patientRole><id root='2.16.840.1.113883.2.1.4.1' extension='9990000019'/></patientRole></subject>";
    assert!(
        matches!(answer("QUPA_IN000009UK03", "AA", invalid), Answer::Nonsense { .. }),
        "a wrong check digit is no number"
    );
}

#[test]
fn of_several_assertions_the_strictest_holds_whichever_stands_first() {
    for (first, second, held) in
        [("No", "Yes", No), ("Yes", "No", No), ("Ask", "Yes", Ask), ("Yes", "Ask", Ask), ("No", "Ask", No)]
    {
        let list = assertion("", "View", first) + &assertion("", "View", second);
        let Standing::Told { view, .. } = events(&list).standing else { panic!() };
        assert_eq!(view, held, "{first}, {second}");
    }
}

#[test]
fn the_patient_of_a_list_is_the_one_with_an_nhs_number() {
    let act = "<subject><p:queryResponseEventList><p:recordTarget><p:patient><p:id root='2.16.1' extension='9990000026'/>\
               <p:code root='2.16.840.1.113883.2.1.4.1' extension='9990000034'/><p:id root='2.16.840.1.113883.2.1.4.1' \
               extension='9990000018'/></p:patient></p:recordTarget></p:queryResponseEventList></subject>";
    let Answer::EventList(list) = answer("QUPC_IN200000SM04", "AA", act) else { panic!() };
    assert_eq!(list.patient.map(spine_vocabulary::NhsNumber::reveal).as_deref(), Some("9990000018"));
}

#[test]
fn only_the_parts_that_hold_addresses_are_asked_for_one() {
    let decoy =
        |name: &str| format!("<{name}><addr use='H'><postalCode>ZZ99 3VZ</postalCode></addr></{name}>");
    let act = format!(
        "<subject><PDSResponse><subject><patientRole><id root='2.16.840.1.113883.2.1.4.1' extension='9990000018'/>\
         <patientPerson>{}{}{}<COCT_MT000201UK02.PartOfWhole><addr use='H'><postalCode>LS1 6AE</postalCode></addr>\
         </COCT_MT000201UK02.PartOfWhole>{}</patientPerson></patientRole></subject></PDSResponse></subject>",
        decoy("COCT_MT000202UK02.PartOfWhole"),
        decoy("COCT_MT000201UK02.Other"),
        decoy("c:COCT_MT000201UK02.PartOfWhole"),
        decoy("other.PartOfWhole"),
    );
    let Answer::Pds(reply) = answer("QUPA_IN000009UK03", "AA", &act) else { panic!() };
    let PdsAnswer::Found(record) = reply.answer else { panic!() };
    assert_eq!(record.postcode, "LS1 6AE");
}

#[test]
fn every_entity_of_xml_is_read_in_a_name() {
    let record = pds("", "", &name("L", "A&lt;&gt;&amp;&apos;&quot;&#67;&#x44;", "", ""));
    assert_eq!(record.family_name, "A<>&'\"CD");
}
