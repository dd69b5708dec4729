//! Whom we trust and as whom we appear: the TLS side of a connection.
//!
//! TLS 1.3 only, as nodes serve nothing else, with ALPN `h2`.

use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::pki::{PrivateKey, fingerprint, pem};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::context::Context;
use crate::exit::usage;

/// A configuration that trusts the context's authority and shows its client certificate.
///
/// # Errors
/// What of the context is missing or damaged, never its content.
pub(crate) fn mutual(name: &str, context: &Context) -> anyhow::Result<ClientConfig> {
    let field = |field: &str| format!("context {name:?}: {field}");
    if context.auth.is_some() && context.crt.is_empty() {
        return Err(usage(format!(
            "context {name:?}: auth is not in this version, use crt and key"
        )));
    }
    let mut roots = RootCertStore::empty();
    for der in pem::certificates(&text(&context.ca).with_context(|| field("ca"))?)
        .with_context(|| field("ca"))?
    {
        roots.add(CertificateDer::from(der)).with_context(|| field("ca"))?;
    }
    if roots.is_empty() {
        return Err(usage(format!("context {name:?}: ca holds no certificate")));
    }
    let chain = certificates(&context.crt).with_context(|| field("crt"))?;
    let key = text(&context.key).with_context(|| field("key"))?;
    let key = PrivateKey::from_pem(&key).with_context(|| field("key"))?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.pkcs8_der().expose().clone()));
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .with_context(|| field("crt and key"))?;
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

/// The certificates of a context's field.
pub(crate) fn certificates(field: &str) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let found = pem::certificates(&text(field)?)?;
    anyhow::ensure!(!found.is_empty(), "holds no certificate");
    Ok(found.into_iter().map(CertificateDer::from).collect())
}

/// The PEM text in a field.
fn text(field: &str) -> anyhow::Result<String> {
    anyhow::ensure!(!field.is_empty(), "is empty");
    let bytes = STANDARD.decode(field.trim()).ok().context("is not base64")?;
    String::from_utf8(bytes).ok().context("is not base64 of PEM text")
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

    use config::pki::{Authority, Leaf, Usage};

    use super::*;

    fn context() -> Context {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let authority = Authority::generate(Some("talos"), now).expect("an authority");
        let leaf = Leaf {
            usage: Usage::Client,
            common_name: None,
            organizations: &["os:admin"],
            names: &[],
            lifetime: Duration::from_secs(3600),
        };
        let identity = authority.issue(&leaf, now).expect("an identity");
        Context {
            ca: STANDARD.encode(authority.certificate()),
            crt: STANDARD.encode(&identity.certificate),
            key: STANDARD.encode(identity.key.pem().expose()),
            ..Context::default()
        }
    }

    #[test]
    fn a_context_becomes_a_configuration() {
        let config = mutual("a", &context()).expect("a configuration");
        assert_eq!(config.alpn_protocols, [b"h2"]);
    }

    #[test]
    fn what_is_wrong_with_a_context_is_named() {
        let check = |change: fn(&mut Context), expected: &str| {
            let mut context = context();
            change(&mut context);
            let error = format!("{:#}", mutual("a", &context).expect_err(expected));
            assert_eq!(error, expected);
        };
        check(|c| c.ca.clear(), "context \"a\": ca: is empty");
        check(|c| c.crt = "%".to_owned(), "context \"a\": crt: is not base64");
        check(|c| c.key = "eA==".to_owned(), "context \"a\": key: no private key in the PEM text");
        check(|c| c.ca.clone_from(&c.key), "context \"a\": ca holds no certificate");
    }

    #[test]
    fn a_fingerprint_is_checked_before_anybody_is_dialled() {
        insecure(&[STANDARD.encode([7; 32])]).expect("32 bytes");
        insecure(&["abc".to_owned()]).expect_err("too short");
    }
}
