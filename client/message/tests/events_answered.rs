//! The answer to the query of one event, case by case: summaries that others wrote.

#![expect(clippy::panic, reason = "tests")]

use spine_message::{Answer, EventDocument, Why, read_answer};
use spine_vocabulary::NhsNumber;

const EVENT: &str = "0190B5F1-7C3E-7D3A-9C00-00000000000A";
const NUMBER: &str = "9990000018";
const SNOMED: &str = "2.16.840.1.113883.2.1.3.2.4.15";

/// An answer of this kind whose response holds `head` and an event with `held` in it.
fn answer(type_code: &str, head: &str, event: &str) -> Answer {
    let body = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><eventQueryResponse \
         xmlns='urn:hl7-org:v3' xmlns:p='urn:npfit:psisqr'><QUPC_IN210000UK04><acknowledgement typeCode='{type_code}'/>\
         <ControlActEvent><subject><p:queryResponseEvent>{head}<p:event>{event}</p:event></p:queryResponseEvent></subject>\
         </ControlActEvent></QUPC_IN210000UK04></eventQueryResponse></s:Body></s:Envelope>"
    );
    read_answer(Some("text/xml"), body.as_bytes()).answer
}

fn id() -> String {
    format!("<p:eventID root='{EVENT}'/>")
}

fn target(prefix: &str, number: &str) -> String {
    format!(
        "<{prefix}recordTarget><{prefix}patient><{prefix}id root='2.16.840.1.113883.2.1.4.1' extension='{number}'/>\
         </{prefix}patient></{prefix}recordTarget>"
    )
}

fn event(answer: Answer) -> EventDocument {
    match answer {
        Answer::Event(event) => event,
        other => panic!("{other:?}"),
    }
}

/// The allergies of a summary: code, a colon, term.
fn allergies(summary: &str) -> Vec<String> {
    let held = format!("{}<p:hl7Data><GPSummary>{summary}</GPSummary></p:hl7Data>", id());
    let event = event(answer("AA", &target("p:", NUMBER), &held));
    let told = event.content.allergies.into_iter();
    told.map(|one| format!("{}:{}", one.snomed.unwrap_or_default(), one.term)).collect()
}

fn coded(category: &str, element: &str, code: &str) -> String {
    format!(
        "<pertinentInformation2><pertinentCREType><code code='{category}'/><component><templateId/><seperatableInd/>\
         <{element}>{code}</{element}></component></pertinentCREType></pertinentInformation2>"
    )
}

fn text(body: &str) -> String {
    format!(
        "<excerptFrom><doc><component><presentationText><value><html xmlns='xhtml:NPfIT:PresentationText'><body>{body}\
         </body></html></value></presentationText></component></doc></excerptFrom>"
    )
}

#[test]
fn an_allergy_is_known_by_its_category_or_its_element() {
    let (category, allergy) = ("163221000000102", "UKCT_MT144053UK02.Allergy");
    let code = format!("<code code='91936005' codeSystem='{SNOMED}' displayName='Allergy to penicillin'/>");
    let told = ["91936005:Allergy to penicillin"];
    assert_eq!(allergies(&coded(category, allergy, &code)), told);
    assert_eq!(allergies(&coded("163131000000108", allergy, &code)), told, "under another category");
    assert_eq!(allergies(&coded("163131000000108", "UKCT_MT144048UK09.AllergyDE", &code)), told);
    assert_eq!(allergies(&coded(category, "UKCT_MT144043UK02.Finding", &code)), told, "as another element");
    assert_eq!(allergies(&coded("163131000000108", "UKCT_MT144043UK02.Finding", &code)), [""; 0]);
    let two = coded(category, allergy, &code).replace(
        "</pertinentCREType>",
        &format!("<component><{allergy}>{code}</{allergy}></component></pertinentCREType>"),
    );
    assert_eq!(allergies(&two).len(), 2);
}

#[test]
fn code_and_words_of_an_entry() {
    for (code, told) in [
        (format!("<code code='1' codeSystem='{SNOMED}'/>"), "1:"),
        (
            "<code code='TJ00.' codeSystem='2.16.840.1.113883.2.1.6.2' displayName='Eggs'/>".to_owned(),
            ":Eggs",
        ),
        (
            format!(
                "<code code='TJ00.' codeSystem='2.16.840.1.113883.2.1.6.2' displayName='Eggs'>\
                 <translation code='2' codeSystem='{SNOMED}'/></code>"
            ),
            "2:Eggs",
        ),
        (
            "<code nullFlavor='OTH'><originalText>Nuts &amp; eggs</originalText></code>".to_owned(),
            ":Nuts & eggs",
        ),
        (
            format!(
                "<code code='1' codeSystem='{SNOMED}' displayName=''><originalText>Nuts</originalText></code>"
            ),
            "1:Nuts",
        ),
        (String::new(), ":"),
    ] {
        let summary = coded("163221000000102", "UKCT_MT144053UK02.Allergy", &code);
        assert_eq!(allergies(&summary), [told], "{code}");
    }
}

#[test]
fn an_entry_that_says_there_is_none_is_none() {
    let code = |term: &str| format!("<code code='1' codeSystem='{SNOMED}' displayName='{term}'/>");
    let coded = |term: &str| coded("163221000000102", "UKCT_MT144053UK02.Allergy", &code(term));
    assert_eq!(allergies(&coded("No known allergies")), [""; 0]);
    assert_eq!(allergies(&coded("NO KNOWN drug allergy")), [""; 0]);
    assert_eq!(allergies(&coded("Not known: a tablet")), ["1:Not known: a tablet"]);
    // It is a coded entry all the same: the text is not asked.
    let row = text("<table id='Allergies'><tr><td>Nuts</td></tr></table>");
    assert_eq!(allergies(&(coded("No known allergies") + &row)), [""; 0]);
}

const HEADING: &str = "<h2 id='AllergiesHeader'>Allergies and Adverse Reactions</h2>";
const COLUMNS: &str = "<tr><th>Date</th><th>Description</th><th>Certainty</th></tr>";

#[test]
fn the_section_of_the_text_and_where_it_ends() {
    for (what, body, told) in [
        (
            "a heading and a table",
            format!(
                "{HEADING}<table id='Allergies'><thead>{COLUMNS}</thead><tbody><tr><td>12-May-2020</td><td>Wasps</td><td/></tr>\
                     <tr><td/><td>Eggs</td><td/></tr></tbody></table>"
            ),
            &[":Wasps", ":Eggs"][..],
        ),
        (
            "a table without a heading",
            "<table id='Allergies'><tr><td>2010</td><td>Eggs</td></tr></table>".to_owned(),
            &[":Eggs"],
        ),
        (
            "a heading known by its words",
            "<h3>Allergies</h3><table><tr><td>Eggs</td></tr></table>".to_owned(),
            &[":Eggs"],
        ),
        (
            "adverse reactions",
            "<h3>ADVERSE REACTIONS</h3><table><tr><td>Eggs</td></tr></table>".to_owned(),
            &[":Eggs"],
        ),
        ("a list", format!("{HEADING}<ul><li>Eggs</li><li>Nuts</li></ul>"), &[":Eggs", ":Nuts"]),
        (
            "a heading below",
            format!(
                "{HEADING}<h3>Food</h3><table><tr><td>Eggs</td></tr></table><h2>Problems</h2><ul><li>Gout</li></ul>"
            ),
            &[":Eggs"],
        ),
        (
            "the table ends at any heading",
            "<table id='Allergies'><tr><td>Eggs</td></tr></table><h4>Problems</h4><ul><li>Gout</li></ul>"
                .to_owned(),
            &[":Eggs"],
        ),
        (
            "another section",
            "<h2>Problems</h2><table id='Problems'><tr><td>Gout</td></tr></table>".to_owned(),
            &[],
        ),
    ] {
        assert_eq!(allergies(&text(&body)), told, "{what}");
    }
}

#[test]
fn the_words_of_a_row() {
    for (what, body, told) in [
        (
            "the description stands elsewhere",
            format!(
                "{HEADING}<table><tr><th>Description</th><th>Date</th></tr><tr><td>Eggs</td><td>2010</td></tr></table>"
            ),
            &[":Eggs"][..],
        ),
        (
            "headings hold for their own table",
            format!(
                "{HEADING}<table><tr><th>Description</th><th>Date</th></tr><tr><td>Eggs</td><td>2010</td></tr></table>\
                 <table><tr><td>2011</td><td>Nuts</td></tr></table>"
            ),
            &[":Eggs", ":Nuts"],
        ),
        (
            "markup within a cell",
            format!("{HEADING}<table>{COLUMNS}<tr><td/><td>Allergy <a>to</a> eggs</td></tr></table>"),
            &[":Allergy eggs to"],
        ),
        (
            "nothing under the description",
            format!("{HEADING}<table>{COLUMNS}<tr><td>2010</td><td/><td>Eggs</td></tr></table>"),
            &[":2010 Eggs"],
        ),
        ("blank rows", format!("{HEADING}<table>{COLUMNS}<tr><td/><td> </td></tr><tr/></table>"), &[]),
        (
            "nothing is known",
            format!(
                "{HEADING}<table><tr><td>No relevant information available for this category.</td></tr></table>"
            ),
            &[],
        ),
        ("none", format!("{HEADING}<table><tr><td>2010</td><td>No known allergies</td></tr></table>"), &[]),
    ] {
        assert_eq!(allergies(&text(&body)), told, "{what}");
    }
}

#[test]
fn a_text_that_is_written_as_text() {
    let escaped = |markup: &str| {
        let text = markup.replace('&', "&amp;").replace('<', "&lt;");
        format!("<excerptFrom><presentationText><value>{text}</value></presentationText></excerptFrom>")
    };
    let table = "<html><body><table id='Allergies'><tr><td>2010</td><td>Eggs</td></tr></table></body></html>";
    assert_eq!(allergies(&escaped(table)), [":Eggs"]);
    assert_eq!(allergies(&escaped("Plain words, no allergies known")), [""; 0]);
    let held = format!("{}<p:hl7Data><GPSummary>{}</GPSummary></p:hl7Data>", id(), escaped("<html><body>"));
    let Answer::Nonsense { why } = answer("AA", &target("p:", NUMBER), &held) else { panic!() };
    assert_eq!(why, Why::Incomplete, "a text that cannot be read may have told of anything");
}

#[test]
fn whom_and_which_event_it_is_about() {
    let asked = NhsNumber::parse(NUMBER).unwrap();
    let held = |inside: &str| format!("{}<p:hl7Data><GPSummary>{inside}</GPSummary></p:hl7Data>", id());
    for (head, inside, about) in [
        (target("p:", NUMBER), target("", NUMBER), true),
        (target("p:", NUMBER), String::new(), true),
        (String::new(), target("", NUMBER), true),
        (String::new(), String::new(), false),
        (target("p:", "9990000026"), target("", NUMBER), false),
        (target("p:", NUMBER), target("", "9990000026"), false),
    ] {
        let event = event(answer("AA", &head, &held(&inside)));
        assert_eq!(event.is_about(asked), about, "{head} {inside}");
        assert_eq!(event.event.to_string(), EVENT);
        assert!(!format!("{event:?}").contains("99900000"), "nobody's number is shown");
    }
}

#[test]
fn what_says_too_little_is_no_answer() {
    let summary = "<p:hl7Data><GPSummary/></p:hl7Data>";
    let head = target("p:", NUMBER);
    for (what, head, held) in [
        ("no event id", head.clone(), summary.to_owned()),
        ("an event id that is none", head.clone(), format!("<p:eventID root='1'/>{summary}")),
        ("no summary", head.clone(), id()),
        ("a number that is none", target("p:", "9990000019"), id() + summary),
    ] {
        let answer = answer("AA", &head, &held);
        assert_eq!(answer, Answer::Nonsense { why: Why::Incomplete }, "{what}");
    }
    for type_code in ["AE", "AR"] {
        let answer = answer(type_code, &head, &(id() + summary));
        assert!(matches!(answer, Answer::QueryFailure(_)), "{type_code}: {answer:?}");
    }
}
