//! Readers, of the client and of the simulator: an answer to any bytes, no panic, nothing changed by what is no message, nothing shown
//! of what they hold, and never more than ten times the cost of a well-formed message of the same size.

use std::sync::OnceLock;

use proptest::prelude::*;
use spine_message::{Answer, Frozen, read_answer};
use spine_rules::record::{Allergy, AllergyKind, PatientRecord};
use spine_vocabulary::CodeScheme;

use super::budget::Cost;
use super::messages::{Written, composed_of};
use super::shapes::{self, SIZE};
use super::spine::{ask, ask_with, content_type, fetch, is_upload, person, questions, spine};
use crate::house::cases::cases;
use crate::house::person::*;

/// Every request that the client makes, whole.
fn requests() -> Vec<Frozen> {
    let upload = composed_of(&Written::everywhere("Penicillin & <more>"));
    questions().into_iter().chain([upload]).collect()
}

/// Every kind of answer of the simulator, whole, with its type of content.
fn answers() -> Vec<(Option<String>, Vec<u8>)> {
    let requests = requests();
    let [query, .., upload] = &requests[..] else { panic!("no requests") };
    let whole = requests.iter().map(|request| {
        let spine = spine(person());
        let answer = ask(&spine, request);
        if is_upload(request) { fetch(&spine, &answer) } else { answer }
    });
    let mut answers: Vec<_> = whole.collect();
    let spine = spine(person());
    answers.push(ask_with(&spine, query, "text/xml", b"<a>".to_vec()));
    answers.push(ask_with(&spine, upload, upload.content_type(), b"nothing".to_vec()));
    answers.iter().map(|answer| (content_type(answer).map(str::to_owned), answer.body.to_vec())).collect()
}

/// Pieces over which readers stumble, bytes that are no text among them.
const PIECES: &[&[u8]] = &[
    b"<",
    b">",
    b"</",
    b"/>",
    b"<a>",
    b"</a>",
    b"<a b='",
    b"' ",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?xml version='1.0'?>",
    b"<?p ?>",
    b"&lt;",
    b"&#x41;",
    b"&#0;",
    b"&x;",
    b"<!DOCTYPE a>",
    b"<!ENTITY b 'c'>",
    b" xmlns:p='u'",
    b" xmlns=''",
    b"<p:a/>",
    b"--",
    b"\r\n--=_b\r\n",
    b"\r\n----=_MIME-Boundary\r\n",
    b"Content-Id: <x>\r\n",
    b"Content-Type: text/xml; charset=x\r\n",
    b"\r\n\r\n",
    b"\n",
    b":",
    b"\xFF\xFE<\0",
    b"\xFE\xFF\0<",
    b"\xEF\xBB\xBF",
    b"\xC3",
    b"\xED\xA0\x80",
    b"\xF4\x90\x80\x80",
    b"\0",
    b"\xC2\x85",
    b"=",
    b"\"",
    b"'",
    b"MCCI_IN010000UK13",
    b"<e:Manifest/>",
    b"<acknowledgement typeCode='AA'/>",
];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..6),
    ]
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..300),
        3 => prop::collection::vec(piece(), 0..50).prop_map(|pieces| pieces.concat()),
    ]
}

/// Something done to a message on its way.
#[derive(Clone, Debug)]
enum Damage {
    CutOff(prop::sample::Index),
    CutOut(prop::sample::Index, usize),
    PutIn(prop::sample::Index, Vec<u8>),
    Flip(prop::sample::Index, u8),
    Twice(prop::sample::Index, usize),
}

impl Damage {
    fn to(&self, bytes: &mut Vec<u8>) {
        let place =
            |index: &prop::sample::Index, bytes: &[u8]| index.index(bytes.len().max(1)).min(bytes.len());
        match self {
            Self::CutOff(at) => bytes.truncate(place(at, bytes)),
            Self::CutOut(at, length) => {
                let (start, end) = (place(at, bytes), (place(at, bytes) + length).min(bytes.len()));
                bytes.drain(start..end);
            }
            Self::PutIn(at, piece) => {
                let at = place(at, bytes);
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::Flip(at, bits) => {
                let at = place(at, bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Self::Twice(at, length) => {
                let (start, end) = (place(at, bytes), (place(at, bytes) + length).min(bytes.len()));
                let again = bytes[start..end].to_vec();
                bytes.splice(start..start, again);
            }
        }
    }
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let index = || any::<prop::sample::Index>();
    let damage = prop_oneof![
        1 => index().prop_map(Damage::CutOff),
        3 => (index(), 1_usize..60).prop_map(|(at, length)| Damage::CutOut(at, length)),
        4 => (index(), piece()).prop_map(|(at, piece)| Damage::PutIn(at, piece)),
        4 => (index(), 1_u8..=255).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        2 => (index(), 1_usize..2_000).prop_map(|(at, length)| Damage::Twice(at, length)),
    ];
    prop::collection::vec(damage, 1..4)
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages {
        damage.to(&mut bytes);
    }
    bytes
}

fn any_content_type() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some("text/xml".to_owned())),
        2 => Just(Some("multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<x>\"".to_owned())),
        1 => Just(Some("multipart/related; boundary==_b; type=text/xml".to_owned())),
        2 => "[ -~]{0,60}".prop_map(Some),
        1 => "multipart/related; *(boundary|start|charset|type)=[ -~]{0,30}".prop_map(Some),
    ]
}

/// The client reads: an answer of some kind, which shows nothing of what it read when it is printed.
pub(crate) fn client_reads(content_type: Option<&str>, body: &[u8]) -> Answer {
    let reply = read_answer(content_type, body);
    let shown = format!("{reply:?}");
    for secret in ["9990000018", "O'Brien", "Zoë", "SW8 3QJ", "Penicillin"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    reply.answer
}

/// The simulator answers as HTTP lets it, and what it sends back is again a message that the client can read.
pub(crate) fn simulator_answers(frozen: &Frozen, content_type: &str, body: Vec<u8>) -> u16 {
    let spine = spine(person());
    let whole = body == frozen.body;
    let response = ask_with(&spine, frozen, content_type, body);
    let status = response.status.as_u16();
    assert!([200, 202, 400, 413, 415, 500].contains(&status), "{status}");
    if [200, 500].contains(&status) {
        let read = read_answer(super::spine::content_type(&response), &response.body).answer;
        assert!(!matches!(read, Answer::Nonsense { .. } | Answer::Empty), "{read:?}");
    }
    if status == 202 {
        assert!(is_upload(frozen));
        fetch(&spine, &response);
    }
    let accepted = spine.ledger().accepted().len();
    assert!(accepted <= usize::from(status == 202), "accepted without having been taken");
    assert!(!whole || status < 400, "a whole message was refused");
    status
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn the_client_answers_any_bytes(content_type in any_content_type(), body in any_bytes()) {
        client_reads(content_type.as_deref(), &body);
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn the_client_answers_damaged_answers(which in any::<prop::sample::Index>(), damages in damages(), header in any_content_type(), keep in any::<bool>()) {
        let answers = answers();
        let (own, body) = which.get(&answers);
        client_reads(if keep { own.as_deref() } else { header.as_deref() }, &damaged(body, &damages));
    }

    #[test]
    fn the_simulator_answers_any_bytes(which in 0_usize..4, content_type in any_content_type(), body in any_bytes()) {
        let request = &requests()[which];
        let content_type = content_type.unwrap_or_else(|| request.content_type().to_owned());
        let status = simulator_answers(request, &content_type, body);
        prop_assert!(status >= 400, "bytes that are no message were taken");
    }

    #[test]
    fn the_simulator_answers_damaged_requests(which in 0_usize..4, damages in damages()) {
        let request = &requests()[which];
        simulator_answers(request, request.content_type(), damaged(&request.body, &damages));
    }
}

/// Whole messages are read as what they are: without this the tests above would pass on readers that refuse everything.
#[test]
fn undamaged_messages_are_read() {
    for request in requests() {
        let status = simulator_answers(&request, request.content_type(), request.body.clone());
        assert_eq!(status, if is_upload(&request) { 202 } else { 200 });
    }
    let kinds: Vec<_> =
        answers().iter().map(|(header, body)| client_reads(header.as_deref(), body)).collect();
    let [events, pds, set, upload, fault, broken] = &kinds[..] else { panic!("{kinds:?}") };
    assert!(matches!(events, Answer::QueryFailure(_) | Answer::EventList(_)), "{events:?}");
    assert!(matches!(pds, Answer::Pds(_)), "{pds:?}");
    assert!(
        matches!(set, Answer::Acknowledgement(_)) && matches!(upload, Answer::Acknowledgement(_)),
        "{set:?} {upload:?}"
    );
    assert!(
        matches!(fault, Answer::SoapFault(_)) && matches!(broken, Answer::SoapFault(_)),
        "{fault:?} {broken:?}"
    );
}

/// An event list of about [`SIZE`], as the Spine sends it.
fn event_list() -> Vec<u8> {
    let event = |n: usize| {
        format!(
            "<p:event><p:eventID root='0190B5F1-7C3E-7D3A-9C00-{n:012X}'/><p:eventStatus code='active'/></p:event>"
        )
    };
    let events: String = (0..SIZE / event(0).len()).map(event).collect();
    format!(
        "<QUPC_IN200000SM04 xmlns='urn:hl7-org:v3'><acknowledgement typeCode='AA'/><ControlActEvent><subject>\
         <p:queryResponseEventList xmlns:p='urn:npfit:psisqr'>{events}</p:queryResponseEventList></subject></ControlActEvent>\
         </QUPC_IN200000SM04>"
    )
    .into_bytes()
}

/// An upload of about [`SIZE`].
fn large_upload() -> Frozen {
    let allergy = Allergy {
        scheme: CodeScheme::ReadV2,
        code: "SN52.".into(),
        term: "Allergy".into(),
        kind: AllergyKind::Drug,
        noted_on: Some(TODAY),
        reaction: "Rash".into(),
        negative: false,
    };
    let of = |count: usize| {
        let record = PatientRecord { allergies: vec![allergy.clone(); count], ..record() };
        let summary = permit(&rules(), record, &nothing_stands()).unwrap().summarise(None);
        composed(&summary, &author(), &practice())
    };
    let (few, more) = (of(10).body.len(), of(110).body.len());
    of(SIZE / ((more - few) / 100))
}

/// A whole upload, and elements one inside another in each place where a reader looks at what is below.
fn nested() -> Vec<(String, Vec<u8>)> {
    let upload = composed_of(&Written::everywhere("x"));
    let text = String::from_utf8(upload.body).unwrap();
    let mut nested = Vec::new();
    for (place, name) in [
        ("<body>", "td"),
        ("<body>", "h2 id='AllergiesHeader'"),
        ("<body>", "h3"),
        ("<body>", "table id='Allergies'"),
        ("<author typeCode=\"AUT\" contextControlCode=\"OP\">", "UKCT_MT160018UK01.AgentPersonSDS"),
        ("<pertinentCREType classCode=\"CATEGORY\" moodCode=\"EVN\">", "component"),
        ("<recordTarget typeCode=\"RCT\">", "patient"),
    ] {
        let depth = 80;
        let close = format!("</{}>", name.split(' ').next().unwrap()).repeat(depth);
        let wide = "<p>a</p>".repeat(SIZE / 8);
        let inserted = format!("{place}{}{wide}{close}", format!("<{name}>").repeat(depth));
        nested.push((
            format!("{name} inside {name}, 80 deep"),
            text.replacen(place, &inserted, 1).into_bytes(),
        ));
    }
    // A name of a namespace that is written out again wherever its prefix stands.
    let name = format!("<name xmlns:p='{}'>{}", "u".repeat(SIZE / 2), "<p:x>a</p:x>".repeat(SIZE / 24));
    nested.push(("a long namespace many times".to_owned(), text.replacen("<name>", &name, 1).into_bytes()));
    nested
}

const MULTIPART: &str = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"";

/// What an event list of about [`SIZE`] costs the client; measured once.
fn fine_answer() -> Cost {
    static FINE: OnceLock<Cost> = OnceLock::new();
    *FINE.get_or_init(|| {
        let list = event_list();
        assert!(
            matches!(read_answer(None, &list).answer, Answer::EventList(list) if list.events.len() > 300)
        );
        Cost::of(|| drop(read_answer(None, &list)))
    })
}

/// The whole way of an upload through a simulator of its own: taken, fetched, and told of in a list. How it was acknowledged.
fn goes_through(upload: &Frozen, body: Vec<u8>) -> String {
    let [events, ..] = questions();
    let spine = spine(person());
    let answer = ask_with(&spine, upload, upload.content_type(), body);
    if answer.status != 202 {
        return answer.status.as_str().to_owned();
    }
    let fetched = fetch(&spine, &answer);
    ask(&spine, &events);
    match read_answer(content_type(&fetched), &fetched.body).answer {
        Answer::Acknowledgement(told)
            if told.errors().next().is_none() && spine.ledger().accepted().len() == 1 =>
        {
            "AA".to_owned()
        }
        other => format!("{other:?}"),
    }
}

/// What an upload of about [`SIZE`] costs the simulator; measured once.
fn fine_upload() -> Cost {
    static FINE: OnceLock<Cost> = OnceLock::new();
    *FINE.get_or_init(|| {
        let upload = large_upload();
        assert_eq!(goes_through(&upload, upload.body.clone()), "AA");
        Cost::of(|| drop(goes_through(&upload, upload.body.clone())))
    })
}

/// A body costs the client no more than it may, whatever its header says.
pub(crate) fn client_costs_in_proportion(body: &[u8], what: &str) {
    let fine = fine_answer();
    for header in [None, Some("text/xml"), Some(MULTIPART)] {
        Cost::of(|| drop(read_answer(header, body))).is_bounded_by(fine, what);
    }
}

/// A whole upload with something in place of something costs the simulator no more than it may. How it was acknowledged.
pub(crate) fn simulator_costs_in_proportion(within: &str, inserted: &str, what: &str) -> String {
    let upload = composed_of(&Written::everywhere("x"));
    let text = std::str::from_utf8(&upload.body).unwrap();
    assert!(text.contains(within), "no {within} in an upload");
    let body = text.replacen(within, inserted, 1).into_bytes();
    let mut told = String::new();
    let cost = Cost::of(|| told = goes_through(&upload, body.clone()));
    cost.is_bounded_by(fine_upload(), what);
    told
}

#[test]
fn the_client_spends_no_more_than_ten_times_what_an_answer_costs() {
    let fine = fine_answer();
    for (what, body) in shapes::all() {
        for header in [None, Some("text/xml"), Some(MULTIPART)] {
            Cost::of(|| drop(read_answer(header, &body))).is_bounded_by(fine, what);
        }
    }
}

#[test]
fn the_simulator_spends_no_more_than_ten_times_what_an_upload_costs() {
    let fine = fine_upload();
    let upload = composed_of(&Written::everywhere("x"));
    for (what, body) in nested() {
        Cost::of(|| drop(goes_through(&upload, body.clone()))).is_bounded_by(fine, &what);
    }
    let spine = spine(person());
    let [events, retrieval, setting] = questions();
    for (what, body) in shapes::all() {
        for (request, header) in
            [(&events, "text/xml"), (&retrieval, "text/xml"), (&setting, "text/xml"), (&upload, MULTIPART)]
        {
            let cost = Cost::of(|| {
                assert!(
                    ask_with(&spine, request, header, body.clone()).status.as_u16() >= 400,
                    "{what} was taken"
                );
            });
            cost.is_bounded_by(fine, what);
        }
        // The same inside an envelope's part, where the multipart reader lets it through.
        let head = b"----=_MIME-Boundary\r\nContent-Type: text/xml\r\n\r\n";
        let framed = [&head[..], &body[..], b"\r\n----=_MIME-Boundary--\r\n"].concat();
        Cost::of(|| drop(ask_with(&spine, &upload, MULTIPART, framed.clone()))).is_bounded_by(fine, what);
    }
}

proptest! {
    #![proptest_config(cases(40))]

    /// Whatever is repeated: the cost stays in proportion.
    #[test]
    fn repetition_costs_in_proportion(before in piece(), unit in prop::collection::vec(piece(), 1..4), after in piece()) {
        let unit = unit.concat();
        let body = [before, unit.repeat(SIZE / 4 / unit.len()), after].concat();
        client_costs_in_proportion(&body, "repeated");
    }
}
