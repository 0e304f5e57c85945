//! The body of a result of the polling route: two parts, each XML on one line, no outer headers of its own.

use uuid::Uuid;

use super::DECLARATION;
use super::message::upper;

/// The `Content-Type` of such a body.
pub(crate) const CONTENT_TYPE: &str = "multipart/related; boundary=\"--=_MIME-Boundary\"; type=\"text/xml\"; start=\"<ebXMLHeader@spine.nhs.uk>\"";
const DELIMITER: &str = "----=_MIME-Boundary";

/// Header part and payload part; the payload's `Content-Id` is made from `id`, as the header's manifest says.
pub(crate) fn related(header: &str, payload: &str, id: Uuid) -> String {
    let part = |content_id: &str, kind: &str, xml: &str| {
        format!(
            "{DELIMITER}\nContent-Id: <{content_id}>\nContent-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n{DECLARATION}{xml}\n"
        )
    };
    let first = part("ebXMLHeader@spine.nhs.uk", "text/xml", header);
    let second = part(&format!("{}@spine.nhs.uk", upper(id)), "application/xml", payload);
    format!("{first}\n{second}{DELIMITER}--")
}
