//! The secrets of a cluster: what is made once and written into every node's configuration.

#[expect(unreachable_pub, reason = "the macro makes public types")]
mod file;

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use types::Secret;

use super::certificate::random;
use super::{Authority, PkiError, PrivateKey};

/// How Kubernetes encrypts its secrets at rest. The names are those of its providers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    /// XSalsa20 and Poly1305; what current contracts have.
    Secretbox,
    /// AES-CBC; what contracts before 1.3 have.
    AesCbc,
}

/// Everything secret of a cluster.
#[derive(Debug)]
pub struct Bundle {
    /// Names the cluster to a discovery service: URL-safe base64 of 32 random bytes.
    pub cluster_id: String,
    /// Encrypts what goes to a discovery service: base64 of 32 random bytes.
    pub cluster_secret: Secret<String>,
    /// Lets a kubelet join: 6 and 16 characters with a dot between.
    pub bootstrap_token: Secret<String>,
    /// Which cipher encrypts Kubernetes secrets at rest.
    pub cipher: Cipher,
    /// Its key: base64 of 32 random bytes.
    pub encryption_key: Secret<String>,
    /// Lets a machine ask for its certificate: a token like the bootstrap token.
    pub machine_token: Secret<String>,
    /// Authority of the machine API.
    pub os: Authority,
    /// Authority of Kubernetes.
    pub kubernetes: Authority,
    /// Authority of etcd.
    pub etcd: Authority,
    /// Authority of the API aggregation layer; its subject is empty.
    pub aggregator: Authority,
    /// Signs the tokens of service accounts.
    pub service_account: PrivateKey,
}

impl Bundle {
    /// A new bundle of the current contract, all keys ECDSA P-256.
    ///
    /// # Errors
    /// [`PkiError::Crypto`] when the system has no randomness, [`PkiError::Time`].
    pub fn generate(now: SystemTime) -> Result<Self, PkiError> {
        Self::with_cipher(Cipher::Secretbox, now)
    }

    /// A new bundle whose encryption at rest is that of another contract.
    ///
    /// # Errors
    /// As [`generate`](Self::generate).
    pub fn with_cipher(cipher: Cipher, now: SystemTime) -> Result<Self, PkiError> {
        Ok(Self {
            cluster_id: URL_SAFE.encode(bytes()?),
            cluster_secret: Secret::new(STANDARD.encode(bytes()?)),
            bootstrap_token: token()?,
            cipher,
            encryption_key: Secret::new(STANDARD.encode(bytes()?)),
            machine_token: token()?,
            os: Authority::generate(Some("talos"), now)?,
            kubernetes: Authority::generate(Some("kubernetes"), now)?,
            etcd: Authority::generate(Some("etcd"), now)?,
            aggregator: Authority::generate(None, now)?,
            service_account: PrivateKey::generate()?,
        })
    }
}

/// 32 random bytes.
fn bytes() -> Result<[u8; 32], PkiError> {
    let mut bytes = [0; 32];
    random(&mut bytes)?;
    Ok(bytes)
}

/// The alphabet that Kubernetes allows in bootstrap tokens.
const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Characters of a token, on either side of its dot.
const TOKEN: (usize, usize) = (6, 16);

/// A token of 6 and 16 characters out of lower-case letters and digits.
fn token() -> Result<Secret<String>, PkiError> {
    /// The largest multiple of 36 below 256: a byte above it would favour the first letters.
    const FAIR: u8 = 252;
    /// Both parts and the dot.
    const LENGTH: usize = TOKEN.0 + 1 + TOKEN.1;
    let mut text = String::with_capacity(LENGTH);
    while text.len() < LENGTH {
        for byte in bytes()?.into_iter().filter(|byte| *byte < FAIR) {
            match text.len() {
                LENGTH.. => break,
                length if length == TOKEN.0 => text.push('.'),
                _ => {}
            }
            text.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
        }
    }
    Ok(Secret::new(text))
}

/// Whether a text has the form of a token, as Kubernetes wants it.
#[must_use]
pub fn is_token(text: &str) -> bool {
    let part = |part: &str, length| {
        part.len() == length && part.bytes().all(|byte| ALPHABET.contains(&byte))
    };
    text.split_once('.').is_some_and(|(id, secret)| part(id, TOKEN.0) && part(secret, TOKEN.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_form() {
        for _ in 0..200 {
            assert!(is_token(token().unwrap().expose()));
        }
        for wrong in ["", "abcdef", "abcdef.0123456789abcde", "Abcdef.0123456789abcdef", "a.b.c"] {
            assert!(!is_token(wrong), "{wrong}");
        }
    }

    #[test]
    fn two_bundles_differ_and_print_nothing() {
        let make = || Bundle::generate(SystemTime::UNIX_EPOCH).unwrap();
        let (one, other) = (make(), make());
        assert_ne!(one.cluster_id, other.cluster_id);
        assert_ne!(one.bootstrap_token, other.bootstrap_token);
        assert_ne!(one.os.certificate(), other.os.certificate());
        assert!(!format!("{one:?}").contains(one.cluster_secret.expose().as_str()));
    }
}
