//! What we say: content to bytes and back (HL7 v3, ebXML, SOAP).
