//! What a setting asserts, and which rules it breaks.

use roxmltree::Node;
use spine_vocabulary::code::system;
use spine_vocabulary::{AcsPermission, NhsNumber, NhsNumberError};

use crate::psis::summary::exact_number;
use crate::wire::namespace::CRS;
use crate::wire::read::element::{elements, has, is};
use crate::wire::read::{attribute, children, one, text};

/// One `accessControlAssertion`.
#[derive(Clone, Debug, Default)]
struct Assertion {
    permission: Option<AcsPermission>,
    function: Option<String>,
    resource: Option<String>,
    is_consent: bool,
    is_for_everyone: bool,
    has_accessor: bool,
}

/// A setting as it was sent.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    contexts: usize,
    context: String,
    is_well_shaped: bool,
    assertions: Vec<Assertion>,
    /// The patient's number; the error when it is no NHS number.
    pub(super) number: Result<NhsNumber, NhsNumberError>,
}

impl Setting {
    /// Reads what is there.
    pub(super) fn read(request: Node<'_, '_>) -> Self {
        let permissions = one(request, CRS, "permissions");
        let contexts: Vec<_> = permissions
            .iter()
            .flat_map(|all| all.children().filter(|child| is(*child, CRS, "resourceContext")))
            .collect();
        let context = contexts
            .first()
            .filter(|context| has(**context, "root", system::NHS_NUMBER))
            .and_then(|context| attribute(*context, "extension"))
            .unwrap_or_default();
        let known = |child: Node<'_, '_>| {
            is(child, CRS, "resourceContext") || is(child, CRS, "accessControlAssertion")
        };
        Self {
            contexts: contexts.len(),
            context: context.to_owned(),
            is_well_shaped: elements(request).count() == 1
                && permissions.is_some_and(|all| elements(all).all(known)),
            assertions: permissions
                .iter()
                .flat_map(|all| {
                    children(*all, CRS, "accessControlAssertion").map(assertion).collect::<Vec<_>>()
                })
                .collect(),
            number: exact_number(context),
        }
    }

    /// The one permission that every assertion sets.
    pub(super) fn permission(&self) -> Option<AcsPermission> {
        self.assertions.first().and_then(|assertion| assertion.permission)
    }

    /// Every rule that the setting breaks, in words.
    /// Requirements: CON-043, CON-044, CON-045, CON-046, CON-047, CON-048.
    pub(super) fn wrong(&self) -> Vec<&'static str> {
        let functions =
            |name: &str| self.assertions.iter().filter(|one| one.function.as_deref() == Some(name)).count();
        let all = |rule: &dyn Fn(&Assertion) -> bool| self.assertions.iter().all(rule);
        let rules: [(bool, &'static str); 10] = [
            (
                self.contexts == 1 && !self.context.is_empty(),
                "Mandatory field Resource Ctx missing or incorrect.",
            ),
            (self.is_well_shaped, "permissions holds one resourceContext and its assertions only."),
            ((1..=2).contains(&self.assertions.len()), "There are one or two assertions."),
            (
                functions("View") <= 1 && functions("Store") <= 1,
                "There is at most one assertion per function.",
            ),
            (all(&|one| one.permission.is_some()), "permission is Yes, No or Clear."),
            (
                self.assertions.windows(2).all(|two| two[0].permission == two[1].permission),
                "View and Store have the same permission.",
            ),
            (
                all(&|one| one.resource.as_deref() == Some(&self.context)),
                "resource is of type SCR and its Id is the resourceContext.",
            ),
            (
                all(&|one| one.is_consent && matches!(one.function.as_deref(), Some("View" | "Store"))),
                "function is Consent View or Consent Store.",
            ),
            (
                all(&|one| {
                    one.is_for_everyone || (one.permission == Some(AcsPermission::Ask) && !one.has_accessor)
                }),
                "accessor is Everyone.",
            ),
            (
                // Both too long and too short a number are reported as the context's fault, as by the national rule set.
                self.context.is_empty() || self.context.len() == 10,
                "Resource Ctx has not ten digits.",
            ),
        ];
        rules.into_iter().filter(|(kept, _)| !kept).map(|(_, why)| why).collect()
    }
}

fn assertion(node: Node<'_, '_>) -> Assertion {
    let resource = one(node, CRS, "resource");
    let function = one(node, CRS, "function");
    let accessor = one(node, CRS, "accessor");
    let said = |parent: Option<Node<'_, '_>>, name: &str| {
        parent.and_then(|one_of| one(one_of, CRS, name)).and_then(text)
    };
    let everyone = said(accessor, "type").as_deref() == Some("Everyone")
        && said(accessor.and_then(|accessor| one(accessor, CRS, "accessorId")), "name").as_deref()
            == Some("Everyone");
    Assertion {
        permission: one(node, CRS, "permission")
            .and_then(text)
            .and_then(|said| AcsPermission::from_set(&said)),
        function: said(function, "code"),
        resource: said(resource, "type").filter(|kind| kind == "SCR").and_then(|_| said(resource, "Id")),
        is_consent: said(function, "context").as_deref() == Some("Consent"),
        is_for_everyone: everyone,
        has_accessor: node.children().any(|child| is(child, CRS, "accessor")),
    }
}
