//! What a client certificate says about its owner.
//!
//! That the certificate is genuine was decided by the TLS handshake; nothing here decides trust.

use rustls::pki_types::CertificateDer;
use types::caller::Roles;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// Why a genuine certificate grants nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum IdentityError {
    /// It is not in the form of RFC 5280.
    #[error("the client certificate is not readable")]
    Form,
    /// It may be used for something else than being a client, or does not say for what.
    #[error("the client certificate is not for client authentication alone")]
    Usage,
}

/// The roles in the subject Organization of a leaf certificate; organizations that are no roles
/// grant nothing.
///
/// # Errors
/// When the extended key usage is not exactly client authentication.
pub(crate) fn roles(leaf: &CertificateDer<'_>) -> Result<Roles, IdentityError> {
    let (_, certificate) = X509Certificate::from_der(leaf).map_err(|_der| IdentityError::Form)?;
    let usage = certificate.extended_key_usage().map_err(|_twice| IdentityError::Form)?;
    let usage = usage.ok_or(IdentityError::Usage)?.value;
    let others = usage.any
        || usage.server_auth
        || usage.code_signing
        || usage.email_protection
        || usage.time_stamping
        || usage.ocsp_signing
        || !usage.other.is_empty();
    if !usage.client_auth || others {
        return Err(IdentityError::Usage);
    }
    let organizations = certificate.subject().iter_organization();
    Ok(organizations.filter_map(|value| value.as_str().ok()?.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose as Purpose, KeyPair};
    use types::caller::Role;

    use super::*;

    fn leaf(organizations: &[&str], purposes: &[Purpose]) -> CertificateDer<'static> {
        let mut params = CertificateParams::default();
        for organization in organizations {
            params.distinguished_name.push(DnType::OrganizationName, *organization);
        }
        params.extended_key_usages = purposes.to_vec();
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().clone()
    }

    #[test]
    fn organizations_are_roles() {
        let check = |organizations: &[&str], expected: &[Role]| {
            let leaf = leaf(organizations, &[Purpose::ClientAuth]);
            assert_eq!(roles(&leaf), Ok(Roles::of(expected)), "{organizations:?}");
        };
        check(&["os:admin"], &[Role::Admin]);
        check(&[" os:reader "], &[Role::Reader]);
        check(&["talos"], &[]);
        check(&[], &[]);
    }

    #[test]
    fn a_certificate_is_for_clients_alone() {
        for purposes in [
            &[][..],
            &[Purpose::ServerAuth],
            &[Purpose::ClientAuth, Purpose::ServerAuth],
            &[Purpose::Any],
        ] {
            assert_eq!(roles(&leaf(&["os:admin"], purposes)), Err(IdentityError::Usage));
        }
        assert_eq!(roles(&CertificateDer::from(vec![0x30])), Err(IdentityError::Form));
    }
}
