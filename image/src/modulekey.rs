//! The key that signs the kernel's modules: a function of the build's inputs, so that two builds of
//! one commit are equal. It is no secret, and nothing relies on it being one; why that is right, and
//! what protects the modules instead, is in `docs/decisions/module-signing.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::run::Run;

/// RSA rather than an elliptic curve: its PKCS #1 signatures are a function of key and data.
const BITS: &str = "3072";

/// The certificate's fields, all constant: a serial number or a date of today would differ in each
/// build. The kernel does not look at the dates (they are RFC 5280's "no expiry").
const TEMPLATE: &str = "cn = \"Holdfast kernel modules\"
serial = 1
activation_date = \"1970-01-01 00:00:00 UTC\"
expiration_date = \"9999-12-31 23:59:59 UTC\"
signing_key
";

/// Writes private key and certificate, as the kernel's build wants them, to `path`.
///
/// `seed` is a SHA-256 in hexadecimal; FIPS 186-4's provable primes are derived from it.
pub(crate) fn write(seed: &str, path: &Path) -> Result<()> {
    let dir = tempfile::tempdir().context("make a folder for the module key")?;
    let (key, template) = (dir.path().join("key.pem"), dir.path().join("template"));
    fs::write(&template, TEMPLATE).with_context(|| format!("write {}", template.display()))?;
    Run::new("certtool")
        .args(["--generate-privkey", "--key-type", "rsa", "--bits", BITS])
        .args(["--provable", "--hash", "SHA384", "--seed", seed, "--outfile"])
        .arg(&key)
        .read()
        .context("derive the module key")?;
    let certificate = Run::new("certtool")
        .args(["--generate-self-signed", "--hash", "SHA512", "--load-privkey"])
        .arg(&key)
        .arg("--template")
        .arg(&template)
        .read()
        .context("make the module key's certificate")?;
    let mut pem = fs::read(&key).with_context(|| format!("read {}", key.display()))?;
    pem.extend(certificate);
    fs::write(path, pem).with_context(|| format!("write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest;

    #[test]
    fn one_seed_gives_one_key() {
        let Ok(_) = Run::new("certtool").arg("--version").read() else {
            return println!("skipped: no certtool on this machine");
        };
        let dir = tempfile::tempdir().expect("folder");
        let make = |name: &str, seed: &[u8]| {
            let path = dir.path().join(name);
            write(&digest::of_bytes(seed), &path).expect("key");
            fs::read_to_string(path).expect("pem")
        };
        let (a, b, c) = (make("a", b"1"), make("b", b"1"), make("c", b"2"));
        assert!(a.contains("BEGIN CERTIFICATE") && a.contains("PRIVATE KEY"));
        assert_eq!(a, b);
        assert_ne!(a, c);
    }
}
