//! Generates the types of the contract from `proto/`, without protoc.
//!
//! Two products: one Rust file per package, and the encoded descriptor of everything under `proto/`
//! with its imports. The packages `cosi.*` are in the descriptor only: the crate `cosi` generates their
//! types, because it implements them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use protox::Compiler;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let root = Path::new("proto");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);

    let mut compiler = Compiler::new([root])?;
    compiler.include_imports(true).include_source_info(true).open_files(proto_files(root)?)?;
    let mut files = compiler.file_descriptor_set();
    compiler.include_source_info(false);
    fs::write(out.join("descriptor.binpb"), compiler.encode_file_descriptor_set())?;

    files.file.retain(|file| !file.package().starts_with("cosi."));
    tonic_prost_build::configure().btree_map(".").bytes(".common.Data.bytes").compile_fds(files)?;
    Ok(())
}

/// Every `.proto` file below `folder`, sorted, so that two builds see the same order.
fn proto_files(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
