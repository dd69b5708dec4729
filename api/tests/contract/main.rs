//! `api/proto` beside the contract's descriptor, both ways, and proof that the comparison can fail;
//! comments on everything; and the reference page that is made from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use protox::Compiler;
use protox::file::{
    ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver,
};

use comments::comments;
use facts::{Fault, differences, facts};

mod comments;
mod facts;
mod methods;

/// The descriptor of the contract, as it was given: the golden file of this crate.
const CONTRACT: &[u8] = include_bytes!("../../testdata/machine-api.binpb");

/// Where the `.proto` files are.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("proto")
}

/// The names of all `.proto` files, relative to the root.
fn files() -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                let name = path.strip_prefix(root())?.to_str().ok_or("a name that is not UTF-8")?;
                found.push(name.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// One file whose text is replaced in memory.
struct Edited {
    name: &'static str,
    text: String,
}

impl FileResolver for Edited {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == self.name {
            File::from_source(name, &self.text)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

/// A compiler that has read every file of the contract.
fn compiler(edited: Option<Edited>) -> Result<Compiler, Fault> {
    let mut resolver = ChainFileResolver::new();
    if let Some(edited) = edited {
        resolver.add(edited);
    }
    resolver.add(IncludeFileResolver::new(root()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    for file in files()? {
        compiler.open_file(file)?;
    }
    Ok(compiler)
}

#[test]
fn our_files_say_what_the_contract_says() {
    let contract = facts(CONTRACT).expect("the contract's descriptor");
    let compiler = compiler(None).expect("our files compile");
    let ours = facts(&compiler.encode_file_descriptor_set()).expect("our descriptor");
    assert!(contract.len() > 10_000, "only {} facts were compared", contract.len());
    let found = differences(&contract, &ours);
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_changed_number_is_found_and_named() {
    let name = "machine/machine.proto";
    let text = fs::read_to_string(root().join(name)).expect("the machine service");
    let changed = text.replacen("string go_version = 4;", "string go_version = 7;", 1);
    assert_ne!(text, changed, "the field that this test changes is gone");

    let contract = facts(CONTRACT).expect("the contract's descriptor");
    let compiler = compiler(Some(Edited { name, text: changed })).expect("still a valid file");
    let edited = facts(&compiler.encode_file_descriptor_set()).expect("our descriptor");
    let found = differences(&contract, &edited);
    assert_eq!(found, ["machine.VersionInfo.go_version number: is 7, the contract has 4"]);
}

/// The comments of all our files by full name.
fn all_comments() -> Result<BTreeMap<String, Option<String>>, Fault> {
    let set = compiler(None)?.file_descriptor_set();
    let ours = set.file.iter().filter(|file| !file.name().starts_with("google/protobuf/"));
    Ok(ours.flat_map(comments).collect())
}

#[test]
fn everything_is_explained() {
    let comments = all_comments().expect("our files compile");
    assert!(comments.len() > 3_000, "only {} elements were looked at", comments.len());
    let silent: Vec<&str> = comments
        .iter()
        .filter(|(_, comment)| comment.as_ref().is_none_or(|text| !text.ends_with('.')))
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(silent.is_empty(), "{} without a comment:\n{}", silent.len(), silent.join("\n"));
}

#[test]
fn the_reference_page_says_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/methods.md");
    let comments = all_comments().expect("our files compile");
    let expected = methods::page(&comments).expect("a page");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("docs/reference");
        fs::write(&path, &expected).expect("docs/reference/methods.md");
    }
    let actual = fs::read_to_string(&path).unwrap_or_default();
    assert!(actual == expected, "docs/reference/methods.md is stale: set UPDATE_EXPECT=1");
}
