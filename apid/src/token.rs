//! The token with which one node speaks for a caller at another node.
//!
//! The entry node signs it with the key of its client certificate. The target takes it only from
//! the TLS connection of that same certificate, for itself, for the one method, and for a minute.
//! The certificate alone grants nothing.

use std::net::IpAddr;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use rustls::SignatureScheme;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use types::caller::{Caller, Role};
use types::codec::{CodecError, Reader, Writer};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// The metadata that carries the token. `-bin` values are base64 (gRPC protocol over HTTP/2).
pub(crate) const HEADER: &str = "holdfast-token-bin";

/// How long a token lives, in seconds: a call begins at once, so this is for the clocks of two
/// nodes.
pub(crate) const LIFETIME: u64 = 60;

/// How far the two clocks may be apart beyond that, in seconds.
const SKEW: u64 = 5;

/// Longest method and target.
const LONGEST: usize = 512;

/// Longest token in bytes: its fields and a signature of at most 512 bytes fit well.
const MAX: usize = 4096;

/// Stands before what is signed, so that no other signature of the key can be taken for a token.
const DOMAIN: &[u8] = b"holdfast node token 1\0";

/// What the entry node vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Who calls: roles and address.
    pub(crate) caller: Caller,
    /// The full method, as in the request path.
    pub(crate) method: String,
    /// The node that shall answer, as the entry node dialled it.
    pub(crate) target: String,
    /// Until when, in Unix seconds.
    pub(crate) expires: u64,
}

/// Why a token could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    /// The key is of a kind that signs no tokens.
    #[error("the node's key signs no tokens")]
    Key,
    /// The signature failed.
    #[error("sign a token")]
    Sign(#[source] rustls::Error),
}

/// Why a token was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// It is too long or not base64.
    #[error("the token is not readable")]
    Form,
    /// Its fields make no sense.
    #[error("the token is not readable")]
    Fields(#[from] CodecError),
    /// It was not signed by the key of the connection's certificate.
    #[error("the token is not signed by this connection's certificate")]
    Signature,
    /// Another method is called.
    #[error("the token is for another method")]
    Method,
    /// Another node is meant.
    #[error("the token is for {0}, which is not this node")]
    Target(String),
    /// It is too old, or from the future.
    #[error("the token has expired, or the clocks of the two nodes differ")]
    Expired,
}

impl Token {
    /// The header value, signed by `key`.
    pub(crate) fn seal(&self, key: &CertifiedKey) -> Result<String, SealError> {
        let payload = self.encode();
        let schemes = [
            SignatureScheme::ECDSA_NISTP256_SHA256,
            SignatureScheme::ECDSA_NISTP384_SHA384,
            SignatureScheme::ED25519,
        ];
        let leaf = key.end_entity_cert().map_err(SealError::Sign)?;
        let signer = key.key.choose_scheme(&schemes).ok_or(SealError::Key)?;
        let signature = signer.sign(&signed(leaf, &payload)).map_err(SealError::Sign)?;
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
        Ok(BASE64.encode([&length, payload.as_slice(), &signature].concat()))
    }

    /// Reads a header value that came over a connection of `leaf`.
    ///
    /// # Errors
    /// When it is not in the form of [`seal`](Self::seal), or was not signed by the leaf's key.
    pub(crate) fn open(value: &[u8], leaf: &CertificateDer<'_>) -> Result<Self, TokenError> {
        if value.len() > MAX {
            return Err(TokenError::Form);
        }
        let bytes = BASE64.decode(value).map_err(|_base64| TokenError::Form)?;
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or(TokenError::Form)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (payload, signature) = rest.split_at_checked(length).ok_or(TokenError::Form)?;
        verify(leaf, &signed(leaf, payload), signature).ok_or(TokenError::Signature)?;
        Ok(Self::decode(payload)?)
    }

    /// The caller, if the token is for this method, this node and this moment.
    pub(crate) fn accept(
        self,
        method: &str,
        own: impl FnOnce(&str) -> bool,
        now: u64,
    ) -> Result<Caller, TokenError> {
        if self.method != method {
            return Err(TokenError::Method);
        }
        if !own(&self.target) {
            return Err(TokenError::Target(self.target));
        }
        if now > self.expires.saturating_add(SKEW) || self.expires > now + LIFETIME + SKEW {
            return Err(TokenError::Expired);
        }
        Ok(self.caller)
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let roles: Vec<Role> = self.caller.roles.iter().collect();
        writer.list(&roles, |w, role| w.text(role.as_str()));
        writer.option(self.caller.peer.as_ref(), |w, peer| w.text(&peer.to_string()));
        writer.text(&self.method);
        writer.text(&self.target);
        writer.u64(self.expires);
        writer.finish()
    }

    fn decode(payload: &[u8]) -> Result<Self, CodecError> {
        let mut reader = Reader::new(payload);
        let roles = reader.list("roles", Role::ALL.len(), |r| {
            r.text("role", 64)?.parse::<Role>().map_err(|_role| CodecError::Utf8("role"))
        })?;
        let peer = reader.option("peer", |r| {
            r.text("peer", 64)?.parse::<IpAddr>().map_err(|_address| CodecError::Utf8("peer"))
        })?;
        let caller = Caller { roles: roles.into_iter().collect(), peer, maintenance: false };
        let method = reader.text("method", LONGEST)?;
        let target = reader.text("target", LONGEST)?;
        let expires = reader.u64("expires")?;
        reader.end()?;
        Ok(Self { caller, method, target, expires })
    }
}

/// What is signed: the certificate is part of it, so that a token belongs to one connection's.
fn signed(leaf: &CertificateDer<'_>, payload: &[u8]) -> Vec<u8> {
    [DOMAIN, Sha256::digest(leaf).as_slice(), payload].concat()
}

fn verify(leaf: &CertificateDer<'_>, message: &[u8], signature: &[u8]) -> Option<()> {
    let (_, certificate) = X509Certificate::from_der(leaf).ok()?;
    let key = certificate.public_key();
    let point = &key.subject_public_key.data;
    // By the algorithm and, for ECDSA, by the length of the uncompressed point.
    let algorithm: &'static dyn VerificationAlgorithm =
        match (key.algorithm.algorithm.to_id_string().as_str(), point.len()) {
            ("1.2.840.10045.2.1", 65) => &ECDSA_P256_SHA256_ASN1,
            ("1.2.840.10045.2.1", 97) => &ECDSA_P384_SHA384_ASN1,
            ("1.3.101.112", 32) => &ED25519,
            _ => return None,
        };
    UnparsedPublicKey::new(algorithm, point).verify(message, signature).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rcgen::{
        CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
    };
    use rustls::crypto::aws_lc_rs::sign::any_supported_type;
    use rustls::pki_types::PrivateKeyDer;
    use types::caller::Roles;

    use super::*;

    const NOW: u64 = 1_000_000;

    fn node(algorithm: &'static rcgen::SignatureAlgorithm) -> CertifiedKey {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let leaf = CertificateParams::default().self_signed(&key).unwrap();
        let der = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        CertifiedKey::new(vec![leaf.der().clone()], any_supported_type(&der).unwrap())
    }

    fn token() -> Token {
        Token {
            caller: Caller {
                roles: Roles::of(&[Role::Reader, Role::EtcdBackup]),
                peer: Some("10.0.0.9".parse().unwrap()),
                maintenance: false,
            },
            method: "/machine.MachineService/Version".to_owned(),
            target: "10.0.0.2".to_owned(),
            expires: NOW + LIFETIME,
        }
    }

    #[test]
    fn a_token_comes_back_with_every_kind_of_key() {
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
            let node = node(algorithm);
            let sealed = token().seal(&node).unwrap();
            let opened = Token::open(sealed.as_bytes(), node.end_entity_cert().unwrap()).unwrap();
            assert_eq!(opened, token());
        }
    }

    #[test]
    fn every_changed_bit_is_seen() {
        let node = node(&PKCS_ED25519);
        let leaf = node.end_entity_cert().unwrap();
        let bytes = BASE64.decode(token().seal(&node).unwrap()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            Token::open(BASE64.encode(changed).as_bytes(), leaf).unwrap_err();
        }
        for length in 0..bytes.len() {
            Token::open(BASE64.encode(&bytes[..length]).as_bytes(), leaf).unwrap_err();
        }
        Token::open("A".repeat(MAX + 1).as_bytes(), leaf).unwrap_err();
        Token::open(b"not base64!", leaf).unwrap_err();
    }

    #[test]
    fn another_certificate_does_not_do() {
        let (node, other) = (node(&PKCS_ED25519), node(&PKCS_ED25519));
        let sealed = token().seal(&node).unwrap();
        let refused = Token::open(sealed.as_bytes(), other.end_entity_cert().unwrap());
        assert_eq!(refused, Err(TokenError::Signature));
        // Nor does another certificate of the same key.
        let renewed = CertifiedKey::new(
            vec![other.end_entity_cert().unwrap().clone().into_owned()],
            Arc::clone(&node.key),
        );
        let sealed = token().seal(&renewed).unwrap();
        let refused = Token::open(sealed.as_bytes(), node.end_entity_cert().unwrap());
        assert_eq!(refused, Err(TokenError::Signature));
    }

    #[test]
    fn it_is_for_one_method_one_node_and_a_minute() {
        let method = token().method;
        let own = |target: &str| target == "10.0.0.2";
        assert_eq!(token().accept(&method, own, NOW), Ok(token().caller));
        assert_eq!(token().accept("/a.B/C", own, NOW), Err(TokenError::Method));
        let target = TokenError::Target("10.0.0.2".to_owned());
        assert_eq!(token().accept(&method, |_| false, NOW), Err(target));
        for (now, good) in [
            (NOW - SKEW - 1, false),
            (NOW - SKEW, true),
            (NOW + LIFETIME + SKEW, true),
            (NOW + LIFETIME + SKEW + 1, false),
            (u64::MAX - 1000, false),
        ] {
            assert_eq!(token().accept(&method, own, now).is_ok(), good, "{now}");
        }
    }
}
