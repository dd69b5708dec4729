//! The kernel's log, `/dev/kmsg` (kernel documentation, `ABI/testing/dev-kmsg`).

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use crate::error::{Calling, KernelError, Result};

const PATH: &str = "/dev/kmsg";

/// A record with its dictionary fits: `CONSOLE_EXT_LOG_MAX` of the kernel is 8 KiB.
const MAX_RECORD: usize = 8 << 10;

/// The longest text of one write: the kernel refuses more than 1024 bytes less its prefix
/// (`LOG_LINE_MAX`).
const MAX_WRITE: usize = 900;

/// Where a reader begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the oldest record that the kernel still has.
    Oldest,
    /// After the newest, so only what comes from now on.
    Newest,
}

/// A record of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Who wrote it, `syslog(3)`: 0 the kernel, 1 a program, 3 a daemon.
    pub facility: u8,
    /// How grave, 0 (emergency) to 7 (debug).
    pub priority: u8,
    /// Its number; they have no gaps unless records were lost.
    pub sequence: u64,
    /// When, by the monotonic clock.
    pub time: Duration,
    /// Whether it continues the record before it.
    pub continuation: bool,
    /// The text, its escapes undone; without a newline at the end.
    pub text: String,
    /// What the kernel adds: `SUBSYSTEM`, `DEVICE`.
    pub fields: Vec<(String, String)>,
}

/// What a read of the log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A record.
    Record(Record),
    /// Records were overwritten before they were read; the next read gives the oldest there is.
    Lost,
    /// A record of another form; it is passed over.
    Unreadable,
}

/// A reader; each has a place of its own. Nonblocking, its descriptor is readable when there is a
/// record.
#[derive(Debug)]
pub struct Reader {
    file: File,
    buffer: Vec<u8>,
}

impl Reader {
    /// Opens the log.
    ///
    /// # Errors
    /// Without `CAP_SYSLOG`, or where `/dev/kmsg` is missing, as in most containers.
    pub fn open(start: Start) -> Result<Self> {
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).custom_flags(libc::O_NONBLOCK).open(PATH).calling("open", PATH)?;
        let place = match start {
            Start::Oldest => SeekFrom::Start(0),
            Start::Newest => SeekFrom::End(0),
        };
        file.seek(place).calling("lseek", PATH)?;
        Ok(Self { file, buffer: vec![0; MAX_RECORD] })
    }

    /// The next record, or nothing when all have been read.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn read(&mut self) -> Result<Option<Received>> {
        loop {
            return match self.file.read(&mut self.buffer) {
                Ok(length) => {
                    let record = self.buffer.get(..length).and_then(parse);
                    Ok(Some(record.map_or(Received::Unreadable, Received::Record)))
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // The kernel's way to say that it has overwritten what came next.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Some(Received::Lost)),
                Err(source) => Err(KernelError::call("read", PATH, source)),
            };
        }
    }
}

impl AsFd for Reader {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl AsRawFd for Reader {
    /// For an event loop to wait on.
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

/// A writer to the log.
#[derive(Debug)]
pub struct Writer(File);

impl Writer {
    /// Opens the log.
    ///
    /// # Errors
    /// Without the right to write, or where `/dev/kmsg` is missing.
    pub fn open() -> Result<Self> {
        OpenOptions::new().write(true).open(PATH).calling("open", PATH).map(Self)
    }

    /// Writes a record of this priority (0 to 7) by the facility `daemon` for each line of `text`;
    /// a line that is too long becomes several.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn write(&self, priority: u8, text: &str) -> Result<()> {
        const DAEMON: u8 = 3;
        for line in text.lines() {
            for piece in pieces(line) {
                let record = format!("<{}>{piece}\n", DAEMON << 3 | priority.min(7));
                (&self.0).write_all(record.as_bytes()).calling("write", PATH)?;
            }
        }
        Ok(())
    }
}

/// The line in pieces that one record holds.
fn pieces(mut line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    while line.len() > MAX_WRITE {
        let (piece, rest) = line.split_at(line.floor_char_boundary(MAX_WRITE));
        pieces.push(piece);
        line = rest;
    }
    pieces.push(line);
    pieces
}

/// `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,…];TEXT`, newline, then for each field a blank,
/// `KEY=VALUE`, newline.
#[must_use]
pub fn parse(record: &[u8]) -> Option<Record> {
    let separator = record.iter().position(|byte| *byte == b';')?;
    let (prefix, rest) = record.split_at(separator);
    let mut prefix = std::str::from_utf8(prefix).ok()?.split(',');
    let number: u32 = prefix.next()?.parse().ok()?;
    let sequence = prefix.next()?.parse().ok()?;
    let microseconds = prefix.next()?.parse().ok()?;
    let continuation = prefix.next()?.starts_with('c');

    let mut lines = rest.get(1..)?.split(|byte| *byte == b'\n');
    let text = unescape(lines.next()?);
    let field = |line: &[u8]| {
        let (key, value) = std::str::from_utf8(line.strip_prefix(b" ")?).ok()?.split_once('=')?;
        Some((key.to_owned(), unescape(value.as_bytes())))
    };
    Some(Record {
        facility: u8::try_from(number >> 3).unwrap_or(u8::MAX),
        priority: u8::try_from(number & 7).unwrap_or(0),
        sequence,
        time: Duration::from_micros(microseconds),
        continuation,
        text,
        fields: lines.filter_map(field).collect(),
    })
}

/// Undoes `\xNN`, as which the kernel writes every byte that is not printable.
fn unescape(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let code = rest.strip_prefix(b"\\x").and_then(|digits| digits.first_chunk::<2>());
        let code = code
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|d| u8::from_str_radix(d, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                rest = rest.get(4..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parses_the_documented_example() {
        let record = parse(b"7,160,424069,-;pci_root PNP0A03:00: host bridge window\n SUBSYSTEM=acpi\n DEVICE=+acpi:x\n");
        let record = record.unwrap();
        assert_eq!((record.facility, record.priority, record.sequence), (0, 7, 160));
        assert_eq!(record.time, Duration::from_micros(424_069));
        assert_eq!(record.text, "pci_root PNP0A03:00: host bridge window");
        assert_eq!(record.fields.first(), Some(&("SUBSYSTEM".to_owned(), "acpi".to_owned())));
        assert!(!record.continuation);
    }

    #[test]
    fn parses_programs_continuations_and_escapes() {
        let record = parse(b"30,5,1,c,caller=T1;one\\x0atwo\\x;\\xc3\\xbc").unwrap();
        assert_eq!((record.facility, record.priority, record.continuation), (3, 6, true));
        assert_eq!(record.text, "one\ntwo\\x;\u{fc}");
        assert_eq!(parse(b"x;y"), None);
        assert_eq!(parse(b"6,1,1,-"), None);
    }

    #[test]
    fn long_lines_become_several() {
        let line = "\u{fc}".repeat(MAX_WRITE);
        let pieces = pieces(&line);
        assert!(pieces.iter().all(|piece| piece.len() <= MAX_WRITE));
        assert_eq!(pieces.concat(), line);
        assert_eq!(super::pieces(""), [""]);
    }

    #[test]
    fn reads_this_kernels_log_where_there_is_one() {
        match Reader::open(Start::Oldest) {
            Ok(mut reader) => assert!(reader.read().unwrap().is_some()),
            Err(error) => println!("skipped: {error}"),
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            drop((parse(&bytes), unescape(&bytes)));
        }
    }
}
