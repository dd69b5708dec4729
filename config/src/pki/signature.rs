//! Checks a signature by the algorithm that stands beside it, for proofs of possession and for tests.
//!
//! Whether a chain of certificates is to be trusted is rustls' part, not this one's.

use aws_lc_rs::signature as s;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::PkiError;

/// Whether the key (SubjectPublicKeyInfo) made the signature (AlgorithmIdentifier and bytes) over the
/// message. A pair of key and algorithm that is not known verifies nothing.
pub(super) fn verifies(
    algorithm: &[u8],
    public_key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<bool, PkiError> {
    let damaged = || PkiError::Damaged("public key");
    let (_, algorithm) = AlgorithmIdentifier::from_der(algorithm).ok().ok_or_else(damaged)?;
    let (_, key) = SubjectPublicKeyInfo::from_der(public_key).ok().ok_or_else(damaged)?;
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
    let curve = curve.map(|curve| curve.to_id_string()).unwrap_or_default();
    let Some(verify) = algorithm_of(&algorithm.algorithm.to_id_string(), &curve) else {
        return Ok(false);
    };
    let key = s::UnparsedPublicKey::new(verify, &key.subject_public_key.data);
    Ok(key.verify(message, signature).is_ok())
}

/// The algorithm of a signature (RFC 5758, 8410, 8017) on a curve, both as dotted identifiers.
fn algorithm_of(signature: &str, curve: &str) -> Option<&'static dyn s::VerificationAlgorithm> {
    const P256: &str = "1.2.840.10045.3.1.7";
    const P384: &str = "1.3.132.0.34";
    const P521: &str = "1.3.132.0.35";
    Some(match (signature, curve) {
        ("1.2.840.10045.4.3.2", P256) => &s::ECDSA_P256_SHA256_ASN1,
        ("1.2.840.10045.4.3.3", P256) => &s::ECDSA_P256_SHA384_ASN1,
        ("1.2.840.10045.4.3.2", P384) => &s::ECDSA_P384_SHA256_ASN1,
        ("1.2.840.10045.4.3.3", P384) => &s::ECDSA_P384_SHA384_ASN1,
        ("1.2.840.10045.4.3.4", P521) => &s::ECDSA_P521_SHA512_ASN1,
        ("1.3.101.112", _) => &s::ED25519,
        ("1.2.840.113549.1.1.11", _) => &s::RSA_PKCS1_2048_8192_SHA256,
        ("1.2.840.113549.1.1.12", _) => &s::RSA_PKCS1_2048_8192_SHA384,
        ("1.2.840.113549.1.1.13", _) => &s::RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::PrivateKey;

    #[test]
    fn what_another_key_or_message_made_is_not_taken() {
        let (key, other) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
        let signature = key.sign(b"message").unwrap();
        let check = |key: &PrivateKey, message: &[u8], algorithm: &[u8]| {
            verifies(algorithm, &key.public_key_der().unwrap(), message, &signature).unwrap()
        };
        let algorithm = key.signature_algorithm();
        assert!(check(&key, b"message", algorithm));
        assert!(!check(&key, b"massage", algorithm));
        assert!(!check(&other, b"message", algorithm));
        // MD5 with RSA.
        let unknown = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04\x05\x00";
        assert!(!check(&key, b"message", unknown));
        verifies(b"junk", b"junk", b"", b"").unwrap_err();
    }
}
