//! What services print: one bounded buffer each, which readers follow.
//!
//! Buffers live in memory. A reader keeps a byte position, so that a slow one loses the oldest text
//! and never holds up a service.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Bytes kept per service; the figure that clients know from the peer.
const CAPACITY: usize = 1 << 20;
/// Largest piece that a reader gets at once: well under any message limit.
const PIECE: usize = 32 << 10;

/// The logs of all services; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Logs(Arc<Mutex<BTreeMap<String, Log>>>);

impl Logs {
    fn map(&self) -> MutexGuard<'_, BTreeMap<String, Log>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log of that service, made if there was none.
    pub(crate) fn open(&self, id: &str) -> Log {
        self.map().entry(id.to_owned()).or_default().clone()
    }

    /// The log of that service, if it has one.
    pub(crate) fn get(&self, id: &str) -> Option<Log> {
        self.map().get(id).cloned()
    }

    /// Names of all logs, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        self.map().keys().cloned().collect()
    }
}

/// One service's log; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Log(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    buffer: Mutex<Buffer>,
    end: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Buffer {
    bytes: VecDeque<u8>,
    /// Position of the first byte in `bytes`.
    base: u64,
}

impl Buffer {
    fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }
}

impl Default for Log {
    fn default() -> Self {
        let shared = Shared { buffer: Mutex::default(), end: watch::Sender::new(0) };
        Self(Arc::new(shared))
    }
}

impl Log {
    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.0.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends text and wakes the readers.
    pub(crate) fn write(&self, text: &[u8]) {
        let mut buffer = self.buffer();
        buffer.bytes.extend(text);
        let excess = buffer.bytes.len().saturating_sub(CAPACITY);
        buffer.bytes.drain(..excess);
        buffer.base += excess as u64;
        let end = buffer.end();
        drop(buffer);
        self.0.end.send_replace(end);
    }

    /// Starts to read: at the beginning of what is kept, or `lines` lines before its end.
    pub(crate) fn read(&self, lines: Option<usize>) -> Reader {
        let end = self.0.end.subscribe();
        let buffer = self.buffer();
        let skip = lines.map_or(0, |lines| tail(&buffer.bytes, lines));
        let next = buffer.base + skip as u64;
        drop(buffer);
        Reader { log: self.clone(), end, next }
    }
}

/// Index of the first byte of the last `lines` lines. A last line without a newline counts.
fn tail(bytes: &VecDeque<u8>, lines: usize) -> usize {
    if lines == 0 {
        return bytes.len();
    }
    let closed = usize::from(bytes.back() == Some(&b'\n'));
    let newlines = bytes.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
    newlines.map(|(index, _)| index + 1).nth(lines - 1 + closed).unwrap_or(0)
}

/// One reader's place in a log.
#[derive(Debug)]
pub(crate) struct Reader {
    log: Log,
    end: watch::Receiver<u64>,
    next: u64,
}

impl Reader {
    /// The next piece of what is there already; none at the end.
    pub(crate) fn piece(&mut self) -> Option<Vec<u8>> {
        let buffer = self.log.buffer();
        let place = self.next.max(buffer.base);
        let from = usize::try_from(place - buffer.base).ok()?;
        let piece: Vec<u8> = buffer.bytes.iter().skip(from).take(PIECE).copied().collect();
        drop(buffer);
        self.next = place + piece.len() as u64;
        (!piece.is_empty()).then_some(piece)
    }

    /// Waits until there is more. False when the log is gone.
    pub(crate) async fn more(&mut self) -> bool {
        let next = self.next;
        self.end.wait_for(|end| *end > next).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, lines: Option<usize>, expected: Option<&str>) {
        let log = Log::default();
        log.write(text.as_bytes());
        let piece = log.read(lines).piece().map(|piece| String::from_utf8(piece).expect("text"));
        assert_eq!(piece.as_deref(), expected, "{text:?} {lines:?}");
    }

    #[test]
    fn the_last_lines_are_found() {
        check("a\nb\nc\n", None, Some("a\nb\nc\n"));
        check("a\nb\nc\n", Some(0), None);
        check("a\nb\nc\n", Some(1), Some("c\n"));
        check("a\nb\nc", Some(2), Some("b\nc"));
        check("a\nb\n", Some(9), Some("a\nb\n"));
        check("", Some(1), None);
    }

    #[test]
    fn the_oldest_text_goes_first() {
        let log = Log::default();
        let mut reader = log.read(None);
        for _ in 0..CAPACITY / 1024 + 2 {
            log.write(&[b'x'; 1024]);
        }
        let mut read = 0;
        while let Some(piece) = reader.piece() {
            assert!(piece.len() <= PIECE);
            read += piece.len();
        }
        assert_eq!(read, CAPACITY);
    }

    #[tokio::test]
    async fn a_reader_waits_for_more() {
        let log = Log::default();
        let mut reader = log.read(None);
        let writer = log.clone();
        let (more, ()) = tokio::join!(reader.more(), async move { writer.write(b"late\n") });
        assert!(more);
        assert_eq!(reader.piece().as_deref(), Some(&b"late\n"[..]));
    }

    #[test]
    fn logs_are_made_on_first_use() {
        let logs = Logs::default();
        assert!(logs.get("apid").is_none());
        logs.open("apid").write(b"x");
        assert_eq!(logs.names(), ["apid"]);
        assert!(logs.get("apid").is_some());
    }
}
