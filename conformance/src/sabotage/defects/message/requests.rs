//! A client that writes its requests wrongly: one rule each.

use super::{swap, tampering};
use crate::sabotage::{Sabotage, rewriting_requests};
use crate::wire::{Request, Sort};

const UPLOAD: &[Sort] = &[Sort::Upload];
const POLL: &[Sort] = &[Sort::Poll];
const ASKED: &[Sort] = &[Sort::EventList, Sort::Retrieval, Sort::Setting];
const ALL: &[Sort] = &[Sort::Upload, Sort::EventList, Sort::Retrieval, Sort::Setting];
const ORDINARY: &[&str] = &["messages"];

pub(super) const DEFECTS: &[Sabotage] = &[
    Sabotage::of_client(
        "message/uploads-to-the-reliable-route",
        "The client posts uploads to the address of another route.",
        || {
            tampering(|| {
                changing(UPLOAD, |request| request.target = "/reliablemessaging/reliablerequest".into())
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/wrong-soap-action",
        "The client names the asynchronous interaction in the SOAPAction of an upload by polling.",
        || {
            tampering(|| {
                changing(UPLOAD, |request| {
                    header(request, "soapaction", "urn:nhs:names:services:psis/REPC_IN150016UK05");
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/questions-to-the-old-address",
        "The client posts queries to an address of the first Spine.",
        || tampering(|| changing(ASKED, |request| request.target = "/syncservice-psis/psis".into())),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/soap-1-2",
        "The client posts queries with the content type of SOAP 1.2.",
        || tampering(|| changing(ASKED, |request| header(request, "content-type", "application/soap+xml"))),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/start-names-no-part",
        "The client names in start a part that is not there.",
        || {
            tampering(|| {
                changing(UPLOAD, |request| {
                    let kind =
                        request.header("content-type").unwrap_or_default().replace("start=\"<", "start=\"<x");
                    header(request, "content-type", &kind);
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/the-last-boundary-is-missing",
        "The client does not close its multipart body.",
        || {
            tampering(|| {
                changing(UPLOAD, |request| {
                    request
                        .rewrite(|text| text.trim_end().trim_end_matches("--=_MIME-Boundary--").to_owned());
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/the-manifest-names-no-part",
        "The client names in the manifest a part that is not there.",
        || tampering(|| swap(UPLOAD, "\"cid:", "\"cid:x")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/texts-are-not-escaped",
        "The client writes texts of the record without escaping them.",
        || tampering(|| swap(UPLOAD, "&lt;", "<")),
        &["hostile-texts"],
    ),
    Sabotage::of_client(
        "message/polls-without-a-request-id",
        "The client leaves the request id out of polls.",
        || tampering(|| changing(POLL, |request| drop_header(request, "nhsd-request-id"))),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/uploads-without-a-session",
        "The client does not name the session's role profile in the headers of an upload.",
        || tampering(|| changing(UPLOAD, |request| drop_header(request, "nhsd-session-urid"))),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/polls-by-post",
        "The client polls with POST.",
        || tampering(|| changing(POLL, |request| request.method = "POST".into())),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/polls-with-a-soap-action",
        "The client sends a SOAPAction with polls.",
        || {
            tampering(|| {
                changing(POLL, |request| {
                    header(request, "soapaction", "urn:nhs:names:services:psis/REPC_IN150016SM05");
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/bodies-are-compressed",
        "The client says that its bodies are compressed.",
        || tampering(|| changing(ALL, |request| header(request, "content-encoding", "gzip"))),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/header-of-version-1",
        "The client writes the version of ebMS 1.0.",
        || {
            tampering(|| {
                swap(
                    UPLOAD,
                    "<eb:MessageHeader SOAP:mustUnderstand=\"1\" eb:version=\"2.0\">",
                    "<eb:MessageHeader SOAP:mustUnderstand=\"1\" eb:version=\"1.0\">",
                )
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/parties-are-swapped",
        "The client names the Spine as the sending party and itself as the receiving one.",
        || {
            tampering(|| {
                changing(UPLOAD, |request| {
                    request.rewrite(|text| exchange(text, "YES-0000806", "Y90001-0000001"));
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/another-agreement",
        "The client names an agreement that another interaction has.",
        || tampering(|| swap(UPLOAD, "S20001A000182", "S1001A1630")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/the-service-of-queries",
        "The client names the service of queries in the ebXML header of an upload.",
        || {
            tampering(|| {
                swap(
                    UPLOAD,
                    "<eb:Service>urn:nhs:names:services:psis<",
                    "<eb:Service>urn:nhs:names:services:psisquery<",
                )
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/local-time-stamps",
        "The client writes the ebXML time stamp without a zone.",
        || tampering(|| swap(UPLOAD, "Z</eb:Timestamp>", "</eb:Timestamp>")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/no-duplicate-elimination",
        "The client does not ask for duplicates to be eliminated.",
        || tampering(|| swap(UPLOAD, "<eb:DuplicateElimination/>", "")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/acknowledgements-of-the-next-station",
        "The client asks the next station for the acknowledgement rather than the receiving party.",
        || tampering(|| swap(UPLOAD, ":actor:toPartyMSH", ":actor:nextMSH")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/lower-case-ids",
        "The client writes message ids in small letters.",
        || tampering(|| changing(ALL, lower_case)),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/another-id-in-the-wrapper",
        "The client gives the HL7 message of an upload an id of its own.",
        || {
            tampering(|| {
                swap(UPLOAD, "ITSVersion=\"XML_1.0\"><id root=\"0", "ITSVersion=\"XML_1.0\"><id root=\"F")
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/another-interaction-in-the-wrapper",
        "The client names the asynchronous interaction in interactionId.",
        || tampering(|| swap(UPLOAD, "extension=\"REPC_IN150016SM05\"", "extension=\"REPC_IN150016UK05\"")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/test-messages",
        "The client marks its messages as tests.",
        || tampering(|| swap(ALL, "<processingCode code=\"P\"/>", "<processingCode code=\"T\"/>")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/one-version-for-all",
        "The client writes the version of uploads in every message.",
        || tampering(|| swap(ASKED, "3NPfIT6.3.01", "V3NPfIT4.2.00")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/asids-are-swapped",
        "The client names itself as receiver and the service as sender.",
        || {
            tampering(|| {
                changing(ALL, |request| {
                    request.rewrite(|text| exchange(text, "227319907548", "990000000001"));
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/no-job-role",
        "The client leaves the job role out of the author.",
        || {
            tampering(|| {
                changing(ALL, |request| {
                    request.rewrite(|text| cut(text, "<part typeCode=\"PART\">", "</part>"));
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/a-user-of-its-own",
        "The client names another user than the session's.",
        || tampering(|| swap(ALL, "\"990000000101\"", "\"990000000102\"")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/soap-ids-without-uuid",
        "The client leaves uuid: out of wsa:MessageID.",
        || tampering(|| swap(ASKED, "<wsa:MessageID>uuid:", "<wsa:MessageID>")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/another-wsa-action",
        "The client writes a colon for the slash of wsa:Action.",
        || {
            tampering(|| {
                changing(ASKED, |request| {
                    request
                        .rewrite(|text| text.replace("query/QUP", "query:QUP").replace("lrs/SET", "lrs:SET"));
                })
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/no-reply-to",
        "The client leaves wsa:ReplyTo out.",
        || tampering(|| swap(ASKED, "<wsa:ReplyTo><wsa:Address/></wsa:ReplyTo>", "")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/another-system-in-the-soap-header",
        "The client names another receiver in the SOAP header than in the body.",
        || {
            tampering(|| {
                swap(
                    ASKED,
                    "<hl7:id root=\"1.2.826.0.1285.0.2.0.107\" extension=\"2",
                    "<hl7:id root=\"1.2.826.0.1285.0.2.0.107\" extension=\"9",
                )
            })
        },
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/semantics-first-everywhere",
        "The client writes semanticsText before value in event list queries, as PDS wants it.",
        || tampering(|| changing(&[Sort::EventList], semantics_first)),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/dissent-is-overridden",
        "The client overrides dissent in its queries.",
        || tampering(|| swap(&[Sort::EventList], "<value code=\"0\"", "<value code=\"1\"")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/values-first-everywhere",
        "The client writes value before semanticsText in PDS retrievals, as PSIS wants it.",
        || tampering(|| changing(&[Sort::Retrieval], values_first)),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/history-is-asked-for",
        "The client asks PDS for the history of a record.",
        || tampering(|| swap(&[Sort::Retrieval], "<value code=\"0\"", "<value code=\"1\"")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/times-in-utc",
        "The client writes creationTime in UTC.",
        || tampering(|| swap(ALL, "<creationTime value=\"2026091509", "<creationTime value=\"2026091508")),
        ORDINARY,
    ),
    Sabotage::of_client(
        "message/summer-time-for-ever",
        "The client writes creationTime an hour ahead of UTC in winter, too.",
        || {
            tampering(|| {
                swap(
                    ALL,
                    concat!("<creationTime value=\"20261215", "08"),
                    concat!("<creationTime value=\"20261215", "09"),
                )
            })
        },
        &["messages-in-winter"],
    ),
];

fn changing(sorts: &'static [Sort], change: fn(&mut Request)) -> std::sync::Arc<dyn crate::wire::Tamper> {
    rewriting_requests(move |request, seen| {
        if sorts.contains(&seen.sort) {
            change(request);
        }
    })
}

fn drop_header(request: &mut Request, name: &str) {
    request.headers.retain(|(held, _)| !held.eq_ignore_ascii_case(name));
}

fn header(request: &mut Request, name: &str, value: &str) {
    drop_header(request, name);
    request.headers.push((name.to_owned(), value.to_owned()));
}

/// Each for the other.
fn exchange(text: &str, one: &str, other: &str) -> String {
    text.replace(one, "\u{1}").replace(other, one).replace('\u{1}', other)
}

/// Without everything from a start to the first end after it, wherever it stands.
fn cut(text: &str, start: &str, end: &str) -> String {
    let mut pieces = text.split(start);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once(end).map_or("", |(_, rest)| rest))
}

/// The message's own id, in small letters wherever it stands.
fn lower_case(request: &mut Request) {
    let seen = crate::wire::Seen::of(request);
    let Some(id) = seen.message else { return };
    request.rewrite(|text| text.replace(&id, &id.to_ascii_lowercase()));
}

fn semantics_first(request: &mut Request) {
    request.rewrite(|text| {
        ["DissentOverride", "NHSNumber"].iter().fold(text.to_owned(), |text, words| {
            let said = format!("<semanticsText>{words}</semanticsText>");
            let tag = format!("{}{}>", words[..1].to_ascii_lowercase(), &words[1..]);
            text.replace(&said, "").replace(&format!("<{tag}"), &format!("<{tag}{said}"))
        })
    });
}

fn values_first(request: &mut Request) {
    request.rewrite(|text| {
        let said = "<semanticsText>Person.id</semanticsText>";
        text.replace(said, "").replace("</person.id>", &format!("{said}</person.id>"))
    });
}
