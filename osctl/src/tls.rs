//! Whom we trust and as whom we appear: the TLS side of a connection.
//!
//! TLS 1.3 only, as nodes serve nothing else, with ALPN `h2`.

use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::client::ClientContext;
use config::pki::{PrivateKey, fingerprint, pem};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::exit::usage;

/// A configuration that trusts the context's authority and shows its client certificate.
///
/// # Errors
/// What of the context is missing or damaged, never its content.
pub(crate) fn mutual(name: &str, context: &ClientContext) -> anyhow::Result<ClientConfig> {
    let absent = |field: &str| usage(format!("context {name:?} has no {field}"));
    let about = |field: &str| format!("context {name:?}: {field}");
    if context.auth.is_some() && context.certificate.is_none() {
        return Err(usage(format!(
            "context {name:?}: auth is not in this version, use crt and key"
        )));
    }
    let ca = context.ca.as_ref().ok_or_else(|| absent("ca"))?;
    let mut roots = RootCertStore::empty();
    for der in pem::certificates(&ca.0).with_context(|| about("ca"))? {
        roots.add(CertificateDer::from(der)).with_context(|| about("ca"))?;
    }
    if roots.is_empty() {
        return Err(usage(format!("context {name:?}: ca holds no certificate")));
    }
    let certificate = context.certificate.as_ref().ok_or_else(|| absent("crt"))?;
    let chain = pem::certificates(&certificate.0).with_context(|| about("crt"))?;
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    let key = context.key.as_ref().ok_or_else(|| absent("key"))?;
    let key = PrivateKey::from_pem(key.0.expose()).with_context(|| about("key"))?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.pkcs8_der().expose().clone()));
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .with_context(|| about("crt and key"))?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// A configuration for nodes in maintenance mode: no client certificate, and any server
/// certificate, or only those with one of the fingerprints.
pub(crate) fn insecure(fingerprints: &[String]) -> anyhow::Result<ClientConfig> {
    for pin in fingerprints {
        let bytes = STANDARD.decode(pin).ok().filter(|bytes| bytes.len() == 32);
        bytes.ok_or_else(|| {
            usage(format!(
                "--cert-fingerprint {pin:?}: base64 of 32 bytes, as the node's console shows it"
            ))
        })?;
    }
    let provider = provider();
    let verifier = Pinned { pins: fingerprints.to_vec(), provider: provider.clone() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// The one cryptographic library of this program.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// Accepts a server by its fingerprint alone, or anybody when there is none.
///
/// # Invariants
/// The handshake's signature is always checked: without it a copied certificate would pass.
#[derive(Debug)]
struct Pinned {
    pins: Vec<String>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _stapled: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.pins.is_empty() {
            return Ok(ServerCertVerified::assertion());
        }
        match fingerprint(leaf) {
            Ok(shown) if self.pins.contains(&shown) => Ok(ServerCertVerified::assertion()),
            Ok(shown) => {
                Err(rustls::Error::General(format!("the certificate's fingerprint is {shown}")))
            }
            Err(error) => Err(rustls::Error::General(error.to_string())),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _leaf: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2 is not spoken".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, leaf, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use config::pki::Authority;
    use config::value::{Pem, PemKey};
    use types::Secret;

    use super::*;

    fn context() -> ClientContext {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let authority = Authority::generate(Some("talos"), now).expect("an authority");
        let file = config::generate::client("a", &authority, now).expect("a file");
        file.context(None).expect("its context").clone()
    }

    #[test]
    fn a_context_becomes_a_configuration() {
        let config = mutual("a", &context()).expect("a configuration");
        assert_eq!(config.alpn_protocols, [b"h2"]);
    }

    #[test]
    fn what_is_wrong_with_a_context_is_named() {
        let check = |change: fn(&mut ClientContext), expected: &str| {
            let mut context = context();
            change(&mut context);
            let error = format!("{:#}", mutual("a", &context).expect_err(expected));
            assert_eq!(error, expected);
        };
        check(|c| c.ca = None, "context \"a\" has no ca");
        check(|c| c.key = None, "context \"a\" has no key");
        check(
            |c| c.ca = Some(Pem(c.key.as_ref().expect("a key").0.expose().clone())),
            "context \"a\": ca holds no certificate",
        );
        check(
            |c| c.key = Some(PemKey(Secret::new(c.ca.as_ref().expect("a ca").0.clone()))),
            "context \"a\": key: no private key in the PEM text",
        );
    }

    #[test]
    fn a_fingerprint_is_checked_before_anybody_is_dialled() {
        insecure(&[STANDARD.encode([7; 32])]).expect("32 bytes");
        insecure(&["abc".to_owned()]).expect_err("too short");
    }
}
