//! Rules of registries and of the images in them.

use super::Report;
use crate::endpoint::url;
use crate::pki::pem;
use crate::v1alpha1::{
    ImageVerificationConfig, RegistryAuthConfig, RegistryMirrorConfig, RegistryTlsConfig,
};

/// One way to say who asks.
pub(super) fn auth(document: &RegistryAuthConfig, report: &mut Report) {
    let ways = [
        document.username.is_some() || document.password.is_some(),
        document.auth.is_some(),
        document.identity_token.is_some(),
    ];
    if ways.iter().filter(|way| **way).count() > 1 {
        report.wrong("", "must have one of username with password, auth, and identityToken");
    }
}

pub(super) fn mirror(document: &RegistryMirrorConfig, report: &mut Report) {
    for (index, endpoint) in document.endpoints.iter().enumerate() {
        let text = endpoint.url.as_deref().unwrap_or_default();
        if !url(text).is_some_and(|url| matches!(url.scheme, "http" | "https")) {
            let path = format!("endpoints[{index}].url");
            report.wrong_value(&path, text, "must be an http:// or https:// URL");
        }
    }
}

/// Everything that is given must be PEM.
pub(super) fn tls(document: &RegistryTlsConfig, report: &mut Report) {
    let is_pem = |text: &str| pem::read(text).is_ok_and(|blocks| !blocks.is_empty());
    if document.ca.as_deref().is_some_and(|text| !is_pem(text)) {
        report.wrong("ca", "must be a certificate in PEM");
    }
    let Some(identity) = &document.client_identity else { return };
    if !identity.certificate.as_deref().is_some_and(is_pem) {
        report.wrong("clientIdentity.cert", "must be a certificate in PEM");
    }
    if !identity.key.as_ref().is_some_and(|key| is_pem(key.expose())) {
        report.wrong("clientIdentity.key", "must be a private key in PEM");
    }
}

/// Every rule says one thing about some images.
pub(super) fn image_verification(document: &ImageVerificationConfig, report: &mut Report) {
    for (index, rule) in document.rules.iter().enumerate() {
        let path = format!("rules[{index}]");
        if rule.image.as_deref().unwrap_or_default().is_empty() {
            report.wrong(&format!("{path}.image"), "must be set");
        }
        let said = [
            rule.skip == Some(true),
            rule.deny == Some(true),
            rule.keyless.is_some(),
            rule.public_key.is_some(),
        ];
        if said.iter().filter(|said| **said).count() != 1 {
            report.wrong(&path, "must have exactly one of skip, deny, keyless and publicKey");
        }
        if let Some(keyless) = &rule.keyless {
            if keyless.issuer.as_deref().unwrap_or_default().is_empty() {
                report.wrong(&format!("{path}.keyless.issuer"), "must be set");
            }
            if keyless.subject.is_none() && keyless.subject_regex.is_none() {
                report.wrong(&format!("{path}.keyless"), "must have a subject or a subjectRegex");
            }
        }
        if rule.public_key.as_ref().is_some_and(|key| key.certificate.is_none()) {
            report.wrong(&format!("{path}.publicKey.certificate"), "must be set");
        }
    }
}
