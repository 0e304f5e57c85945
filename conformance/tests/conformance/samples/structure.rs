//! The structure of the simulator's answers, against the published ones: which elements stand where, with which attributes.
//!
//! Every path of ours occurs in a sample of its kind, or stands on a list with the reason; every path that all samples of the kind have
//! is in ours, or stands on a list with the reason. A line that excuses nothing fails the test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};

use super::answers::{Asked, documents};
use super::differences::{NOT_IN_A_SAMPLE, NOT_IN_OURS};
use super::samples;

/// A kind of answer: which document of it, and the samples of that document.
struct Kind {
    /// What the simulator is asked for; see [`Asked::answer`].
    ours: &'static str,
    /// Which of its documents: a polled answer has an envelope and a payload.
    document: Which,
    samples: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Envelope,
    Payload,
}

use Which::{Envelope, Payload};

const SCR: &str = "NHSDigital+summary-care-record-api/docker/service/src/main/resources/mock-spine/";
const PRESCRIPTIONS: &str =
    "NHSDigital+electronic-prescription-service-api/packages/coordinator/tests/resources/spine-responses/";
const GP2GP: &str =
    "NHSDigital+integration-adaptor-gp2gp/service/src/intTest/resources/inbound/acknowledgement/";
const MHS: &str = "NHSDigital+integration-adaptor-mhs/mhs/common/mhs_common/errors/tests/test_messages/";
const OURS: &str = "constructed/";

const KINDS: &[Kind] = &[
    Kind { ours: "record", document: Payload, samples: &["=resp.pds.QUPA_IN000009UK03.ok.soap.xml"] },
    Kind {
        ours: "record of the dead",
        document: Payload,
        samples: &["=resp.pds.QUPA_IN000009UK03.ok.soap.xml"],
    },
    Kind {
        ours: "sensitive record",
        document: Payload,
        samples: &["=resp.pds.QUPA_IN000009UK03.sensitive.soap.xml"],
    },
    Kind {
        ours: "superseded record",
        document: Payload,
        samples: &["=resp.pds.QUPA_IN000009UK03.superseded.soap.xml"],
    },
    Kind {
        ours: "no record",
        document: Payload,
        samples: &["=resp.pds.QUQI_IN010000UK14.nomatch-retrieval.soap.xml"],
    },
    Kind { ours: "list", document: Payload, samples: &["sevent-list-query/success.xml"] },
    Kind { ours: "event", document: Payload, samples: &["sevent-query/success.xml"] },
    Kind { ours: "refused list", document: Payload, samples: &["sevent-list-query/noConsent.xml"] },
    Kind {
        ours: "permission set",
        document: Payload,
        samples: &["=resp.acs.SET.AA.soap.xml", "sacs/success.xml"],
    },
    Kind { ours: "permission of nobody", document: Payload, samples: &["sacs/incorrectNhsNumber.xml"] },
    Kind { ours: "rejected setting", document: Payload, samples: REJECTIONS },
    Kind { ours: "rejected query", document: Payload, samples: REJECTIONS },
    Kind {
        ours: "stored upload",
        document: Payload,
        samples: &[
            "=resp.psis.MCCI_IN010000UK13.AA.xml",
            "=wire-async-response.MCCI_IN010000UK13.AA.msg",
            "supload-scr/pollingSuccess.txt",
            "pasync_success.xml",
            "gMCCI_IN010000UK13_body_AA.xml",
        ],
    },
    Kind {
        ours: "refused upload",
        document: Payload,
        samples: &[
            "=resp.psis.MCCI_IN010000UK13.AE-420-30418-acf.xml",
            "=resp.psis.MCCI_IN010000UK13.AE-410-30134-duplicate-event.xml",
            "=resp.psis.MCCI_IN010000UK13.AE-502-unavailable.xml",
            "=wire-async-response.MCCI_IN010000UK13.AE-30134.msg",
            "pasync_error.xml",
            "pasync_multiple_error.xml",
            "gMCCI_IN010000UK13_body_AE.xml",
        ],
    },
    Kind {
        ours: "repeated upload",
        document: Payload,
        samples: &["=resp.psis.MCCI_IN010000UK13.AR-202-duplicate.xml", "gMCCI_IN010000UK13_body_AR.xml"],
    },
    Kind { ours: "stored upload", document: Envelope, samples: POLLED },
    Kind { ours: "refused upload", document: Envelope, samples: POLLED },
    Kind {
        ours: "unknown agreement",
        document: Envelope,
        samples: &[
            "=ebxml.MessageError.501319.xml",
            "mebxml_response_error_single.xml",
            "mebxml_response_error_multiple.xml",
        ],
    },
    Kind { ours: "unsupported", document: Envelope, samples: FAULTS },
    Kind { ours: "not well formed", document: Envelope, samples: FAULTS },
];

const REJECTIONS: &[&str] =
    &["=resp.sync.AR-rejection.MCCI_IN010000UK13.soap.xml", "psync_error.xml", "psync_multiple_error.xml"];
const POLLED: &[&str] = &[
    "supload-scr/pollingSuccess.txt",
    "pasync_success.xml",
    "pasync_error.xml",
    "pasync_multiple_error.xml",
    "=wire-async-response.MCCI_IN010000UK13.AA.msg",
];
const FAULTS: &[&str] = &[
    "=soapfault.101.unsupported.xml",
    "=soapfault.200.xml",
    "=soapfault.206.xml",
    "=soapfault.300.xml",
    "msoapfault_response_single_error.xml",
    "msoapfault_response_multiple_errors.xml",
];

#[test]
fn the_simulators_answers_have_the_structure_of_the_published_ones() {
    let Some(folder) = samples() else { return };
    let asked = Asked::new();
    let (mut faults, mut excused) = (Vec::new(), BTreeSet::new());
    for kind in KINDS {
        let ours = paths(&pick(&asked.answer(kind.ours), kind.document));
        let theirs: Vec<_> = kind.samples.iter().map(|sample| sample_paths(&folder, sample, kind)).collect();
        let name = format!("{} ({:?})", kind.ours, kind.document);
        let known = theirs.iter().flatten().collect::<BTreeSet<_>>();
        let excess = ours.iter().filter(|path| !known.contains(path));
        judge(&name, excess, NOT_IN_A_SAMPLE, "is in no sample", &mut faults, &mut excused);
        let mandatory = known.into_iter().filter(|path| theirs.iter().all(|sample| sample.contains(*path)));
        let missing = mandatory.filter(|path| !ours.contains(*path));
        judge(&name, missing, NOT_IN_OURS, "is in every sample and not in ours", &mut faults, &mut excused);
    }
    for (path, _) in NOT_IN_A_SAMPLE.iter().chain(NOT_IN_OURS).filter(|(path, _)| !excused.contains(path)) {
        faults.push(format!("{path}: the line on the list of differences excuses nothing"));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_more_and_what_is_less_is_told() {
    let ours = paths(
        "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body><a xmlns='' b='1'/></Body></Envelope>",
    );
    let expected = [
        "soap:Envelope",
        "soap:Envelope/soap:Body",
        "soap:Envelope/soap:Body/*",
        "soap:Envelope/soap:Body/*@b",
    ];
    assert_eq!(ours, expected.into_iter().map(str::to_owned).collect());
    let (mut faults, mut excused) = (Vec::new(), BTreeSet::new());
    judge("a", ours.iter(), &[("soap:Envelope/soap:Body/*", "reason")], "is more", &mut faults, &mut excused);
    assert_eq!(faults, ["a: soap:Envelope is more"]);
    assert_eq!(excused, BTreeSet::from(["soap:Envelope/soap:Body/*"]));
}

/// A line of a list excuses a path, whatever stands below it, and the attributes of both.
fn judge<'p>(
    kind: &str,
    paths: impl Iterator<Item = &'p String>,
    list: &[(&'static str, &'static str)],
    what: &str,
    faults: &mut Vec<String>,
    excused: &mut BTreeSet<&'static str>,
) {
    let mut told: Vec<&str> = Vec::new();
    for path in paths {
        let under = |above: &&str| path.strip_prefix(*above).is_some_and(|rest| rest.starts_with(['/', '@']));
        let line = list.iter().find(|(excused, _)| {
            path.ends_with(excused)
                || path.contains(&format!("{excused}/"))
                || path.contains(&format!("{excused}@"))
        });
        match line {
            Some((line, _)) => {
                excused.insert(line);
            }
            // What stands below it goes without saying.
            None if told.iter().any(under) => {}
            None => {
                told.push(path);
                faults.push(format!("{kind}: {path} {what}"));
            }
        }
    }
}

/// The folder that a sample's first letter stands for, and the rest of its path.
fn sample_paths(folder: &Path, sample: &str, kind: &Kind) -> BTreeSet<String> {
    let (start, rest) = sample.split_at(1);
    let under = match start {
        "=" => OURS,
        "s" => SCR,
        "p" => PRESCRIPTIONS,
        "g" => GP2GP,
        "m" => MHS,
        _ => panic!("{sample} is in no folder"),
    };
    let text = fs::read_to_string(folder.join(under).join(rest)).unwrap();
    paths(&pick(&documents(&text), kind.document))
}

/// The envelope is the first document, the payload the last; often they are one.
fn pick(documents: &[String], which: Which) -> String {
    let document = if which == Envelope { documents.first() } else { documents.last() };
    document.unwrap().clone()
}

/// Every element's path, and every attribute's. The element that wraps the payload of a SOAP body has its name of the service: `*`.
fn paths(document: &str) -> BTreeSet<String> {
    let document = Document::parse(document).unwrap_or_else(|why| panic!("{why}: {document}"));
    let mut found = BTreeSet::new();
    collect(document.root_element(), "", &mut found);
    found
}

fn collect(node: Node<'_, '_>, above: &str, found: &mut BTreeSet<String>) {
    let own = name(node.tag_name().namespace(), node.tag_name().name());
    let wraps = above.ends_with("soap:Body") && !own.starts_with("soap:") && !own.starts_with("eb:");
    let path = match (above, wraps) {
        ("", _) => own,
        (_, true) => format!("{above}/*"),
        (_, false) => format!("{above}/{own}"),
    };
    for attribute in node.attributes() {
        found.insert(format!("{path}@{}", name(attribute.namespace(), attribute.name())));
    }
    for child in node.children().filter(Node::is_element) {
        collect(child, &path, found);
    }
    found.insert(path);
}

/// A name with the usual prefix of its namespace; HL7's, and no namespace, have none.
fn name(namespace: Option<&str>, name: &str) -> String {
    let prefix = match namespace {
        None | Some("urn:hl7-org:v3") => return name.to_owned(),
        Some("http://schemas.xmlsoap.org/soap/envelope/") => "soap",
        Some("http://schemas.xmlsoap.org/ws/2004/08/addressing") => "wsa",
        Some("http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd") => "eb",
        Some("http://www.w3.org/1999/xlink") => "xlink",
        Some("urn:npfit:psisqr") => "psis",
        Some("http://national.carerecords.nhs.uk/schema/") => "nasp",
        Some("http://national.carerecords.nhs.uk/schema/crs/") => "crs",
        Some(other) => other,
    };
    format!("{prefix}:{name}")
}
