//! The house style, as far as a machine can see it: sizes, entry files, forbidden words, machine paths, numbers that could be
//! somebody's, requirements that nobody registered. It names every violation at once. An exception is a line in [`EXCEPTIONS`],
//! with its reason.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What may stand at the top, besides dotfiles. Longer documentation goes into the crate it is about.
const TOP_LEVEL: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "client",
    "conformance",
    "fixtures",
    "simulator",
];
const TOP_LEVEL_DOTFILES: &[&str] =
    &[".cargo", ".ci", ".clippy.toml", ".deny.toml", ".gitignore", ".rustfmt.toml"];

/// Files that must be there.
const REQUIRED: &[&str] =
    &[".ci/run", ".deny.toml", "Cargo.lock", "Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

const LINES_OF_A_FILE: usize = 400;
const LINES_OF_A_TEST: usize = 600;
const FILES_BESIDE_AN_ENTRY: usize = 9;

/// Rule, file and reason. A line that excuses nothing is a violation too.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "word",
        "client/tests/client/bench.rs",
        "the clock that is injected there is the runtime's paused time, which moves only while everybody waits",
    ),
    (
        "library-without-logic",
        "client/rules/src/lib.rs",
        "a macro that several modules use must stand before them, and hides what they hold from Debug",
    ),
    (
        "nhs-number",
        "simulator/src/ledger/guard.rs",
        "the guard against real numbers is tested with one of the published test data, outside 9xx",
    ),
    ("nhs-number", "simulator/tests/scenario.rs", "as above"),
    ("nhs-number", "simulator/tests/services/uploads.rs", "as above"),
];

/// Words that never stand in the tree, spelt apart so that this file may hold them: the word, and what to do instead.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it or write an issue"),
    (concat!("FIX", "ME"), "do it or write an issue"),
    (concat!("todo", "!("), "write it"),
    (concat!("unimplemented", "!("), "write it"),
    (concat!("#[", "ignore"), "say at run time why a test was skipped"),
    (concat!("#[", "allow("), "#[expect(lint, reason = ..)]"),
    (concat!("/wo", "rk/"), "no path of one machine"),
    (concat!("../", "shared"), "no path of one machine"),
    (concat!("/ro", "ot/"), "no path of one machine"),
    (concat!("/ho", "me/"), "no path of one machine"),
    (concat!("seed", " 00"), "name the document"),
    (concat!("seeds", " 00"), "name the document"),
    (concat!("domain", ".md"), "name the document"),
    (concat!("wire", ".md"), "name the document"),
    (concat!("product", ".md"), "name the document"),
];

/// Where the register of requirements stands: a file per area, named for the prefix of its ids.
const REGISTER: &str = "conformance/requirements/";
/// What a requirement says, in this order; the last is said only where nothing can test it yet.
const FIELDS: &[&str] = &["id", "text", "source", "section", "level", "subject", "untested"];

/// What a folder may not name, for the three readings of the specification stay apart: folder, word, and why. Whole crates are the
/// architecture test's business.
const APART: &[(&str, &str, &str)] = &[
    (
        "simulator/src/",
        concat!("spine_fixtures::", "codes"),
        "the fake Spine takes no code from the evidence",
    ),
    ("simulator/src/", concat!("quick", "_xml"), "the fake Spine reads with another parser than the client"),
    ("conformance/oracle/", concat!("use ", "spine_"), "the oracle borrows nothing"),
    ("conformance/src/cases/", concat!("spine_", "message"), "cases read messages themselves"),
    ("conformance/src/wire/", concat!("spine_", "message"), "the suite's wire is its own"),
    (
        "conformance/src/stage/ground",
        concat!("spine_", "message"),
        "the requester writes its documents itself",
    ),
];

/// In tests only: time is injected.
const FORBIDDEN_IN_TESTS: &[(&str, &str)] =
    &[(concat!("thread::", "sleep("), "inject the clock"), (concat!("time::", "sleep("), "inject the clock")];

#[test]
fn the_tree_is_tidy() {
    let tree = Tree::read();
    assert!(tree.files.len() > 50, "the tree was not found");
    let mut violations = Violations::default();
    names(&tree, &mut violations);
    let known = register(&tree.files, &mut violations);
    assert!(known.len() >= 250, "the register of requirements was not found");
    for file in &tree.files {
        if let Some(text) = &file.text {
            words(file, text, &mut violations);
            nhs_numbers(file, text, &mut violations);
            if file.is_rust() {
                rust(file, text, &mut violations);
                citations(file, text, &known, &mut violations);
            }
        }
    }
    violations.report();
}

#[test]
fn the_rules_find_what_they_are_for() {
    let found = |path: &str, text: &str| {
        let file = File { path: path.to_owned(), text: None };
        let mut violations = Violations::default();
        words(&file, text, &mut violations);
        nhs_numbers(&file, text, &mut violations);
        rust(&file, text, &mut violations);
        violations.found.len()
    };
    let purpose = "//! Purpose.\n";
    let valid = ["401", "023", "2137"];
    let cases = [
        ("client/src/a.rs", purpose.to_owned(), 0),
        ("client/src/a.rs", "use std::fmt;\n".to_owned(), 1),
        ("client/src/a.rs", format!("{purpose}{}", "\n".repeat(400)), 1),
        ("client/tests/a.rs", format!("{purpose}{}", "\n".repeat(400)), 0),
        ("client/tests/a.rs", format!("{purpose}{}", "\n".repeat(600)), 1),
        ("client/src/a.rs", format!("{purpose}// {}", valid.concat()), 1),
        ("client/src/a.rs", format!("{purpose}// {}", valid.join(" ")), 1),
        ("client/src/a.rs", format!("{purpose}// {}", valid.join("-")), 1),
        ("client/src/a.rs", format!("{purpose}// {}1", valid.concat()), 0),
        ("client/src/a.rs", format!("{purpose}// 999 999 9999 and 0000000000"), 0),
        ("client/src/a.rs", format!("{purpose}// {}: later", FORBIDDEN[0].0), 1),
        ("client/src/a.rs", format!("{purpose}{}", FORBIDDEN_IN_TESTS[0].0), 0),
        ("client/tests/a.rs", format!("{purpose}{}", FORBIDDEN_IN_TESTS[0].0), 1),
        ("simulator/src/a.rs", format!("{purpose}use {};", APART[0].1), 1),
        ("simulator/tests/a.rs", format!("{purpose}use {};", APART[0].1), 0),
        ("client/src/lib.rs", format!("{purpose}#[macro_use]\npub mod a;\npub use a::b;\n"), 0),
        ("client/src/lib.rs", format!("{purpose}pub(crate) fn a() {{}}\n"), 1),
        ("client/src/lib.rs", format!("{purpose}macro_rules! a {{}}\n"), 1),
    ];
    for (path, text, expected) in cases {
        assert_eq!(found(path, &text), expected, "{path}: {text}");
    }
}

#[test]
fn the_rules_of_the_register_find_what_they_are_for() {
    let one = |id: &str, more: &str| {
        format!(
            "[[requirement]]\nid = \"{id}\"\ntext = \"A.\"\nsource = \"B\"\nsection = \"\"\nlevel = \"must\"\n\
             subject = \"both\"\n{more}"
        )
    };
    let two = |first: &str, second: &str| format!("area = \"a\"\n{}{}", one(first, ""), one(second, ""));
    let good = two("ELI-001", "ELI-003");
    let cases = [
        (good.clone(), 0),
        (two("ELI-002", "ELI-001"), 1),
        (two("ELI-001", "ELI-001"), 1),
        (two("ELI-001", "PDS-002"), 1),
        (two("ELI-001", "ELI-02"), 1),
        (good.replacen("text = \"A.\"", "text = \"A\"", 1), 1),
        (good.replacen("source = \"B\"", "source = \"\"", 1), 1),
        (good.replacen("section = \"\"\n", "", 1), 1),
        (good.replacen("must", "shall", 1), 1),
        (good.replacen("both", "nobody", 1), 1),
        (good.replace("area = \"a\"\n", ""), 1),
        (format!("{good}untested = \"Not built.\""), 0),
        (format!("{good}untested = \"\""), 1),
        (format!("{good}waived = true"), 1),
        (good.replacen(']', "", 1), 1),
    ];
    for (text, expected) in cases {
        let file = File { path: format!("{REGISTER}ELI.toml"), text: Some(text.clone()) };
        let mut violations = Violations::default();
        register(&[file], &mut violations);
        assert_eq!(violations.found.len(), expected, "{text}\n{:?}", violations.found);
    }
}

#[test]
fn a_citation_must_be_of_a_requirement() {
    let known = BTreeSet::from(["ELI-001".to_owned(), "ELI-002".to_owned()]);
    let (one, several) = (concat!("Require", "ment:"), concat!("Require", "ments:"));
    for (text, expected) in [
        (format!("/// {one} ELI-001."), 0),
        (format!("// Why. {several} ELI-001, ELI-002. Source: ABC-999."), 1),
        (format!("/// {several} ELI-001,\n/// ELI-003."), 1),
        (format!("/// {several} ELI-004, ELI-003."), 2),
        (format!("/// {one} the first."), 1),
        (format!("let text = \"{one} none\";"), 0),
        (format!("let text = \"{one} ELI-003\";"), 1),
        ("// RFC-822 and ELI-003".to_owned(), 0),
    ] {
        let file = File { path: "client/src/a.rs".to_owned(), text: None };
        let mut violations = Violations::default();
        citations(&file, &text, &known, &mut violations);
        assert_eq!(violations.found.len(), expected, "{text}");
    }
}

/// The top level, and how files are laid out in folders.
fn names(tree: &Tree, violations: &mut Violations) {
    let mut beside: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &tree.files {
        let top = file.path.split('/').next().unwrap_or_default();
        let known = if top.starts_with('.') { TOP_LEVEL_DOTFILES } else { TOP_LEVEL };
        if !known.contains(&top) {
            violations.push("top-level", top, "is not one of the names the house has at the top");
        }
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        if name == "mod.rs" {
            violations.push("module-file", &file.path, "a module is foo.rs, with what is inside in foo/");
        }
        if file.is_rust() && !tree.is_entry(&file.path) {
            *beside.entry(folder).or_default() += 1;
        }
    }
    for (folder, count) in beside.into_iter().filter(|(_, count)| *count > FILES_BESIDE_AN_ENTRY) {
        let what = format!("{count} files beside the entry file: a folder is missing");
        violations.push("files-in-a-folder", folder, &what);
    }
    for required in REQUIRED {
        if !tree.files.iter().any(|file| file.path == *required) {
            violations.push("required", required, "is missing");
        }
    }
}

/// The rules for one Rust file.
fn rust(file: &File, text: &str, violations: &mut Violations) {
    let (lines, limit) =
        (text.lines().count(), if file.is_test() { LINES_OF_A_TEST } else { LINES_OF_A_FILE });
    if lines > limit {
        violations.push("file-size", &file.path, &format!("{lines} lines, and {limit} are allowed"));
    }
    if !text.starts_with("//!") {
        violations.push(
            "purpose",
            &file.path,
            "must begin with `//!`: what it is for, and what it must not do",
        );
    }
    if file.path.ends_with("src/lib.rs")
        && let Some(line) = text.lines().find(|line| is_logic(line))
    {
        violations.push("library-without-logic", &file.path, &format!("only docs, mod and use: `{line}`"));
    }
}

/// Whether a line begins an item other than a module, an import or an attribute.
fn is_logic(line: &str) -> bool {
    let mut words = line
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '#' && letter != '/');
    let item =
        words.find(|word| !["pub", "crate", "async", "unsafe", "in", ""].contains(word)).unwrap_or_default();
    ["fn", "struct", "enum", "union", "impl", "trait", "const", "static", "type", "macro_rules"]
        .contains(&item)
}

/// Words that never stand in the tree.
fn words(file: &File, text: &str, violations: &mut Violations) {
    // What the continuous integration calls on a new machine may look outside the tree.
    if file.path.starts_with(".ci/") {
        return;
    }
    let tests: &[_] = if file.is_test() { FORBIDDEN_IN_TESTS } else { &[] };
    for (folder, word, why) in APART {
        // Tests may hold one reading against another.
        if file.path.starts_with(folder) && !file.is_test() && text.contains(word) {
            violations.push("apart", &file.path, &format!("`{word}`: {why}"));
        }
    }
    for (number, line) in text.lines().enumerate() {
        for (word, instead) in FORBIDDEN.iter().chain(tests).filter(|(word, _)| line.contains(word)) {
            violations.push("word", &file.path, &format!("line {}: `{word}`: {instead}", number + 1));
        }
    }
}

/// Ten digits whose check digit is right might be somebody's number, unless they are of the 9xx ranges that are kept for tests.
fn nhs_numbers(file: &File, text: &str, violations: &mut Violations) {
    for (line_number, line) in text.lines().enumerate() {
        for digits in runs_of_ten(line) {
            if digits[0] != 9
                && digits.iter().any(|digit| *digit != digits[0])
                && check_digit_is_right(&digits)
            {
                let shown: String = digits[..3].iter().map(u8::to_string).collect();
                let what = format!("line {}: {shown}.. may be somebody's NHS number", line_number + 1);
                violations.push("nhs-number", &file.path, &what);
            }
        }
    }
}

/// Runs of exactly ten digits that stand alone, also where they are written as `999 999 9999` or `999-999-9999`. Digits within a
/// longer word, as in a digest, are none, nor are the ten digits in their order.
fn runs_of_ten(line: &str) -> Vec<[u8; 10]> {
    if line.bytes().filter(u8::is_ascii_digit).count() < 10 {
        return Vec::new();
    }
    let letters: Vec<char> = line.chars().collect();
    let letters = &letters;
    let run = |length: usize| {
        letters.windows(length).enumerate().filter_map(move |(start, window)| {
            let parted = length == 10 || (matches!(window[3], ' ' | '-') && window[7] == window[3]);
            let alone = !neighbours(letters, start, length).any(char::is_alphanumeric);
            let digits: String = window.iter().filter(|letter| letter.is_ascii_digit()).collect();
            (parted && alone && digits != "0123456789").then(|| ten(&digits)).flatten()
        })
    };
    run(10).chain(run(12)).collect()
}

fn neighbours(letters: &[char], start: usize, length: usize) -> impl Iterator<Item = char> {
    let before = start.checked_sub(1).and_then(|place| letters.get(place));
    before.into_iter().chain(letters.get(start + length)).copied()
}

fn ten(run: &str) -> Option<[u8; 10]> {
    let digits: Vec<u8> = run.bytes().map(|byte| byte - b'0').collect();
    digits.try_into().ok()
}

/// Modulus 11 with weights 10 to 2. Source: NHS Data Dictionary, NHS NUMBER.
fn check_digit_is_right(digits: &[u8; 10]) -> bool {
    let sum: u32 =
        digits[..9].iter().zip((2..=10).rev()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    let check = (11 - sum % 11) % 11;
    check == u32::from(digits[9])
}

/// The ids of the register; each file in order, every field filled, no id twice.
fn register(files: &[File], violations: &mut Violations) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.starts_with(REGISTER)) {
        let mut wrong = |what: &str| violations.push("register", &file.path, what);
        let prefix = file.path[REGISTER.len()..].strip_suffix(".toml").unwrap_or_default();
        let Some(Ok(table)) = file.text.as_ref().map(|text| text.parse::<toml::Table>()) else {
            wrong("is no TOML");
            continue;
        };
        if !table.get("area").is_some_and(is_filled) {
            wrong("names no area");
        }
        let requirements = table.get("requirement").and_then(toml::Value::as_array);
        let mut last = String::new();
        for requirement in requirements.into_iter().flatten().filter_map(toml::Value::as_table) {
            let id = requirement.get("id").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            if !is_id(&id) || !id.starts_with(prefix) || id <= last {
                wrong(&format!("`{id}` is no id of this file, or does not come after `{last}`"));
            }
            for what in wrong_fields(requirement) {
                wrong(&format!("{id}: {what}"));
            }
            known.insert(id.clone());
            last = id;
        }
    }
    known
}

fn wrong_fields(requirement: &toml::Table) -> Vec<String> {
    let mut wrong: Vec<String> =
        requirement.keys().filter(|key| !FIELDS.contains(&key.as_str())).cloned().collect();
    for field in FIELDS {
        let right = match (*field, requirement.get(*field)) {
            ("untested", None) => true,
            ("section", value) => value.is_some_and(toml::Value::is_str),
            ("level", value) => among(value, &["must", "should", "may"]),
            ("subject", value) => among(value, &["client", "spine", "both"]),
            ("text" | "untested", value) => {
                value.is_some_and(|value| value.as_str().is_some_and(|text| text.ends_with('.')))
            }
            (_, value) => value.is_some_and(is_filled),
        };
        if !right {
            wrong.push((*field).to_owned());
        }
    }
    wrong
}

fn is_filled(value: &toml::Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn among(value: Option<&toml::Value>, words: &[&str]) -> bool {
    value.and_then(toml::Value::as_str).is_some_and(|word| words.contains(&word))
}

/// Three capital letters, a hyphen, three digits.
fn is_id(word: &str) -> bool {
    word.split_once('-').is_some_and(|(area, number)| {
        area.len() == 3
            && area.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// What is cited as a requirement is one. A citation ends with its line, or goes on after a comma at the line's end.
fn citations(file: &File, text: &str, known: &BTreeSet<String>, violations: &mut Violations) {
    let mut goes_on = false;
    for (number, line) in text.lines().enumerate() {
        let after = ["Requirement: ", "Requirements: "].iter().find_map(|word| line.split_once(word));
        let Some(cited) = after.map(|(_, cited)| cited).or(goes_on.then_some(line)) else { continue };
        goes_on = line.trim_end().ends_with(',');
        let words = cited.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let ids: Vec<&str> = words.filter(|word| is_id(word)).collect();
        if ids.is_empty() && line.trim_start().starts_with("//") {
            let what = format!("line {}: cites no requirement", number + 1);
            violations.push("citation", &file.path, &what);
        }
        for id in ids.into_iter().filter(|id| !known.contains(*id)) {
            let what = format!("line {}: `{id}` is not in the register", number + 1);
            violations.push("citation", &file.path, &what);
        }
    }
}

/// What was found, less what is excused.
#[derive(Default)]
struct Violations {
    found: Vec<String>,
    excused: Vec<(&'static str, &'static str)>,
}

impl Violations {
    fn push(&mut self, rule: &str, path: &str, what: &str) {
        match EXCEPTIONS.iter().find(|(excused, file, _)| *excused == rule && *file == path) {
            Some((rule, file, _)) => self.excused.push((rule, file)),
            None => self.found.push(format!("{path}: {rule}: {what}")),
        }
    }

    fn report(mut self) {
        for (rule, file, _) in
            EXCEPTIONS.iter().filter(|(rule, file, _)| !self.excused.contains(&(rule, file)))
        {
            self.found.push(format!("{file}: the exception from {rule} excuses nothing any more"));
        }
        self.found.sort();
        self.found.dedup();
        assert!(self.found.is_empty(), "{} violations\n{}", self.found.len(), self.found.join("\n"));
    }
}

struct Tree {
    files: Vec<File>,
}

struct File {
    /// From the root, with slashes.
    path: String,
    /// `None` for what is not text.
    text: Option<String>,
}

impl File {
    fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

impl Tree {
    /// Whether a file is the way into a folder or a crate: `foo.rs` beside `foo/` belongs to the folder.
    fn is_entry(&self, path: &str) -> bool {
        let inside = format!("{}/", path.trim_end_matches(".rs"));
        let root = ["lib.rs", "main.rs", "build.rs"].iter().any(|name| path.ends_with(&format!("/{name}")));
        root || self.files.iter().any(|file| file.path.starts_with(&inside))
    }

    /// What git keeps; where there is no git, everything but build output.
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let kept = tracked(root).unwrap_or_else(|| {
            let mut found = Vec::new();
            walk(root, root, &mut found);
            found
        });
        let present = kept.into_iter().filter(|path| root.join(path).is_file());
        let files = present.map(|path| File { text: std::fs::read_to_string(root.join(&path)).ok(), path });
        Self { files: files.collect() }
    }
}

fn tracked(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let paths: Vec<String> = text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
    let entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in entries {
        let name = path.file_name().unwrap_or_default();
        if path.is_file() {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.push(relative);
        } else if name != "target" && name != ".git" {
            walk(root, &path, found);
        }
    }
}
