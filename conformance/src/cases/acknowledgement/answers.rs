//! Answers as the real Spine is known to give them, as literal documents: what the scripted Spine says instead of a faultless one.
//!
//! Sources: SCR FHIR API adaptor (poll results); response generators of Spine 2; ebMS 2.0; MHS adaptor (SOAP faults).

use crate::stage::{Script, Turn};
use crate::wire::{Answer, Reply, Service, Sort};

/// The application's codes. Source: MIM 4.2, PSIS error codes.
pub(super) const PSIS: &str = "2.16.840.1.113883.2.1.3.2.4.17.33";
/// The codes of wrapper errors. Source: MIM, TMS error codes.
pub(super) const TMS: &str = "2.16.840.1.113883.2.1.3.2.4.17.32";
/// The patient whom a script is about; everybody else meets a faultless Spine.
pub(super) const SUBJECT: &str = "blank-flags";
/// A patient whom the script leaves alone.
pub(super) const CONTROL: &str = "ordinary-adult";

/// The NHS number of a persona.
pub(super) fn number(slug: &str) -> String {
    spine_fixtures::persona(slug).map(|persona| persona.nhs_number()).unwrap_or_default()
}

/// A poll's final answer: an application acknowledgement of `message`, in a multipart body on few lines, prefixed as the real one.
pub(super) fn acknowledgement(message: &str, kind: &str, details: &str, reasons: &str) -> Answer {
    let id = "7E57AB1E-0000-4000-8000-000000000001";
    let envelope = format!(
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:eb=\"http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd\">\
         <soap:Header><eb:MessageHeader eb:version=\"2.0\" soap:mustUnderstand=\"1\"><eb:From><eb:PartyId eb:type=\"urn:nhs:names:partyType:ocs+serviceInstance\">YES-0000806</eb:PartyId></eb:From>\
         <eb:To><eb:PartyId eb:type=\"urn:nhs:names:partyType:ocs+serviceInstance\">Y90001-0000001</eb:PartyId></eb:To><eb:CPAId>S20001A000182</eb:CPAId>\
         <eb:ConversationId>{message}</eb:ConversationId><eb:Service>urn:nhs:names:services:psis</eb:Service><eb:Action>MCCI_IN010000UK13</eb:Action>\
         <eb:MessageData><eb:MessageId>{id}</eb:MessageId><eb:Timestamp>2026-09-15T08:30:00Z</eb:Timestamp><eb:RefToMessageId>{message}</eb:RefToMessageId></eb:MessageData>\
         <eb:DuplicateElimination/></eb:MessageHeader></soap:Header><soap:Body/></soap:Envelope>"
    );
    let payload = format!(
        "<hl7:MCCI_IN010000UK13 xmlns:hl7=\"urn:hl7-org:v3\"><hl7:id root=\"{id}\"/><hl7:creationTime value=\"20260915093000\"/>\
         <hl7:versionCode code=\"V3NPfIT4.2.00\"/><hl7:interactionId root=\"2.16.840.1.113883.2.1.3.2.4.12\" extension=\"MCCI_IN010000UK13\"/>\
         <hl7:processingCode code=\"P\"/><hl7:processingModeCode code=\"T\"/><hl7:acceptAckCode code=\"NE\"/>\
         <hl7:acknowledgement typeCode=\"{kind}\">{details}<hl7:messageRef><hl7:id root=\"{message}\"/></hl7:messageRef></hl7:acknowledgement>\
         <hl7:ControlActEvent classCode=\"CACT\" moodCode=\"EVN\">{reasons}</hl7:ControlActEvent></hl7:MCCI_IN010000UK13>"
    );
    multipart(&envelope, &payload)
}

/// Two parts of a multipart answer.
pub(super) fn multipart(envelope: &str, payload: &str) -> Answer {
    let body = format!(
        "----=_MIME-Boundary\nContent-Type: text/xml\n\n{envelope}\n----=_MIME-Boundary\nContent-Type: application/xml\n\n{payload}\n----=_MIME-Boundary--\n"
    );
    Answer::new(200, "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"", body)
}

/// One reason of an acknowledgement.
pub(super) fn reason(code: &str, qualifier: &str) -> String {
    format!(
        "<hl7:reason typeCode=\"RSON\"><hl7:justifyingDetectedIssueEvent classCode=\"ALRT\" moodCode=\"EVN\"><hl7:code code=\"{code}\" \
         codeSystem=\"{PSIS}\" displayName=\"as the specification has it\"><hl7:qualifier code=\"{qualifier}\"/></hl7:code>\
         </hl7:justifyingDetectedIssueEvent></hl7:reason>"
    )
}

/// AE with these codes, all errors.
pub(super) fn error(message: &str, codes: &[&str]) -> Answer {
    let reasons: String = codes.iter().map(|code| reason(code, "ER")).collect();
    acknowledgement(message, "AE", "", &reasons)
}

/// AR with this code.
pub(super) fn rejection(message: &str, code: &str) -> Answer {
    let detail = format!(
        "<hl7:acknowledgementDetail typeCode=\"ER\"><hl7:code code=\"{code}\" codeSystem=\"{TMS}\" displayName=\"rejected\"/></hl7:acknowledgementDetail>"
    );
    acknowledgement(message, "AR", &detail, "")
}

/// A SOAP fault with these codes.
pub(super) fn fault(codes: &[&str]) -> Answer {
    let errors: Vec<String> = codes
        .iter()
        .map(|code| {
            format!(
                "<nasp:error><nasp:codeContext>urn:nhs:names:error:tms</nasp:codeContext><nasp:errorCode>{code}</nasp:errorCode>\
                 <nasp:severity>Error</nasp:severity><nasp:location>somewhere</nasp:location><nasp:description>as it is</nasp:description></nasp:error>"
            )
        })
        .collect();
    let errors = errors.concat();
    let body = format!(
        "<SOAP:Envelope xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP:Body><SOAP:Fault><faultcode>SOAP:Server</faultcode>\
         <faultstring>Application Exception</faultstring><detail><nasp:errorList xmlns:nasp=\"http://national.carerecords.nhs.uk/schema/\">{errors}\
         </nasp:errorList></detail></SOAP:Fault></SOAP:Body></SOAP:Envelope>"
    );
    Answer::new(500, "text/xml", body)
}

/// An ebXML error list.
pub(super) fn error_list(message: &str, severity: &str, standard: &str, number: &str) -> Answer {
    let body = format!(
        "<SOAP:Envelope xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:eb=\"http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd\">\
         <SOAP:Header><eb:MessageHeader eb:version=\"2.0\" SOAP:mustUnderstand=\"1\"><eb:From><eb:PartyId>YES-0000806</eb:PartyId></eb:From>\
         <eb:To><eb:PartyId>Y90001-0000001</eb:PartyId></eb:To><eb:CPAId>S20001A000182</eb:CPAId><eb:ConversationId>{message}</eb:ConversationId>\
         <eb:Service>urn:oasis:names:tc:ebxml-msg:service</eb:Service><eb:Action>MessageError</eb:Action><eb:MessageData>\
         <eb:MessageId>7E57AB1E-0000-4000-8000-000000000002</eb:MessageId><eb:Timestamp>2026-09-15T08:30:00Z</eb:Timestamp>\
         <eb:RefToMessageId>{message}</eb:RefToMessageId></eb:MessageData></eb:MessageHeader>\
         <eb:ErrorList SOAP:mustUnderstand=\"1\" eb:version=\"2.0\" eb:highestSeverity=\"{severity}\"><eb:Error \
         eb:codeContext=\"urn:oasis:names:tc:ebxml-msg:service:errors\" eb:errorCode=\"{standard}\" eb:severity=\"{severity}\">\
         <eb:Description xml:lang=\"en\">{number}:as it is</eb:Description></eb:Error></eb:ErrorList></SOAP:Header><SOAP:Body/></SOAP:Envelope>"
    );
    Answer::new(200, "text/xml", body)
}

/// An ebXML Acknowledgment: received, with no word about the content.
pub(super) fn receipt(message: &str) -> Answer {
    let body = format!(
        "<SOAP:Envelope xmlns:SOAP=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:eb=\"http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd\"><SOAP:Header>\
             <eb:MessageHeader eb:version=\"2.0\" SOAP:mustUnderstand=\"1\"><eb:From><eb:PartyId>YES-0000806</eb:PartyId></eb:From><eb:To><eb:PartyId>Y90001-0000001</eb:PartyId></eb:To>\
             <eb:CPAId>S20001A000182</eb:CPAId><eb:ConversationId>{message}</eb:ConversationId><eb:Service>urn:oasis:names:tc:ebxml-msg:service</eb:Service><eb:Action>Acknowledgment</eb:Action>\
             <eb:MessageData><eb:MessageId>7E57AB1E-0000-4000-8000-000000000004</eb:MessageId><eb:Timestamp>2026-09-15T08:30:00Z</eb:Timestamp><eb:RefToMessageId>{message}</eb:RefToMessageId></eb:MessageData></eb:MessageHeader>\
             <eb:Acknowledgment eb:version=\"2.0\" SOAP:mustUnderstand=\"1\" SOAP:actor=\"urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH\"><eb:Timestamp>2026-09-15T08:30:00Z</eb:Timestamp>\
             <eb:RefToMessageId>{message}</eb:RefToMessageId></eb:Acknowledgment></SOAP:Header><SOAP:Body/></SOAP:Envelope>"
    );
    Answer::new(202, "text/xml", body)
}

/// What happens to one patient's exchanges: `None` leaves one to the faultless Spine.
pub(super) type Treatment = fn(&Turn<'_>, &dyn Service) -> Option<Reply>;

/// A script that treats some patients specially.
pub(super) struct Treat(pub(super) Vec<(String, Treatment)>);

impl Treat {
    /// Treats these personas so.
    pub(super) fn these(treatments: &[(&str, Treatment)]) -> Box<dyn Script> {
        let treatments = treatments.iter().map(|(slug, treatment)| (number(slug), *treatment));
        Box::new(Self(treatments.collect()))
    }
}

impl Script for Treat {
    fn reply(&self, turn: &Turn<'_>, spine: &dyn Service) -> Reply {
        let whose = turn.seen.patient.as_deref();
        let treatment = self.0.iter().find(|(number, _)| Some(number.as_str()) == whose);
        let treated = treatment.and_then(|(_, treatment)| treatment(turn, spine));
        treated.unwrap_or_else(|| spine.answer(turn.request))
    }
}

/// Whether it is the n-th upload of this patient.
pub(super) fn is_upload(turn: &Turn<'_>, nth: usize) -> bool {
    turn.seen.sort == Sort::Upload && turn.nth == nth
}

/// Whether it is the n-th poll for this message.
pub(super) fn is_poll(turn: &Turn<'_>, nth: usize) -> bool {
    turn.seen.sort == Sort::Poll && turn.nth == nth
}

/// The id of the message that a request carries or asks for.
pub(super) fn id(turn: &Turn<'_>) -> String {
    turn.seen.message.clone().unwrap_or_default()
}

/// What the Spine says to a poll, once it is final.
pub(super) fn is_final(turn: &Turn<'_>, reply: &Reply) -> bool {
    turn.seen.sort == Sort::Poll && reply.heard().is_some_and(|answer| answer.status == 200)
}
