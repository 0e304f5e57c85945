//! Who reads which published sample. What we constructed and captured says it in its name; every other file has a line here, or stands
//! among those that nobody reads, with the reason and with how many they are: a new file is on neither list and fails the test.

/// How a file is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reads {
    /// The client takes it for this answer; see `said`.
    Answer(&'static str),
    /// The simulator takes it for a message of this interaction or action.
    Message(&'static str),
    /// A stub of an HTTP server, in JSON: the client takes its body for this answer.
    Stub(&'static str),
}

use Reads::{Answer, Message, Stub};

/// Files that nobody reads.
pub(super) struct Unread {
    /// How their paths begin.
    pub(super) start: &'static str,
    /// How many they are.
    pub(super) files: usize,
    /// Why nobody reads them.
    pub(super) why: &'static str,
}

/// Folders whose files say in their names what they are.
pub(super) const NAMED: [&str; 2] = ["constructed/", "captured-mhs-outbound/"];

/// Under a folder, the files and how each is read.
type Folder = (&'static str, &'static [(&'static str, Reads)]);

pub(super) const READ: &[Folder] = &[
    ("NHSDigital+summary-care-record-api/docker/service/src/main/resources/mock-spine/", SCR_MOCK_SPINE),
    ("NHSDigital+summary-care-record-api/docker/docker/spine-mock/stubs/mappings/", SCR_STUBS),
    (
        "NHSDigital+electronic-prescription-service-api/packages/coordinator/tests/resources/spine-responses/",
        PRESCRIPTIONS,
    ),
    ("NHSDigital+integration-adaptor-gp2gp/service/src/", GP2GP),
    (
        "NHSDigital+integration-adaptor-mhs/integration-tests/fake_spine/fake_spine/configured_responses/",
        MHS_FAKE_SPINE,
    ),
    ("NHSDigital+integration-adaptor-mhs/test-scripts/tests/", MHS_SCRIPTS),
    ("NHSDigital+integration-adaptor-mhs/examples/SCR/scr/tests/test_xmls/", MHS_SCR_EXAMPLE),
    ("NHSDigital+integration-adaptor-mhs/examples/SCRWebService/endpoints/tests/data/", MHS_SCR_WEB_SERVICE),
    ("NHSDigital+integration-adaptor-mhs/mhs/common/mhs_common/errors/tests/test_messages/", MHS_ERRORS),
    (
        "NHSDigital+integration-adaptor-mhs/mhs/common/mhs_common/messages/tests/expected_messages/",
        MHS_EXPECTED,
    ),
    ("NHSDigital+integration-adaptor-mhs/mhs/inbound/inbound/request/tests/messages/", MHS_INBOUND),
];

const SCR_MOCK_SPINE: &[(&str, Reads)] = &[
    ("acs/incorrectNhsNumber.xml", Answer("acknowledgement AE")),
    ("acs/success.xml", Answer("acknowledgement AA")),
    ("event-list-query/noConsent.xml", Answer("query failure AE")),
    ("event-list-query/success.xml", Answer("event list")),
    ("event-query/success.xml", Answer("event")),
    ("upload-scr/pollingSuccess.txt", Answer("acknowledgement AA")),
];

const SCR_STUBS: &[(&str, Reads)] = &[
    ("acs-set.json", Stub("nonsense: NotXml")),
    ("bad-response-scr-post.json", Stub("nonsense: Html")),
    ("no-result-scr-get.json", Stub("nothing")),
    ("no-result-scr-post.json", Stub("nothing")),
    ("scr-get-1.json", Stub("nothing")),
    ("scr-get-2.json", Stub("acknowledgement AA")),
    ("scr-post.json", Stub("nothing")),
];

const PRESCRIPTIONS: &[(&str, Reads)] = &[
    ("async_error.xml", Answer("acknowledgement AE")),
    ("async_multiple_error.xml", Answer("acknowledgement AE")),
    ("async_success.xml", Answer("acknowledgement AA")),
    ("sync_error.xml", Answer("acknowledgement AR")),
    ("sync_multiple_error.xml", Answer("acknowledgement AR")),
];

const GP2GP: &[(&str, Reads)] = &[
    ("intTest/resources/continuemessage/COPC_IN000001UK01_ebxml.txt", Message("COPC_IN000001UK01")),
    ("intTest/resources/inbound/acknowledgement/MCCI_IN010000UK13_body_AA.xml", Answer("acknowledgement AA")),
    ("intTest/resources/inbound/acknowledgement/MCCI_IN010000UK13_body_AE.xml", Answer("acknowledgement AE")),
    ("intTest/resources/inbound/acknowledgement/MCCI_IN010000UK13_body_AR.xml", Answer("acknowledgement AR")),
    (
        "intTest/resources/inbound/acknowledgement/templates/MCCI_IN010000UK13_ebxml.txt",
        Message("MCCI_IN010000UK13"),
    ),
    (
        "intTest/resources/inbound/acknowledgement/templates/MCCI_IN010000UK13_nack_payload.txt",
        Answer("acknowledgement AE"),
    ),
    ("intTest/resources/requestmessage/RCMR_IN010000UK05_ebxml.txt", Message("RCMR_IN010000UK05")),
    ("test/resources/ehr/request/MCCI_IN010000UK13_body_AA.xml", Answer("acknowledgement AA")),
    ("test/resources/ehr/request/MCCI_IN010000UK13_header.xml", Message("MCCI_IN010000UK13")),
];

/// The acknowledgement of this adaptor's own fake Spine has the form of a business answer without a payload: the client takes no
/// part in it for an answer, the simulator reads its header.
const MHS_FAKE_SPINE: &[(&str, Reads)] = &[
    ("async_reliable_success_response.xml", Message("MCCI_IN010000UK13")),
    ("ebxml_fault_single_error.xml", Answer("ebXML errors: 1")),
    ("soap_fault_single_error.xml", Answer("fault 200")),
    ("soap_fault_that_should_be_retried.xml", Answer("fault 206")),
];

const MHS_SCRIPTS: &[(&str, Reads)] = &[
    ("async-express.xml", Message("QUPC_IN160101UK05")),
    ("async-reliable.xml", Message("REPC_IN150016UK05")),
    ("forward-reliable.xml", Message("COPC_IN000001UK01")),
    ("inbound-unsolicited.txt", Message("MCCI_IN010000UK13")),
    ("sync.xml", Message("QUPA_IN040000UK32")),
];

/// The answers that are called bad there lack what only another reader wants.
const MHS_SCR_EXAMPLE: &[(&str, Reads)] = &[
    ("EmptyHtmlGpSummaryUpdate.xml", Message("REPC_IN150016UK05")),
    ("SummaryUpdateExtendedContents.xml", Message("REPC_IN150016UK05")),
    ("badAttributeParse.xml", Answer("acknowledgement AA")),
    ("badTextAttribute.xml", Answer("acknowledgement AA")),
    ("cleanSummaryUpdate.xml", Message("REPC_IN150016UK05")),
    ("missingAttribute.xml", Answer("acknowledgement AA")),
    ("multipleReplacementOf.xml", Message("REPC_IN150016UK05")),
    ("parseSuccessResponse.xml", Answer("acknowledgement AA")),
    ("replacementOf.xml", Message("REPC_IN150016UK05")),
];

const MHS_SCR_WEB_SERVICE: &[(&str, Reads)] = &[
    ("populated_message_template.xml", Message("REPC_IN150016UK05")),
    ("success_response.xml", Answer("acknowledgement AA")),
];

const MHS_ERRORS: &[(&str, Reads)] = &[
    ("ebxml_response_error_multiple.xml", Answer("ebXML errors: 2")),
    ("ebxml_response_error_single.xml", Answer("ebXML errors: 1")),
    ("soapfault_response_multiple_errors.xml", Answer("fault 200 201")),
    ("soapfault_response_single_error.xml", Answer("fault 200")),
];

const MHS_EXPECTED: &[(&str, Reads)] = &[
    ("ebxml_ack.xml", Answer("ebXML acknowledgment")),
    ("ebxml_nack.xml", Answer("ebXML errors: 1")),
    ("ebxml_request.xml", Message("QUPA_IN000006UK02")),
    ("ebxml_request_one_attachment.xml", Message("QUPA_IN000006UK02")),
    ("ebxml_request_one_attachment_with_document_id.xml", Message("QUPA_IN000006UK02")),
    ("ebxml_request_one_external_attachment.xml", Message("QUPA_IN000006UK02")),
    ("soap_request.xml", Message("QUPA_IN040000UK32")),
];

const MHS_INBOUND: &[(&str, Reads)] = &[
    ("ebxml_ack.xml", Answer("ebXML acknowledgment")),
    ("ebxml_nack.xml", Answer("ebXML errors: 1")),
    ("ebxml_no_reference.msg", Message("MCCI_IN010000UK13")),
    ("ebxml_request_unintended.msg", Message("MCCI_IN010000UK13")),
    ("ebxml_unknown_ref_to.msg", Message("MCCI_IN010000UK13")),
    ("sync_message.xml", Message("QUPA_IN040000UK32")),
];

const TEXT: &str = "documentation or a licence";
const FHIR: &str = "FHIR: nothing here speaks it yet";
const DIRECTORY: &str = "the directory service: addresses come from the practice's own settings yet";
const IDENTITY: &str = "OAuth 2 identity: the session is opened with the smartcard yet";
const ROUTES: &str = "routing tables of an adaptor, not messages";

pub(super) const UNREAD: &[Unread] = &[
    Unread { start: "INDEX.md", files: 1, why: TEXT },
    Unread { start: "constructed/README.md", files: 1, why: TEXT },
    Unread { start: "openapi/", files: 5, why: FHIR },
    Unread { start: "captured-sds-api/", files: 6, why: DIRECTORY },
    Unread { start: "NHSDigital+identity-service-api/", files: 5, why: IDENTITY },
    Unread { start: "NHSDigital+personal-demographics-service-api/", files: 244, why: FHIR },
    Unread { start: "NHSDigital+spine-directory-service-api/", files: 52, why: DIRECTORY },
    Unread { start: "NHSDigital+summary-care-record-api/LICENSE", files: 1, why: TEXT },
    Unread { start: "NHSDigital+summary-care-record-api/specification/", files: 38, why: FHIR },
    Unread { start: "NHSDigital+summary-care-record-api/tests/non_prod/", files: 3, why: FHIR },
    Unread {
        start: "NHSDigital+summary-care-record-api/docker/service/src/test/resources/",
        files: 112,
        why: "FHIR resources, and single record entries as its adaptor writes them into the text: not messages",
    },
    Unread {
        start: "NHSDigital+summary-care-record-api/docker/service/src/main/resources/mock-identity-service/",
        files: 1,
        why: IDENTITY,
    },
    Unread { start: "NHSDigital+electronic-prescription-service-api/LICENSE", files: 1, why: TEXT },
    Unread {
        start: "NHSDigital+electronic-prescription-service-api/packages/coordinator/tests/resources/spine-responses/cancel_",
        files: 3,
        why: "PORX_IN050101UK31, the answer to cancelling a prescription",
    },
    Unread { start: "NHSDigital+integration-adaptor-gp2gp/LICENSE", files: 1, why: TEXT },
    Unread { start: "NHSDigital+integration-adaptor-gp2gp/wiremock/", files: 6, why: DIRECTORY },
    Unread {
        start: "NHSDigital+integration-adaptor-gp2gp/mock-mhs-adaptor/",
        files: 2,
        why: "messages in the adaptor's own JSON, with its escapes left in",
    },
    Unread {
        start: "NHSDigital+integration-adaptor-gp2gp/service/src/intTest/resources/sds/",
        files: 4,
        why: DIRECTORY,
    },
    Unread { start: "NHSDigital+integration-adaptor-mhs/LICENSE", files: 1, why: TEXT },
    Unread { start: "NHSDigital+integration-adaptor-mhs/docker/sds-api-mock/", files: 4, why: DIRECTORY },
    Unread {
        start: "NHSDigital+integration-adaptor-mhs/examples/SCR/scr/tests/hashes/",
        files: 7,
        why: "values for an example's template, not messages",
    },
    Unread {
        start: "NHSDigital+integration-adaptor-mhs/examples/SCRWebService/tests/data/complete_input.json",
        files: 1,
        why: "as above",
    },
    Unread {
        start: "NHSDigital+integration-adaptor-mhs/examples/SCRWebService/endpoints/tests/data/complete_input.json",
        files: 1,
        why: "as above",
    },
    Unread {
        start: "NHSDigital+integration-adaptor-mhs/mhs/common/mhs_common/routing/",
        files: 8,
        why: ROUTES,
    },
    Unread { start: "NHSDigital+integration-adaptor-mhs/mhs/common/data/", files: 1, why: ROUTES },
    Unread { start: "NHSDigital+integration-adaptor-mhs/mhs/spineroutelookup/", files: 3, why: DIRECTORY },
    Unread {
        start: "NHSDigital+integration-adaptor-mhs/mhs/inbound/inbound/request/tests/messages/ebxml_request.msg",
        files: 1,
        why: "a template: its header is a placeholder",
    },
    Unread {
        start: "NHSDigital+integration-adaptor-mhs/mhs/inbound/inbound/request/tests/messages/ebxml_unsolicited.msg",
        files: 1,
        why: "a template: its header is a placeholder",
    },
    Unread {
        start: "NHSDigital+integration-adaptor-mhs/mhs/common/mhs_common/messages/tests/expected_messages/ebxml_request_multiple_attachments.xml",
        files: 1,
        why: "has attachments in base64, which no service of ours takes: the simulator refuses the encoding",
    },
];
