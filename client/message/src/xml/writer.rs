//! A writer of elements. Names are part of the program, values are escaped, every element that is opened is closed:
//! what it writes cannot be ill-formed, whatever the values.

use super::escape::push_escaped;

/// An attribute: its name, part of the program, and its value, which may be anything.
pub(crate) type Attribute<'a> = (&'static str, &'a str);

/// Writes XML into memory, all on one line.
pub(crate) struct Writer {
    out: String,
}

impl Writer {
    /// A document with its XML declaration; `capacity` in bytes.
    pub(crate) fn document(capacity: usize) -> Self {
        let mut out = String::with_capacity(capacity);
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        Self { out }
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.open(name, attributes);
        self.out.push_str("/>");
    }

    /// An element with whatever `content` writes.
    pub(crate) fn element(
        &mut self,
        name: &'static str,
        attributes: &[Attribute<'_>],
        content: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        self.out.push('>');
        content(self);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// An element with text; without any, an empty one.
    pub(crate) fn text(&mut self, name: &'static str, attributes: &[Attribute<'_>], text: &str) {
        if text.is_empty() {
            self.empty(name, attributes);
        } else {
            self.element(name, attributes, |w| push_escaped(&mut w.out, text));
        }
    }

    /// The bytes.
    pub(crate) fn into_string(self) -> String {
        self.out
    }

    fn open(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            push_escaped(&mut self.out, value);
            self.out.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_become_markup() {
        let mut w = Writer::document(64);
        w.element("a", &[("b", "\"/><x y='")], |w| {
            w.text("c", &[], "</c><d>");
            w.text("e", &[], "");
        });
        let text = w.into_string();
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("b"), Some("\"/><x y='"));
        assert_eq!(root.children().map(|c| c.tag_name().name()).collect::<Vec<_>>(), ["c", "e"]);
        assert_eq!(root.first_child().unwrap().text(), Some("</c><d>"));
    }
}
