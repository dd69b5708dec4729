//! Keys, authorities and certificates: made, read and issued.
//!
//! Nothing here reads a clock or a file: the caller passes the time, and text goes in and comes
//! out. What we make ourselves is ECDSA P-256 throughout, because gRPC clients on BoringSSL cannot
//! connect to a server that only has Ed25519; keys of every kind that existing configurations hold
//! are read.
//!
//! Certificates are encoded here ([`certificate`]) rather than by rcgen, whose distinguished names
//! hold each attribute once: a client certificate has one Organization per role, and the subject of
//! an operator's own authority must come back to the byte as the issuer of what it issues.

pub mod authority;
pub mod bundle;
pub mod certificate;
mod der;
pub mod key;
pub mod pem;
pub mod request;
mod signature;

pub use authority::{Authority, Identity, Leaf, Usage};
pub use bundle::Bundle;
pub use certificate::fingerprint;
pub use key::PrivateKey;
pub use request::SigningRequest;

/// Why a key or certificate could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The text is not PEM as RFC 7468 has it.
    #[error("line {line}: {rule}")]
    Pem {
        /// Line in the text, from 1.
        line: usize,
        /// What is wrong.
        rule: &'static str,
    },
    /// There is no block with the wanted kind of label.
    #[error("no {0} in the PEM text")]
    NoBlock(&'static str),
    /// The key is not of a kind that is known, or is damaged.
    #[error("private key under \"{0}\": damaged or of an unknown kind")]
    Key(String),
    /// Something cannot be parsed.
    #[error("{0}: damaged")]
    Damaged(&'static str),
    /// The request was not signed by the key that it names.
    #[error("certificate request: signed by another key than its own")]
    NotPossessed,
    /// The certificate belongs to another key.
    #[error("certificate and key do not belong together")]
    Mismatch,
    /// The time cannot be written in a certificate.
    #[error("time outside the years 1970 to 9999")]
    Time,
    /// A name cannot be written in a certificate.
    #[error("name {0:?} is not ASCII")]
    Name(String),
    /// The cryptographic library refused.
    #[error("{0}: refused by the cryptographic library")]
    Crypto(&'static str),
}
