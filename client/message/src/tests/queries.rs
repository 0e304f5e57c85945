//! The three synchronous requests.

use roxmltree::{Document, Node};
use spine_vocabulary::AcsPermission;

use super::fixture::{ID, addressing, author, id, number, stamp};
use crate::frozen::{Frozen, Path};
use crate::hl7v3::permissions::set_permissions;
use crate::hl7v3::query::{event_list_query, pds_retrieval};

const WSA: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
const CRS: &str = "http://national.carerecords.nhs.uk/schema/crs/";

pub(super) fn requests() -> [(&'static str, &'static str, &'static str, Frozen); 3] {
    let (author, addressing, stamp) = (author(), addressing(), stamp());
    let set = set_permissions(number(), AcsPermission::No, id(), &author, &addressing, &stamp);
    let events = event_list_query(number(), id(), &author, &addressing, &stamp);
    let pds = pds_retrieval(number(), id(), &author, &addressing, &stamp);
    [
        ("lrs", "SET_RESOURCE_PERMISSIONS_INUK01", "227319907548", set),
        ("psisquery", "QUPC_IN180000SM04", "227319907548", events),
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
    for (service, _, _, frozen) in requests().into_iter().skip(1) {
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
        let expected = if service == "psisquery" {
            vec![
                ("dissentOverride", vec!["value", "semanticsText"]),
                ("nHSNumber", vec!["value", "semanticsText"]),
            ]
        } else {
            vec![
                ("historicDataIndicator", vec!["semanticsText", "value"]),
                ("person.id", vec!["semanticsText", "value"]),
                ("retrievalItem", vec!["semanticsText"]),
            ]
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
        assert_eq!(texts(all("Id")), [number().reveal().to_string(), number().reveal().to_string()]);
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
        assert_eq!(value("Content-Type"), Some("text/xml; charset=utf-8"));
        assert_eq!(value("nhsd-asid"), Some("990000000001"));
        assert_eq!(value("NHSD-Identity-UUID"), Some("555021936106"));
        assert_eq!(value("NHSD-Session-URID"), Some("555021935107"));
        assert_eq!(value("NHSD-Correlation-ID"), Some(ID));
        assert_eq!(value("NHSD-Request-ID"), Some(ID));
    }
}
