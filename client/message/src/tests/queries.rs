//! The four synchronous requests.

use roxmltree::{Document, Node};
use spine_vocabulary::{AcsPermission, EventId};

use super::fixture::{ID, PRIOR, addressing, author, id, number, stamp};
use crate::frozen::{Frozen, Path};
use crate::hl7v3::permissions::set_permissions;
use crate::hl7v3::query::{event_list_query, event_query, pds_retrieval};

const WSA: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
const CRS: &str = "http://national.carerecords.nhs.uk/schema/crs/";

pub(super) fn requests() -> [(&'static str, &'static str, &'static str, Frozen); 4] {
    let (author, addressing, stamp) = (author(), addressing(), stamp());
    let set = set_permissions(number(), AcsPermission::No, id(), &author, &addressing, &stamp);
    let events = event_list_query(number(), id(), &author, &addressing, &stamp);
    let standing = EventId::parse(PRIOR).unwrap();
    let event = event_query(number(), standing, id(), &author, &addressing, &stamp);
    let pds = pds_retrieval(number(), id(), &author, &addressing, &stamp);
    [
        ("lrs", "SET_RESOURCE_PERMISSIONS_INUK01", "227319907548", set),
        ("psisquery", "QUPC_IN180000SM04", "227319907548", events),
        ("psisquery", "QUPC_IN190000UK04", "227319907548", event),
        ("pdsquery", "QUPA_IN000008UK02", "928942012545", pds),
    ]
}

fn text<'a>(document: &'a Document<'_>, space: &str, name: &str) -> &'a str {
    document.descendants().find(|node| node.has_tag_name((space, name))).unwrap().text().unwrap_or_default()
}

#[test]
fn header_and_body_agree() {
    for (service, interaction, receiver, frozen) in requests() {
        let xml = String::from_utf8(frozen.body.clone()).unwrap();
        let document = Document::parse(&xml).unwrap();
        let action = format!("urn:nhs:names:services:{service}/{interaction}");
        assert_eq!(text(&document, WSA, "MessageID"), format!("uuid:{ID}"));
        assert_eq!(text(&document, WSA, "MessageID").len(), 41);
        assert_eq!(text(&document, WSA, "Action"), action);
        assert!(!text(&document, WSA, "To").is_empty());
        assert_eq!(frozen.soap_action(), action);
        assert_eq!(frozen.path(), Path::SyncService);
        let body = document.descendants().find(|node| node.tag_name().name() == "Body").unwrap();
        let root = body.first_element_child().unwrap();
        assert_eq!(root.tag_name().name(), interaction);
        assert_eq!(root.tag_name().namespace(), Some("urn:hl7-org:v3"));
        let systems = |name: &str| {
            let functions = document.descendants().filter(|node| node.tag_name().name() == name);
            let ids =
                functions.map(|node| node.descendants().find(|id| id.tag_name().name() == "id").unwrap());
            ids.map(|id| id.attribute("extension").unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(systems("communicationFunctionRcv"), [receiver, receiver]);
        assert_eq!(systems("communicationFunctionSnd"), ["990000000001", "990000000001"]);
    }
}

#[test]
fn parameters_stand_in_the_order_of_their_service() {
    for (_, interaction, _, frozen) in requests().into_iter().skip(1) {
        let xml = String::from_utf8(frozen.body).unwrap();
        let document = Document::parse(&xml).unwrap();
        let query = document.descendants().find(|node| node.tag_name().name() == "query").unwrap();
        let shape: Vec<_> = query
            .children()
            .map(|parameter| {
                let parts = parameter.children().map(|part| part.tag_name().name()).collect::<Vec<_>>();
                (parameter.tag_name().name(), parts)
            })
            .collect();
        let (before, after) = (vec!["semanticsText", "value"], vec!["value", "semanticsText"]);
        let expected = match interaction {
            "QUPC_IN180000SM04" => vec![("dissentOverride", after.clone()), ("nHSNumber", after)],
            "QUPC_IN190000UK04" => {
                vec![("dissentOverride", after.clone()), ("eventRecord", after.clone()), ("nHSNumber", after)]
            }
            _ => vec![
                ("historicDataIndicator", before.clone()),
                ("person.id", before),
                ("retrievalItem", vec!["semanticsText"]),
            ],
        };
        assert_eq!(shape, expected);
        let asked = query.descendants().find_map(|node| node.attribute("extension"));
        assert_eq!(asked, Some(number().reveal().as_str()));
    }
}

#[test]
fn a_setting_has_both_assertions_with_one_permission() {
    for (permission, spelt) in
        [(AcsPermission::Yes, "Yes"), (AcsPermission::No, "No"), (AcsPermission::Ask, "Clear")]
    {
        let frozen = set_permissions(number(), permission, id(), &author(), &addressing(), &stamp());
        let xml = String::from_utf8(frozen.body).unwrap();
        let document = Document::parse(&xml).unwrap();
        let all = |name: &str| {
            document.descendants().filter(|node| node.has_tag_name((CRS, name))).collect::<Vec<_>>()
        };
        let texts = |nodes: Vec<Node<'_, '_>>| {
            nodes.into_iter().map(|node| node.text().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(texts(all("permission")), [spelt, spelt]);
        assert_eq!(texts(all("code")), ["View", "Store"]);
        assert_eq!(texts(all("Id")), [number().reveal().clone(), number().reveal().clone()]);
        assert_eq!(all("resourceContext").len(), 1);
        assert_eq!(all("resourceContext")[0].attribute("extension"), Some(number().reveal().as_str()));
        assert_eq!(all("accessor").len(), if permission == AcsPermission::Ask { 0 } else { 2 });
    }
}

#[test]
fn every_request_carries_the_headers_of_the_route() {
    for (_, _, _, frozen) in requests() {
        let headers = frozen.headers(&addressing(), &author());
        let value =
            |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("SOAPAction"), Some(frozen.soap_action().as_str()));
        assert_eq!(value("Content-Type"), Some("text/xml"));
        assert_eq!(value("nhsd-asid"), Some("990000000001"));
        assert_eq!(value("NHSD-Identity-UUID"), Some("555021936106"));
        assert_eq!(value("NHSD-Session-URID"), Some("555021935107"));
        assert_eq!(value("NHSD-Correlation-ID"), Some(ID));
        assert_eq!(value("NHSD-Request-ID"), Some(ID));
    }
}

/// The whole document, written by hand from the published rules on ACS requests.
#[test]
fn a_setting_is_this_document() {
    let expected = concat!(
        r#"<?xml version="1.0" encoding="UTF-8"?>"#,
        r#"<SOAP:Envelope xmlns:SOAP="http://schemas.xmlsoap.org/soap/envelope/" "#,
        r#"xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:hl7="urn:hl7-org:v3"><SOAP:Header>"#,
        "<wsa:MessageID>uuid:0190B5F1-7C3E-7D3A-9C00-0123456789AB</wsa:MessageID>",
        "<wsa:Action>urn:nhs:names:services:lrs/SET_RESOURCE_PERMISSIONS_INUK01</wsa:Action>",
        "<wsa:To>urn:nhs:names:services:lrs</wsa:To><wsa:From><wsa:Address/></wsa:From>",
        r#"<hl7:communicationFunctionRcv typeCode="RCV"><hl7:device classCode="DEV" determinerCode="INSTANCE">"#,
        r#"<hl7:id root="1.2.826.0.1285.0.2.0.107" extension="227319907548"/></hl7:device>"#,
        r#"</hl7:communicationFunctionRcv><hl7:communicationFunctionSnd typeCode="SND">"#,
        r#"<hl7:device classCode="DEV" determinerCode="INSTANCE"><hl7:id root="1.2.826.0.1285.0.2.0.107" "#,
        r#"extension="990000000001"/></hl7:device></hl7:communicationFunctionSnd>"#,
        "<wsa:ReplyTo><wsa:Address/></wsa:ReplyTo></SOAP:Header><SOAP:Body>",
        r#"<SET_RESOURCE_PERMISSIONS_INUK01 xmlns="urn:hl7-org:v3">"#,
        r#"<id root="0190B5F1-7C3E-7D3A-9C00-0123456789AB"/><creationTime value="20260701093005"/>"#,
        r#"<versionCode code="V3NPfIT3.0"/><interactionId root="2.16.840.1.113883.2.1.3.2.4.12" "#,
        r#"extension="SET_RESOURCE_PERMISSIONS_INUK01"/><processingCode code="P"/><processingModeCode code="T"/>"#,
        r#"<acceptAckCode code="NE"/><communicationFunctionRcv typeCode="RCV"><device classCode="DEV" "#,
        r#"determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.2.0.107" extension="227319907548"/></device>"#,
        r#"</communicationFunctionRcv><communicationFunctionSnd typeCode="SND"><device classCode="DEV" "#,
        r#"determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.2.0.107" extension="990000000001"/></device>"#,
        r#"</communicationFunctionSnd><ControlActEvent classCode="CACT" moodCode="EVN"><author typeCode="AUT">"#,
        r#"<AgentPersonSDS classCode="AGNT"><id root="1.2.826.0.1285.0.2.0.67" extension="555021935107"/>"#,
        r#"<agentPersonSDS classCode="PSN" determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.2.0.65" "#,
        r#"extension="555021936106"/></agentPersonSDS><part typeCode="PART"><partSDSRole classCode="ROL">"#,
        r#"<id root="1.2.826.0.1285.0.2.1.104" extension="R8000"/></partSDSRole></part></AgentPersonSDS></author>"#,
        r#"<author1 typeCode="AUT"><AgentSystemSDS classCode="AGNT"><agentSystemSDS classCode="DEV" "#,
        r#"determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.2.0.107" extension="990000000001"/>"#,
        "</agentSystemSDS></AgentSystemSDS></author1>",
        r#"<crs:setResourcePermissionsRequest xmlns:crs="http://national.carerecords.nhs.uk/schema/crs/">"#,
        r#"<crs:permissions><crs:resourceContext root="2.16.840.1.113883.2.1.4.1" extension="9990000018"/>"#,
        "<crs:accessControlAssertion><crs:permission>No</crs:permission><crs:resource><crs:type>SCR</crs:type>",
        "<crs:Id>9990000018</crs:Id></crs:resource><crs:function><crs:context>Consent</crs:context>",
        "<crs:code>View</crs:code></crs:function><crs:accessor><crs:type>Everyone</crs:type><crs:accessorId>",
        "<crs:name>Everyone</crs:name></crs:accessorId></crs:accessor></crs:accessControlAssertion>",
        "<crs:accessControlAssertion><crs:permission>No</crs:permission><crs:resource><crs:type>SCR</crs:type>",
        "<crs:Id>9990000018</crs:Id></crs:resource><crs:function><crs:context>Consent</crs:context>",
        "<crs:code>Store</crs:code></crs:function><crs:accessor><crs:type>Everyone</crs:type><crs:accessorId>",
        "<crs:name>Everyone</crs:name></crs:accessorId></crs:accessor></crs:accessControlAssertion>",
        "</crs:permissions></crs:setResourcePermissionsRequest></ControlActEvent>",
        "</SET_RESOURCE_PERMISSIONS_INUK01></SOAP:Body></SOAP:Envelope>",
    );
    let [(_, _, _, frozen), ..] = requests();
    assert_eq!(String::from_utf8(frozen.body).unwrap(), expected);
}
