//! The kernel's mount tables: `proc_pid_mountinfo(5)` and `proc_pid_mounts(5)`.

use crate::error::{Calling, KernelError, Result};

/// The most that is read of a table; a node with a thousand pods has some 2 MB.
const MAX_TABLE: usize = 16 << 20;

/// One mount, a line of `mountinfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: u32,
    /// The number of the mount that it is in.
    pub parent: u32,
    /// Major and minor number of the device.
    pub device: (u32, u32),
    /// What part of the file system is mounted; `/` is all of it.
    pub root: String,
    /// Where.
    pub target: String,
    /// Options of the mount, comma separated.
    pub options: String,
    /// Propagation: `shared:1`, `master:2`; empty when private.
    pub propagation: Vec<String>,
    /// File system type.
    pub kind: String,
    /// The device or name.
    pub source: String,
    /// Options of the file system, comma separated.
    pub super_options: String,
}

/// One line of `/proc/mounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The device or name.
    pub source: String,
    /// Where.
    pub target: String,
    /// File system type.
    pub kind: String,
    /// Options of mount and file system, comma separated.
    pub options: String,
}

/// The mounts that this thread sees, in the order they were made visible: a later one may hide an
/// earlier one.
///
/// # Errors
/// When `/proc` is not mounted, or a line has another form than documented.
pub fn load() -> Result<Vec<Entry>> {
    let path = "/proc/thread-self/mountinfo";
    parse(&crate::fs::read_bounded(path.as_ref(), MAX_TABLE)?)
}

/// The table as `/proc/mounts` shows it.
///
/// # Errors
/// As [`load`].
pub fn load_lines() -> Result<Vec<Line>> {
    let path = "/proc/thread-self/mounts";
    parse_lines(&crate::fs::read_bounded(path.as_ref(), MAX_TABLE)?)
}

/// The entries of a `mountinfo`.
///
/// # Errors
/// When a line has another form than documented.
pub fn parse(table: &[u8]) -> Result<Vec<Entry>> {
    lines(table)?
        .map(|line| entry(line).ok_or_else(|| KernelError::form("mountinfo", "not a mount")))
        .collect()
}

/// The lines of a `mounts`.
///
/// # Errors
/// When a line has fewer than four fields.
pub fn parse_lines(table: &[u8]) -> Result<Vec<Line>> {
    let parse = |line: &str| {
        let mut fields = line.split(' ').map(unescape);
        let (source, target) = (fields.next()?, fields.next()?);
        Some(Line { source, target, kind: fields.next()?, options: fields.next()? })
    };
    lines(table)?
        .map(|line| parse(line).ok_or_else(|| KernelError::form("mounts", "not a mount")))
        .collect()
}

fn lines(table: &[u8]) -> Result<impl Iterator<Item = &str>> {
    let text = std::str::from_utf8(table)
        .map_err(|source| std::io::Error::new(std::io::ErrorKind::InvalidData, source))
        .calling("parse", "mount table")?;
    Ok(text.lines().filter(|line| !line.is_empty()))
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn entry(line: &str) -> Option<Entry> {
    let mut fields = line.split(' ');
    let (id, parent) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let (major, minor) = fields.next()?.split_once(':')?;
    let device = (major.parse().ok()?, minor.parse().ok()?);
    let (root, target) = (unescape(fields.next()?), unescape(fields.next()?));
    let options = fields.next()?.to_owned();
    let propagation = fields.by_ref().take_while(|field| *field != "-").map(String::from).collect();
    Some(Entry {
        id,
        parent,
        device,
        root,
        target,
        options,
        propagation,
        kind: unescape(fields.next()?),
        source: unescape(fields.next()?),
        super_options: fields.next().unwrap_or_default().to_owned(),
    })
}

/// Blank, tab, newline, backslash and hash are written as `\` and three octal digits.
fn unescape(field: &str) -> String {
    let mut parts = field.split('\\');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) if code.is_ascii() => {
                text.push(char::from(code));
                text.push_str(part.get(3..).unwrap_or_default());
            }
            _ => {
                text.push('\\');
                text.push_str(part);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parses_the_example_of_the_manual_page() {
        let line = b"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n";
        let entries = parse(line).unwrap();
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((entry.id, entry.parent, entry.device), (36, 35, (98, 0)));
        assert_eq!(entry.target, "/mnt 2");
        assert_eq!(entry.propagation, ["master:1"]);
        assert_eq!((entry.kind.as_str(), entry.source.as_str()), ("ext3", "/dev/root"));
        assert_eq!(entry.super_options, "rw,errors=continue");
    }

    #[test]
    fn parses_mounts() {
        let lines =
            parse_lines(b"proc /proc proc rw,nosuid 0 0\nnone /a\\134b tmpfs rw 0 0\n").unwrap();
        assert_eq!(lines.first().map(|line| line.options.as_str()), Some("rw,nosuid"));
        assert_eq!(lines.last().map(|line| line.target.as_str()), Some("/a\\b"));
        parse_lines(b"proc /proc").unwrap_err();
    }

    #[test]
    fn reads_this_machine() {
        assert!(load().unwrap().iter().any(|entry| entry.target == "/"));
        assert!(load_lines().unwrap().iter().any(|line| line.kind == "proc"));
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>, text in "[ -~\n]{0,200}") {
            drop((parse(&bytes), parse_lines(&bytes), parse(text.as_bytes()), unescape(&text)));
        }
    }
}
