//! The upload: envelope, wrapper, summary.

use roxmltree::{Document, Node};
use spine_rules::summary::{Block, Content, EntryCode, EntryKind};
use spine_vocabulary::Category;

use super::fixture::{ID, PRIOR, entry, everything, id, least, number, parts, read_v2, snomed, upload};

const EB: &str = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd";
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

fn find<'a>(document: &'a Document<'_>, name: &str) -> Node<'a, 'a> {
    document.descendants().find(|node| node.has_tag_name(name) || node.tag_name().name() == name).unwrap()
}

fn child<'a>(node: Node<'a, 'a>, path: &str) -> Node<'a, 'a> {
    path.split('/').fold(node, |node, name| {
        node.children()
            .find(|child| child.tag_name().name() == name)
            .unwrap_or_else(|| panic!("{name} of {path}"))
    })
}

#[test]
fn the_envelope_follows_the_reliable_contract() {
    let frozen = upload(&everything(), None);
    let text = String::from_utf8(frozen.body.clone()).unwrap();
    assert!(text.starts_with("----=_MIME-Boundary\r\nContent-Id: <ebXMLHeader@spine.nhs.uk>\r\n"));
    assert!(text.ends_with("\r\n----=_MIME-Boundary--\r\n"));
    assert_eq!(text.matches("\r\n----=_MIME-Boundary").count(), 2);
    assert!(text.contains(&format!("\r\nContent-Id: <{ID}@spine.nhs.uk>\r\n")));

    let (envelope, _) = parts(&frozen);
    let document = Document::parse(&envelope).unwrap();
    for (element, expected) in [
        ("From", "Y90001-0000001"),
        ("To", "YES-0000806"),
        ("CPAId", "S20001A000182"),
        ("ConversationId", ID),
        ("Service", "urn:nhs:names:services:psis"),
        ("Action", "REPC_IN150016SM05"),
        ("MessageId", ID),
        ("Timestamp", "2026-07-01T08:30:05Z"),
    ] {
        let found = document.descendants().find(|node| node.has_tag_name((EB, element))).unwrap();
        let text: String = found.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
        assert_eq!(text, expected, "{element}");
    }
    let requested = find(&document, "AckRequested");
    assert_eq!(requested.attribute((EB, "signed")), Some("false"));
    assert_eq!(requested.attribute((SOAP, "actor")), Some("urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH"));
    assert_eq!(find(&document, "SyncReply").attribute((EB, "version")), Some("2.0"));
    assert_eq!(
        document.descendants().filter(|node| node.has_tag_name((EB, "DuplicateElimination"))).count(),
        1
    );
    let href = find(&document, "Reference").attribute(("http://www.w3.org/1999/xlink", "href"));
    assert_eq!(href, Some(format!("cid:{ID}@spine.nhs.uk").as_str()));
}

#[test]
fn the_wrapper_names_who_says_it_to_whom_and_when() {
    let (_, payload) = parts(&upload(&everything(), None));
    let document = Document::parse(&payload).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "REPC_IN150016SM05");
    assert_eq!(root.tag_name().namespace(), Some("urn:hl7-org:v3"));
    assert_eq!(root.attribute("ITSVersion"), Some("XML_1.0"));
    for (path, attribute, expected) in [
        ("id", "root", ID),
        ("creationTime", "value", "20260701093005"),
        ("versionCode", "code", "V3NPfIT4.2.00"),
        ("interactionId", "extension", "REPC_IN150016SM05"),
        ("processingCode", "code", "P"),
        ("processingModeCode", "code", "T"),
        ("acceptAckCode", "code", "NE"),
        ("communicationFunctionRcv/device/id", "extension", "227319907548"),
        ("communicationFunctionSnd/device/id", "extension", "990000000001"),
        ("ControlActEvent/author/AgentPersonSDS/id", "extension", "555021935107"),
        ("ControlActEvent/author/AgentPersonSDS/agentPersonSDS/id", "extension", "555021936106"),
        ("ControlActEvent/author/AgentPersonSDS/part/partSDSRole/id", "extension", "R8000"),
        ("ControlActEvent/author1/AgentSystemSDS/agentSystemSDS/id", "extension", "990000000001"),
        ("ControlActEvent/subject/GPSummary/id", "root", ID),
        ("ControlActEvent/subject/GPSummary/code", "code", "196981000000101"),
        ("ControlActEvent/subject/GPSummary/effectiveTime", "value", "20260701093005"),
        ("ControlActEvent/subject/GPSummary/statusCode", "code", "active"),
        (
            "ControlActEvent/subject/GPSummary/pertinentInformation1/pertinentRootCREType/code",
            "code",
            "163171000000105",
        ),
        (
            "ControlActEvent/subject/GPSummary/recordTarget/patient/id",
            "extension",
            number().reveal().as_str(),
        ),
    ] {
        assert_eq!(child(root, path).attribute(attribute), Some(expected), "{path}");
    }
    let person =
        "ControlActEvent/subject/GPSummary/author/UKCT_MT160018UK01.AgentPersonSDS/agentPersonSDS/name";
    assert_eq!(child(root, person).text(), Some("Siân O'Neill"));
}

/// Source: MIM 4.2, GP Summary: the templates of the relations between the parts of a summary.
#[test]
fn every_relation_bears_its_template() {
    let (_, payload) = parts(&upload(&everything(), None));
    let document = Document::parse(&payload).unwrap();
    let mut found = std::collections::BTreeMap::new();
    for relation in document.descendants() {
        let (type_code, template, separable) = match relation.tag_name().name() {
            "excerptFrom" => ("XCRPT", "CSAT_RM-NPfITUK10.excerptFrom", "false"),
            "pertinentInformation1" | "pertinentInformation2"
                if relation
                    .parent_element()
                    .is_some_and(|above| above.has_tag_name(("urn:hl7-org:v3", "GPSummary"))) =>
            {
                ("PERT", "CSAB_RM-NPfITUK10.pertinentInformation1", "true")
            }
            _ => continue,
        };
        *found.entry(relation.tag_name().name()).or_insert(0) += 1;
        assert_eq!(relation.attribute("typeCode"), Some(type_code));
        let id = child(relation, "templateId");
        assert_eq!(id.attribute("root"), Some("2.16.840.1.113883.2.1.3.2.4.18.2"));
        assert_eq!(id.attribute("extension"), Some(template));
        assert_eq!(child(relation, "seperatableInd").attribute("value"), Some(separable));
    }
    assert_eq!((found["excerptFrom"], found["pertinentInformation1"]), (1, 1));
    assert!(found["pertinentInformation2"] > 1);
}

#[test]
fn a_long_text_over_few_entries_is_composed_whole() {
    let mut content = least();
    content.text.extend((0..100).map(|line| Block::Paragraph { id: None, text: format!("Line {line}.") }));
    let (_, payload) = parts(&upload(&content, None));
    assert!((0..100).all(|line| payload.contains(&format!("Line {line}."))));
}

#[test]
fn every_category_stands_once_with_its_entries() {
    let content = everything();
    let (_, payload) = parts(&upload(&content, None));
    let document = Document::parse(&payload).unwrap();
    let categories: Vec<_> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "pertinentCREType")
        .map(|node| child(node, "code").attribute("code").unwrap().to_owned())
        .collect();
    let mut expected: Vec<_> = Category::ALL.iter().map(|category| category.code().to_owned()).collect();
    let mut sorted = categories.clone();
    expected.sort();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!(
        categories.first().map(String::as_str),
        Some(Category::Allergies.code()),
        "in order of occurrence"
    );
    // Problems and the two kinds of risk take two components each.
    let components = document.descendants().filter(|node| node.tag_name().name() == "component");
    let entries = components.filter(|node| node.attribute("contextConductionInd").is_some()).count();
    assert_eq!(entries, content.entries.len() + 3);
}

#[test]
fn only_snomed_codes_travel_as_codes() {
    let (_, payload) = parts(&upload(&everything(), None));
    let document = Document::parse(&payload).unwrap();
    let allergies: Vec<_> =
        document.descendants().filter(|node| node.tag_name().name() == "UKCT_MT144053UK02.Allergy").collect();
    let first = child(allergies[0], "code");
    assert_eq!(
        (first.attribute("code"), first.attribute("displayName"), first.attribute("codeSystem")),
        (Some("91936005"), Some("Allergy to penicillin"), Some("2.16.840.1.113883.2.1.3.2.4.15"))
    );
    assert_eq!(child(allergies[0], "effectiveTime").attribute("value"), Some("20240305"));
    let second = child(allergies[1], "code");
    assert_eq!((second.attribute("code"), second.attribute("nullFlavor")), (None, Some("OTH")));
    assert_eq!(child(second, "originalText").text(), Some("Adverse reaction to \"X\" & <Y>"));
    assert_eq!(child(allergies[1], "effectiveTime").attribute("nullFlavor"), Some("UNK"));
    let text = child(allergies[1], "pertinentInformation/pertinentSupportingInfo/value");
    assert_eq!(text.text(), Some("Rash, 2 days"));
}

#[test]
fn medication_keeps_dose_quantity_and_dates() {
    let (_, payload) = parts(&upload(&everything(), None));
    let document = Document::parse(&payload).unwrap();
    let all = |name: &str| {
        let name = format!("UKCT_MT144040UK01.{name}");
        document.descendants().filter(|node| node.tag_name().name() == name).collect::<Vec<_>>()
    };
    let acute = all("AcuteMedication");
    let dose = child(acute[0], "pertinentInformation1/pertinentDosageInstructions/value");
    assert_eq!(dose.text(), Some("one three times a day"));
    let quantity = child(acute[0], "component/medicationQuantity/quantity");
    assert_eq!(quantity.attribute("value"), Some("21"));
    assert_eq!(child(quantity, "translation/originalText").text(), Some("capsules"));
    let material = "consumable/manufacturedProduct/manufacturedManufacturedMaterial/code";
    assert_eq!(child(acute[0], material).attribute("displayName"), Some("Amoxicillin"));
    let remark = child(acute[2], "pertinentInformation/pertinentSupportingInfo/value");
    assert_eq!(remark.text(), Some("Quantity: one box"));
    let repeat = all("CurrentRepeatMedication")[0];
    assert_eq!(child(repeat, "effectiveTime/low").attribute("value"), Some("20240305"));
    let remark = child(repeat, "pertinentInformation/pertinentSupportingInfo/value");
    assert_eq!(remark.text(), Some("Review date: 01 Sep 2026"));
    let discontinued = all("DiscontinuedRepeatMedication")[0];
    assert_eq!(child(discontinued, "effectiveTime/high").attribute("value"), Some("20260501"));
}

#[test]
fn the_presentation_text_reads_as_written() {
    let (_, payload) = parts(&upload(&everything(), None));
    let document = Document::parse(&payload).unwrap();
    let by_id = |id: &str| document.descendants().find(|node| node.attribute("id") == Some(id)).unwrap();
    let html = find(&document, "html");
    assert_eq!(html.tag_name().namespace(), Some("xhtml:NPfIT:PresentationText"));
    for (id, name, text) in [
        ("Title", "h2", "Title & more"),
        ("Disclaimer", "p", "Sourced from <the record>"),
        ("CreateTime", "p", "Summary Created: 01 Jul 2026 09:30"),
        ("Author", "p", "Created by: Siân O'Neill"),
        ("Practice", "p", "The <Old> Mill & Partners (Y90001)"),
        ("AllergiesHeader", "h6", "AllergiesHeader & more"),
        ("SendTime", "p", "Summary Sent: 01 Jul 2026 09:30"),
    ] {
        assert_eq!((by_id(id).tag_name().name(), by_id(id).text()), (name, Some(text)), "{id}");
    }
    let cells: Vec<_> = by_id("Allergies")
        .descendants()
        .filter(|node| matches!(node.tag_name().name(), "th" | "td"))
        .map(|node| node.text().unwrap_or_default())
        .collect();
    let expected =
        ["Date", "Description", "05 Mar 2024", "Penicillin", "", "O'Brien\n--=_MIME-Boundary\n&\u{FFFD}"];
    assert_eq!(cells, expected);
}

#[test]
fn a_summary_replaces_at_most_one() {
    let replaced = |replaces| {
        let (_, payload) = parts(&upload(&least(), replaces));
        let document = Document::parse(&payload).unwrap();
        let found = document.descendants().filter(|node| node.tag_name().name() == "replacementOf");
        found
            .map(|node| child(node, "priorMessageRef/id").attribute("root").unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(replaced(None), Vec::<String>::new());
    assert_eq!(replaced(Some(PRIOR)), [PRIOR]);
}

#[test]
fn composing_twice_gives_the_same_bytes_and_every_id_once() {
    let content = everything();
    let frozen = upload(&content, Some(PRIOR));
    assert_eq!(frozen, upload(&content, Some(PRIOR)));
    let (_, payload) = parts(&frozen);
    let document = Document::parse(&payload).unwrap();
    let mut ids: Vec<_> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "id" && node.attribute("extension").is_none())
        .filter(|node| node.parent().is_some_and(|parent| parent.tag_name().name() != "Finding"))
        .filter_map(|node| node.attribute("root"))
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    // The message id stands twice: message and event.
    assert_eq!(ids.len(), all - 1);
    assert_eq!(frozen.id, id());
    assert!(!format!("{frozen:?}").contains("Penicillin"));
}

#[test]
fn a_thousand_entries_are_no_trouble() {
    let mut content: Content = everything();
    let entries = content.entries.clone();
    for _ in 0..40 {
        content.entries.extend(entries.iter().cloned());
    }
    let (_, payload) = parts(&upload(&content, None));
    assert!(Document::parse(&payload).is_ok());
}

#[test]
fn a_care_event_names_a_place_of_which_nothing_is_known_and_nothing_else_does() {
    for (category, places) in [(Category::CareEvents, 1), (Category::Treatments, 0), (Category::Diagnoses, 0)]
    {
        let mut content = least();
        content.entries.push(entry(category, EntryKind::Additional, snomed("274530001", "Something")));
        let (_, payload) = parts(&upload(&content, None));
        let document = Document::parse(&payload).unwrap();
        let found: Vec<_> =
            document.descendants().filter(|node| node.tag_name().name() == "location1").collect();
        assert_eq!(found.len(), places, "{category:?}");
        for place in found {
            let code = child(place, "dedicatedServiceDeliveryLocation/code");
            assert_eq!(code.attribute("nullFlavor"), Some("NI"));
        }
    }
}

#[test]
fn only_digits_of_snomed_travel_as_a_code() {
    let coded = |code: &EntryCode| {
        let mut content = least();
        content.entries.push(entry(Category::Diagnoses, EntryKind::Additional, code.clone()));
        parts(&upload(&content, None)).1
    };
    assert!(coded(&snomed("274530001", "Something")).contains("code=\"274530001\""));
    for other in [snomed("", "Something"), snomed("27453000X", "Something"), read_v2("12345", "Something")] {
        let payload = coded(&other);
        assert!(payload.contains("<originalText>Something</originalText>"), "{other:?}");
        assert!(
            !payload.contains(&format!("code=\"{}\" displayName=\"Something\"", other.code)),
            "{other:?}"
        );
    }
}
