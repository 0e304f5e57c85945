//! Whatever the bytes: an answer, no panic, no content shown.

use proptest::prelude::*;
use spine_message::{Answer, read_answer};

const VALID: &str = "----=_MIME-Boundary\r\nContent-Id: <h>\r\n\r\n<s:Envelope \
xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:e=\"http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd\" \
xmlns:x=\"http://www.w3.org/1999/xlink\"><s:Header><e:MessageHeader><e:MessageData><e:MessageId>0190B5F1-7C3E-7D3A-9C00-0123456789AB\
</e:MessageId></e:MessageData></e:MessageHeader></s:Header><s:Body><e:Manifest><e:Reference x:href=\"cid:p\"/></e:Manifest></s:Body>\
</s:Envelope>\r\n----=_MIME-Boundary\r\nContent-Id: <p>\r\n\r\n<QUPC_IN200000SM04 xmlns=\"urn:hl7-org:v3\"><acknowledgement \
typeCode=\"AA\"/><ControlActEvent><subject><p:queryResponseEventList xmlns:p=\"urn:npfit:psisqr\"><p:event><p:eventID \
root=\"0190B5F1-7C3E-7D3A-9C00-00000000000A\"/></p:event><!-- c --><![CDATA[SECRET]]>&#x53;&amp;</p:queryResponseEventList></subject>\
</ControlActEvent></QUPC_IN200000SM04>\r\n----=_MIME-Boundary--\r\n";

/// Pieces that readers stumble over.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        2 => prop::collection::vec(any::<u8>(), 0..20),
        5 => prop::sample::select(vec![
            "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE", "<?xml", "?>", "&", ";", "&#", "&#x", "=", "'", "\"",
            "xmlns", "xmlns:a=''", "xml:", "--", "----=_MIME-Boundary", "\r\n", "\n", "Content-Id:", "boundary=", "a:b", "\u{FEFF}",
            "<a>", "</a>", "MCCI_IN010000UK13", "typeCode='AA'", "QUPA_IN000009UK03", "\u{0}", "é",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_answered(body in pieces(), header in prop::option::of("[ -~]{0,60}")) {
        let reply = read_answer(header.as_deref(), &body);
        let _ = format!("{reply:?}");
    }

    #[test]
    fn a_damaged_answer_is_answered(at in 0..VALID.len(), removed in 0..40_usize, inserted in pieces()) {
        let bytes = VALID.as_bytes();
        let end = (at + removed).min(bytes.len());
        let body = [&bytes[..at], &inserted, &bytes[end..]].concat();
        let shown = format!("{:?}", read_answer(None, &body));
        prop_assert!(!shown.contains("SECRET"), "{}", shown);
    }
}

#[test]
fn the_undamaged_answer_is_read() {
    assert!(
        matches!(read_answer(None, VALID.as_bytes()).answer, Answer::EventList(list) if list.events.len() == 1)
    );
}

/// Bodies that make a careless reader slow: a quadratic reader would take minutes for them, so the
/// test needs no clock.
#[test]
fn hostile_shapes_take_linear_time() {
    let size = 256 * 1024;
    let fill = |piece: &str| piece.repeat(size / piece.len());
    let attributes: String = (0..size / 16).map(|n| format!(" a{n}='1'")).take(20_000).collect();
    let declarations = (0..20_000).map(|n| format!(" xmlns:a{n}='u{n}'")).collect::<Vec<_>>().concat();
    for body in [
        fill("<"),
        fill("<a>"),
        fill("&amp;"),
        format!("<a>{}</a>", fill("&#x41;")),
        format!("<a>{}</a>", fill("<![CDATA[x]]>")),
        format!("<a>{}</a>", fill("<!-- -->")),
        format!("<a{attributes}/>"),
        format!("<a{declarations}/>"),
        format!("<a b='{}'/>", fill("&lt;")),
        fill("--b\r\n"),
        fill("----=_MIME-Boundary\r\nContent-Id: <x>\r\n\r\n<a/>\r\n"),
        format!("--b\r\n{}", fill("X: y\r\n")),
        format!(
            "<MCCI_IN010000UK13 xmlns='urn:hl7-org:v3'>{}</MCCI_IN010000UK13>",
            "<acknowledgement/>".repeat(20_000)
        ),
        format!(
            "<MCCI_IN010000UK13 xmlns='urn:hl7-org:v3'><acknowledgement typeCode='AA'/><ControlActEvent>{}</ControlActEvent>\
             </MCCI_IN010000UK13>",
            "<reason><justifyingDetectedIssueEvent><code/></justifyingDetectedIssueEvent></reason>"
                .repeat(5_000)
        ),
    ] {
        let _ = read_answer(Some("multipart/related; boundary=b"), body.as_bytes());
        let _ = read_answer(None, body.as_bytes());
    }
}
