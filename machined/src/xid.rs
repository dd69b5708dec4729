//! Identifiers of events: 12 bytes that sort by time, written as 20 characters.
//!
//! Layout as rs/xid describes it, which clients know: 4 bytes Unix seconds, 3 of the machine, 2 of
//! the process, 3 of a counter; base32hex in lower case without padding (RFC 4648 section 7).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// One identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Xid {
    text: String,
    seconds: u64,
}

impl Xid {
    fn encode(seconds: u64, machine: [u8; 3], process: u16, counter: u32) -> Self {
        let [_, _, _, _, a, b, c, d] = seconds.to_be_bytes();
        let [e, f] = process.to_be_bytes();
        let [_, x, y, z] = counter.to_be_bytes();
        let bytes = [a, b, c, d, machine[0], machine[1], machine[2], e, f, x, y, z];
        // 96 bits, and 4 zero bits behind them, make 20 digits of 5 bits.
        let number =
            bytes.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte)) << 4;
        let digit = |place: u32| DIGITS[((number >> (95 - 5 * place)) & 31) as usize];
        let text = (0..20).map(|place| char::from(digit(place))).collect();
        Self { text, seconds }
    }

    /// The 20 characters.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Unix seconds at which it was made.
    pub(crate) fn seconds(&self) -> u64 {
        self.seconds
    }
}

impl fmt::Display for Xid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Makes identifiers.
#[derive(Clone)]
pub(crate) struct XidSource {
    machine: [u8; 3],
    process: u16,
    counter: Arc<AtomicU32>,
    clock: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl fmt::Debug for XidSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XidSource").field("machine", &self.machine).finish_non_exhaustive()
    }
}

impl XidSource {
    /// A source for this process; `clock` gives Unix seconds.
    pub(crate) fn new(
        machine: [u8; 3],
        process: u32,
        clock: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Self {
        let [low, high, _, _] = process.to_le_bytes();
        let process = u16::from_le_bytes([low, high]);
        Self { machine, process, counter: Arc::default(), clock: Arc::new(clock) }
    }

    /// A source whose clock stands.
    #[cfg(test)]
    pub(crate) fn fixed(seconds: u64) -> Self {
        Self::new([1, 2, 3], 4, move || seconds)
    }

    /// The next identifier, above all before it while the clock does not step back.
    pub(crate) fn next(&self) -> Xid {
        let counter = self.counter.fetch_add(1, Ordering::Relaxed);
        Xid::encode((self.clock)(), self.machine, self.process, counter)
    }

    /// Unix seconds by the source's clock.
    pub(crate) fn now(&self) -> u64 {
        (self.clock)()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_base32hex_of_the_bytes() {
        // The example of rs/xid: 9m4e2mr0ui3e8a215n4g is 4d88e15b60f486e428412dc9.
        let xid = Xid::encode(0x4d88_e15b, [0x60, 0xf4, 0x86], 0xe428, 0x0041_2dc9);
        assert_eq!(xid.as_str(), "9m4e2mr0ui3e8a215n4g");
    }

    #[test]
    fn identifiers_sort_by_time() {
        let source = XidSource::fixed(1000);
        let (first, second) = (source.next(), source.next());
        assert!(first.as_str() < second.as_str());
        assert!(second.as_str() < XidSource::fixed(1001).next().as_str());
    }
}
