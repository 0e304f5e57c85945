//! A summary as it is kept: written again without prefixes, so that it stands wherever the HL7 namespace is the default one.

use std::fmt::Write as _;

use roxmltree::Node;

use crate::wire::namespace::{HL7, TEXT};
use crate::wire::write::escape;

/// The element and all in it. Its model knows two namespaces; what is of another is left out, for a namespace written out wherever
/// its prefix stood could grow without measure.
pub(super) fn document(summary: Node<'_, '_>) -> String {
    let mut out = String::new();
    write(summary, HL7, &mut out);
    out
}

/// The reader bounds the depth, so the recursion ends.
fn write(node: Node<'_, '_>, around: &str, out: &mut String) {
    let tag = node.tag_name();
    let Some(namespace) = tag.namespace().filter(|one| [HL7, TEXT].contains(one)) else { return };
    out.push('<');
    out.push_str(tag.name());
    if namespace != around {
        let _ = write!(out, " xmlns=\"{namespace}\"");
    }
    for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let _ = write!(out, " {}=\"", attribute.name());
        escape(attribute.value(), out);
        out.push('"');
    }
    out.push('>');
    for child in node.children() {
        if child.is_element() {
            write(child, namespace, out);
        } else if let Some(text) = child.text().filter(|_| child.is_text()) {
            // Between elements of the model white space says nothing; in the text it may part two words.
            if namespace == TEXT || !text.trim().is_empty() {
                escape(text, out);
            }
        }
    }
    let _ = write!(out, "</{}>", tag.name());
}
