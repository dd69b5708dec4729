//! The rules of the house that no compiler checks: who may depend on whom, what a file begins with,
//! what a controller's header says, what the documents claim.
//!
//! A rule is a function from text to faults, so that `each_rule_can_fail` can give it something bad.
//! It reads the repository and runs nothing. Roles of methods are checked in `api`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rows of the architecture; a crate depends on lower rows only. `types` lies below the base that
/// it belongs to, since that may use it.
const ROWS: [(&str, u8); 14] = [
    ("holdfast", 5),
    ("apid", 4),
    ("e2e", 4),
    ("image", 4),
    ("init", 4),
    ("machined", 4),
    ("netd", 4),
    ("osctl", 4),
    ("api", 3),
    ("config", 2),
    ("resources", 2),
    ("cosi", 1),
    ("linux", 1),
    ("types", 0),
];
/// What a crate must never know, beside the rows.
const NEVER: [(&str, &[&str]); 6] = [
    ("init", &["api", "config", "resources", "cosi", "tokio", "tonic"]),
    ("osctl", &["linux"]),
    ("image", &["api", "config", "resources", "cosi", "linux"]),
    ("e2e", &["api", "config", "resources", "cosi", "linux", "types"]),
    ("netd", &["api", "config"]),
    ("apid", &["config"]),
];
/// Crates that wrap the kernel's interfaces: for `linux` alone.
const KERNEL: [&str; 9] =
    ["libc", "rustix", "nix", "netlink", "rtnetlink", "seccompiler", "landlock", "procfs", "caps"];
/// Most lines of a source file.
const LINES: usize = 450;
/// Files that are longer, each with a reason.
const LONGER: [(&str, &str); 1] =
    [("cosi/src/state.rs", "the operations under one lock, and their tests")];
/// Controllers without tests beside them, each with a reason.
const UNTESTED: [(&str, &str); 2] = [
    ("network.HostnameSpec", "sethostname(2) and its echo; e2e compares it with what was applied"),
    ("network.ResolverSpec", "shows what it reads; e2e compares it with what QEMU hands out"),
];
/// Pages whose tables end in the tests that keep what a row says, and how many rows they have at least.
const PROMISES: [(&str, usize); 2] =
    [("docs/promises.md", 20), ("docs/reference/store-and-engine.md", 60)];
/// A page that `make bench` writes: what links to it may come first, and it may not be in the book.
const FIGURES: &str = "docs/benchmarks.md";
/// Most lines of the architecture document.
const ARCHITECTURE: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files below a folder with that ending, as paths from the root, in order.
fn files(folder: &str, ending: &str) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_symlink() || name.starts_with('.') || name == "target" || name == "out" {
                continue;
            }
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    let inside = |path: PathBuf| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
    let mut found: Vec<_> = found.into_iter().map(inside).collect();
    found.retain(|path| path.ends_with(ending));
    found.sort();
    found
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The texts between `open` and `close`, which differ.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| Some(rest.split_once(close)?.0)).collect()
}

/// Dependencies of a manifest: name, and whether what is built has it.
fn dependencies(manifest: &str) -> Vec<(String, bool)> {
    let (mut found, mut section) = (Vec::new(), "");
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(['.', ' ', '='])
        {
            found.push((name.to_owned(), !section.contains("dev-")));
        }
    }
    found
}

fn manifest(name: &str, text: &str) -> Vec<String> {
    let row = |name: &str| ROWS.iter().find(|(other, _)| *other == name).map(|(_, row)| *row);
    let Some(own) = row(name) else { return vec![format!("{name}: has no row")] };
    let mut faults = Vec::new();
    if !text.contains("[lints]\nworkspace = true") {
        faults.push(format!("{name}: does not take the workspace's lints"));
    }
    let never = NEVER.iter().find(|(other, _)| *other == name).map_or(&[][..], |(_, never)| *never);
    for (dependency, built) in dependencies(text) {
        if row(&dependency).is_some_and(|row| row >= own) {
            faults.push(format!("{name}: depends on {dependency}, which is not below it"));
        }
        if built && never.contains(&dependency.as_str()) {
            faults.push(format!("{name}: must never know {dependency}"));
        }
        if name != "linux" && KERNEL.iter().any(|kernel| dependency.starts_with(kernel)) {
            faults.push(format!("{name}: names {dependency}, which is for linux alone"));
        }
    }
    faults
}

fn source(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.starts_with("//! ") {
        faults.push(format!("{path}: does not say what it is for (`//!`)"));
    }
    let (lines, longer) = (text.lines().count(), LONGER.iter().any(|(other, _)| *other == path));
    if (lines > LINES) != longer {
        faults.push(format!("{path}: has {lines} lines; in LONGER: {longer}"));
    }
    let is_root = path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs");
    if is_root && !path.starts_with("linux/") && !text.contains("#![forbid(unsafe_code)]") {
        faults.push(format!("{path}: does not forbid unsafe code"));
    }
    for line in text.lines().filter(|line| line.contains(concat!("TO", "DO"))) {
        if !line.contains("issue ") {
            faults.push(format!("{path}: names no issue: {}", line.trim()));
        }
    }
    faults
}

/// What a controller's file says of itself, and whether `list` has it.
fn controller(path: &str, text: &str, list: &str) -> Vec<String> {
    let stem = Path::new(path).file_stem().unwrap().to_str().unwrap();
    let folder = Path::new(path).parent().and_then(Path::file_name).unwrap().to_str().unwrap();
    let group = if path.starts_with("netd/") { "network" } else { folder };
    let declaration = between(text, "DECLARATION: Declaration", "};").concat();
    let name = between(&declaration, "name: \"", "\"").concat();
    let mut faults = Vec::new();
    if !name.starts_with(&format!("{group}.")) {
        faults.push(format!("{path}: is called {name}, expected {group}.Noun"));
    }
    if !list.contains(&format!("Box::new({stem}::")) {
        faults.push(format!("{path}: is not registered"));
    }
    let tested = text.contains("mod tests") || text.contains("Merge::new(&DECLARATION)");
    if tested == UNTESTED.iter().any(|(other, _)| *other == name) {
        faults.push(format!("{path}: tests beside it: {tested}; UNTESTED says otherwise"));
    }
    let header: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
    let parts = header.split_once("//! reads    ").and_then(|(_, rest)| {
        let (reads, rest) = rest.split_once("//! writes   ")?;
        Some((reads, rest.split_once("//! touches  ")?.0))
    });
    match parts {
        None => faults.push(format!("{path}: the header lacks reads, writes or touches")),
        Some((reads, writes)) => faults.extend(header_differs(path, reads, writes, &declaration)),
    }
    faults
}

/// Where the lines of a header and a declaration differ.
fn header_differs(path: &str, reads: &str, writes: &str, declaration: &str) -> Vec<String> {
    let types = |words: &[&str]| -> BTreeSet<String> {
        words.iter().flat_map(|word| between(declaration, word, ">")).map(str::to_owned).collect()
    };
    let inputs = types(&["weak::<", "strong::<", "destroy_ready::<"]);
    let outputs = types(&["exclusive::<", "shared::<"]);
    let mut faults = Vec::new();
    for (verb, line, declared) in [("reads", reads, &inputs), ("writes", writes, &outputs)] {
        for name in declared.iter().filter(|name| !line.contains(&format!("`{name}`"))) {
            faults.push(format!("{path}: the header hides that it {verb} {name}"));
        }
    }
    for word in reads.split('`').skip(1).step_by(2) {
        let is_type = word.starts_with(|c: char| c.is_ascii_uppercase());
        if is_type && !inputs.contains(word) {
            faults.push(format!("{path}: the header reads {word}, the declaration does not"));
        }
    }
    if outputs.is_empty() && !writes.starts_with("nothing") {
        faults.push(format!("{path}: the header writes, the declaration does not"));
    }
    faults
}

/// Options that a fragment leaves out without a reason on the line, above it, or in the README.
fn fragment(path: &str, text: &str, readme: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().collect();
    let is_reason = |line: &str| line.starts_with("# ") && !line.starts_with("# ---");
    let mut faults = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let off = line.strip_suffix(" is not set").and_then(|line| line.strip_prefix("# "));
        let off = off.or_else(|| line.split_once("=n").map(|(name, _)| name));
        let Some(name) = off.and_then(|name| name.strip_prefix("CONFIG_")) else { continue };
        let above = at > 0 && is_reason(lines[at - 1]);
        if !above && !line.contains(" # ") && !readme.contains(&format!("`{name}`")) {
            faults.push(format!("{path}:{}: {name} is off without a reason", at + 1));
        }
    }
    faults
}

/// Rows of tables with a cell that is empty.
fn table(path: &str, text: &str) -> Vec<String> {
    let empty = |line: &&str| {
        let cells = line.strip_prefix('|').and_then(|line| line.trim_end().strip_suffix('|'));
        cells.is_some_and(|cells| cells.split('|').any(|cell| cell.trim().is_empty()))
    };
    text.lines().filter(empty).map(|line| format!("{path}: an empty cell: {line}")).collect()
}

/// The tests that a promise names in its last cell, by crate, modules and function, and that are in
/// none of the sources.
fn promise(page: &str, line: &str, sources: &[(String, String)]) -> Vec<String> {
    let cell = line.trim_end().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
    let tests = cell.split('`').skip(1).step_by(2);
    let lost = tests.filter(|test| !sources.iter().any(|(path, text)| holds(path, text, test)));
    lost.map(|test| format!("{page}: there is no test {test}")).collect()
}

/// Whether a source holds that test.
fn holds(path: &str, text: &str, test: &str) -> bool {
    let Some((modules, name)) = test.rsplit_once("::") else { return false };
    let modules: Vec<_> = modules.split("::").collect();
    let parts: Vec<_> = path.trim_end_matches(".rs").split('/').collect();
    let inside =
        parts[0] == modules[0] && modules.iter().all(|m| *m == "tests" || parts.contains(m));
    // What comes before a test is its attribute, or the suite that makes tests of its cases.
    inside
        && text.split_once(&format!("fn {name}(")).is_some_and(|(before, _)| {
            let attribute = before.trim_end().trim_end_matches("async").trim_end();
            attribute.ends_with(']') || before.contains("\nsuite! {")
        })
}

/// Links that lead nowhere, and paragraphs with more than a sentence on a line.
fn page(path: &str, text: &str) -> Vec<String> {
    let folder = root().join(path).parent().unwrap().to_owned();
    let (mut faults, mut code) = (Vec::new(), false);
    for (at, line) in text.lines().enumerate() {
        code ^= line.starts_with("```");
        for piece in between(line, "{{#include ", "}}") {
            let (file, anchor) = piece.split_once(':').unwrap_or((piece, ""));
            let source = fs::read_to_string(folder.join(file)).unwrap_or_default();
            let is_range = anchor.chars().all(|c| c == ':' || c.is_ascii_digit());
            if source.is_empty() || !is_range && !source.contains(&format!("ANCHOR: {anchor}\n")) {
                faults.push(format!("{path}:{}: there is no {piece}", at + 1));
            }
        }
        if code {
            continue;
        }
        for target in between(line, "](", ")") {
            let file = target.split('#').next().unwrap_or_default();
            let elsewhere = file.is_empty() || file.contains("://") || FIGURES.ends_with(file);
            if !elsewhere && !folder.join(file).exists() {
                faults.push(format!("{path}:{}: {target} leads nowhere", at + 1));
            }
        }
        let prose = line.starts_with(char::is_alphabetic);
        if prose && line.split(". ").skip(1).any(|rest| rest.starts_with(char::is_uppercase)) {
            faults.push(format!("{path}:{}: more than one sentence on a line", at + 1));
        }
    }
    faults
}

#[test]
fn crates_depend_on_lower_rows() {
    let manifests = files("", "/Cargo.toml");
    let crates = manifests.iter().filter_map(|path| path.strip_suffix("/Cargo.toml"));
    let crates: Vec<_> = crates.filter(|name| !name.contains('/')).collect();
    assert_eq!(crates.len(), ROWS.len(), "{crates:?}");
    let check = |name: &str| manifest(name, &read(&format!("{name}/Cargo.toml")));
    none(&crates.into_iter().flat_map(check).collect::<Vec<_>>());
}

#[test]
fn sources_say_what_they_are_for_and_stay_short() {
    let sources = files("", ".rs");
    assert!(sources.len() > 300, "{} sources", sources.len());
    none(&sources.iter().flat_map(|path| source(path, &read(path))).collect::<Vec<_>>());
    for (path, _) in LONGER {
        assert!(sources.iter().any(|other| other == path), "LONGER names {path}");
    }
}

#[test]
fn controllers_do_what_their_headers_say() {
    let (mut faults, mut names) = (Vec::new(), Vec::new());
    for path in [files("machined/src/controllers", ".rs"), files("netd/src", ".rs")].concat() {
        let text = read(&path);
        if !text.contains("const DECLARATION: Declaration") {
            continue;
        }
        let list = match path.strip_prefix("netd/") {
            Some(_) => read("netd/src/lib.rs"),
            None => read(&format!("{}/mod.rs", Path::new(&path).parent().unwrap().display())),
        };
        faults.extend(controller(&path, &text, &list));
        names.push(between(&text, "name: \"", "\"")[0].to_owned());
    }
    none(&faults);
    assert!(names.len() > 30, "{names:?}");
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a name twice: {names:?}");
}

#[test]
fn kinds_of_documents_have_golden_files_and_a_page() {
    let (kinds, goldens) = (read("config/src/v1alpha1.rs"), "config/testdata/v1alpha1");
    let shown: Vec<_> = files(goldens, "expected.yaml").iter().map(|path| read(path)).collect();
    let rows = kinds.lines().filter(|line| line.contains("Config\" => "));
    let kinds: Vec<_> = rows.filter_map(|line| line.split('"').nth(1)).collect();
    assert!(kinds.len() >= 6, "{kinds:?}");
    let mut faults = Vec::new();
    for kind in kinds {
        if !shown.iter().any(|text| text.contains(&format!("kind: {kind}\n"))) {
            faults.push(format!("{kind} has no golden file"));
        }
        let page = format!("docs/reference/config/{}.md", kind.to_lowercase());
        if !root().join(&page).exists() {
            faults.push(format!("{kind} has no page {page}"));
        }
    }
    for golden in files(goldens, "expected.yaml") {
        if !root().join(golden.replace("expected", "redacted")).exists() {
            faults.push(format!("{golden} has no redacted twin"));
        }
    }
    none(&faults);
}

#[test]
fn what_hardening_leaves_out_has_a_reason() {
    let (fragment_path, path) = ("kernel-config/hardening.config", "kernel-config/README.md");
    let readme = read(path);
    none(&[fragment(fragment_path, &read(fragment_path), &readme), table(path, &readme)].concat());
}

#[test]
fn promises_are_kept_by_tests_that_exist() {
    let sources: Vec<_> =
        files("", ".rs").into_iter().map(|path| (path.clone(), read(&path))).collect();
    for (path, least) in PROMISES {
        let page = read(path);
        let rows: Vec<_> = page.lines().filter(|line| line.contains("` |")).collect();
        assert!(rows.len() > least, "{path}: {} promises", rows.len());
        none(&rows.into_iter().flat_map(|row| promise(path, row, &sources)).collect::<Vec<_>>());
    }
}

#[test]
fn pages_are_listed_and_their_links_lead_somewhere() {
    let mut pages = files("docs", ".md");
    let summary = read("docs/SUMMARY.md");
    let listed = |path: &String| summary.contains(&format!("({})", &path["docs/".len()..]));
    let apart = |path: &String| path == "docs/SUMMARY.md" || path == FIGURES;
    let lost = pages.iter().filter(|path| !apart(path) && !listed(path));
    let mut faults: Vec<_> = lost.map(|path| format!("{path} is not in the summary")).collect();
    let more = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "kernel-config/README.md"];
    pages.extend(more.map(str::to_owned));
    faults.extend(pages.iter().flat_map(|path| page(path, &read(path))));
    none(&faults);
    let lines = read("ARCHITECTURE.md").lines().count();
    assert!(lines <= ARCHITECTURE, "ARCHITECTURE.md has {lines} lines");
}

#[test]
fn each_rule_can_fail() {
    let lints = "[lints]\nworkspace = true\n";
    for bad in ["cosi.workspace = true", "tokio = \"1\"", "libc = \"0.2\"", "netd = {}"] {
        let text = format!("{lints}[dependencies]\n{bad}\n");
        assert_eq!(manifest("init", &text).len(), 1, "{bad}");
    }
    assert_eq!(manifest("types", "[dependencies]\n").len(), 1);
    assert_eq!(manifest("kubed", lints).len(), 1);
    let long = format!("//! x\n{}", "\n".repeat(LINES));
    for bad in ["fn x() {}\n", &long, concat!("//! x\n// TO", "DO\n")] {
        assert_eq!(source("init/src/x.rs", bad).len(), 1, "{bad}");
    }
    assert_eq!(source("init/src/lib.rs", "//! x\n").len(), 1);
    for bad in ["CONFIG_X=n\n", "# --- a\nCONFIG_X=n\n", "# CONFIG_X is not set\n"] {
        assert_eq!(fragment("x", bad, "`Y`").len(), 1, "{bad}");
        none(&fragment("x", bad, "`X`"));
    }
    none(&fragment("x", "CONFIG_X=n   # why\n# why\nCONFIG_Y=n\n", ""));
    assert_eq!(table("x", "| a | |\n").len(), 1);
    let sources = [
        ("init/src/a.rs".to_owned(), "#[test]\nfn it_is() {}\nfn help() {}".to_owned()),
        ("init/src/b.rs".to_owned(), "fn help() {}\nsuite! {\nasync fn it_is() {}".to_owned()),
    ];
    none(&promise("x", "| x | `init::a::it_is`, `init::b::it_is` |", &sources));
    for bad in ["init::a::help", "init::b::help", "netd::a::it_is", "init::a::it", "it_is"] {
        let row = format!("| `x` | `init::a::it_is`, `{bad}` |");
        assert_eq!(promise("x", &row, &sources).len(), 1, "{bad}");
    }
    for bad in ["[x](nowhere.md)", "One. Two.", "{{#include no.rs}}", "{{#include book.toml:x}}"] {
        assert_eq!(page("docs/x.md", bad).len(), 1, "{bad}");
    }
}

#[test]
fn the_rule_of_controllers_can_fail() {
    let good = "//! x\n//! reads    `A` (weak)\n//! writes   `B`\n//! touches  nothing\n\
        const DECLARATION: Declaration = Declaration { name: \"g.X\",\n\
        inputs: &[weak::<A>(N)], outputs: &[shared::<B>()] };\nmod tests {}\n";
    let check = |text: &str, list: &str| controller("machined/src/controllers/g/x.rs", text, list);
    none(&check(good, "Box::new(x::X)"));
    assert_eq!(check(good, "").len(), 1);
    for (from, to) in [
        ("`A` (weak)", "`A`, `C` (weak)"),
        ("weak::<A>(N)", "weak::<A>(N), strong::<C>(N)"),
        ("`B`", "something"),
        ("shared::<B>()", ""),
        ("//! touches  nothing\n", ""),
        ("\"g.X\"", "\"h.X\""),
        ("mod tests {}", ""),
    ] {
        assert_eq!(check(&good.replace(from, to), "Box::new(x::X)").len(), 1, "{from} -> {to}");
    }
}
