//! Requests as a client would write them, and a way to spoil them one rule at a time.

use spine_vocabulary::NhsNumber;

/// The client system of the tests.
pub(crate) const ASID: &str = "990000000001";
/// Its party.
pub(crate) const PARTY: &str = "Y90001-0000001";
const PSIS: &str = "227319907548";
const PDS: &str = "928942012545";

/// The message id with this number at its end.
pub(crate) fn message_id(number: u32) -> String {
    format!("01900000-0000-7000-8000-{number:012X}")
}

/// What a summary says.
#[derive(Clone, Copy)]
pub(crate) enum Says {
    /// An allergy, in text and coded.
    Allergy,
    /// That the patient refused, with the preference coded.
    Dissent,
    /// That there is nothing significant.
    Nothing,
}

/// An upload: ebXML part and HL7 part, kept apart so that either can be spoilt.
#[derive(Clone)]
pub(crate) struct Upload {
    pub(crate) header: String,
    pub(crate) payload: String,
    /// The value of `Content-Type`.
    pub(crate) content_type: String,
    /// The whole body instead of the one made from the parts.
    pub(crate) body: Option<String>,
}

fn device(tag: &str, kind: &str, asid: &str) -> String {
    format!(
        "<{tag} typeCode='{kind}'><device classCode='DEV' determinerCode='INSTANCE'><id root='1.2.826.0.1285.0.2.0.107' extension='{asid}'/></device></{tag}>"
    )
}

fn wrapper(interaction: &str, version: &str, id: &str, spine: &str, content: &str) -> String {
    let receiver = device("communicationFunctionRcv", "RCV", spine);
    let sender = device("communicationFunctionSnd", "SND", ASID);
    format!(
        "<{interaction} xmlns='urn:hl7-org:v3'><id root='{id}'/><creationTime value='20261122093000'/><versionCode code='{version}'/>\
         <interactionId root='2.16.840.1.113883.2.1.3.2.4.12' extension='{interaction}'/><processingCode code='P'/>\
         <processingModeCode code='T'/><acceptAckCode code='NE'/>{receiver}{sender}\
         <ControlActEvent classCode='CACT' moodCode='EVN'><author typeCode='AUT'><AgentPersonSDS classCode='AGNT'>\
         <id root='1.2.826.0.1285.0.2.0.67' extension='900000000011'/><agentPersonSDS classCode='PSN' determinerCode='INSTANCE'>\
         <id root='1.2.826.0.1285.0.2.0.65' extension='900000000012'/></agentPersonSDS><part typeCode='PART'><partSDSRole classCode='ROL'>\
         <id root='1.2.826.0.1285.0.2.1.104' extension='R8000'/></partSDSRole></part></AgentPersonSDS></author>\
         <author1 typeCode='AUT'><AgentSystemSDS classCode='AGNT'><agentSystemSDS classCode='DEV' determinerCode='INSTANCE'>\
         <id root='1.2.826.0.1285.0.2.0.107' extension='{ASID}'/></agentSystemSDS></AgentSystemSDS></author1>{content}</ControlActEvent></{interaction}>"
    )
}

fn said(says: Says) -> (&'static str, &'static str) {
    match says {
        Says::Allergy => (
            "<h2 id='AllergiesHeader'>Allergies and Adverse Reactions</h2><table id='Allergies'><thead><tr><th>Date</th></tr></thead><tbody><tr><td>Allergy to nuts</td></tr></tbody></table>",
            "<code code='163221000000102' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/><component typeCode='COMP' contextConductionInd='true'><templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB_RM-NPfITUK10.component'/><seperatableInd value='false'/><UKCT_MT144053UK02.Allergy classCode='OBS' moodCode='EVN'><id root='01900000-0000-7000-8000-00000000EE01'/><code code='91934008' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/><statusCode code='completed'/><effectiveTime value='20200101'/></UKCT_MT144053UK02.Allergy></component>",
        ),
        Says::Dissent => (
            "<h3>After discussions with a member of the practice staff this patient has chosen not to have a Summary Care Record</h3>",
            PREFERENCE,
        ),
        Says::Nothing => ("<h3>The practice holds no significant data on this patient</h3>", PREFERENCE),
    }
}

const PREFERENCE: &str = "<code code='162961000000108' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/><component typeCode='COMP' contextConductionInd='true'><templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB_RM-NPfITUK10.component'/><seperatableInd value='false'/><UKCT_MT144046UK01.PersonalPreference classCode='OBS' moodCode='EVN'><id root='01900000-0000-7000-8000-00000000EE02'/><code code='416308001' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/><statusCode code='completed'/><effectiveTime value='20260101'/></UKCT_MT144046UK01.PersonalPreference></component>";

fn summary(id: &str, number: &str, says: Says) -> String {
    let (text, category) = said(says);
    format!(
        "<subject typeCode='SUBJ' contextConductionInd='false'><GPSummary classCode='COMPOSITION' moodCode='EVN'><id root='{id}'/>\
         <code code='196981000000101' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/><effectiveTime value='20261122093000'/><statusCode code='active'/>\
         <author typeCode='AUT' contextControlCode='OP'><time value='20261122093000'/><UKCT_MT160018UK01.AgentPersonSDS classCode='AGNT'>\
         <id root='1.2.826.0.1285.0.2.0.67' extension='900000000011'/><agentPersonSDS classCode='PSN' determinerCode='INSTANCE'>\
         <id root='1.2.826.0.1285.0.2.0.65' extension='900000000012'/><name><family>O&apos;Neill &amp; Co</family></name></agentPersonSDS>\
         </UKCT_MT160018UK01.AgentPersonSDS></author>\
         <excerptFrom typeCode='XCRPT'><templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAT_RM-NPfITUK10.excerptFrom'/>\
         <seperatableInd value='false'/><UKCT_MT144051UK01.CareProfessionalDocumentationCRE classCode='CATEGORY' moodCode='EVN'>\
         <code code='163171000000105' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/><component typeCode='COMP'>\
         <templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB_RM-NPfITUK10.component'/><seperatableInd value='false'/>\
         <presentationText classCode='OBS' moodCode='EVN'><value mediaType='text/plain'><html xmlns='xhtml:NPfIT:PresentationText'><head/>\
         <body><h2 id='Title'>General Practice Summary</h2>{text}</body></html></value><id root='01900000-0000-7000-8000-00000000EE03'/>\
         <code code='PresentationText' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.126'/><statusCode code='completed'/>\
         <effectiveTime value='20261122093000'/></presentationText></component></UKCT_MT144051UK01.CareProfessionalDocumentationCRE></excerptFrom>\
         <pertinentInformation1 typeCode='PERT'><templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB_RM-NPfITUK10.pertinentInformation1'/>\
         <seperatableInd value='true'/><pertinentRootCREType classCode='CATEGORY' moodCode='EVN'>\
         <code code='163171000000105' codeSystem='2.16.840.1.113883.2.1.3.2.4.15'/></pertinentRootCREType></pertinentInformation1>\
         <pertinentInformation2 typeCode='PERT'><templateId root='2.16.840.1.113883.2.1.3.2.4.18.2' extension='CSAB_RM-NPfITUK10.pertinentInformation1'/>\
         <seperatableInd value='true'/><pertinentCREType classCode='CATEGORY' moodCode='EVN'>{category}</pertinentCREType></pertinentInformation2>\
         <recordTarget typeCode='RCT'><patient classCode='PAT'><id root='2.16.840.1.113883.2.1.4.1' extension='{number}'/></patient></recordTarget>\
         </GPSummary></subject>"
    )
}

impl Upload {
    /// A summary that keeps every rule.
    pub(crate) fn new(message: u32, number: NhsNumber, says: Says) -> Self {
        Self::raw(message, &number.reveal(), says)
    }

    /// The same for a text that may be no NHS number.
    pub(crate) fn raw(message: u32, number: &str, says: Says) -> Self {
        let id = message_id(message);
        let party = "eb:type='urn:nhs:names:partyType:ocs+serviceInstance'";
        let header = format!(
            "<?xml version='1.0' encoding='UTF-8'?><SOAP:Envelope xmlns:SOAP='http://schemas.xmlsoap.org/soap/envelope/' xmlns:eb='http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd' xmlns:hl7ebxml='urn:hl7-org:transport/ebXML/DSTUv1.0' xmlns:xlink='http://www.w3.org/1999/xlink'>\
             <SOAP:Header><eb:MessageHeader eb:version='2.0' SOAP:mustUnderstand='1'><eb:From><eb:PartyId {party}>{PARTY}</eb:PartyId></eb:From>\
             <eb:To><eb:PartyId {party}>YES-0000806</eb:PartyId></eb:To><eb:CPAId>S20001A000182</eb:CPAId><eb:ConversationId>{id}</eb:ConversationId>\
             <eb:Service>urn:nhs:names:services:psis</eb:Service><eb:Action>REPC_IN150016SM05</eb:Action><eb:MessageData><eb:MessageId>{id}</eb:MessageId>\
             <eb:Timestamp>2026-11-22T09:30:00Z</eb:Timestamp></eb:MessageData><eb:DuplicateElimination/></eb:MessageHeader>\
             <eb:AckRequested SOAP:mustUnderstand='1' eb:version='2.0' eb:signed='false' SOAP:actor='urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH'/>\
             <eb:SyncReply SOAP:mustUnderstand='1' eb:version='2.0' SOAP:actor='http://schemas.xmlsoap.org/soap/actor/next'/></SOAP:Header>\
             <SOAP:Body><eb:Manifest SOAP:mustUnderstand='1' eb:version='2.0'><eb:Reference xlink:href='cid:{id}@spine.nhs.uk'>\
             <hl7ebxml:Payload style='HL7' encoding='XML' version='3.0'/></eb:Reference></eb:Manifest></SOAP:Body></SOAP:Envelope>"
        );
        let payload = wrapper("REPC_IN150016SM05", "V3NPfIT4.2.00", &id, PSIS, &summary(&id, number, says));
        let content_type = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<ebXMLHeader@spine.nhs.uk>\"";
        Self { header, payload, content_type: content_type.to_owned(), body: None }
    }

    /// The same, replacing an event.
    pub(crate) fn replacing(self, prior: &str) -> Self {
        self.payload(
            "</GPSummary>",
            &format!(
                "<replacementOf typeCode='RPLC'><priorMessageRef classCode='COMPOSITION' moodCode='EVN'><id root='{prior}'/></priorMessageRef></replacementOf></GPSummary>"
            ),
        )
    }

    /// The same with a piece of its HL7 part replaced, wherever it stands.
    pub(crate) fn payload(mut self, from: &str, to: &str) -> Self {
        assert!(self.payload.contains(from), "nothing to spoil: {from}");
        self.payload = self.payload.replace(from, to);
        self
    }

    /// The same with a piece of its ebXML part replaced, wherever it stands.
    pub(crate) fn header(mut self, from: &str, to: &str) -> Self {
        assert!(self.header.contains(from), "nothing to spoil: {from}");
        self.header = self.header.replace(from, to);
        self
    }

    /// The whole body.
    pub(crate) fn body(&self) -> String {
        let id = self.header.split("cid:").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("none");
        self.body.clone().unwrap_or_else(|| {
            format!(
                "----=_MIME-Boundary\r\nContent-Id: <ebXMLHeader@spine.nhs.uk>\r\nContent-Type: text/xml; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n----=_MIME-Boundary\r\nContent-Id: <{id}>\r\nContent-Type: application/xml; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n----=_MIME-Boundary--\r\n",
                self.header, self.payload
            )
        })
    }
}

/// A synchronous request: its `SOAPAction` and its document.
#[derive(Clone)]
pub(crate) struct Sync {
    pub(crate) action: String,
    pub(crate) document: String,
}

impl Sync {
    fn new(
        service: &str,
        interaction: &str,
        version: &str,
        message: u32,
        spine: &str,
        content: &str,
    ) -> Self {
        let id = message_id(message);
        let action = format!("urn:nhs:names:services:{service}/{interaction}");
        let payload = wrapper(interaction, version, &id, spine, content);
        let receiver = device("communicationFunctionRcv", "RCV", spine);
        let sender = device("communicationFunctionSnd", "SND", ASID);
        let header = (receiver + &sender)
            .replace("</", "</hl7:")
            .replace('<', "<hl7:")
            .replace("<hl7:/hl7:", "</hl7:");
        let document = format!(
            "<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/' xmlns:wsa='http://schemas.xmlsoap.org/ws/2004/08/addressing' xmlns:hl7='urn:hl7-org:v3'>\
             <S:Header><wsa:MessageID>uuid:{id}</wsa:MessageID><wsa:Action>{action}</wsa:Action><wsa:To>https://localhost/sync-service</wsa:To>\
             <wsa:From><wsa:Address>client</wsa:Address></wsa:From>{header}<wsa:ReplyTo><wsa:Address/></wsa:ReplyTo></S:Header><S:Body>{payload}</S:Body></S:Envelope>"
        );
        Self { action, document }
    }

    /// An event list query.
    pub(crate) fn events(message: u32, number: &str) -> Self {
        let query = format!(
            "<query><dissentOverride><value code='0' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.60'/><semanticsText>DissentOverride</semanticsText></dissentOverride>\
             <nHSNumber><value root='2.16.840.1.113883.2.1.4.1' extension='{number}'/><semanticsText>NHSNumber</semanticsText></nHSNumber></query>"
        );
        Self::new("psisquery", "QUPC_IN180000SM04", "V3NPfIT4.2.00", message, PSIS, &query)
    }

    /// A query of one event.
    pub(crate) fn event(message: u32, number: &str, event: &str) -> Self {
        let query = format!(
            "<query><dissentOverride><value code='0' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.60'/><semanticsText>DissentOverride</semanticsText></dissentOverride>\
             <eventRecord><value root='{event}'/><semanticsText>EventRecord</semanticsText></eventRecord>\
             <nHSNumber><value root='2.16.840.1.113883.2.1.4.1' extension='{number}'/><semanticsText>NHSNumber</semanticsText></nHSNumber></query>"
        );
        Self::new("psisquery", "QUPC_IN190000UK04", "V3NPfIT4.2.00", message, PSIS, &query)
    }

    /// A PDS retrieval.
    pub(crate) fn retrieval(message: u32, number: &str) -> Self {
        let query = format!(
            "<query><historicDataIndicator><semanticsText>HistoricDataIndicator</semanticsText><value code='0' codeSystem='2.16.840.1.113883.2.1.3.2.4.17.36'/></historicDataIndicator>\
             <person.id><semanticsText>Person.id</semanticsText><value root='2.16.840.1.113883.2.1.4.1' extension='{number}'/></person.id>\
             <retrievalItem><semanticsText>person.allData</semanticsText></retrievalItem></query>"
        );
        Self::new("pdsquery", "QUPA_IN000008UK02", "3NPfIT6.3.01", message, PDS, &query)
    }

    /// A setting of both functions.
    pub(crate) fn setting(message: u32, number: &str, permission: &str) -> Self {
        let assertion = |function: &str| {
            format!(
                "<crs:accessControlAssertion><crs:permission>{permission}</crs:permission><crs:resource><crs:type>SCR</crs:type><crs:Id>{number}</crs:Id></crs:resource>\
                 <crs:function><crs:context>Consent</crs:context><crs:code>{function}</crs:code></crs:function>\
                 <crs:accessor><crs:type>Everyone</crs:type><crs:accessorId><crs:name>Everyone</crs:name></crs:accessorId></crs:accessor></crs:accessControlAssertion>"
            )
        };
        let request = format!(
            "<crs:setResourcePermissionsRequest xmlns:crs='http://national.carerecords.nhs.uk/schema/crs/'><crs:permissions>\
             <crs:resourceContext root='2.16.840.1.113883.2.1.4.1' extension='{number}'/>{}{}</crs:permissions></crs:setResourcePermissionsRequest>",
            assertion("Store"),
            assertion("View")
        );
        Self::new("lrs", "SET_RESOURCE_PERMISSIONS_INUK01", "V3NPfIT3.0", message, PSIS, &request)
    }

    /// The same with a piece replaced, wherever it stands.
    pub(crate) fn with(mut self, from: &str, to: &str) -> Self {
        assert!(self.document.contains(from), "nothing to spoil: {from}");
        self.document = self.document.replace(from, to);
        self
    }
}
