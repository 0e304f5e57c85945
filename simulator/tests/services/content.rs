//! Every rule of the wrapper and of the summary has a message that breaks it and nothing else.

use super::document::{ASID, Says, Upload, message_id};
use super::world::*;

fn good() -> Upload {
    Upload::new(1, patient(ORDINARY), Says::Allergy)
}

fn each(rows: &[(&str, &str, &[&str])]) {
    for (from, to, codes) in rows {
        let world = World::new();
        world.upload(&good().payload(from, to)).is(200, "AR", codes);
        assert!(world.spine.ledger().accepted().is_empty());
    }
}

#[test]
fn every_rule_of_the_wrapper_is_a_rejection() {
    let author1 = "<author1 typeCode='AUT'>";
    let second = "<communicationFunctionSnd typeCode='SND'/><ControlActEvent";
    each(&[
        (
            "<REPC_IN150016SM05 xmlns='urn:hl7-org:v3'>",
            "<REPC_IN150016SM05 xmlns='urn:hl7-org:v3'><ITS/>",
            &["UNEXPECTED_ELEMENT"],
        ),
        ("<creationTime value='20261122093000'/>", "", &["CREATION_TIME_INVALID"]),
        (
            "<creationTime value='20261122093000'/>",
            "<creationTime value='20261322093000'/>",
            &["CREATION_TIME_INVALID"],
        ),
        (
            "<creationTime value='20261122093000'/>",
            "<creationTime value='2026112209'/>",
            &["CREATION_TIME_INVALID"],
        ),
        ("<versionCode code='V3NPfIT4.2.00'/>", "<versionCode code=''/>", &["VERSION_CODE_MISSING"]),
        ("extension='REPC_IN150016SM05'", "extension='REPC_IN150016UK05'", &["INTERACTION_ID_INCONSISTENT"]),
        (
            "root='2.16.840.1.113883.2.1.3.2.4.12'",
            "root='2.16.840.1.113883.2.1.3.2.4.13'",
            &["INTERACTION_ID_INCONSISTENT"],
        ),
        ("<processingCode code='P'/>", "<processingCode code='T'/>", &["PROCESSING_CODE_INVALID"]),
        ("<processingModeCode code='T'/>", "", &["PROCESSING_MODE_CODE_INVALID"]),
        ("<acceptAckCode code='NE'/>", "<acceptAckCode code='AL'/>", &["ACCEPT_ACK_CODE_INVALID"]),
        ("typeCode='RCV'", "typeCode='SND'", &["COMM_FUNC_CLASS_INVALID"]),
        ("extension='227319907548'", "extension=''", &["519"]),
        ("extension='227319907548'", "extension='928942012545'", &["519"]),
        ("<ControlActEvent", second, &["519"]),
        ("classCode='CACT'", "classCode='ALRT'", &["CONTROL_ACT_EVENT_CLASS_INVALID"]),
        (
            "extension='900000000011'/><agentPersonSDS classCode='PSN' determinerCode='INSTANCE'>\
          <id root='1.2.826.0.1285.0.2.0.65' extension='900000000012'/></agentPersonSDS>",
            "extension=''/><agentPersonSDS/>",
            &["AUTHOR_INVALID"],
        ),
        ("R8000", "", &["AUTHOR_INVALID"]),
        (
            "<author1 typeCode='AUT'><AgentSystemSDS classCode='AGNT'>",
            "<author1 typeCode='AUT'><AgentSystemSDS><agentSystemSDS/></AgentSystemSDS></author1><author1><AgentSystemSDS>",
            &["AUTHOR1_INVALID"],
        ),
        (author1, "<author1/><author1/><author1 typeCode='AUT'>", &["AUTHOR1_INVALID"]),
        (
            "<subject typeCode='SUBJ' contextConductionInd='false'>",
            "<subject/><subject typeCode='SUBJ' contextConductionInd='false'>",
            &["CONTROL_ACT_CONTENT_INVALID"],
        ),
        (author1, "<query/><author1 typeCode='AUT'>", &["UNEXPECTED_ELEMENT"]),
    ]);
}

#[test]
fn ids_devices_and_author_must_agree() {
    let lower = message_id(0xABC).to_lowercase();
    let root = good()
        .payload("<REPC_IN150016SM05", "<REPC_IN150016UK05")
        .payload("</REPC_IN150016SM05", "</REPC_IN150016UK05");
    World::new().upload(&root).is(200, "AR", &["INTERACTION_INCONSISTENT_WITH_ACTION"]);
    let small = Upload::new(0xABC, patient(ORDINARY), Says::Allergy).payload(&message_id(0xABC), &lower);
    World::new().upload(&small).is(200, "AR", &["MESSAGE_ID_INVALID"]);
    let other = good().payload(&message_id(1), &message_id(2));
    World::new().upload(&other).is(200, "AR", &["MESSAGE_ID_INCONSISTENT_WITH_EBXML"]);
    let author1 = format!(
        "agentSystemSDS classCode='DEV' determinerCode='INSTANCE'><id root='1.2.826.0.1285.0.2.0.107' extension='{ASID}'"
    );
    let other = good().payload(&author1, &author1.replace(ASID, "990000000002"));
    World::new().upload(&other).is(200, "AR", &["519"]);
    let start = good().payload.find("<author typeCode='AUT'><AgentPersonSDS").unwrap();
    let end = good().payload.find("<author1").unwrap();
    let author = good().payload[start..end].to_owned();
    World::new().upload(&good().payload(&author, "")).is(200, "AR", &["AUTHOR_MISSING"]);
    // One detail per violated rule.
    let two = good().payload("code='P'", "code='D'").payload("code='NE'", "code='AL'");
    World::new().upload(&two).is(200, "AR", &["PROCESSING_CODE_INVALID", "ACCEPT_ACK_CODE_INVALID"]);
}

#[test]
fn every_rule_of_the_summarys_own_fields_is_a_rejection() {
    let own = format!(
        "moodCode='EVN'><id root='{}'/>\
         <code code='196981000000101'",
        message_id(1)
    );
    let other = own.replace(&message_id(1), &message_id(2));
    each(&[
        (own.as_str(), other.as_str(), &["GPSUMMARY_ID_INCONSISTENT_WITH_MESSAGE_ID"]),
        ("classCode='COMPOSITION'", "classCode='ACT'", &["GPSUMMARY_CLASS_INVALID"]),
        ("code='196981000000101'", "code='196971000000103'", &["GPSUMMARY_CODE_INVALID"]),
        (
            "<effectiveTime value='20261122093000'/><statusCode code='active'/>",
            "<statusCode code='active'/>",
            &["GPSUMMARY_EFFECTIVE_TIME_INVALID"],
        ),
        (
            "<effectiveTime value='20261122093000'/><statusCode",
            "<effectiveTime value='2026-11-22'/><statusCode",
            &["GPSUMMARY_EFFECTIVE_TIME_INVALID"],
        ),
        ("code='active'", "code='completed'", &["GPSUMMARY_STATUS_CODE_INVALID"]),
        ("<recordTarget typeCode='RCT'>", "<recordTarget>", &["RECORD_TARGET_INVALID"]),
        ("<recordTarget", "<text/><recordTarget", &["UNEXPECTED_ELEMENT"]),
        ("GPSummary", "GPSummaries", &["GPSUMMARY_MISSING"]),
        ("contextControlCode='OP'", "contextControlCode='AP'", &["GPSUMMARY_AUTHOR_INVALID"]),
        ("<time value='20261122093000'/>", "<time/>", &["GPSUMMARY_AUTHOR_INVALID"]),
        ("<family>O&apos;Neill &amp; Co</family>", "", &["GPSUMMARY_AUTHOR_AGENT_INVALID"]),
        (
            "<UKCT_MT160018UK01.AgentPersonSDS classCode='AGNT'>",
            "<UKCT_MT160018UK01.AgentPersonSDS>",
            &["GPSUMMARY_AUTHOR_AGENT_INVALID"],
        ),
        ("</GPSummary>", "<author/></GPSummary>", &["GPSUMMARY_AUTHOR_MISSING"]),
    ]);
}

#[test]
fn a_summary_may_replace_one_other_event() {
    let prior = message_id(9);
    World::new().upload(&good().replacing(&prior).replacing(&prior)).is(
        200,
        "AR",
        &["REPLACEMENT_OF_REPEATED"],
    );
    for id in [message_id(1), "Not Known".to_owned(), message_id(0xABC).to_lowercase()] {
        World::new().upload(&good().replacing(&id)).is(200, "AR", &["REPLACEMENT_OF_INVALID"]);
    }
    let classed = good().replacing(&prior).payload("typeCode='RPLC'", "typeCode='APND'");
    World::new().upload(&classed).is(200, "AR", &["REPLACEMENT_OF_INVALID"]);
}

#[test]
fn every_rule_of_the_text_is_a_rejection() {
    let excerpt = "<excerptFrom typeCode='XCRPT'>";
    let value = "<value mediaType='text/plain'>";
    let component = "<component typeCode='COMP'>\
         <templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB_RM-NPfITUK10.component'/><seperatableInd value='false'/>";
    each(&[
        ("excerptFrom", "excerpt", &["UNEXPECTED_ELEMENT", "EXCERPT_FROM_INVALID"]),
        (excerpt, "<excerptFrom typeCode='COMP'>", &["EXCERPT_FROM_INVALID"]),
        (
            "CSAT_RM-NPfITUK10.excerptFrom",
            "CSAB_RM-NPfITUK10.excerptFrom",
            &["EXCERPT_FROM_TEMPLATE_INVALID"],
        ),
        ("presentationText", "presentation", &["PRESENTATION_TEXT_MISSING"]),
        (
            component,
            "<component typeCode='COMP'><seperatableInd value='false'/>",
            &["PRESENTATION_TEXT_TEMPLATE_INVALID"],
        ),
        ("code='PresentationText'", "code='Text'", &["PRESENTATION_TEXT_INVALID"]),
        ("<id root='01900000-0000-7000-8000-00000000EE03'/>", "", &["PRESENTATION_TEXT_INVALID"]),
        (value, "<value mediaType='text/html'>", &["PRESENTATION_TEXT_VALUE_INVALID"]),
        (value, "<value mediaType='text/plain'>words", &["PRESENTATION_TEXT_VALUE_INVALID"]),
        (
            "xhtml:NPfIT:PresentationText",
            "http://www.w3.org/1999/xhtml",
            &["PRESENTATION_TEXT_VALUE_INVALID"],
        ),
        (
            "<h2 id='Title'>General Practice Summary</h2>",
            "<h1>General Practice Summary</h1>",
            &["PRESENTATION_TEXT_ELEMENT_INVALID"],
        ),
        ("<head/>", "<head/><script>x</script>", &["PRESENTATION_TEXT_ELEMENT_INVALID"]),
        ("<body>", "<body/><body>", &["PRESENTATION_TEXT_EMPTY"]),
    ]);
}

#[test]
fn every_rule_of_the_coded_part_is_a_rejection() {
    let entry = "<UKCT_MT144053UK02.Allergy classCode='OBS' moodCode='EVN'>";
    let part = good().payload;
    let part = &part[part.find("<component typeCode='COMP' contextConductionInd").unwrap()
        ..part.find("</pertinentCREType>").unwrap()];
    let twice = format!("{part}{part}");
    let none = "<pertinentInformation2 typeCode='PERT'>";
    each(&[
        (
            "<pertinentInformation1 typeCode='PERT'>",
            "<pertinentInformation1/><pertinentInformation1 typeCode='PERT'>",
            &["PERTINENT_INFORMATION1_INVALID"],
        ),
        (
            "<pertinentRootCREType classCode='CATEGORY' moodCode='EVN'>\
         <code code='163171000000105'",
            "<pertinentRootCREType classCode='CATEGORY' moodCode='EVN'><code code='163221000000102'",
            &["ROOT_CRE_TYPE_INVALID"],
        ),
        (
            "pertinentInformation2",
            "pertinentInformation3",
            &["UNEXPECTED_ELEMENT", "PERTINENT_INFORMATION2_MISSING"],
        ),
        (
            none,
            "<pertinentInformation2/><pertinentInformation2 typeCode='PERT'>",
            &["PERTINENT_INFORMATION2_TEMPLATE_INVALID", "CRE_TYPE_INVALID"],
        ),
        ("163221000000102", "163221000000103", &["CRE_TYPE_INVALID"]),
        (
            "<pertinentCREType classCode='CATEGORY'",
            "<pertinentCREType classCode='ACT'",
            &["CRE_TYPE_CLASS_INVALID"],
        ),
        (part, "", &["CRE_TYPE_EMPTY"]),
        (part, &twice, &["ENTRY_ID_REPEATED"]),
        (
            "contextConductionInd='true'><templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB_RM-NPfITUK10.component'",
            "contextConductionInd='true'><templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB'",
            &["COMPONENT_TEMPLATE_INVALID"],
        ),
        ("UKCT_MT144053UK02.Allergy", "Allergy", &["COMPONENT_ENTRY_INVALID"]),
        (
            "01900000-0000-7000-8000-00000000EE01",
            "01900000-0000-7000-8000-00000000ee01",
            &["ENTRY_ID_INVALID"],
        ),
        (
            "<code code='91934008' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/>",
            "<code code='TJ...' codeSystem='2.16.840.1.113883.2.1.6.2'/>",
            &["ENTRY_CODE_INVALID"],
        ),
        (entry, "<UKCT_MT144053UK02.Allergy><statusCode/>", &["ENTRY_STATUS_INVALID"]),
    ]);
}
