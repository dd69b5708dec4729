//! What must not be in the root, checked on what is really in it: told by the bytes and the mode
//! bits of the files, never by their names.
//!
//! Kernel modules are ELF files too, but objects that no one can execute; they are not programs.

use std::io::Read;

use anyhow::{Result, bail};

use crate::tree::{Content, Node, Tree};

/// ELF programs that the image may hold. DESIGN.md names them: ours as one, containerd, its shim,
/// runc, the CNI plugins as one, nft, mkfs.xfs, mke2fs.
const MAX_PROGRAMS: usize = 9;

/// ELF header and program headers (elf(5)): `e_type` of an object, `p_type` of the path of a loader.
const ET_REL: u16 = 1;
const PT_INTERP: u32 = 3;

/// Checks `tree` and returns the paths of its programs.
///
/// # Errors
/// Names every file that breaks a rule: a script, a program that needs a loader, an executable that
/// is no ELF file, set-user-id, set-group-id or sticky bits on files, files that everybody may
/// write, too many programs.
pub(crate) fn check(tree: &Tree) -> Result<Vec<String>> {
    let (mut programs, mut faults) = (Vec::new(), Vec::new());
    for (path, node) in tree.entries() {
        match node {
            Node::File(mode, content) => {
                let kind = kind(content)?;
                faults.extend(faults_of(*mode, &kind).into_iter().map(|f| format!("{path}: {f}")));
                if matches!(kind, Kind::Program { .. }) {
                    programs.push(path.to_owned());
                }
            }
            Node::Char(..) => faults.push(format!("{path}: a device; devtmpfs makes those")),
            Node::Dir(_) | Node::Link(_) => {}
        }
    }
    if programs.len() > MAX_PROGRAMS {
        faults.push(format!(
            "{} programs, {MAX_PROGRAMS} at most: {}",
            programs.len(),
            programs.join(", ")
        ));
    }
    if !faults.is_empty() {
        bail!("the root breaks its rules\n  {}", faults.join("\n  "));
    }
    Ok(programs)
}

/// What a file is, by its first bytes.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Script,
    Object,
    Program { needs_loader: bool },
    Data,
}

fn kind(content: &Content) -> Result<Kind> {
    // The program headers of an executable follow its ELF header at once with every linker.
    let mut head = Vec::new();
    content.open()?.take(4096).read_to_end(&mut head)?;
    if head.starts_with(b"#!") {
        return Ok(Kind::Script);
    }
    if !head.starts_with(b"\x7fELF") {
        return Ok(Kind::Data);
    }
    let Some(kind) = word(&head, 16) else { bail!("an ELF file that ends within its header") };
    if kind == ET_REL {
        return Ok(Kind::Object);
    }
    Ok(Kind::Program { needs_loader: segments(&head).any(|t| t == PT_INTERP) })
}

/// The types of a 64-bit little-endian program's segments.
fn segments(head: &[u8]) -> impl Iterator<Item = u32> {
    let start = usize::from(word(head, 32).unwrap_or(0));
    let size = usize::from(word(head, 54).unwrap_or(0));
    let count = usize::from(word(head, 56).unwrap_or(0));
    (0..count).filter_map(move |i| {
        let bytes = head.get(start + i * size..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn faults_of(mode: u32, kind: &Kind) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if mode & 0o7000 != 0 {
        faults.push("set-user-id, set-group-id or sticky");
    }
    if mode & 0o022 != 0 {
        faults.push("others than root may write it");
    }
    match kind {
        Kind::Script => faults.push("a script"),
        Kind::Program { needs_loader: true } => faults.push("needs a loader, and there is none"),
        Kind::Data | Kind::Object if mode & 0o111 != 0 => faults.push("executable, but no program"),
        Kind::Program { .. } | Kind::Data | Kind::Object => {}
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ELF header with one segment.
    fn elf(kind: u16, segment: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..4].copy_from_slice(b"\x7fELF");
        bytes[16..18].copy_from_slice(&kind.to_le_bytes());
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = 1;
        bytes.extend(segment.to_le_bytes());
        bytes.extend([0; 52]);
        bytes
    }

    fn check_one(mode: u32, bytes: Vec<u8>) -> Result<Vec<String>> {
        let mut tree = Tree::default();
        tree.add("name", Node::File(mode, Content::Bytes(bytes)))?;
        check(&tree)
    }

    #[test]
    fn files_are_told_by_their_bytes() {
        assert_eq!(check_one(0o755, elf(2, 1)).expect("static program"), ["name"]);
        assert_eq!(check_one(0o644, elf(ET_REL, 0)).expect("module").len(), 0);
        assert_eq!(check_one(0o644, b"text".to_vec()).expect("data").len(), 0);
    }

    #[test]
    fn each_rule_is_enforced() {
        let refused = |mode, bytes, expected: &str| {
            let error = check_one(mode, bytes).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        };
        refused(0o644, b"#!/bin/sh\n".to_vec(), "a script");
        refused(0o755, elf(3, PT_INTERP), "needs a loader");
        refused(0o755, b"text".to_vec(), "executable, but no program");
        refused(0o4755, elf(2, 1), "set-user-id");
        refused(0o2755, elf(2, 1), "set-group-id");
        refused(0o666, b"text".to_vec(), "may write");
    }

    #[test]
    fn programs_are_counted() {
        let mut tree = Tree::default();
        for i in 0..=MAX_PROGRAMS {
            tree.add(&format!("p{i}"), Node::File(0o755, Content::Bytes(elf(2, 1))))
                .expect("added");
        }
        assert!(check(&tree).expect_err("ten").to_string().contains("10 programs, 9 at most"));
    }
}
