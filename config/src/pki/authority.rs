//! Certificate authorities and what they issue.

use std::time::{Duration, SystemTime};

use aws_lc_rs::digest;

use super::certificate::{self, Issuer, Purpose, Template};
use super::{PkiError, PrivateKey, pem};

/// Life of an authority: ten years of 365 days.
pub const AUTHORITY_LIFETIME: Duration = Duration::from_secs(87_600 * 60 * 60);
/// Life of a node's certificates; they are renewed at half of it.
pub const NODE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// Life of an operator's certificate.
pub const CLIENT_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Common name of a node's certificate before it is configured.
pub const MAINTENANCE_NAME: &str = "maintenance-service.talos.dev";

/// What the holder of a certificate does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Serves TLS.
    Server,
    /// Connects over TLS.
    Client,
}

/// What a certificate is to say.
#[derive(Debug, Clone)]
pub struct Leaf<'a> {
    /// Server or client.
    pub usage: Usage,
    /// Common name of the subject; an operator's certificate has none.
    pub common_name: Option<&'a str>,
    /// Organizations of the subject: the roles of a client.
    pub organizations: &'a [&'a str],
    /// DNS names and IP addresses that it is valid for.
    pub names: &'a [String],
    /// How long it is valid.
    pub lifetime: Duration,
}

/// What a new authority's certificate is to say.
#[derive(Debug, Clone, Copy)]
pub struct Root<'a> {
    /// Organization of the subject, which is empty without one, as the aggregator's is.
    pub organization: Option<&'a str>,
    /// DNS names and IP addresses, for an authority that also serves.
    pub names: &'a [String],
    /// How long it is valid.
    pub lifetime: Duration,
}

/// A certificate with its key.
#[derive(Debug)]
pub struct Identity {
    /// The certificate, PEM.
    pub certificate: String,
    /// Its private key.
    pub key: PrivateKey,
}

/// A certificate authority that can issue.
#[derive(Debug)]
pub struct Authority {
    certificate: String,
    key: PrivateKey,
    issuer: Issuer,
}

impl Authority {
    /// A new authority with its own ECDSA P-256 key, valid for ten years.
    ///
    /// # Errors
    /// [`PkiError::Crypto`], or [`PkiError::Time`].
    pub fn generate(organization: Option<&str>, now: SystemTime) -> Result<Self, PkiError> {
        let root = Root { organization, names: &[], lifetime: AUTHORITY_LIFETIME };
        Self::of_key(PrivateKey::generate()?, &root, now)
    }

    /// A new authority of a key.
    ///
    /// # Errors
    /// [`PkiError::Name`], [`PkiError::Crypto`], or [`PkiError::Time`].
    pub fn of_key(key: PrivateKey, root: &Root<'_>, now: SystemTime) -> Result<Self, PkiError> {
        let mut key_id = [0; 20];
        certificate::random(&mut key_id)?;
        let subject = certificate::name(None, root.organization.as_slice());
        let public_key = key.public_key_der()?;
        let text = certificate::sign(
            &Template {
                issuer: &subject,
                subject: &subject,
                now,
                lifetime: root.lifetime,
                public_key: &public_key,
                purpose: Purpose::Authority,
                key_id: Some(&key_id),
                issuer_key_id: None,
                names: root.names,
            },
            &key,
        )?;
        let not_after = now.checked_add(root.lifetime).ok_or(PkiError::Time)?;
        let issuer = Issuer { subject, public_key, key_id: Some(key_id.to_vec()), not_after };
        Ok(Self { certificate: text, key, issuer })
    }

    /// An authority from PEM texts.
    ///
    /// # Errors
    /// [`PkiError`] of the parts, or [`PkiError::Mismatch`] when the key is not the certificate's.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, PkiError> {
        let issuer = certificate::issuer(&pem::certificate(certificate)?)?;
        let key = PrivateKey::from_pem(key)?;
        if key.public_key_der()? != issuer.public_key {
            return Err(PkiError::Mismatch);
        }
        Ok(Self { certificate: certificate.to_owned(), key, issuer })
    }

    /// The authority's certificate, PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The hash by which joining programs pin it: hexadecimal SHA-256 of its
    /// SubjectPublicKeyInfo, behind `sha256:`.
    #[must_use]
    pub fn pin(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.issuer.public_key);
        hash.as_ref().iter().fold("sha256:".to_owned(), |mut text, byte| {
            text.push_str(&format!("{byte:02x}"));
            text
        })
    }

    /// Whether its certificate is not valid any more.
    #[must_use]
    pub fn has_ended(&self, now: SystemTime) -> bool {
        now > self.issuer.not_after
    }

    /// The authority's key.
    #[must_use]
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Issues a certificate for a new ECDSA P-256 key.
    ///
    /// # Errors
    /// [`PkiError::Name`], [`PkiError::Time`] or [`PkiError::Crypto`].
    pub fn issue(&self, leaf: &Leaf<'_>, now: SystemTime) -> Result<Identity, PkiError> {
        let key = PrivateKey::generate()?;
        let certificate = self.certify(leaf, &key.public_key_der()?, now)?;
        Ok(Identity { certificate, key })
    }

    /// Issues a certificate, PEM, for the public key of somebody (SubjectPublicKeyInfo). Renewing
    /// with the same key keeps the fingerprint.
    ///
    /// # Errors
    /// [`PkiError::Name`], [`PkiError::Time`] or [`PkiError::Crypto`].
    pub fn certify(
        &self,
        leaf: &Leaf<'_>,
        public_key: &[u8],
        now: SystemTime,
    ) -> Result<String, PkiError> {
        let template = Template {
            issuer: &self.issuer.subject,
            subject: &certificate::name(leaf.common_name, leaf.organizations),
            now,
            lifetime: leaf.lifetime,
            public_key,
            purpose: match leaf.usage {
                Usage::Server => Purpose::Server,
                Usage::Client => Purpose::Client,
            },
            key_id: None,
            issuer_key_id: self.issuer.key_id.as_deref(),
            names: leaf.names,
        };
        certificate::sign(&template, &self.key)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use x509_parser::parse_x509_certificate;

    use super::*;
    use crate::pki::signature::verifies;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    /// Issues from an authority and checks what must hold for every leaf.
    fn check(authority: &Authority, leaf: &Leaf<'_>) -> Vec<u8> {
        let identity = authority.issue(leaf, now()).unwrap();
        let (ca, der) = (
            pem::certificate(authority.certificate()).unwrap(),
            pem::certificate(&identity.certificate).unwrap(),
        );
        let (_, ca) = parse_x509_certificate(&ca).unwrap();
        let (_, parsed) = parse_x509_certificate(&der).unwrap();
        assert_eq!(parsed.issuer().as_raw(), ca.subject().as_raw());
        assert!(parsed.basic_constraints().unwrap().is_none());
        assert!(parsed.serial.bits() > 96 && parsed.serial.bits() <= 128);
        let usage = parsed.extended_key_usage().unwrap().unwrap().value;
        assert_eq!(
            (usage.server_auth, usage.client_auth),
            match leaf.usage {
                Usage::Server => (true, false),
                Usage::Client => (false, true),
            }
        );
        let life = parsed.validity().not_after.timestamp() - 1_800_000_000;
        assert_eq!(u64::try_from(life).unwrap(), leaf.lifetime.as_secs());
        assert!(parsed.validity().not_before.timestamp() < 1_800_000_000);
        let signed = verifies(
            authority.key().signature_algorithm(),
            ca.public_key().raw,
            parsed.tbs_certificate.as_ref(),
            &parsed.signature_value.data,
        );
        assert!(signed.unwrap());
        der
    }

    const CLIENT: Leaf<'_> = Leaf {
        usage: Usage::Client,
        common_name: None,
        organizations: &["os:admin", "os:reader", "os:operator"],
        names: &[],
        lifetime: CLIENT_LIFETIME,
    };

    #[test]
    fn a_client_has_its_roles_as_organizations_and_no_name() {
        let authority = Authority::generate(Some("talos"), now()).unwrap();
        let der = check(&authority, &CLIENT);
        let (_, parsed) = parse_x509_certificate(&der).unwrap();
        let roles: Vec<_> =
            parsed.subject().iter_organization().map(|role| role.as_str().unwrap()).collect();
        assert_eq!(roles, CLIENT.organizations);
        assert_eq!(parsed.subject().iter_common_name().count(), 0);
        assert!(parsed.subject_alternative_name().unwrap().is_none());
    }

    #[test]
    fn a_server_has_names_and_addresses() {
        let authority = Authority::generate(None, now()).unwrap();
        let names = ["10.0.0.1", "fd00::1", "node.example.org"].map(str::to_owned);
        let leaf = Leaf {
            usage: Usage::Server,
            common_name: Some(MAINTENANCE_NAME),
            organizations: &[],
            names: &names,
            lifetime: NODE_LIFETIME,
        };
        let der = check(&authority, &leaf);
        let (_, parsed) = parse_x509_certificate(&der).unwrap();
        let shown: Vec<_> = parsed
            .subject_alternative_name()
            .unwrap()
            .unwrap()
            .value
            .general_names
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(shown.len(), 3, "{shown:?}");
        let bad = ["ü.example".to_owned()];
        assert!(matches!(
            authority.issue(&Leaf { names: &bad, ..leaf }, now()),
            Err(PkiError::Name(_))
        ));
    }

    #[test]
    fn an_authority_is_one_and_is_read_back() {
        let authority = Authority::generate(Some("talos"), now()).unwrap();
        let der = pem::certificate(authority.certificate()).unwrap();
        let (_, parsed) = parse_x509_certificate(&der).unwrap();
        assert_eq!(parsed.subject().to_string(), "O=talos");
        assert!(parsed.is_ca());
        assert!(parsed.key_usage().unwrap().unwrap().value.key_cert_sign());
        let again =
            Authority::from_pem(authority.certificate(), authority.key().pem().expose()).unwrap();
        check(&again, &CLIENT);
        let other = PrivateKey::generate().unwrap();
        assert!(matches!(
            Authority::from_pem(authority.certificate(), other.pem().expose()),
            Err(PkiError::Mismatch)
        ));
    }

    #[test]
    fn authorities_of_the_peers_kinds_issue() {
        let check_pair = |certificate, key| {
            check(&Authority::from_pem(certificate, key).unwrap(), &CLIENT);
        };
        check_pair(
            include_str!("../../testdata/pki/ed25519-ca.crt"),
            include_str!("../../testdata/pki/ed25519.pem"),
        );
        check_pair(
            include_str!("../../testdata/pki/rsa-ca.crt"),
            include_str!("../../testdata/pki/rsa.pem"),
        );
    }
}
