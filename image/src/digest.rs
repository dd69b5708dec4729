//! SHA-256 of bytes, of files and of lists of facts.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes`, in lower-case hexadecimal.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 and the size in bytes of the file at `path`.
pub(crate) fn of_file(path: &Path) -> Result<(String, u64)> {
    let mut file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        let n = file.read(&mut buffer).with_context(|| format!("read {}", path.display()))?;
        if n == 0 {
            return Ok((hex(&hash.finalize()), size));
        }
        hash.update(&buffer[..n]);
        size += u64::try_from(n)?;
    }
}

/// A key for what depends on all of `facts`: each is hashed with its name and length, so that no two
/// lists give one key.
pub(crate) fn of_facts(facts: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    for (name, value) in facts {
        hash.update(format!("{name} {}\n{value}\n", value.len()));
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_input_has_its_known_hash() {
        assert_eq!(
            of_bytes(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn facts_do_not_run_into_each_other() {
        assert_ne!(of_facts(&[("a", "bc")]), of_facts(&[("ab", "c")]));
        assert_ne!(of_facts(&[("a", "b"), ("c", "")]), of_facts(&[("a", "b\nc 0\n")]));
    }
}
