//! Shapes that make careless readers slow or hungry, each filled up to one size. What they are made of is no message, or one that says
//! the same thing without measure.

/// How large the messages are whose cost is compared.
pub(crate) const SIZE: usize = 64 * 1024;

type Shape = (&'static str, Vec<u8>);

/// All of them, named.
pub(crate) fn all() -> Vec<Shape> {
    [markup(), attributes(), parts(), answers()]
        .into_iter()
        .flatten()
        .map(|(what, text)| (what, text.into_bytes()))
        .chain(encodings())
        .collect()
}

fn fill(unit: &str) -> String {
    unit.repeat(SIZE / unit.len())
}

fn inside(unit: &str) -> String {
    format!("<a>{}</a>", fill(unit))
}

/// Elements one inside another, and in the innermost one the rest of the size.
fn deep(name: &str, depth: usize, within: &str) -> String {
    let (open, close) = (format!("<{name}>").repeat(depth), format!("</{name}>").repeat(depth));
    let room = SIZE.saturating_sub(open.len() + close.len());
    format!("{open}{}{close}", within.repeat(room / within.len()))
}

/// One tag with as many things in it as fit, no two the same.
fn numbered(form: fn(usize) -> String) -> String {
    let mut tag = "<a ".to_owned();
    for n in 0.. {
        if tag.len() >= SIZE {
            break;
        }
        tag.push_str(&form(n));
    }
    tag + "/>"
}

fn markup() -> Vec<(&'static str, String)> {
    let entity = format!("<!ENTITY b '{}'>", "c".repeat(SIZE / 2));
    vec![
        ("open brackets", fill("<")),
        ("nested without end", fill("<a>")),
        ("nested as deep as is allowed, wide inside", deep("a", 60, "<b c='d'/>")),
        ("closing tags alone", fill("</a>")),
        ("one element after another", inside("<b/>")),
        ("character references", inside("&#x41;")),
        ("entities", inside("&amp;")),
        ("unknown entities", inside("&lol;")),
        ("sections of character data", inside("<![CDATA[x]]>")),
        ("a section without end", format!("<a><![CDATA[{}", fill("]]"))),
        ("comments", inside("<!-- -->")),
        ("a comment without end", format!("<a><!--{}", fill("- -"))),
        ("comments one inside another", inside("<!--")),
        ("instructions", inside("<?p q?>")),
        ("an instruction without end", format!("<?p {}", fill("?"))),
        ("a document type", format!("<!DOCTYPE a [{}]><a/>", fill("<!ENTITY b 'c'>"))),
        ("entities of entities", format!("<!DOCTYPE a [{entity}]><a>{}</a>", "&b;".repeat(SIZE / 8))),
        ("line ends", fill("\n")),
        ("white space", fill(" ")),
        ("nulls", fill("\0")),
        ("semicolons", fill(";")),
    ]
}

fn attributes() -> Vec<(&'static str, String)> {
    let many: Vec<_> = (0..59).map(|n| format!("c{n}=''")).collect();
    vec![
        ("one attribute, huge", format!("<a b='{}'/>", fill("x"))),
        ("one attribute, huge and escaped", format!("<a b='{}'/>", fill("&lt;"))),
        ("an attribute without end", format!("<a b='{}", fill("c=\""))),
        ("many attributes", numbered(|n| format!("b{n}='' "))),
        ("the same attribute many times", format!("<a {}/>", fill("b='' "))),
        ("many namespaces", numbered(|n| format!("xmlns:n{n}='u{n}' "))),
        ("a namespace on every element", deep("a", 1, "<b:d xmlns:b='e'/>")),
        ("many attributes on every element", inside(&format!("<b {}/>", many.join(" ")))),
    ]
}

fn parts() -> Vec<(&'static str, String)> {
    let boundary = "----=_MIME-Boundary\r\n";
    vec![
        ("boundaries alone", fill(boundary)),
        ("two hyphens", fill("--\r\n")),
        ("empty parts", fill(&format!("{boundary}\r\n\r\n"))),
        ("headers of a part without end", format!("{boundary}{}", fill("X: y\r\n"))),
        ("one header, huge", format!("{boundary}Content-Id: <{}", fill("x"))),
        ("almost boundaries", fill("----=_MIME-Boundar\r\n")),
    ]
}

fn answers() -> Vec<(&'static str, String)> {
    let hl7 = |name: &str, content: &str| format!("<{name} xmlns='urn:hl7-org:v3'>{content}</{name}>");
    let act = |kind: &str, content: &str| {
        format!("<acknowledgement typeCode='{kind}'/><ControlActEvent>{content}</ControlActEvent>")
    };
    let reason = "<reason><justifyingDetectedIssueEvent><code code='1' codeSystem='2'/></justifyingDetectedIssueEvent></reason>";
    let person = |content: &str| {
        let role = format!(
            "<patientRole><id root='2.16.840.1.113883.2.1.4.1' extension='9990000018'/><patientPerson>{content}</patientPerson></patientRole>"
        );
        hl7(
            "QUPA_IN000009UK03",
            &act("AA", &format!("<subject><PDSResponse><subject>{role}</subject></PDSResponse></subject>")),
        )
    };
    let name = "<COCT_MT000203UK02.PartOfWhole><partPerson><name use='L'><family>a</family></name></partPerson></COCT_MT000203UK02.PartOfWhole>";
    let care = deep("patientCareProvision", 50, "<code code='1'/><id/>");
    vec![
        ("acknowledgements", hl7("MCCI_IN010000UK13", &fill("<acknowledgement typeCode='AA'/>"))),
        ("reasons", hl7("MCCI_IN010000UK13", &act("AE", &fill(reason)))),
        ("names", person(&fill(name))),
        (
            "care inside care",
            person(&format!("<playedOtherProviderPatient>{care}</playedOtherProviderPatient>")),
        ),
    ]
}

fn encodings() -> Vec<Shape> {
    let text = inside("<b/>");
    let units: Vec<u16> = text.encode_utf16().take(SIZE / 2).collect();
    let little = units.iter().flat_map(|unit| unit.to_le_bytes());
    let big = units.iter().flat_map(|unit| unit.to_be_bytes());
    vec![
        ("UTF-16, little end first", [0xFF, 0xFE].into_iter().chain(little).collect()),
        ("UTF-16, big end first", [0xFE, 0xFF].into_iter().chain(big).collect()),
        ("no text at all", b"\xC3\x28\xED\xA0\x80\xFF".repeat(SIZE / 6)),
        ("text until the last byte", [text.as_bytes(), b"\xFF"].concat()),
        ("a mark and nothing else", b"\xEF\xBB\xBF".repeat(SIZE / 3)),
    ]
}
