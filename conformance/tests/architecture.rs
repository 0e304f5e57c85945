//! Who may depend on whom: the table of the house, as data, held against what cargo says.
//!
//! A row names what a crate may depend on of ours, in its program and in its tests. A third-party crate that a crate must never come to
//! link, however far down, is named in `never`; one that only some crates may name themselves is in [`ONLY_IN`]. Licences, sources and
//! crates that nobody may link at all are cargo-deny's work.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};

struct Row {
    name: &'static str,
    folder: &'static str,
    /// Ours, in normal and build dependencies.
    ours: &'static [&'static str],
    /// Ours, in dev-dependencies on top of those.
    dev: &'static [&'static str],
    /// Not ours: never linked, by whatever way.
    never: &'static [&'static str],
}

const NO_NETWORK: &[&str] =
    &["tokio", "hyper", "rustls", "axum", "sqlx", "reqwest", "quick-xml", "roxmltree"];
const NO_RUNTIME: &[&str] = &["tokio", "hyper", "rustls", "axum", "sqlx", "reqwest", "roxmltree"];
const NO_SECOND_PARSER: &[&str] = &["roxmltree", "axum", "reqwest"];

/// In dependency order. A crate without a row and a row without a crate are faults.
const TABLE: &[Row] = &[
    Row { name: "spine-vocabulary", folder: "client/vocabulary", ours: &[], dev: &[], never: NO_NETWORK },
    Row {
        name: "spine-rules",
        folder: "client/rules",
        ours: &["spine-vocabulary"],
        dev: &["spine-fixtures"],
        never: NO_NETWORK,
    },
    Row {
        name: "spine-practice",
        folder: "client/practice",
        ours: &["spine-vocabulary", "spine-rules"],
        dev: &["spine-fixtures"],
        never: NO_NETWORK,
    },
    Row {
        name: "spine-message",
        folder: "client/message",
        ours: &["spine-vocabulary", "spine-rules"],
        dev: &["spine-fixtures"],
        never: NO_RUNTIME,
    },
    Row {
        name: "spine-card",
        folder: "simulator/card",
        ours: &[],
        dev: &[],
        never: &["rustls", "sqlx", "hyper"],
    },
    Row {
        name: "spine-session",
        folder: "client/session",
        ours: &["spine-vocabulary"],
        dev: &["spine-card"],
        never: NO_RUNTIME,
    },
    Row {
        name: "spine-transport",
        folder: "client/transport",
        ours: &[],
        dev: &[],
        never: &["sqlx", "quick-xml", "roxmltree"],
    },
    Row {
        name: "spine-store",
        folder: "client/store",
        ours: &["spine-vocabulary", "spine-rules"],
        dev: &["spine-fixtures"],
        never: &["hyper", "rustls", "axum", "quick-xml", "roxmltree"],
    },
    Row {
        name: "spine-client",
        folder: "client",
        ours: &[
            "spine-vocabulary",
            "spine-rules",
            "spine-practice",
            "spine-message",
            "spine-session",
            "spine-transport",
            "spine-store",
        ],
        dev: &["spine-simulator", "spine-card", "spine-fixtures"],
        never: NO_SECOND_PARSER,
    },
    Row {
        name: "spine-cli",
        folder: "client/cli",
        ours: &["spine-client"],
        dev: &["spine-simulator", "spine-card", "spine-fixtures"],
        never: NO_SECOND_PARSER,
    },
    Row { name: "spine-fixtures", folder: "fixtures", ours: &[], dev: &[], never: &[] },
    Row {
        name: "spine-simulator",
        folder: "simulator",
        ours: &["spine-vocabulary", "spine-card", "spine-fixtures"],
        dev: &[],
        never: &["quick-xml", "sqlx"],
    },
    Row {
        name: "spine-playground",
        folder: "simulator/playground",
        ours: &["spine-client", "spine-cli", "spine-simulator", "spine-card", "spine-fixtures"],
        dev: &[],
        never: &[],
    },
    Row {
        name: "spine-benches",
        folder: "benches",
        ours: &[
            "spine-client",
            "spine-simulator",
            "spine-fixtures",
            "spine-vocabulary",
            "spine-rules",
            "spine-message",
            "spine-store",
            "spine-transport",
        ],
        dev: &[],
        never: &[],
    },
    Row { name: "spine-oracle", folder: "conformance/oracle", ours: &[], dev: &[], never: &[] },
    Row {
        name: "spine-conformance",
        folder: "conformance",
        ours: &[
            "spine-client",
            "spine-simulator",
            "spine-oracle",
            "spine-fixtures",
            "spine-vocabulary",
            "spine-rules",
            "spine-message",
        ],
        dev: &[],
        never: &[],
    },
];

/// These two depend on nobody at all: what is evidence and what is an independent reading borrow nothing.
const ALONE: &[&str] = &["spine-fixtures", "spine-oracle"];

/// Crates that only these may name among their normal and build dependencies.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sqlx", &["spine-store"]),
    ("quick-xml", &["spine-message", "spine-session"]),
    ("roxmltree", &["spine-simulator", "spine-conformance"]),
    // The playground reads the simulator's control port, and the benches have a bare client of their own: programs for developers,
    // not part of the client.
    ("hyper", &["spine-transport", "spine-simulator", "spine-playground", "spine-benches"]),
    ("rustls", &["spine-transport", "spine-simulator", "spine-conformance", "spine-benches"]),
    ("miette", &["spine-cli"]),
    ("rand", &[]),
    ("getrandom", &[]),
];

#[test]
fn every_crate_has_a_row_and_every_row_a_crate() {
    let metadata = metadata(true);
    let members: BTreeMap<_, _> =
        members(&metadata).map(|package| (package.name.as_str(), folder(&metadata, package))).collect();
    let rows: BTreeMap<_, _> = TABLE.iter().map(|row| (row.name, row.folder.to_owned())).collect();
    assert_eq!(members, rows);
}

#[test]
fn crates_of_ours_are_named_only_where_the_table_allows() {
    let metadata = metadata(true);
    let mut violations = Vec::new();
    for package in members(&metadata) {
        let Some(row) = TABLE.iter().find(|row| row.name == package.name.as_str()) else { continue };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let dev = dependency.kind == DependencyKind::Development;
            let allowed = row.ours.contains(&name) || (dev && row.dev.contains(&name));
            if name.starts_with("spine-") && !allowed {
                let place = if dev { "its tests" } else { "its program" };
                violations.push(format!("{} may not use {name} in {place}", row.name));
            }
            if !dev && ALONE.contains(&row.name) {
                violations.push(format!("{} depends on nobody, and names {name}", row.name));
            }
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn crates_that_belong_to_some_are_named_by_no_other() {
    let metadata = metadata(true);
    let mut violations = Vec::new();
    for package in members(&metadata) {
        for dependency in
            package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            for (third_party, owners) in ONLY_IN {
                if dependency.name == *third_party && !owners.contains(&package.name.as_str()) {
                    violations
                        .push(format!("{} names {third_party}, which belongs to {owners:?}", package.name));
                }
            }
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn no_crate_comes_to_link_what_it_must_never_link() {
    let metadata = metadata(false);
    let linked = Linked::of(&metadata);
    let mut violations = Vec::new();
    for package in members(&metadata) {
        let Some(row) = TABLE.iter().find(|row| row.name == package.name.as_str()) else { continue };
        let closure = linked.by(&package.id);
        for third_party in row.never.iter().filter(|name| closure.contains(**name)) {
            violations.push(format!("{} links {third_party}", row.name));
        }
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

fn metadata(only_ours: bool) -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
    command.other_options(vec!["--locked".to_owned()]);
    if only_ours {
        command.no_deps();
    } else {
        command.features(CargoOpt::AllFeatures);
    }
    command.exec().unwrap()
}

fn members(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata.packages.iter().filter(|package| metadata.workspace_members.contains(&package.id))
}

/// Where a crate lives, seen from the root.
fn folder(metadata: &Metadata, package: &Package) -> String {
    let home = package.manifest_path.parent().unwrap();
    home.strip_prefix(&metadata.workspace_root).unwrap().as_str().replace('\\', "/")
}

/// What is linked into a program through normal and build dependencies, however far down.
struct Linked<'a> {
    names: BTreeMap<&'a PackageId, &'a str>,
    edges: BTreeMap<&'a PackageId, Vec<&'a PackageId>>,
}

impl<'a> Linked<'a> {
    fn of(metadata: &'a Metadata) -> Self {
        let names = metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
        let nodes = &metadata.resolve.as_ref().unwrap().nodes;
        let edges = nodes
            .iter()
            .map(|node| {
                let linked = node.deps.iter().filter(|dependency| {
                    dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
                });
                (&node.id, linked.map(|dependency| &dependency.pkg).collect())
            })
            .collect();
        Self { names, edges }
    }

    fn by(&self, root: &'a PackageId) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![root];
        while let Some(package) = waiting.pop() {
            if seen.insert(package) {
                waiting.extend(self.edges.get(package).into_iter().flatten());
            }
        }
        seen.into_iter().filter_map(|package| self.names.get(package).copied()).collect()
    }
}
