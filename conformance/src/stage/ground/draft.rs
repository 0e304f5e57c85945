//! Requests as literal documents, written from the specifications and filled in here; a case spoils them one rule at a time.

use spine_fixtures::population::staff;

use crate::wire::Request;

const ENVELOPE: &str = include_str!("documents/envelope.xml");
const SOAP: &str = include_str!("documents/soap.xml");
const WRAPPER: &str = include_str!("documents/wrapper.xml");
const EVENT_LIST: &str = include_str!("documents/event-list.xml");
const RETRIEVAL: &str = include_str!("documents/retrieval.xml");
const PERMISSIONS: &str = include_str!("documents/permissions.xml");
const SUMMARY: &str = include_str!("documents/summary.xml");
const ACCESSOR: &str = "<crs:accessor><crs:type>Everyone</crs:type><crs:accessorId><crs:name>Everyone</crs:name></crs:accessorId></crs:accessor>";

/// Who asks whom: the identifiers that every request carries.
#[derive(Clone, Debug)]
pub struct Names {
    /// The sending system.
    pub asid: String,
    /// Its party.
    pub party: String,
    /// The user in whose name it asks.
    pub user: String,
    /// The user's role profile.
    pub role_profile: String,
    /// The Spine's ASID for PSIS and ACS.
    pub psis: String,
    /// The Spine's ASID for PDS.
    pub pds: String,
    /// The Spine's party.
    pub spine_party: String,
    /// The agreement for uploads.
    pub cpa: String,
}

/// What a summary says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// An allergy, in the text and coded.
    Allergy,
    /// That the patient has chosen not to have a summary.
    Dissent,
    /// That there is nothing significant.
    Nothing,
}

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its message id.
    pub id: String,
    /// The path it is posted to.
    pub path: &'static str,
    /// The HTTP headers.
    pub headers: Vec<(String, String)>,
    /// The ebXML envelope of an upload.
    pub envelope: Option<String>,
    /// The HL7 document, or the whole SOAP document.
    pub document: String,
    /// What could not be spoilt because it was not there: then the case is wrong.
    pub missing: Option<String>,
}

impl Draft {
    /// The list of a patient's events. Source: SCR FHIR API adaptor; MIM 4.2, PSIS Query.
    #[must_use]
    pub fn event_list(names: &Names, id: &str, number: &str) -> Self {
        let content = fill(EVENT_LIST, &[("number", number)]);
        Self::sync(names, id, "psisquery", "QUPC_IN180000SM04", "V3NPfIT4.2.00", &names.psis, &content)
    }

    /// A PDS retrieval. Source: MIM 6.3, PDS.
    #[must_use]
    pub fn retrieval(names: &Names, id: &str, number: &str) -> Self {
        let content = fill(RETRIEVAL, &[("number", number)]);
        Self::sync(names, id, "pdsquery", "QUPA_IN000008UK02", "3NPfIT6.3.01", &names.pds, &content)
    }

    /// A setting of both functions: `Yes`, `No` or `Clear`. Source: SCR FHIR API adaptor, ACS; the national rule set.
    #[must_use]
    pub fn setting(names: &Names, id: &str, number: &str, permission: &str) -> Self {
        let accessor = if permission == "Clear" { "" } else { ACCESSOR };
        let filled = [("number", number), ("permission", permission), ("accessor", accessor)];
        let content = fill(PERMISSIONS, &filled);
        Self::sync(names, id, "lrs", "SET_RESOURCE_PERMISSIONS_INUK01", "V3NPfIT3.0", &names.psis, &content)
    }

    /// An upload by polling. Source: SCR FHIR API adaptor; MIM 4.2, GP Summary; ebMS 2.0.
    #[must_use]
    pub fn upload(names: &Names, id: &str, number: &str, says: Says, replaces: Option<&str>) -> Self {
        let replacement = replaces.map_or_else(String::new, |prior| {
            format!("<replacementOf typeCode=\"RPLC\"><priorMessageRef classCode=\"COMPOSITION\" moodCode=\"EVN\"><id root=\"{prior}\"/></priorMessageRef></replacementOf>")
        });
        let (text, category, entry, code, term) = said(says);
        let (text_id, entry_id) = (derived(id, 'A'), derived(id, 'B'));
        let content = fill(
            SUMMARY,
            &[
                ("text-id", &text_id),
                ("entry-id", &entry_id),
                ("text", text),
                ("category", category),
                ("entry-code", code),
                ("entry-term", term),
                ("entry", entry),
                ("number", number),
                ("replacement", &replacement),
            ],
        );
        let document = names.wrap(id, "REPC_IN150016SM05", "V3NPfIT4.2.00", &names.psis, &content);
        let envelope = fill(
            ENVELOPE,
            &[
                ("party", &names.party),
                ("spine-party", &names.spine_party),
                ("cpa", &names.cpa),
                ("conversation", id),
                ("id", id),
                ("timestamp", "2026-09-15T08:30:00Z"),
            ],
        );
        let content_type = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<ebXMLHeader@spine.nhs.uk>\"";
        let headers = [
            ("SOAPAction", "urn:nhs:names:services:psis/REPC_IN150016SM05"),
            ("Content-Type", content_type),
            ("nhsd-asid", names.asid.as_str()),
            ("NHSD-Identity-UUID", names.user.as_str()),
            ("NHSD-Session-URID", names.role_profile.as_str()),
            ("NHSD-Correlation-ID", id),
            ("NHSD-Request-ID", id),
        ];
        Self {
            id: id.to_owned(),
            path: "/clinical",
            headers: owned(&headers),
            envelope: Some(envelope),
            document,
            missing: None,
        }
    }

    fn sync(
        names: &Names,
        id: &str,
        service: &str,
        interaction: &str,
        version: &str,
        spine: &str,
        content: &str,
    ) -> Self {
        let payload = names.wrap(id, interaction, version, spine, content);
        let filled = [
            ("service", service),
            ("interaction", interaction),
            ("spine-asid", spine),
            ("asid", &names.asid),
            ("payload", &payload),
            ("id", id),
        ];
        let action = format!("urn:nhs:names:services:{service}/{interaction}");
        let headers = [
            ("SOAPAction", action.as_str()),
            ("Content-Type", "text/xml"),
            ("nhsd-asid", names.asid.as_str()),
        ];
        Self {
            id: id.to_owned(),
            path: "/sync-service",
            headers: owned(&headers),
            envelope: None,
            document: fill(SOAP, &filled),
            missing: None,
        }
    }

    /// The same with a piece of its HL7 document (of a synchronous request: of the whole document) replaced, wherever it stands.
    #[must_use]
    pub fn swap(mut self, from: &str, to: &str) -> Self {
        if !self.document.contains(from) {
            self.missing = Some(from.to_owned());
        }
        self.document = self.document.replace(from, to);
        self
    }

    /// The same with a piece of its ebXML envelope replaced, wherever it stands.
    #[must_use]
    pub fn swap_envelope(mut self, from: &str, to: &str) -> Self {
        let envelope = self.envelope.unwrap_or_default();
        if !envelope.contains(from) {
            self.missing = Some(from.to_owned());
        }
        self.envelope = Some(envelope.replace(from, to));
        self
    }

    /// The same with an HTTP header set, or taken away.
    #[must_use]
    pub fn header(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(held, _)| !held.eq_ignore_ascii_case(name));
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> Request {
        let body = match &self.envelope {
            None => self.document.clone(),
            Some(envelope) => multipart(&self.id, envelope, &self.document),
        };
        Request { headers: self.headers.clone(), ..Request::post(self.path, body) }
    }
}

/// A multipart body of an envelope and a payload, as the national adaptor renders it.
#[must_use]
pub fn multipart(id: &str, envelope: &str, payload: &str) -> String {
    format!(
        "----=_MIME-Boundary\r\nContent-Id: <ebXMLHeader@spine.nhs.uk>\r\nContent-Type: text/xml; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{envelope}\r\n----=_MIME-Boundary\r\nContent-Id: <{id}@spine.nhs.uk>\r\n\
         Content-Type: application/xml; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{payload}\r\n----=_MIME-Boundary--\r\n"
    )
}

impl Names {
    /// The practice's operator, who asks a Spine that goes by its public names; a server under test must use those, too.
    #[must_use]
    pub fn of_the_practice() -> Self {
        Self {
            asid: staff::PRACTICE_ASID.to_owned(),
            party: staff::PRACTICE_PARTY_KEY.to_owned(),
            user: staff::OPERATOR_USER_ID.to_owned(),
            role_profile: staff::OPERATOR_ROLE.to_owned(),
            psis: "227319907548".to_owned(),
            pds: "928942012545".to_owned(),
            spine_party: "YES-0000806".to_owned(),
            cpa: "S20001A000182".to_owned(),
        }
    }

    fn wrap(&self, id: &str, interaction: &str, version: &str, spine: &str, content: &str) -> String {
        fill(
            WRAPPER,
            &[
                ("content", content),
                ("interaction", interaction),
                ("version", version),
                ("spine-asid", spine),
                ("asid", &self.asid),
                ("user", &self.user),
                ("role-profile", &self.role_profile),
                // UK local time, as the wrapper wants it.
                ("local-time", "20260915093000"),
                ("id", id),
            ],
        )
    }
}

type Said = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Text, category, entry element, code and term of what a summary says.
const fn said(says: Says) -> Said {
    match says {
        Says::Allergy => (
            "<h2 id=\"AllergiesHeader\">Allergies and Adverse Reactions</h2><table id=\"Allergies\"><tbody><tr><td>Allergy to penicillin</td></tr></tbody></table>",
            "163221000000102",
            "UKCT_MT144053UK02.Allergy",
            "91936005",
            "Allergy to penicillin",
        ),
        Says::Dissent => (
            "<h3>After discussions with a member of the practice staff this patient has chosen not to have a Summary Care Record</h3>",
            "162961000000108",
            "UKCT_MT144046UK01.PersonalPreference",
            "416308001",
            "Refused consent for upload to national shared electronic record",
        ),
        Says::Nothing => (
            "<h3>The practice holds no significant data on this patient</h3>",
            "162961000000108",
            "UKCT_MT144046UK01.PersonalPreference",
            "417370002",
            "Consent given for upload to national shared electronic record",
        ),
    }
}

/// Another id made from one: its first digit is another.
fn derived(id: &str, first: char) -> String {
    let mut derived = String::from(first);
    derived.extend(id.chars().skip(1));
    derived
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.trim_end().to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
