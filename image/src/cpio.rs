//! Writes a tree as a cpio archive of the `newc` kind, which the kernel unpacks as its initramfs.
//!
//! Format: Linux `Documentation/driver-api/early-userspace/buffer-format.rst`: a header of "070701"
//! and thirteen fields of eight hexadecimal digits, the name with its NUL, the data; header with
//! name, and data, each filled up with zeros to four bytes; at the end an entry "TRAILER!!!".

use std::io::{Read, Write};

use anyhow::{Context, Result, ensure};

use crate::tree::{Node, Tree};

const DIR: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
const CHAR: u32 = 0o020_000;

/// Writes `tree`. Inode numbers count up from 1; owner, group and time are 0.
pub(crate) fn write(tree: &Tree, mut to: impl Write) -> Result<()> {
    let mut inode = 0;
    for (path, node) in tree.entries() {
        inode += 1;
        match node {
            Node::Dir(mode) => header(&mut to, inode, DIR | mode, 0, (0, 0), path)?,
            Node::Char(mode, major, minor) => {
                header(&mut to, inode, CHAR | mode, 0, (*major, *minor), path)?
            }
            Node::Link(target) => {
                header(&mut to, inode, LINK | 0o777, u32::try_from(target.len())?, (0, 0), path)?;
                to.write_all(target.as_bytes())?;
                pad(&mut to, target.len())?;
            }
            Node::File(mode, content) => {
                let size = u32::try_from(content.len()?)
                    .with_context(|| format!("{path} is 4 GiB or more"))?;
                header(&mut to, inode, FILE | mode, size, (0, 0), path)?;
                // One byte more is asked for than expected: a file that grows meanwhile is noticed.
                let copied =
                    std::io::copy(&mut content.open()?.take(u64::from(size) + 1), &mut to)?;
                ensure!(copied == u64::from(size), "{path} changed while it was packed");
                pad(&mut to, usize::try_from(size)?)?;
            }
        }
    }
    header(&mut to, 0, 0, 0, (0, 0), "TRAILER!!!")?;
    to.flush()?;
    Ok(())
}

fn header(
    to: &mut impl Write,
    inode: u32,
    mode: u32,
    size: u32,
    device: (u32, u32),
    name: &str,
) -> Result<()> {
    // The kernel counts hard links to tell names of one file; nothing here has two names.
    let links = u32::from(inode != 0);
    let length = u32::try_from(name.len() + 1)?;
    let (major, minor) = device;
    let fields = [inode, mode, 0, 0, links, 0, size, 0, 0, major, minor, length, 0];
    to.write_all(b"070701")?;
    for field in fields {
        write!(to, "{field:08x}")?;
    }
    to.write_all(name.as_bytes())?;
    to.write_all(&[0])?;
    pad(to, 6 + 8 * fields.len() + name.len() + 1)
}

/// Fills up to a multiple of four after `written` bytes.
fn pad(to: &mut impl Write, written: usize) -> Result<()> {
    Ok(to.write_all(&[0; 3][..written.wrapping_neg() % 4])?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Run;
    use crate::tree::Content;

    fn archive() -> Vec<u8> {
        let mut tree = Tree::default();
        tree.add("init", Node::File(0o755, Content::Bytes(b"hello".to_vec()))).expect("file");
        tree.add("dev/console", Node::Char(0o600, 5, 1)).expect("device");
        tree.add("sbin", Node::Link("usr/sbin".to_owned())).expect("link");
        let mut bytes = Vec::new();
        write(&tree, &mut bytes).expect("archive");
        bytes
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let bytes = archive();
        assert_eq!(bytes.len() % 4, 0);
        let first = std::str::from_utf8(&bytes[..110]).expect("ascii");
        assert_eq!(&first[..6], "070701");
        assert_eq!(&first[14..22], "000041ed", "a folder with mode 0755");
        assert!(bytes.ends_with(b"TRAILER!!!\0\0\0\0"));
    }

    #[test]
    fn another_reader_agrees() {
        let Ok(_) = Run::new("cpio").arg("--version").read() else {
            return println!("skipped: no cpio on this machine");
        };
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("a.cpio");
        std::fs::write(&path, archive()).expect("written");
        let list =
            Run::new("cpio").args(["-tvn", "--quiet", "-F"]).arg(&path).text().expect("cpio");
        let lines: Vec<&str> = list.lines().collect();
        assert_eq!(lines.len(), 4, "{list}");
        assert!(
            lines[1].starts_with("crw-------")
                && lines[1].contains("5,")
                && lines[1].ends_with("dev/console")
        );
        assert!(
            lines[2].starts_with("-rwxr-xr-x")
                && lines[2].contains(" 5 ")
                && lines[2].ends_with("init")
        );
        assert!(lines[3].ends_with("sbin -> usr/sbin"), "{list}");
    }
}
