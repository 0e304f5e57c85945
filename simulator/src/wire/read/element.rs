//! Ways to walk a document by namespace and local name, whatever the prefixes.

use roxmltree::Node;

/// The element children of that name.
pub fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    namespace: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'i>> + 'a {
    node.children().filter(move |child| is(*child, namespace, name))
}

/// The one element child of that name; `None` when there is none or more than one.
#[must_use]
pub fn one<'a, 'i: 'a>(node: Node<'a, 'i>, namespace: &str, name: &str) -> Option<Node<'a, 'i>> {
    let mut found = node.children().filter(|child| is(*child, namespace, name));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether the node is an element of that name.
#[must_use]
pub fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element() && node.tag_name().namespace() == Some(namespace) && node.tag_name().name() == name
}

/// The element's own text, trimmed; `None` when it is blank or the element has children of its own.
#[must_use]
pub fn text(node: Node<'_, '_>) -> Option<String> {
    if node.children().any(|child| child.is_element()) {
        return None;
    }
    let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// An attribute without namespace, not blank.
#[must_use]
pub fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attribute(name).filter(|value| !value.trim().is_empty())
}

/// Whether the attribute has exactly this value.
#[must_use]
pub fn has(node: Node<'_, '_>, name: &str, value: &str) -> bool {
    node.attribute(name) == Some(value)
}

/// The number of element children of that name.
#[must_use]
pub fn count(node: Node<'_, '_>, namespace: &str, name: &str) -> usize {
    node.children().filter(|child| is(*child, namespace, name)).count()
}

/// The element children.
pub fn elements<'a, 'i: 'a>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}
