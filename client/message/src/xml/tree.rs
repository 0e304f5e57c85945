//! A read-only tree of elements, bounded in size, depth and number.
//!
//! Elements lie in document order and know where they end, so every walk is a loop over a slice: no recursion, and time
//! linear in the size of the body. Prefixes are gone; namespaces are resolved. Entities beyond the five of XML and
//! document type declarations are refused, so nothing can grow.

use std::ops::Range;

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::escape::{is_allowed, is_allowed_text};
use super::names::Space;
use crate::answer::Why;

/// The largest document, in bytes. The Spine's largest published limit is about 5 MB, for requests.
pub(crate) const MAX_BYTES: usize = 5 * 1024 * 1024;
const MAX_DEPTH: usize = 64;
const MAX_ELEMENTS_AND_ATTRIBUTES: usize = 100_000;
const MAX_ATTRIBUTES_OF_ONE: usize = 64;
const MAX_NAMESPACES_IN_SCOPE: usize = 128;

/// A document that was read.
#[derive(Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    /// All names and attribute values, one after another.
    words: String,
}

/// A stretch of [`Tree::words`].
type Word = Range<usize>;

struct Node {
    space: Space,
    name: Word,
    attributes: Range<usize>,
    /// The index after the last element inside this one.
    end: usize,
    text: String,
}

struct Attribute {
    space: Space,
    name: Word,
    value: Word,
}

/// An element of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Element<'t> {
    tree: &'t Tree,
    index: usize,
    node: &'t Node,
}

impl Tree {
    /// Reads a document in UTF-8.
    /// Requirements: ACK-039, ACK-040.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Why> {
        if bytes.len() > MAX_BYTES {
            return Err(Why::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Why::NotUtf8)?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        if !is_allowed_text(text) {
            return Err(Why::NotXml);
        }
        let mut reader = NsReader::from_str(text.trim());
        reader.resolver_mut().set_max_namespace_bindings(MAX_NAMESPACES_IN_SCOPE);
        let mut builder = Builder::default();
        loop {
            let event = reader.read_event().map_err(|_| Why::NotXml)?;
            match event {
                Event::Start(start) => builder.open(&reader, &start)?,
                Event::Empty(start) => {
                    builder.open(&reader, &start)?;
                    builder.close();
                }
                Event::End(_) => builder.close(),
                Event::Text(text) => builder.text(&text.xml10_content())?,
                Event::CData(text) => builder.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let character = resolve(&reference)?;
                    builder.text(character.encode_utf8(&mut [0; 4]))?;
                }
                Event::Decl(declaration) => utf8_only(declaration.encoding())?,
                Event::DocType(_) => return Err(Why::DocumentType),
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return builder.finish(),
            }
        }
    }

    /// The root element.
    pub(crate) fn root(&self) -> Option<Element<'_>> {
        self.element(0)
    }

    fn word(&self, word: &Word) -> &str {
        self.words.get(word.clone()).unwrap_or_default()
    }

    fn keep(&mut self, word: &str) -> Word {
        let start = self.words.len();
        self.words.push_str(word);
        start..self.words.len()
    }

    fn element(&self, index: usize) -> Option<Element<'_>> {
        self.nodes.get(index).map(|node| Element { tree: self, index, node })
    }
}

impl<'t> Element<'t> {
    /// Whether it is the element `name` of `space`.
    pub(crate) fn is(self, space: Space, name: &str) -> bool {
        self.node.space == space && self.name() == name
    }

    /// Its namespace.
    pub(crate) const fn space(self) -> Space {
        self.node.space
    }

    /// Its name without prefix.
    pub(crate) fn name(self) -> &'t str {
        self.tree.word(&self.node.name)
    }

    /// Its own text, trimmed; that of elements inside it not included.
    pub(crate) fn text(self) -> &'t str {
        self.node.text.trim()
    }

    /// The value of an attribute in no namespace, trimmed.
    pub(crate) fn attribute(self, name: &str) -> Option<&'t str> {
        self.attribute_in(Space::None, name)
    }

    /// The value of an attribute of a namespace, trimmed.
    pub(crate) fn attribute_in(self, space: Space, name: &str) -> Option<&'t str> {
        let attributes = self.tree.attributes.get(self.node.attributes.clone())?;
        let found = attributes
            .iter()
            .find(|attribute| attribute.space == space && self.tree.word(&attribute.name) == name)?;
        Some(self.tree.word(&found.value).trim())
    }

    /// The elements directly inside.
    pub(crate) fn children(self) -> impl Iterator<Item = Element<'t>> {
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let child = if next < self.node.end { self.tree.element(next)? } else { return None };
            next = child.node.end;
            Some(child)
        })
    }

    /// The elements `name` of the same namespace directly inside.
    pub(crate) fn all(self, name: &'static str) -> impl Iterator<Item = Element<'t>> {
        self.children().filter(move |child| child.is(self.node.space, name))
    }

    /// The first element `name` of the same namespace directly inside.
    pub(crate) fn child(self, name: &'static str) -> Option<Element<'t>> {
        self.all(name).next()
    }

    /// Follows names, each of the same namespace, each the first of its kind.
    pub(crate) fn path(self, names: &[&'static str]) -> Option<Element<'t>> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// This element and all inside it, in document order.
    pub(crate) fn descendants(self) -> impl Iterator<Item = Element<'t>> {
        (self.index..self.node.end).filter_map(move |index| self.tree.element(index))
    }

    /// The first element `name` of `space`, this one or inside it.
    pub(crate) fn find(self, space: Space, name: &str) -> Option<Element<'t>> {
        self.descendants().find(|element| element.is(space, name))
    }
}

#[derive(Default)]
struct Builder {
    tree: Tree,
    open: Vec<usize>,
}

impl Builder {
    fn open(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<(), Why> {
        if self.open.is_empty() && !self.tree.nodes.is_empty() {
            return Err(Why::NotXml);
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Why::TooDeep);
        }
        let (space, name) = reader.resolver().resolve_element(start.name());
        let (space, name) = (known(&space)?, self.tree.keep(name.as_ref()));
        let first = self.tree.attributes.len();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| Why::NotXml)?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let (space, name) = reader.resolver().resolve_attribute(attribute.key);
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| Why::NotXml)?;
            if attribute.value.contains('<') || !is_allowed_text(&value) {
                return Err(Why::NotXml);
            }
            let (space, name) = (known(&space)?, self.tree.keep(name.as_ref()));
            let value = self.tree.keep(&value);
            self.tree.attributes.push(Attribute { space, name, value });
            if self.tree.attributes.len() - first > MAX_ATTRIBUTES_OF_ONE {
                return Err(Why::TooMany);
            }
        }
        let attributes = first..self.tree.attributes.len();
        self.open.push(self.tree.nodes.len());
        self.tree.nodes.push(Node { space, name, attributes, end: 0, text: String::new() });
        if self.tree.nodes.len() + self.tree.attributes.len() > MAX_ELEMENTS_AND_ATTRIBUTES {
            return Err(Why::TooMany);
        }
        Ok(())
    }

    fn close(&mut self) {
        let end = self.tree.nodes.len();
        if let Some(node) = self.open.pop().and_then(|index| self.tree.nodes.get_mut(index)) {
            node.end = end;
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Why> {
        match self.open.last().and_then(|index| self.tree.nodes.get_mut(*index)) {
            Some(node) => node.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(Why::NotXml),
        }
        Ok(())
    }

    fn finish(self) -> Result<Tree, Why> {
        if self.open.is_empty() && !self.tree.nodes.is_empty() { Ok(self.tree) } else { Err(Why::NotXml) }
    }
}

/// A prefix that is bound nowhere makes a document that is not well-formed with respect to namespaces.
fn known(space: &ResolveResult<'_>) -> Result<Space, Why> {
    match space {
        ResolveResult::Bound(namespace) => Ok(Space::of(namespace.as_ref())),
        ResolveResult::Unbound => Ok(Space::None),
        ResolveResult::Unknown(_) => Err(Why::NotXml),
    }
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, Why> {
    match reference.as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => match reference.resolve_char_ref() {
            Ok(Some(character)) if is_allowed(character) => Ok(character),
            _ => Err(Why::NotXml),
        },
    }
}

fn utf8_only<E>(encoding: Option<Result<impl AsRef<str>, E>>) -> Result<(), Why> {
    match encoding {
        None => Ok(()),
        Some(Ok(name)) if is_utf8(name.as_ref()) => Ok(()),
        Some(_) => Err(Why::NotUtf8),
    }
}

/// Whether a character encoding's name means UTF-8 or a part of it.
pub(crate) fn is_utf8(name: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"].iter().any(|known| name.trim().eq_ignore_ascii_case(known))
}
