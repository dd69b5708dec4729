//! What is in the read-only root.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::audit;
use crate::cache::Cache;
use crate::inputs::{self, Input, Policy};
use crate::kernel::Kernel;
use crate::programs::Programs;
use crate::progress::Stage;
use crate::tree::{Content, Node, Tree};

/// The Debian package with Mozilla's certificate authorities.
pub(crate) const CERTIFICATES: &str = "ca-certificates";

/// Folders that are mounted over, or that hold what is: `var` is EPHEMERAL, `system` our own state.
const MOUNT_POINTS: [&str; 7] = ["dev", "proc", "run", "sys", "system", "tmp", "var"];

/// Files that init binds generated ones over: the root is read-only, so the targets must be there.
const BIND_TARGETS: [&str; 4] = ["etc/hostname", "etc/hosts", "etc/machine-id", "etc/resolv.conf"];

/// Names of the one executable, which tells its programs apart by them.
const PROGRAMS: [&str; 3] = ["apid", "machined", "netd"];

/// Names of the users, for listings; the numbers are those of ARCHITECTURE.md.
const PASSWD: &str = "root:x:0:0:root:/:/nonexistent
apid:x:50:50:API front door:/:/nonexistent
netd:x:52:52:network protocols:/:/nonexistent
nobody:x:65534:65534:nobody:/:/nonexistent
";
const GROUP: &str = "root:x:0:
apid:x:50:
netd:x:52:
nogroup:x:65534:
";

/// The root as a tree, checked, and the input that its certificates came from.
pub(crate) fn tree(
    programs: &Programs,
    kernel: &Kernel,
    lock: &[Input],
    cache: &Cache,
    policy: &Policy,
) -> Result<(Tree, Input)> {
    let package = inputs::fetch(lock, CERTIFICATES, cache, policy)?;
    let scratch = cache.scratch()?;
    package.unpack(scratch.path())?;
    let certificates = bundle(&scratch.path().join("usr/share/ca-certificates"))?;

    let stage = Stage::begin("rootfs: check");
    let mut tree = Tree::default();
    for dir in MOUNT_POINTS {
        tree.dir(dir);
    }
    tree.add("usr/bin/holdfast", Node::File(0o755, Content::File(programs.holdfast.clone())))?;
    for name in PROGRAMS {
        tree.add(&format!("usr/bin/{name}"), Node::Link("holdfast".to_owned()))?;
    }
    tree.add("sbin/init", Node::Link("/usr/bin/holdfast".to_owned()))?;
    // Containers that mount the host's modules, as kube-proxy and CNIs do, look for them in /lib.
    tree.add("lib", Node::Link("usr/lib".to_owned()))?;
    tree.import(&format!("usr/lib/modules/{}", kernel.release), &kernel.modules)?;

    let mut file = |path: &str, text: &str| {
        tree.add(path, Node::File(0o644, Content::Bytes(text.as_bytes().to_vec())))
    };
    for path in BIND_TARGETS {
        file(path, "")?;
    }
    file("etc/os-release", &os_release())?;
    file("etc/passwd", PASSWD)?;
    file("etc/group", GROUP)?;
    file("etc/ssl/certs/ca-certificates.crt", &certificates)?;
    let found = audit::check(&tree)?;
    stage.end(&format!("{} programs, no script, no set-user-id file", found.len()));
    Ok((tree, package.input))
}

/// All certificates below `dir` in one file, in the order of their paths.
fn bundle(dir: &Path) -> Result<String> {
    let mut paths = Vec::new();
    collect(dir, &mut paths)?;
    paths.sort();
    let mut all = String::new();
    for path in paths {
        let pem = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        all.push_str(pem.trim_end());
        all.push('\n');
    }
    Ok(all)
}

fn collect(dir: &Path, paths: &mut Vec<std::path::PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))? {
        let path = entry.with_context(|| format!("list {}", dir.display()))?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|e| e == "crt") {
            paths.push(path);
        }
    }
    Ok(())
}

/// os-release(5). `VERSION_ID` is the tag that the API reports.
fn os_release() -> String {
    let (name, tag) = (types::version::NAME, types::version::TAG);
    let id = name.to_lowercase();
    format!("NAME=\"{name}\"\nID={id}\nVERSION_ID=\"{tag}\"\nPRETTY_NAME=\"{name} ({tag})\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_names_the_tag() {
        let text = os_release();
        assert!(text.contains(&format!("VERSION_ID=\"{}\"\n", types::version::TAG)), "{text}");
        assert!(text.starts_with("NAME=\"Holdfast\"\nID=holdfast\n"), "{text}");
    }

    #[test]
    fn certificates_are_bundled_in_the_order_of_their_names() {
        let dir = tempfile::tempdir().expect("folder");
        let inner = dir.path().join("mozilla");
        fs::create_dir(&inner).expect("folder");
        for (name, text) in [("b.crt", "B\n\n"), ("a.crt", "A"), ("note.txt", "no")] {
            fs::write(inner.join(name), text).expect("file");
        }
        assert_eq!(bundle(dir.path()).expect("bundle"), "A\nB\n");
    }

    #[test]
    fn every_user_has_a_group_and_no_shell() {
        for line in PASSWD.lines() {
            let fields: Vec<&str> = line.split(':').collect();
            assert!(GROUP.lines().any(|g| g.split(':').nth(2) == Some(fields[3])), "{line}");
            assert_eq!(fields[6], "/nonexistent");
        }
    }
}
