//! Acknowledgements, faults and ebXML answers in every rendering that is known, and what is no answer at all.

#![expect(clippy::unwrap_used, reason = "tests")]

use spine_message::{Answer, Correlated, EbxmlSeverity, TypeCode, Why, read_answer};
use spine_rules::standing::Standing;
use spine_vocabulary::code::error;
use spine_vocabulary::{AcsPermission, MessageId, Qualifier};

const SENT: &str = "0190B5F1-7C3E-7D3A-9C00-0123456789AB";
const OWN: &str = "0190B5F1-7C3E-7D3A-9C00-0000000000FF";
const OTHER: &str = "0190B5F1-7C3E-7D3A-9C00-000000000AAA";
const PSIS: &str = "2.16.840.1.113883.2.1.3.2.4.17.33";

fn sent() -> MessageId {
    MessageId::parse(SENT).unwrap()
}

/// An acknowledgement whose head says `acknowledgement` and whose control act says `act`.
fn mcci(acknowledgement: &str, act: &str) -> String {
    format!(
        "<h:MCCI_IN010000UK13 xmlns:h='urn:hl7-org:v3'><h:id root='{OWN}'/><h:creationTime value='20260701093005'/>\
         {acknowledgement}<h:ControlActEvent classCode='CACT' moodCode='EVN'>{act}</h:ControlActEvent></h:MCCI_IN010000UK13>"
    )
}

fn head(type_code: &str, inside: &str) -> String {
    format!(
        "<h:acknowledgement typeCode='{type_code}'>{inside}<h:messageRef><h:id root='{SENT}'/></h:messageRef></h:acknowledgement>"
    )
}

fn reason(code: &str, qualifier: &str) -> String {
    format!(
        "<h:reason typeCode='RSON'><h:justifyingDetectedIssueEvent><h:code code='{code}' codeSystem='{PSIS}' \
         displayName='about 9990000018'>{qualifier}</h:code></h:justifyingDetectedIssueEvent></h:reason>"
    )
}

const ER: &str = "<h:qualifier code='ER'/>";
const WG: &str =
    "<h:qualifier><h:value code='WG' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.104'/></h:qualifier>";

fn envelope(message_data: &str, rest: &str, body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:x='http://www.w3.org/1999/xlink' \
         xmlns:e='http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd'><s:Header>\
         <e:MessageHeader e:version='2.0'><e:ConversationId>{SENT}</e:ConversationId>\
         <e:Action>MCCI_IN010000UK13</e:Action><e:MessageData><e:MessageId>{OWN}</e:MessageId>{message_data}\
         </e:MessageData></e:MessageHeader>{rest}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

fn refers_to(id: &str) -> String {
    format!("<e:RefToMessageId>{id}</e:RefToMessageId>")
}

fn manifest(cid: &str) -> String {
    format!("<e:Manifest e:version='2.0'><e:Reference x:href='cid:{cid}'/></e:Manifest>")
}

/// A poll result in one rendering: line end, boundary, closing delimiter or not.
fn multipart(envelope: &str, payload: &str, eol: &str, closing: &str) -> String {
    let b = "----=_MIME-Boundary";
    [
        b,
        "Content-Id: <ebXMLHeader@spine.nhs.uk>",
        "Content-Type: text/xml",
        "Content-Transfer-Encoding: 8bit",
        "",
        "<?xml version='1.0' encoding='UTF-8'?>",
        envelope,
        "",
        b,
        "content-id: <payload@spine.nhs.uk>",
        "content-type: application/xml; charset=UTF-8",
        "",
        "<?xml version='1.0' encoding='utf-8'?>",
        payload,
        closing,
        "",
    ]
    .join(eol)
}

#[test]
fn a_poll_result_is_read_in_every_rendering() {
    let payload = mcci(&head("AA", ""), "");
    let envelope = envelope(&refers_to(SENT), "", &manifest("payload@spine.nhs.uk"));
    for eol in ["\n", "\r\n"] {
        for closing in ["----=_MIME-Boundary--", ""] {
            for prefix in ["", "\u{FEFF}", "\r\n\r\n", "  "] {
                let body = format!("{prefix}{}", multipart(&envelope, &payload, eol, closing));
                for header in [
                    None,
                    Some(
                        "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<ebXMLHeader@spine.nhs.uk>\"",
                    ),
                    Some(
                        "multipart/related; boundary=--=_MIME-Boundary; type=text/xml; start=ebXMLHeader@spine.nhs.uk",
                    ),
                    Some("multipart/related; boundary=\"another\""),
                    Some("text/plain"),
                ] {
                    let reply = read_answer(header, body.as_bytes());
                    let Answer::Acknowledgement(read) = &reply.answer else {
                        panic!("{eol:?} {closing} {prefix:?} {header:?}: {:?}", reply.answer)
                    };
                    assert_eq!(read.type_code, TypeCode::Accepted);
                    assert_eq!(reply.correlation.with(sent()), Correlated::Ours);
                    assert_eq!(reply.correlation.conversation, Some(sent().conversation()));
                }
            }
        }
    }
}

#[test]
fn the_payload_is_the_part_that_the_manifest_names() {
    let decoy = mcci(&head("AR", ""), "");
    let payload = mcci(&head("AA", ""), "");
    let body = [
        "--b",
        "Content-Id: <decoy>",
        "",
        &decoy,
        "--b",
        "Content-Id: <header>",
        "",
        &envelope(&refers_to(SENT), "", &manifest("payload")),
        "--b",
        "Content-Id: <payload>",
        "",
        &payload,
        "--b--",
    ]
    .join("\r\n");
    let reply = read_answer(Some("multipart/related; start=\"<header>\"; boundary=b"), body.as_bytes());
    assert!(matches!(reply.answer, Answer::Acknowledgement(read) if read.type_code == TypeCode::Accepted));
}

#[test]
fn the_quirks_of_xml_do_not_matter() {
    let plain = mcci(&head("AE", ""), &reason("410", ER));
    for body in [
        plain.clone(),
        format!(
            "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<!-- x --><?pi?>{plain}\n<!-- y -->\n"
        ),
        plain.replace("h:", "anything:").replace(":h=", ":anything="),
        plain.replace("<h:", "<").replace("</h:", "</").replace("xmlns:h", "xmlns"),
        plain.replace("code='410'", "code='&#52;1&#x30;'"),
        plain.replace("code='410'", "code=' 410\r\n'"),
        plain.replace('\'', "\""),
        plain.replace("><", ">\r\n\t<!-- - --><"),
        format!("<wrapped xmlns='urn:hl7-org:v3'>{plain}</wrapped>"),
    ] {
        let Answer::Acknowledgement(read) =
            read_answer(Some("text/xml; charset=\"UTF-8\""), body.as_bytes()).answer
        else {
            panic!("{body}")
        };
        assert!(read.reports(&error::PSIS_INCONSISTENT), "{body}");
    }
}

#[test]
fn only_errors_are_errors() {
    for (name, type_code, reasons, errors) in [
        ("AA", "AA", String::new(), 0),
        ("AA with a warning", "AA", reason("210", WG), 0),
        ("AA with an unqualified reason", "AA", reason("210", ""), 0),
        ("AE with warnings alone", "AE", reason("210", WG) + &reason("30312", WG), 0),
        ("AE, general and specific", "AE", reason("410", ER) + &reason("30134", ER), 2),
        ("AE with information", "AE", reason("410", ER) + &reason("1", "<h:qualifier code='IF'/>"), 1),
        ("AE, unqualified", "AE", reason("410", ""), 1),
    ] {
        let Answer::Acknowledgement(read) =
            read_answer(None, mcci(&head(type_code, ""), &reasons).as_bytes()).answer
        else {
            panic!("{name}")
        };
        assert_eq!(read.errors().count(), errors, "{name}");
        let shown = format!("{read:?}");
        assert!(!shown.contains("9990000018"), "{shown}");
    }
}

#[test]
fn a_rejection_has_details_instead_of_reasons() {
    let detail = |code: &str| {
        format!(
            "<h:acknowledgementDetail typeCode='ER'><h:code code='{code}' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.32' displayName='x'/></h:acknowledgementDetail>"
        )
    };
    let body = mcci(&head("AR", &(detail("202") + &detail("519"))), "");
    let Answer::Acknowledgement(read) = read_answer(None, body.as_bytes()).answer else { panic!() };
    assert_eq!(read.type_code, TypeCode::Rejected);
    assert!(read.reports(&error::TMS_DUPLICATE) && read.reports(&error::TMS_ASID));
    assert!(read.errors().all(|issue| issue.qualifier == Some(Qualifier::Error)));
    assert!(!read.reports(&error::ACS_INVALID), "the code system counts");
}

#[test]
fn of_several_acknowledgements_the_worst_holds() {
    let body = mcci(&(head("AA", "") + &head("AR", "") + &head("AE", "")), "");
    assert!(
        matches!(read_answer(None, body.as_bytes()).answer, Answer::Acknowledgement(read) if read.type_code == TypeCode::Rejected)
    );
}

#[test]
fn what_a_failed_query_means() {
    let nothing = Standing::Told { store: AcsPermission::Ask, view: AcsPermission::Ask, newest: None };
    for (reasons, expected) in [
        (reason("420", ER) + &reason("30418", ER), Some(Standing::Refused)),
        (reason("420", ER) + &reason("30402", ER), Some(Standing::Refused)),
        (reason("210", WG) + &reason("30312", WG), Some(nothing.clone())),
        (reason("210", "") + &reason("30312", ""), Some(nothing)),
        (reason("400", ER) + &reason("30312", WG), None),
        (reason("502", ER), None),
        (reason("420", ER), None),
        (String::new(), None),
    ] {
        let body = mcci(&head("AE", ""), &reasons).replace("MCCI_IN010000UK13", "QUQI_IN010000UK14");
        let Answer::QueryFailure(read) = read_answer(None, body.as_bytes()).answer else { panic!("{body}") };
        assert_eq!(read.standing(), expected, "{reasons}");
        assert!(!read.not_found());
    }
}

#[test]
fn ids_that_are_none_are_absent() {
    for id in ["Not Known", "None", "", "uuid:example-request-GUID", "1"] {
        let body = mcci(&head("AA", ""), "").replace(SENT, id);
        assert_eq!(read_answer(None, body.as_bytes()).correlation.with(sent()), Correlated::Unstated, "{id}");
    }
    for (id, expected) in
        [(SENT, Correlated::Ours), (OTHER, Correlated::Foreign), (OWN, Correlated::Unstated)]
    {
        let body = mcci(&head("AA", ""), "").replace(SENT, &id.to_lowercase());
        assert_eq!(read_answer(None, body.as_bytes()).correlation.with(sent()), expected, "{id}");
    }
    let other = envelope(&refers_to(OTHER), "", &manifest("payload@spine.nhs.uk"));
    let body = multipart(&other, &mcci(&head("AA", ""), ""), "\r\n", "");
    assert_eq!(read_answer(None, body.as_bytes()).correlation.with(sent()), Correlated::Foreign);
}

#[test]
fn ebxml_errors_and_acknowledgments() {
    let list = |severity: &str| {
        format!(
            "<e:ErrorList e:highestSeverity='{severity}'><e:Error e:errorCode='ValueNotRecognized' e:severity='{severity}'>\
             <e:Description>501319:Unknown eb:CPAId</e:Description></e:Error></e:ErrorList>"
        )
    };
    let ack = format!("<e:Acknowledgment e:version='2.0'>{}</e:Acknowledgment>", refers_to(SENT));
    let read = |rest: &str| read_answer(Some("text/xml"), envelope("", rest, "").as_bytes());

    let Answer::EbxmlError(errors) = read(&list("Error")).answer else { panic!() };
    assert_eq!(
        (errors[0].code.as_str(), errors[0].number.as_deref()),
        ("ValueNotRecognized", Some("501319"))
    );
    assert_eq!(errors[0].severity, EbxmlSeverity::Error);
    let Answer::EbxmlError(warnings) = read(&list("Warning")).answer else { panic!() };
    assert_eq!(warnings[0].severity, EbxmlSeverity::Warning);
    assert_eq!(read(&ack).answer, Answer::EbxmlAcknowledgment);
    assert_eq!(
        read(&ack).correlation.with(sent()),
        Correlated::Ours,
        "the acknowledgment's own reference counts"
    );
    assert_eq!(read(&(ack + &list("Warning"))).answer, Answer::EbxmlAcknowledgment);
    assert_eq!(read("").answer, Answer::Nonsense { why: Why::Incomplete });

    // An error beside a payload is an error, a warning is not.
    let beside = |severity: &str| {
        let envelope = envelope(&refers_to(SENT), &list(severity), &manifest("payload@spine.nhs.uk"));
        read_answer(None, multipart(&envelope, &mcci(&head("AA", ""), ""), "\n", "").as_bytes()).answer
    };
    assert!(matches!(beside("Error"), Answer::EbxmlError(_)));
    assert!(matches!(beside("Warning"), Answer::Acknowledgement(_)));
}

#[test]
fn a_fault_is_retriable_only_if_all_its_codes_are() {
    for (codes, retriable) in [
        (&["200"][..], true),
        (&["206", "208"], true),
        (&["200", "201"], false),
        (&["101"], false),
        (&["300"], false),
        (&[], false),
        (&["9990000018 said"], false),
    ] {
        let list: String = codes
            .iter()
            .map(|code| format!("<n:error><n:errorCode>{code}</n:errorCode></n:error>"))
            .collect::<Vec<_>>()
            .concat();
        let body = format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault><faultcode>s:Server</faultcode>\
             <faultstring>x</faultstring><detail><n:errorList xmlns:n='http://national.carerecords.nhs.uk/schema/'>{list}\
             </n:errorList></detail></s:Fault></s:Body></s:Envelope>"
        );
        let Answer::SoapFault(fault) = read_answer(Some("text/xml"), body.as_bytes()).answer else {
            panic!("{body}")
        };
        assert_eq!(fault.retriable(), retriable, "{codes:?}");
        assert!(!format!("{fault:?}").contains("999"), "only codes are kept");
    }
}

#[test]
fn what_is_no_answer() {
    let mcci = mcci(&head("AA", ""), "");
    let utf16: Vec<u8> = "\u{FEFF}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin1 = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>".to_vec();
    let claimed = format!("<?xml version='1.0' encoding='ISO-8859-1'?>{mcci}").into_bytes();
    let encoded = multipart(&envelope("", "", &manifest("payload@spine.nhs.uk")), &mcci, "\n", "")
        .replace("Content-Transfer-Encoding: 8bit", "Content-Transfer-Encoding: base64");
    for (name, body, why) in [
        ("a page", b"<!DOCTYPE html><html><body>503</body></html>".to_vec(), Why::Html),
        ("a page without type", b"\n <HTML><p>x<br></HTML>".to_vec(), Why::Html),
        ("JSON", b"{\"error\": \"x\"}".to_vec(), Why::NotXml),
        ("cut off", mcci.as_bytes()[..mcci.len() / 2].to_vec(), Why::NotXml),
        ("two roots", [mcci.as_bytes(), b"<a/>"].concat(), Why::NotXml),
        ("text after it", [mcci.as_bytes(), b"x"].concat(), Why::NotXml),
        ("an unbound prefix", b"<h:MCCI_IN010000UK13/>".to_vec(), Why::NotXml),
        ("an unknown entity", mcci.replace("<h:id", "&nbsp;<h:id").into_bytes(), Why::NotXml),
        ("a forbidden character", b"<a>\x01</a>".to_vec(), Why::NotXml),
        ("a forbidden reference", b"<a>&#1;</a>".to_vec(), Why::NotXml),
        ("an attribute twice", b"<a b='1' b='2'/>".to_vec(), Why::NotXml),
        ("a document type", format!("<!DOCTYPE a [<!ENTITY x 'y'>]>{mcci}").into_bytes(), Why::DocumentType),
        ("UTF-16", utf16, Why::NotUtf8),
        ("Latin-1", latin1, Why::NotUtf8),
        ("UTF-8 that claims to be Latin-1", claimed, Why::NotUtf8),
        ("another namespace", mcci.replace("urn:hl7-org:v3", "urn:other").into_bytes(), Why::Unknown),
        (
            "no namespace",
            mcci.replace(" xmlns:h='urn:hl7-org:v3'", "").replace("h:", "").into_bytes(),
            Why::Unknown,
        ),
        ("no acknowledgement", mcci.replace("acknowledgement", "other").into_bytes(), Why::Incomplete),
        ("an unknown type code", mcci.replace("'AA'", "'OK'").into_bytes(), Why::Incomplete),
        (
            "a type code of another namespace",
            mcci.replace(" typeCode='AA'", " h:typeCode='AA'").into_bytes(),
            Why::Incomplete,
        ),
        ("an encoding that is not read", encoded.into_bytes(), Why::Multipart),
        ("a boundary and nothing else", b"----=_MIME-Boundary--\r\n".to_vec(), Why::NotXml),
        ("too deep", "<a>".repeat(100_000).into_bytes(), Why::TooDeep),
        ("too many", format!("<a>{}</a>", "<b/>".repeat(110_000)).into_bytes(), Why::TooMany),
        ("too large", vec![b'<'; 6 * 1024 * 1024], Why::TooLarge),
    ] {
        assert_eq!(read_answer(None, &body).answer, Answer::Nonsense { why }, "{name}");
    }
    for body in ["", " \r\n\t", "\u{FEFF}"] {
        assert_eq!(read_answer(Some("text/xml"), body.as_bytes()).answer, Answer::Empty);
    }
    let other = read_answer(Some("text/xml; charset=windows-1252"), mcci.as_bytes());
    assert_eq!(other.answer, Answer::Nonsense { why: Why::NotUtf8 });
}
