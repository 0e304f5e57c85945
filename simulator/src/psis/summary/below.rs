//! What stands below each element of the presentation text, found in one walk: asked element by element, a text that nests deep would
//! be read again at every depth.

use std::ops::Range;

use roxmltree::Node;

/// What the text says for a section in which nothing stands.
const EMPTY_SECTION: &str = "No relevant information available for this category.";

/// The words and the filling of every element below one.
#[derive(Debug, Default)]
pub(super) struct Below {
    /// All words, white space collapsed.
    words: String,
    /// In document order, which is that of their ids.
    elements: Vec<Element>,
}

#[derive(Clone, Debug)]
struct Element {
    id: usize,
    /// Where its words stand.
    words: Range<usize>,
    is_filled: bool,
}

impl Below {
    /// Walks over everything below `top`. The reader bounds the depth, so the recursion ends.
    pub(super) fn of(top: Node<'_, '_>) -> Self {
        let mut below = Self::default();
        below.walk(top);
        below
    }

    /// All text below an element, white space collapsed.
    pub(super) fn words(&self, node: Node<'_, '_>) -> &str {
        let range = self.element(node).map(|element| element.words.clone());
        range.and_then(|range| self.words.get(range)).unwrap_or_default().trim()
    }

    /// Where a phrase begins, every time, in the order of the text.
    pub(super) fn places(&self, phrase: &str) -> Vec<usize> {
        self.words.match_indices(phrase).map(|(place, _)| place).collect()
    }

    /// Whether an element has a phrase of this length in it that begins in one of these places.
    pub(super) fn has(&self, node: Node<'_, '_>, places: &[usize], length: usize) -> bool {
        let Some(Element { words, .. }) = self.element(node) else { return false };
        let first = places.partition_point(|place| *place < words.start);
        places.get(first).is_some_and(|place| place + length <= words.end)
    }

    /// Whether there is text below other than a table's head and the words for an empty section.
    pub(super) fn is_filled(&self, node: Node<'_, '_>) -> bool {
        if node.is_text() {
            return says_something(node);
        }
        self.element(node).is_some_and(|element| element.is_filled)
    }

    fn element(&self, node: Node<'_, '_>) -> Option<&Element> {
        let place = self.elements.binary_search_by_key(&node.id().get_usize(), |element| element.id).ok()?;
        self.elements.get(place)
    }

    fn walk(&mut self, node: Node<'_, '_>) -> bool {
        let (place, start) = (self.elements.len(), self.words.len());
        self.elements.push(Element { id: node.id().get_usize(), words: start..start, is_filled: false });
        let mut is_filled = false;
        for child in node.children() {
            if child.is_element() {
                let head = ["th", "thead", "caption"].contains(&child.tag_name().name());
                is_filled |= self.walk(child) && !head;
            } else if child.is_text() {
                is_filled |= says_something(child);
                for word in child.text().unwrap_or_default().split_whitespace() {
                    self.words.push_str(word);
                    self.words.push(' ');
                }
            }
        }
        if let Some(element) = self.elements.get_mut(place) {
            (element.words.end, element.is_filled) = (self.words.len(), is_filled);
        }
        is_filled
    }
}

fn says_something(text: Node<'_, '_>) -> bool {
    let text = text.text().unwrap_or_default();
    !text.trim().is_empty() && !text.replace(EMPTY_SECTION, " ").trim().is_empty()
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;

    #[test]
    fn tells_of_each_element_what_is_below_it() {
        let text = "<a> one <b>two\n <th>three</th></b><c><thead>four</thead></c><d>No relevant information available for this category.</d></a>";
        let document = Document::parse(text).unwrap();
        let below = Below::of(document.root());
        for (name, words, is_filled, has_two_three) in [
            ("a", "one two three four No relevant information available for this category.", true, true),
            ("b", "two three", true, true),
            ("th", "three", true, false),
            ("c", "four", false, false),
            ("thead", "four", true, false),
            ("d", "No relevant information available for this category.", false, false),
        ] {
            let node = document.descendants().find(|node| node.tag_name().name() == name).unwrap();
            let phrase = "two three";
            let found = below.has(node, &below.places(phrase), phrase.len());
            assert_eq!(
                (below.words(node), below.is_filled(node), found),
                (words, is_filled, has_two_three),
                "{name}"
            );
        }
    }
}
