//! The edges of what is read: how large, how many parts, which boundary is believed, what may follow the end.

use spine_message::{Answer, Frozen, Path, TypeCode, Why, read_answer};
use spine_vocabulary::{Interaction, MessageId};

const SENT: &str = "0190B5F1-7C3E-7D3A-9C00-0123456789AB";
const OWN: &str = "0190B5F1-7C3E-7D3A-9C00-0000000000FF";

fn acknowledgement(code: &str) -> String {
    format!(
        "<MCCI_IN010000UK13 xmlns='urn:hl7-org:v3'><id root='{OWN}'/><acknowledgement typeCode='{code}'><messageRef>\
         <id root='{SENT}'/></messageRef></acknowledgement><ControlActEvent/></MCCI_IN010000UK13>"
    )
}

fn header(action: &str, rest: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:x='http://www.w3.org/1999/xlink' \
         xmlns:e='http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd'><s:Header><e:MessageHeader>\
         <e:Action>{action}</e:Action><e:MessageData><e:MessageId>{OWN}</e:MessageId></e:MessageData></e:MessageHeader>{rest}\
         </s:Header><s:Body><e:Manifest><e:Reference x:href='cid:p'/></e:Manifest></s:Body></s:Envelope>"
    )
}

fn part(boundary: &str, id: &str, body: &str) -> String {
    format!("--{boundary}\r\nContent-Id: <{id}>\r\n\r\n{body}\r\n")
}

fn message(boundary: &str, code: &str) -> String {
    part(boundary, "h", &header("MCCI_IN010000UK13", "")) + &part(boundary, "p", &acknowledgement(code))
}

fn type_code(answer: Answer) -> Option<TypeCode> {
    match answer {
        Answer::Acknowledgement(answer) => Some(answer.type_code),
        _ => None,
    }
}

fn why(answer: &Answer) -> Option<Why> {
    match answer {
        Answer::Nonsense { why } => Some(*why),
        _ => None,
    }
}

#[test]
fn five_mebibytes_are_read_and_not_a_byte_more() {
    let padded = |bytes: usize| {
        let answer = acknowledgement("AA");
        format!("{answer}{}", " ".repeat(bytes - answer.len()))
    };
    let largest = 5 * 1024 * 1024;
    assert_eq!(type_code(read_answer(None, padded(largest).as_bytes()).answer), Some(TypeCode::Accepted));
    let larger = read_answer(None, padded(largest + 1).as_bytes()).answer;
    assert_eq!(why(&larger), Some(Why::TooLarge));
    let much_larger = read_answer(None, padded(largest + 4096).as_bytes()).answer;
    assert_eq!(why(&much_larger), Some(Why::TooLarge));
}

#[test]
fn sixty_four_parts_are_read_and_not_one_more() {
    let with = |others: usize| {
        let others: String = (0..others).map(|number| part("b", &format!("o{number}"), "<o/>")).collect();
        format!("{}{others}--b--\r\n", message("b", "AA"))
    };
    assert_eq!(type_code(read_answer(None, with(62).as_bytes()).answer), Some(TypeCode::Accepted));
    assert_eq!(why(&read_answer(None, with(63).as_bytes()).answer), Some(Why::Multipart));
    assert_eq!(why(&read_answer(None, with(200).as_bytes()).answer), Some(Why::Multipart));
}

#[test]
fn what_follows_the_closing_delimiter_is_not_read() {
    let header = part("b", "h", &header("MCCI_IN010000UK13", ""));
    let payload = part("b", "p", &acknowledgement("AA"));
    let closed = format!("{header}--b--\r\n{payload}--b--\r\n");
    assert_eq!(why(&read_answer(None, closed.as_bytes()).answer), Some(Why::Incomplete));
    let open = format!("{header}{payload}--b--\r\n\r\nwhatever\r\n");
    assert_eq!(type_code(read_answer(None, open.as_bytes()).answer), Some(TypeCode::Accepted));
}

#[test]
fn a_boundary_is_believed_when_it_is_one_and_the_body_keeps_it() {
    let longest = "b".repeat(200);
    let longer = "b".repeat(201);
    let body = |boundary: &str| format!("A preamble.\r\n{}--{boundary}--\r\n", message(boundary, "AA"));
    let kind = |boundary: &str| format!("multipart/related; boundary=\"{boundary}\"; type=\"text/xml\"");
    for (announced, written, read) in [
        ("b", "b", true),
        (longest.as_str(), longest.as_str(), true),
        (longer.as_str(), longer.as_str(), false),
        ("b", "c", false),
        ("", "", false),
        ("", "b", false),
    ] {
        let answer = read_answer(Some(&kind(announced)), body(written).as_bytes()).answer;
        assert_eq!(
            type_code(answer).is_some(),
            read,
            "{} announced, {} written",
            announced.len(),
            written.len()
        );
    }
    // Without a preamble the first line tells it, whatever was announced; but not when it is too long for one.
    for (written, read) in [("c", true), (longest.as_str(), true), (longer.as_str(), false)] {
        let answer = read_answer(Some(&kind("b")), message(written, "AA").as_bytes()).answer;
        assert_eq!(type_code(answer).is_some(), read, "{} written", written.len());
    }
    // Two hyphens alone are the beginning of a delimiter, not one.
    assert_eq!(why(&read_answer(None, b"--\r\n\r\n<a/>\r\n--\r\n").answer), Some(Why::Multipart));
}

#[test]
fn a_synchronous_answer_says_what_it_is_and_to_what_it_refers() {
    let answer = |action: &str| {
        format!(
            "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:w='http://schemas.xmlsoap.org/ws/2004/08/addressing'>\
             <s:Header><w:MessageID>uuid:{OWN}</w:MessageID><w:Action>{action}</w:Action><w:RelatesTo>urn:uuid:{SENT}</w:RelatesTo>\
             </s:Header><s:Body>{}</s:Body></s:Envelope>",
            acknowledgement("AA")
        )
    };
    let id = |text| Some(MessageId::parse(text).unwrap());
    let read =
        read_answer(None, answer("urn:nhs:names:services:lrs/MCCI_IN010000UK13").as_bytes()).correlation;
    assert_eq!((read.own, read.refers_to), (id(OWN), id(SENT)));
    assert_eq!(read.action.as_deref(), Some("MCCI_IN010000UK13"));
    assert_eq!(read_answer(None, answer("").as_bytes()).correlation.action, None);
}

#[test]
fn an_ebxml_header_without_an_action_has_none() {
    let action = |action| read_answer(None, header(action, "").as_bytes()).correlation.action;
    assert_eq!(action("MCCI_IN010000UK13").as_deref(), Some("MCCI_IN010000UK13"));
    assert_eq!(action(""), None);
}

#[test]
fn the_number_of_an_ebxml_error_is_a_short_row_of_digits() {
    for (description, number) in [
        ("501319:Unknown eb:CPAId", Some("501319")),
        ("1234567890:ten", Some("1234567890")),
        ("12345678901:eleven", None),
        ("about:nothing", None),
        ("nothing", None),
    ] {
        let list = format!(
            "<e:ErrorList><e:Error e:errorCode='ValueNotRecognized' e:severity='Error'><e:Description>{description}\
             </e:Description></e:Error></e:ErrorList>"
        );
        let Answer::EbxmlError(errors) = read_answer(None, header("MessageError", &list).as_bytes()).answer
        else {
            panic!("{description}")
        };
        assert_eq!(errors[0].number.as_deref(), number, "{description}");
    }
}

#[test]
fn requests_travel_to_two_addresses_and_show_none_of_their_bytes() {
    let frozen = |interaction| Frozen {
        id: MessageId::parse(OWN).unwrap(),
        interaction,
        body: b"9990000018".to_vec(),
    };
    assert_eq!(frozen(Interaction::UploadPolled).path().as_str(), "/clinical");
    assert_eq!(frozen(Interaction::SetPermissions).path().as_str(), "/sync-service");
    assert_eq!(frozen(Interaction::PdsRetrieval).path(), Path::SyncService);
    let shown = format!("{:?}", frozen(Interaction::PdsRetrieval));
    assert_eq!(shown, format!("Frozen({OWN}, QUPA_IN000008UK02, 10 bytes masked)"));
}

#[test]
fn an_issue_is_shown_without_its_text() {
    let rejected = acknowledgement("AR").replace(
        "<messageRef>",
        "<acknowledgementDetail typeCode='ER'><code code='202' codeSystem='2.16' displayName='about 9990000018'/>\
         </acknowledgementDetail><messageRef>",
    );
    let shown = format!("{:?}", read_answer(None, rejected.as_bytes()).answer);
    assert!(shown.contains("Issue(2.16 202 ") && shown.contains(", masked)"), "{shown}");
    assert!(!shown.contains("9990000018"));
}

#[test]
fn nobody_has_the_number_when_either_code_of_the_pds_says_so() {
    let pds = "2.16.840.1.113883.2.1.3.2.4.17.42";
    for (codes, not_found) in
        [(&["1"][..], true), (&["RT003"], true), (&["1", "RT003"], true), (&["GE002"], false)]
    {
        let reason = |code: &&str| {
            format!(
                "<reason><justifyingDetectedIssueEvent><code code='{code}' codeSystem='{pds}'><qualifier code='ER'/></code>\
                 </justifyingDetectedIssueEvent></reason>"
            )
        };
        let reasons = codes.iter().map(reason).collect::<Vec<_>>().concat();
        let failure = acknowledgement("AE")
            .replace("MCCI_IN010000UK13", "QUQI_IN010000UK14")
            .replace("<ControlActEvent/>", &format!("<ControlActEvent>{reasons}</ControlActEvent>"));
        let Answer::QueryFailure(failure) = read_answer(None, failure.as_bytes()).answer else {
            panic!("{codes:?}")
        };
        assert_eq!(failure.not_found(), not_found, "{codes:?}");
    }
}

#[test]
fn an_issue_is_as_grave_as_the_spine_or_hl7_itself_says() {
    use spine_vocabulary::Qualifier;
    for (written, read) in [
        ("ER", Some(Qualifier::Error)),
        ("WG", Some(Qualifier::Warning)),
        ("IF", Some(Qualifier::Information)),
        ("E", Some(Qualifier::Error)),
        ("W", Some(Qualifier::Warning)),
        ("I", Some(Qualifier::Information)),
        ("X", None),
    ] {
        let reason = format!(
            "<reason><justifyingDetectedIssueEvent><code code='400'><qualifier code='{written}'/></code>\
             </justifyingDetectedIssueEvent></reason>"
        );
        let failed = acknowledgement("AE")
            .replace("<ControlActEvent/>", &format!("<ControlActEvent>{reason}</ControlActEvent>"));
        let Answer::Acknowledgement(failed) = read_answer(None, failed.as_bytes()).answer else {
            panic!("{written}")
        };
        assert_eq!(failed.issues[0].qualifier, read, "{written}");
    }
}

#[test]
fn sixty_four_attributes_of_an_element_are_read_and_not_one_more() {
    let with = |count: usize| {
        let attributes: Vec<String> = (0..count).map(|number| format!(" a{number}=''")).collect();
        let attributes = attributes.concat();
        acknowledgement("AA").replace("<ControlActEvent/>", &format!("<ControlActEvent{attributes}/>"))
    };
    assert_eq!(type_code(read_answer(None, with(64).as_bytes()).answer), Some(TypeCode::Accepted));
    assert_eq!(why(&read_answer(None, with(65).as_bytes()).answer), Some(Why::TooMany));
    assert_eq!(why(&read_answer(None, with(90).as_bytes()).answer), Some(Why::TooMany));
}

#[test]
fn a_hundred_thousand_elements_and_attributes_are_read_and_not_one_more() {
    // Six elements and three attributes are there already, the namespace not counted.
    let with = |count: usize| {
        let inside = "<x/>".repeat(count);
        acknowledgement("AA")
            .replace("<ControlActEvent/>", &format!("<ControlActEvent>{inside}</ControlActEvent>"))
    };
    assert_eq!(type_code(read_answer(None, with(99_991).as_bytes()).answer), Some(TypeCode::Accepted));
    assert_eq!(why(&read_answer(None, with(99_992).as_bytes()).answer), Some(Why::TooMany));
}

#[test]
fn a_document_that_does_not_close_or_has_no_root_is_none() {
    for broken in ["<a><b></b>", "<!-- nothing -->", "<?xml version='1.0'?>"] {
        assert_eq!(why(&read_answer(None, broken.as_bytes()).answer), Some(Why::NotXml), "{broken}");
    }
}

#[test]
fn what_stands_beside_an_element_is_not_inside_it() {
    let detail = "<acknowledgementDetail typeCode='ER'><code code='202' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.32'/></acknowledgementDetail>";
    let details = |body: &str| match read_answer(None, body.as_bytes()).answer {
        Answer::Acknowledgement(answer) => answer.details.len(),
        _ => usize::MAX,
    };
    let beside = acknowledgement("AR").replace("</acknowledgement>", &format!("</acknowledgement>{detail}"));
    let inside = acknowledgement("AR").replace("<messageRef>", &format!("{detail}<messageRef>"));
    assert_eq!((details(&beside), details(&inside)), (0, 1));
}

#[test]
fn an_attribute_holds_neither_markup_nor_what_xml_cannot_carry() {
    for value in ["a<b", "&#1;", "\u{1}", "&#xFFFE;", "&unknown;"] {
        let body = acknowledgement("AA").replace("typeCode='AA'", &format!("typeCode='AA' note='{value}'"));
        assert_eq!(why(&read_answer(None, body.as_bytes()).answer), Some(Why::NotXml), "{value}");
    }
}
