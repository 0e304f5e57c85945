//! A tree of elements and its text: everything is escaped here and nowhere else.

use std::borrow::Cow;

/// One element; its name carries its prefix.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    name: Cow<'static, str>,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Child>,
}

#[derive(Clone, Debug)]
enum Child {
    Element(Element),
    Text(String),
    Verbatim(String),
}

impl Element {
    /// An element without attributes and content.
    pub(crate) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), attributes: Vec::new(), children: Vec::new() }
    }

    /// The same with one attribute more.
    pub(crate) fn attr(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// The same with one child more.
    pub(crate) fn with(mut self, child: Self) -> Self {
        self.children.push(Child::Element(child));
        self
    }

    /// The same with these children more.
    pub(crate) fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children.into_iter().map(Child::Element));
        self
    }

    /// The same with text more.
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Child::Text(text.into()));
        self
    }

    /// The same with markup that this writer wrote earlier.
    pub(crate) fn verbatim(mut self, markup: impl Into<String>) -> Self {
        self.children.push(Child::Verbatim(markup.into()));
        self
    }

    /// The element's text, on one line unless a text in it has line ends.
    pub(crate) fn render(&self) -> String {
        let mut out = String::with_capacity(1024);
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, out);
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Child::Element(element) => element.write(out),
                Child::Text(text) => escape(text, out),
                Child::Verbatim(markup) => out.push_str(markup),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

/// Writes a text so that it is read back the same; characters that XML cannot carry become a question mark.
pub(crate) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('?'),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_is_well_formed_and_comes_back(text in "[^\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]*") {
            let written = Element::new("a").attr("b", text.as_str()).text(text.as_str()).render();
            let read = roxmltree::Document::parse(&written).unwrap();
            prop_assert_eq!(read.root_element().attribute("b"), Some(text.as_str()));
            prop_assert_eq!(read.root_element().text().unwrap_or_default(), text.as_str());
        }
    }
}
