//! Certificate signing requests (PKCS #10, RFC 2986): made for a key, read from an operator's file.
//!
//! A request proves that its maker holds the key. What it asks for is only told, in two plain lists:
//! who signs decides what is granted, and usages, lifetime and authority are never the request's.

use std::net::IpAddr;

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;

use super::certificate::{self, name};
use super::der::{self, tag};
use super::signature::verifies;
use super::{PkiError, PrivateKey, pem};

/// Object identifier of PKCS #9's extensionRequest, as encoded content.
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14];

/// What a request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SigningRequest {
    /// The public key (SubjectPublicKeyInfo), whose holder made the request.
    pub public_key: Vec<u8>,
    /// Organizations of the subject: for a client of the machine API, the roles that it wants.
    pub organizations: Vec<String>,
    /// DNS names and IP addresses; names of other kinds are passed over.
    pub names: Vec<String>,
}

impl SigningRequest {
    /// Makes a request for a key, as PEM text.
    ///
    /// # Errors
    /// [`PkiError::Name`] or [`PkiError::Crypto`].
    pub fn make(
        key: &PrivateKey,
        organizations: &[&str],
        names: &[String],
    ) -> Result<String, PkiError> {
        let asked = if names.is_empty() {
            Vec::new()
        } else {
            let extensions = der::sequence(&[&certificate::alternative_names(names)?]);
            der::sequence(&[
                &der::value(tag::OID, EXTENSION_REQUEST),
                &der::value(tag::SET, &extensions),
            ])
        };
        let body = der::sequence(&[
            &der::integer(&[0]),
            &name(None, organizations),
            &key.public_key_der()?,
            &der::explicit(0, &asked),
        ]);
        let signature = key.sign(&body)?;
        let whole = der::sequence(&[&body, key.signature_algorithm(), &der::bits(&signature)]);
        Ok(pem::write("CERTIFICATE REQUEST", &whole))
    }

    /// Reads the first request of a PEM text and checks that its key signed it.
    ///
    /// # Errors
    /// [`PkiError::Pem`], [`PkiError::NoBlock`], [`PkiError::Damaged`], or
    /// [`PkiError::NotPossessed`] when somebody else signed it.
    pub fn from_pem(text: &str) -> Result<Self, PkiError> {
        let blocks = pem::read(text)?;
        let block = blocks
            .iter()
            .find(|block| block.label == "CERTIFICATE REQUEST")
            .ok_or(PkiError::NoBlock("certificate request"))?;
        let damaged = || PkiError::Damaged("certificate request");
        let (rest, parsed) =
            X509CertificationRequest::from_der(&block.der).ok().ok_or_else(damaged)?;
        if !rest.is_empty() {
            return Err(damaged());
        }
        let info = &parsed.certification_request_info;
        let algorithm = der::sequence(&[&der::value(
            tag::OID,
            parsed.signature_algorithm.algorithm.as_bytes(),
        )]);
        let public_key = info.subject_pki.raw.to_vec();
        if !verifies(&algorithm, &public_key, info.raw, &parsed.signature_value.data)? {
            return Err(PkiError::NotPossessed);
        }
        let organizations = info
            .subject
            .iter_organization()
            .map(|role| role.as_str().map(str::to_owned).ok().ok_or_else(damaged))
            .collect::<Result<_, _>>()?;
        let names = parsed
            .requested_extensions()
            .into_iter()
            .flatten()
            .filter_map(|extension| match extension {
                ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
                _ => None,
            })
            .flatten()
            .filter_map(plain)
            .collect();
        Ok(Self { public_key, organizations, names })
    }
}

/// A DNS name or an address as text.
fn plain(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok()?;
            Some(address.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &PrivateKey, organizations: &[&str], names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let text = SigningRequest::make(key, organizations, &names).unwrap();
        let read = SigningRequest::from_pem(&text).unwrap();
        assert_eq!(read.public_key, key.public_key_der().unwrap());
        assert_eq!(read.organizations, organizations);
        assert_eq!(read.names, names);
        text
    }

    #[test]
    fn what_is_asked_for_comes_back() {
        let key = PrivateKey::generate().unwrap();
        check(&key, &["os:reader", "os:operator"], &["10.0.0.1", "fd00::1", "a.example"]);
        check(&key, &[], &[]);
        for kind in ["ed25519", "rsa", "ec-p384"] {
            let path = format!("{}/testdata/pki/{kind}.pem", env!("CARGO_MANIFEST_DIR"));
            let key = PrivateKey::from_pem(&std::fs::read_to_string(path).unwrap()).unwrap();
            check(&key, &["os:admin"], &["10.0.0.1"]);
        }
    }

    #[test]
    fn a_request_of_somebody_else_is_refused() {
        let (key, other) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
        let text = check(&key, &["os:reader"], &[]);
        let mut der = pem::read(&text).unwrap()[0].der.to_vec();
        let own = key.public_key_der().unwrap();
        let at = der.windows(own.len()).position(|part| part == own).unwrap();
        der[at..at + own.len()].copy_from_slice(&other.public_key_der().unwrap());
        let stolen = pem::write("CERTIFICATE REQUEST", &der);
        assert!(matches!(SigningRequest::from_pem(&stolen), Err(PkiError::NotPossessed)));
    }

    #[test]
    fn damage_is_an_error() {
        let check = |text: &str| SigningRequest::from_pem(text).unwrap_err().to_string();
        assert_eq!(check(""), "no certificate request in the PEM text");
        let junk = pem::write("CERTIFICATE REQUEST", b"junk");
        assert_eq!(check(&junk), "certificate request: damaged");
    }

    proptest::proptest! {
        #[test]
        fn a_changed_byte_never_grants_more(at in 0_usize..400, byte: u8) {
            let key = PrivateKey::from_pem(include_str!("../../testdata/pki/ed25519.pem")).unwrap();
            let text = SigningRequest::make(&key, &["os:reader"], &["10.0.0.1".into()]).unwrap();
            let right = SigningRequest::from_pem(&text).unwrap();
            let mut der = pem::read(&text).unwrap()[0].der.to_vec();
            let at = at % der.len();
            der[at] = byte;
            if let Ok(read) = SigningRequest::from_pem(&pem::write("CERTIFICATE REQUEST", &der)) {
                proptest::prop_assert_eq!(read, right);
            }
        }
    }
}
