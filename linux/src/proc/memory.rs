//! Memory: `proc_meminfo(5)`.

use std::collections::BTreeMap;

use super::text;
use crate::error::Result;

/// The lines of a `meminfo` by name. Sizes are in KiB; the `HugePages_…` are numbers of pages.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Memory(BTreeMap<String, u64>);

impl Memory {
    /// The value of `name`, such as `MemTotal`; 0 where this kernel has no such line.
    #[must_use]
    pub fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }
}

/// Reads `/proc/meminfo`.
///
/// # Errors
/// When it cannot be read.
pub fn load_memory() -> Result<Memory> {
    Ok(parse_memory(&text("/proc/meminfo".as_ref())?))
}

/// The content of a `meminfo`; lines of another form are passed over.
#[must_use]
pub fn parse_memory(text: &str) -> Memory {
    let line = |line: &str| {
        let (name, rest) = line.split_once(':')?;
        Some((name.to_owned(), rest.split_ascii_whitespace().next()?.parse().ok()?))
    };
    Memory(text.lines().filter_map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_meminfo() {
        let memory = parse_memory(
            "MemTotal:  24684048 kB\nActive(anon):   12 kB\nHugePages_Total:  3\nBad: x\n",
        );
        assert_eq!(memory.get("MemTotal"), 24_684_048);
        assert_eq!((memory.get("Active(anon)"), memory.get("HugePages_Total")), (12, 3));
        assert_eq!((memory.get("Bad"), memory.get("None")), (0, 0));
    }

    #[test]
    fn reads_this_machine() {
        let memory = load_memory().unwrap();
        assert!(memory.get("MemTotal") > memory.get("MemFree"));
    }
}
