//! Tests of the parts as a whole: the modules of the repository against the tables. Nothing is
//! fetched and Go is not needed.

use super::*;
use crate::cache::Cache;
use crate::inputs::{Input, Policy};
use crate::workspace::Workspace;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("third_party")
}

fn versions() -> Versions {
    Versions::load(&folder()).expect("the repository's versions")
}

fn read(part: &str, file: &str) -> String {
    fs::read_to_string(folder().join(part).join(file)).expect(part)
}

#[test]
fn versions_are_those_that_go_requires_and_its_sums_pin() {
    for (name, pin) in versions().parts {
        let line = format!("{} {}", pin.module, pin.version);
        // Go marks what no package of ours imports as indirect, programs that it only builds too.
        let bare = |l: &str| l.trim().trim_start_matches("require ").replace(" // indirect", "");
        let requires = |text: &str| text.lines().any(|l| bare(l) == line);
        assert!(requires(&read(&name, "go.mod")), "{name}/go.mod does not require {line}");
        let sum = format!("{line} h1:");
        assert!(read(&name, "go.sum").contains(&sum), "{name}/go.sum does not pin {line}");
    }
}

#[test]
fn every_part_has_a_version_and_a_module_and_none_is_left_over() {
    let versions = versions();
    let mut known: Vec<_> = RECIPES.iter().map(|recipe| recipe.name).collect();
    known.extend(RECIPES.iter().flat_map(|r| r.borrowed).map(|borrowed| borrowed.part));
    known.sort_unstable();
    known.dedup();
    assert_eq!(versions.parts.keys().map(String::as_str).collect::<Vec<_>>(), known);
    for name in known {
        let module = format!("module holdfast.dev/third-party/{name}\n");
        assert!(read(name, "go.mod").starts_with(&module), "{name}");
    }
}

#[test]
fn kubernetes_libraries_are_all_of_its_own_version() {
    let version = versions().parts["kubernetes"].version.replace("v1.", "v0.");
    let text = read("kubernetes", "go.mod");
    let replaced: Vec<_> = text.lines().filter(|line| line.contains(" => k8s.io/")).collect();
    assert!(replaced.len() > 30, "{replaced:?}");
    assert!(replaced.iter().all(|line| line.ends_with(&version)), "{replaced:?}");
}

#[test]
fn programs_of_several_names_know_each_of_them() {
    for recipe in &RECIPES {
        for program in recipe.programs.iter().filter(|program| !program.links.is_empty()) {
            let main = read(recipe.name, "main.go");
            for link in program.links {
                let known = [format!("\"{link}\":"), format!("case \"{link}\":")];
                assert!(known.iter().any(|k| main.contains(k)), "{}: {link}", recipe.name);
            }
        }
        let imports = |name| format!("third-party/{}/borrowed/{name}\"\n", recipe.name);
        for borrowed in recipe.borrowed {
            let main = read(recipe.name, "main.go");
            assert!(main.contains(&imports(borrowed.name)), "{}", borrowed.name);
        }
    }
}

#[test]
fn images_run_programs_that_are_built() {
    for (name, pin) in versions().parts {
        let Some(recipe) = RECIPES.iter().find(|recipe| recipe.name == name) else {
            assert!(pin.images.is_empty(), "{name} is borrowed and has no image");
            continue;
        };
        let programs = recipe.programs.iter();
        let names: Vec<_> = programs.flat_map(|p| p.links.iter().chain([&p.name])).collect();
        for program in pin.images.keys() {
            assert!(names.iter().any(|n| *n == program), "{name}: {program}");
        }
    }
}

#[test]
fn an_unknown_part_is_refused_with_those_that_there_are() {
    let error = choose(&["cni".to_owned(), "kube".to_owned()]).expect_err("unknown");
    let text = error.to_string();
    assert!(text.contains("no part \"kube\"") && text.contains("containerd"), "{text}");
    assert_eq!(choose(&[]).expect("all").len(), RECIPES.len());
    let two = choose(&["etcd".to_owned(), "cni".to_owned()]).expect("two");
    assert_eq!(two.iter().map(|r| r.name).collect::<Vec<_>>(), ["cni", "etcd"]);
}

/// A shop over a copy of the repository's modules, and its builder's parts.
fn key_after(recipe: &Recipe, change: impl FnOnce(&Path, &mut Versions)) -> String {
    let dir = tempfile::tempdir().expect("folder");
    for part in fs::read_dir(folder()).expect("parts").map(|entry| entry.expect("entry").path()) {
        if !part.is_dir() {
            continue;
        }
        let to = dir.path().join(part.file_name().expect("name"));
        fs::create_dir(&to).expect("folder");
        for file in sources(&part).expect("sources") {
            fs::copy(&file, to.join(file.file_name().expect("name"))).expect("copied");
        }
    }
    let mut versions = versions();
    change(dir.path(), &mut versions);
    let builder = Builder {
        workspace: Workspace::find().expect("the repository"),
        cache: Cache::at(dir.path().join("cache")).expect("cache"),
        lock: Vec::<Input>::new(),
        policy: Policy::Current,
    };
    let go = Go::unchecked(&versions.go);
    Shop { builder: &builder, folder: dir.path().to_owned(), versions, go }
        .key(recipe)
        .expect("key")
}

#[test]
fn a_key_changes_with_all_that_a_part_depends_on_and_with_nothing_else() {
    let cni = &RECIPES[0];
    assert_eq!(cni.name, "cni");
    let key = key_after(cni, |_, _| {});
    let append = |file: &'static str| {
        move |dir: &Path, _: &mut Versions| {
            let mut text = fs::read_to_string(dir.join(file)).expect(file);
            text.push_str("// x\n");
            fs::write(dir.join(file), text).expect(file);
        }
    };
    for file in ["cni/main.go", "cni/go.mod", "cni/go.sum", "flannel-cni/go.sum"] {
        assert_ne!(key_after(cni, append(file)), key, "{file}");
    }
    assert_eq!(key_after(cni, append("etcd/main.go")), key);
    assert_ne!(key_after(cni, |_, versions| versions.go = "1.26.9".to_owned()), key);
    let newer = |_: &Path, versions: &mut Versions| {
        versions.parts.get_mut("cni").expect("cni").version = "v1.9.2".to_owned();
    };
    assert_ne!(key_after(cni, newer), key);
    assert_ne!(key_after(&RECIPES[2], |_, _| {}), key);
}
