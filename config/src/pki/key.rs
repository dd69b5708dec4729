//! Private keys: made as ECDSA P-256 or, where a firmware wants it, RSA; read under every label that
//! existing files use.

use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use types::Secret;
use x509_parser::asn1_rs::{Any, FromDer as _, OctetString, Sequence};

use super::{PkiError, der, pem};

/// AlgorithmIdentifier of an ECDSA key on P-256 (RFC 5480): id-ecPublicKey, prime256v1.
const P256: &[u8] =
    b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
/// The same on P-384: secp384r1.
const P384: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
/// The same on P-521: secp521r1.
const P521: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23";
/// AlgorithmIdentifier of Ed25519 (RFC 8410).
const ED25519: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";
/// AlgorithmIdentifier of an RSA key (RFC 8017): rsaEncryption with NULL.
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// What signs.
#[derive(Debug)]
enum Pair {
    Ecdsa(EcdsaKeyPair, Curve),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// Curves that ECDSA keys come on.
#[derive(Debug, Clone, Copy)]
enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }

    fn algorithm(self) -> &'static [u8] {
        match self {
            Self::P256 => P256,
            Self::P384 => P384,
            Self::P521 => P521,
        }
    }

    /// AlgorithmIdentifier of its signatures (RFC 5758): ecdsa-with-SHA256, -SHA384, -SHA512.
    fn signature(self) -> &'static [u8] {
        match self {
            Self::P256 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
            Self::P384 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
            Self::P521 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04",
        }
    }
}

/// A private key, with the text it was read from or is written as.
#[derive(Debug)]
pub struct PrivateKey {
    pair: Pair,
    pem: Secret<String>,
    pkcs8: Secret<Vec<u8>>,
}

impl PrivateKey {
    /// A new ECDSA P-256 key, written as SEC 1 under `EC PRIVATE KEY`.
    ///
    /// # Errors
    /// [`PkiError::Crypto`] when the system has no randomness.
    pub fn generate() -> Result<Self, PkiError> {
        let made = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)
            .ok()
            .ok_or(PkiError::Crypto("make a key"))?;
        let sec1: EcPrivateKeyRfc5915Der<'_> =
            made.private_key().as_der().ok().ok_or(PkiError::Crypto("encode a key"))?;
        Self::from_block("EC PRIVATE KEY", sec1.as_ref(), None)
    }

    /// A new RSA key of 4096 bits, written as PKCS #1 under `RSA PRIVATE KEY`, the one form that
    /// every tool for signed boot takes. Takes a second or more.
    ///
    /// # Errors
    /// [`PkiError::Crypto`] when the system has no randomness.
    pub fn generate_rsa() -> Result<Self, PkiError> {
        Self::rsa(KeySize::Rsa4096)
    }

    /// The same of 2048 bits, the longest that every TPM 2.0 takes.
    ///
    /// # Errors
    /// [`PkiError::Crypto`] when the system has no randomness.
    pub fn generate_rsa_2048() -> Result<Self, PkiError> {
        Self::rsa(KeySize::Rsa2048)
    }

    fn rsa(size: KeySize) -> Result<Self, PkiError> {
        let made = RsaKeyPair::generate(size).ok().ok_or(PkiError::Crypto("make a key"))?;
        let pkcs8: Pkcs8V1Der<'_> = made.as_der().ok().ok_or(PkiError::Crypto("encode a key"))?;
        let pkcs1 = unwrap(pkcs8.as_ref()).ok_or(PkiError::Crypto("encode a key"))?;
        Self::from_block("RSA PRIVATE KEY", pkcs1.expose(), None)
    }

    /// Reads the first private key of a PEM text: PKCS #8 under `PRIVATE KEY` or
    /// `ED25519 PRIVATE KEY`, SEC 1 under `EC PRIVATE KEY`, PKCS #1 under `RSA PRIVATE KEY`.
    ///
    /// # Errors
    /// [`PkiError::Pem`], [`PkiError::NoBlock`], or [`PkiError::Key`] with the label.
    pub fn from_pem(text: &str) -> Result<Self, PkiError> {
        let blocks = pem::read(text)?;
        let block = blocks
            .iter()
            .find(|block| block.label.ends_with("PRIVATE KEY"))
            .ok_or(PkiError::NoBlock("private key"))?;
        Self::from_block(&block.label, &block.der, Some(text))
    }

    /// The key in a block, whose written form is `text` or else made here.
    fn from_block(label: &str, block: &[u8], text: Option<&str>) -> Result<Self, PkiError> {
        let bad = || PkiError::Key(label.to_owned());
        let pair = match label {
            "EC PRIVATE KEY" => {
                ecdsa(|curve| EcdsaKeyPair::from_private_key_der(curve.signing(), block).ok())
            }
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(block).ok().map(Pair::Rsa),
            "PRIVATE KEY" | "ED25519 PRIVATE KEY" => pkcs8(block),
            _ => None,
        }
        .ok_or_else(bad)?;
        let (algorithm, wrapped) = match (&pair, label) {
            (Pair::Ecdsa(_, curve), "EC PRIVATE KEY") => (curve.algorithm(), true),
            (Pair::Rsa(_), "RSA PRIVATE KEY") => (RSA, true),
            (Pair::Ecdsa(..) | Pair::Rsa(_) | Pair::Ed25519(_), _) => (ED25519, false),
        };
        let pkcs8 = if wrapped {
            der::sequence(&[
                &der::integer(&[0]),
                algorithm,
                &der::value(der::tag::OCTET_STRING, block),
            ])
        } else {
            block.to_vec()
        };
        let pem = text.map_or_else(|| pem::write(label, block), str::to_owned);
        Ok(Self { pair, pem: Secret::new(pem), pkcs8: Secret::new(pkcs8) })
    }

    /// The key as PEM text, as it was read.
    #[must_use]
    pub fn pem(&self) -> &Secret<String> {
        &self.pem
    }

    /// The key as PKCS #8, the form that rustls takes for every kind of key.
    #[must_use]
    pub fn pkcs8_der(&self) -> &Secret<Vec<u8>> {
        &self.pkcs8
    }

    /// The public half as SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`PkiError::Crypto`] when the library cannot encode it.
    pub fn public_key_der(&self) -> Result<Vec<u8>, PkiError> {
        let (algorithm, raw) = match &self.pair {
            Pair::Ecdsa(pair, curve) => (curve.algorithm(), pair.public_key().as_ref()),
            Pair::Ed25519(pair) => (ED25519, pair.public_key().as_ref()),
            Pair::Rsa(pair) => {
                let encoded: PublicKeyX509Der<'_> = pair
                    .public_key()
                    .as_der()
                    .ok()
                    .ok_or(PkiError::Crypto("encode a public key"))?;
                return Ok(encoded.as_ref().to_vec());
            }
        };
        Ok(der::sequence(&[algorithm, &der::bits(raw)]))
    }

    /// AlgorithmIdentifier of the signatures this key makes.
    pub(super) fn signature_algorithm(&self) -> &'static [u8] {
        match &self.pair {
            Pair::Ecdsa(_, curve) => curve.signature(),
            Pair::Ed25519(_) => ED25519,
            // sha256WithRSAEncryption with NULL (RFC 4055).
            Pair::Rsa(_) => b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
        }
    }

    /// Signs a message: ECDSA in ASN.1 with the curve's SHA-2, Ed25519, or RSA PKCS #1 with SHA-256.
    ///
    /// # Errors
    /// [`PkiError::Crypto`]
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PkiError> {
        let refused = || PkiError::Crypto("sign");
        match &self.pair {
            Pair::Ecdsa(pair, _) => Ok(pair
                .sign(&SystemRandom::new(), message)
                .ok()
                .ok_or_else(refused)?
                .as_ref()
                .to_vec()),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .ok()
                    .ok_or_else(refused)?;
                Ok(signature)
            }
        }
    }
}

/// The key inside a PKCS #8 block (RFC 5208): version, algorithm, and the key as an octet string.
fn unwrap(pkcs8: &[u8]) -> Option<Secret<Vec<u8>>> {
    let (_, outer) = Sequence::from_der(pkcs8).ok()?;
    let (rest, _version) = Any::from_der(&outer.content).ok()?;
    let (rest, _algorithm) = Any::from_der(rest).ok()?;
    let (_, key) = OctetString::from_der(rest).ok()?;
    Some(Secret::new(key.as_ref().to_vec()))
}

/// The key on the first curve that takes it.
fn ecdsa(read: impl Fn(Curve) -> Option<EcdsaKeyPair>) -> Option<Pair> {
    Curve::ALL.into_iter().find_map(|curve| Some(Pair::Ecdsa(read(curve)?, curve)))
}

/// The key in a PKCS #8 block, of whatever kind.
fn pkcs8(block: &[u8]) -> Option<Pair> {
    ecdsa(|curve| EcdsaKeyPair::from_pkcs8(curve.signing(), block).ok())
        // Go and openssl leave the public half out (version 1).
        .or_else(|| Ed25519KeyPair::from_pkcs8_maybe_unchecked(block).ok().map(Pair::Ed25519))
        .or_else(|| RsaKeyPair::from_pkcs8(block).ok().map(Pair::Rsa))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let key = PrivateKey::from_pem(text).unwrap();
        assert_eq!(key.pem().expose(), text);
        let signature = key.sign(b"message").unwrap();
        let public = key.public_key_der().unwrap();
        let again =
            PrivateKey::from_pem(&pem::write("PRIVATE KEY", key.pkcs8_der().expose())).unwrap();
        assert_eq!(again.public_key_der().unwrap(), public);
        let algorithm = key.signature_algorithm();
        assert!(
            crate::pki::signature::verifies(algorithm, &public, b"message", &signature).unwrap()
        );
    }

    #[test]
    fn every_label_of_existing_files_is_read() {
        check(include_str!("../../testdata/pki/ed25519.pem"));
        check(include_str!("../../testdata/pki/ec-p256.pem"));
        check(include_str!("../../testdata/pki/ec-p384.pem"));
        check(include_str!("../../testdata/pki/rsa.pem"));
        check(include_str!("../../testdata/pki/pkcs8-p256.pem"));
        check(include_str!("../../testdata/pki/pkcs8-ed25519.pem"));
    }

    #[test]
    fn ours_are_p256_under_the_label_of_sec1() {
        let key = PrivateKey::generate().unwrap();
        assert!(key.pem().expose().starts_with("-----BEGIN EC PRIVATE KEY-----\n"));
        check(key.pem().expose());
    }

    #[test]
    fn rsa_keys_of_ours_are_read_everywhere() {
        let key = PrivateKey::generate_rsa_2048().unwrap();
        assert!(key.pem().expose().starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        check(key.pem().expose());
    }

    #[test]
    fn damage_is_an_error_and_shows_nothing_of_the_key() {
        let good = PrivateKey::generate().unwrap();
        let cut = &good.pem().expose()[..80];
        assert_eq!(
            PrivateKey::from_pem(cut).unwrap_err().to_string(),
            "line 2: the text ends inside a block"
        );
        let other = pem::write("EC PRIVATE KEY", b"nonsense");
        assert!(
            matches!(PrivateKey::from_pem(&other), Err(PkiError::Key(label)) if label == "EC PRIVATE KEY")
        );
        assert!(matches!(PrivateKey::from_pem(""), Err(PkiError::NoBlock(_))));
        let shown = format!("{good:?}");
        let body = good.pem().expose().lines().nth(1).unwrap();
        assert!(!shown.contains(body), "{shown}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_in_a_block_is_answered(
            label in "(EC |RSA |ED25519 |)(PRIVATE KEY|CERTIFICATE)",
            der in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            at in 0_usize..2000,
            byte in 0_u8..128,
        ) {
            proptest::prop_assert!(PrivateKey::from_pem(&pem::write(&label, &der)).is_err());
            let mut text = include_str!("../../testdata/pki/ec-p256.pem").as_bytes().to_vec();
            let at = at % text.len();
            text[at] = byte;
            // Either it is refused or it is a key that signs.
            if let Ok(key) = PrivateKey::from_pem(std::str::from_utf8(&text).unwrap()) {
                key.sign(b"message").unwrap();
            }
        }
    }
}
