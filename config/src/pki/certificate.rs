//! X.509 version 3 certificates (RFC 5280): encoding and the few facts that are read back.
//!
//! Nothing here decides whether a certificate is to be trusted; that is rustls' part.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;

use super::der::{self, tag};
use super::{PkiError, PrivateKey, pem};

/// How long before its making a certificate begins to be valid: clocks of nodes and operators
/// differ, and a node's may be set back after it has issued.
const BACKDATE: Duration = Duration::from_secs(60 * 60);

/// Object identifiers under id-ce and id-at, as encoded content.
mod oid {
    pub(super) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
    pub(super) const ORGANIZATION: &[u8] = &[0x55, 4, 10];
    pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 29, 14];
    pub(super) const KEY_USAGE: &[u8] = &[0x55, 29, 15];
    pub(super) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 29, 17];
    pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 29, 19];
    pub(super) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 29, 35];
    pub(super) const EXT_KEY_USAGE: &[u8] = &[0x55, 29, 37];
    pub(super) const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
    pub(super) const CLIENT_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];
}

/// What a certificate's key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// An authority: certSign and digitalSignature, server and client.
    Authority,
    /// A server: digitalSignature, serverAuth.
    Server,
    /// A client: digitalSignature, clientAuth.
    Client,
}

/// What is signed, all parts but the serial number.
#[derive(Debug)]
pub(super) struct Template<'a> {
    /// The issuer's name, encoded.
    pub(super) issuer: &'a [u8],
    /// The subject's name, encoded.
    pub(super) subject: &'a [u8],
    /// When it is made.
    pub(super) now: SystemTime,
    /// How long it is valid from then.
    pub(super) lifetime: Duration,
    /// SubjectPublicKeyInfo.
    pub(super) public_key: &'a [u8],
    /// Usages, and whether it is an authority.
    pub(super) purpose: Purpose,
    /// Subject key id of the certificate, for an authority.
    pub(super) key_id: Option<&'a [u8]>,
    /// Subject key id of the issuer.
    pub(super) issuer_key_id: Option<&'a [u8]>,
    /// DNS names and IP addresses.
    pub(super) names: &'a [String],
}

/// Makes and signs a certificate, as PEM text, with a random serial number of 128 bits.
pub(super) fn sign(template: &Template<'_>, key: &PrivateKey) -> Result<String, PkiError> {
    let mut serial = [0; 16];
    random(&mut serial)?;
    let not_before = template.now.checked_sub(BACKDATE).unwrap_or(UNIX_EPOCH).max(UNIX_EPOCH);
    let not_after = template.now.checked_add(template.lifetime).ok_or(PkiError::Time)?;
    let signature_algorithm = key.signature_algorithm();
    let body = der::sequence(&[
        &der::explicit(0, &der::integer(&[2])),
        &der::integer(&serial),
        signature_algorithm,
        template.issuer,
        &der::sequence(&[&instant(not_before)?, &instant(not_after)?]),
        template.subject,
        template.public_key,
        &der::explicit(3, &der::sequence(&[&extensions(template)?])),
    ]);
    let signature = key.sign(&body)?;
    let whole = der::sequence(&[&body, signature_algorithm, &der::bits(&signature)]);
    Ok(pem::write("CERTIFICATE", &whole))
}

/// Fills a buffer from the system's generator.
pub(super) fn random(buffer: &mut [u8]) -> Result<(), PkiError> {
    rand::fill(buffer).ok().ok_or(PkiError::Crypto("random number"))
}

/// A distinguished name of at most one common name and any number of organizations.
pub(super) fn name(common_name: Option<&str>, organizations: &[&str]) -> Vec<u8> {
    let attribute = |oid: &[u8], text: &str| {
        let kind =
            if text.bytes().all(printable) { tag::PRINTABLE_STRING } else { tag::UTF8_STRING };
        let pair = der::sequence(&[&der::value(tag::OID, oid), &der::value(kind, text.as_bytes())]);
        der::value(tag::SET, &pair)
    };
    let mut parts: Vec<Vec<u8>> =
        organizations.iter().map(|text| attribute(oid::ORGANIZATION, text)).collect();
    parts.extend(common_name.map(|text| attribute(oid::COMMON_NAME, text)));
    der::value(tag::SEQUENCE, &parts.concat())
}

/// Whether a byte may stand in a PrintableString (X.680).
fn printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

/// A time: UTCTime up to 2049, GeneralizedTime after (RFC 5280, 4.1.2.5).
fn instant(time: SystemTime) -> Result<Vec<u8>, PkiError> {
    let seconds = time.duration_since(UNIX_EPOCH).ok().ok_or(PkiError::Time)?.as_secs();
    let seconds = i64::try_from(seconds).ok().ok_or(PkiError::Time)?;
    let at = OffsetDateTime::from_unix_timestamp(seconds).ok().ok_or(PkiError::Time)?;
    let (year, month) = (at.year(), u8::from(at.month()));
    let rest =
        format!("{month:02}{:02}{:02}{:02}{:02}Z", at.day(), at.hour(), at.minute(), at.second());
    Ok(match year {
        ..2050 => der::value(tag::UTC_TIME, format!("{:02}{rest}", year % 100).as_bytes()),
        2050.. => der::value(tag::GENERALIZED_TIME, format!("{year:04}{rest}").as_bytes()),
    })
}

/// All extensions, in the order in which Go's library writes them.
fn extensions(template: &Template<'_>) -> Result<Vec<u8>, PkiError> {
    let eku = |oid: &[u8]| der::value(tag::OID, oid);
    let (usage, extended) = match template.purpose {
        // digitalSignature is bit 0, keyCertSign bit 5; the first byte counts unused bits.
        Purpose::Authority => ([2, 0x84], [eku(oid::SERVER_AUTH), eku(oid::CLIENT_AUTH)].concat()),
        Purpose::Server => ([7, 0x80], eku(oid::SERVER_AUTH)),
        Purpose::Client => ([7, 0x80], eku(oid::CLIENT_AUTH)),
    };
    let mut all = extension(oid::KEY_USAGE, Weight::Critical, &der::value(tag::BIT_STRING, &usage));
    all.extend(extension(
        oid::EXT_KEY_USAGE,
        Weight::Optional,
        &der::value(tag::SEQUENCE, &extended),
    ));
    if template.purpose == Purpose::Authority {
        let constraints = der::sequence(&[&der::value(tag::BOOLEAN, &[0xff])]);
        all.extend(extension(oid::BASIC_CONSTRAINTS, Weight::Critical, &constraints));
    }
    if let Some(id) = template.key_id {
        all.extend(extension(
            oid::SUBJECT_KEY_ID,
            Weight::Optional,
            &der::value(tag::OCTET_STRING, id),
        ));
    }
    if let Some(id) = template.issuer_key_id {
        // AuthorityKeyIdentifier's keyIdentifier is implicitly tagged [0].
        let identifier = der::sequence(&[&der::value(0x80, id)]);
        all.extend(extension(oid::AUTHORITY_KEY_ID, Weight::Optional, &identifier));
    }
    if !template.names.is_empty() {
        // The name must be critical where the subject is empty (RFC 5280, 4.2.1.6).
        let empty = template.subject == der::sequence(&[]);
        let weight = if empty { Weight::Critical } else { Weight::Optional };
        all.extend(extension(oid::SUBJECT_ALT_NAME, weight, &general_names(template.names)?));
    }
    Ok(all)
}

/// The extension with the names of a request.
pub(super) fn alternative_names(names: &[String]) -> Result<Vec<u8>, PkiError> {
    Ok(extension(oid::SUBJECT_ALT_NAME, Weight::Optional, &general_names(names)?))
}

/// Whether who does not understand an extension must refuse the certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Critical,
    Optional,
}

/// One extension.
fn extension(oid: &[u8], weight: Weight, content: &[u8]) -> Vec<u8> {
    let critical = match weight {
        Weight::Critical => der::value(tag::BOOLEAN, &[0xff]),
        Weight::Optional => Vec::new(),
    };
    der::sequence(&[&der::value(tag::OID, oid), &critical, &der::value(tag::OCTET_STRING, content)])
}

/// Subject alternative names: what reads as an IP address is one, the rest are DNS names.
fn general_names(names: &[String]) -> Result<Vec<u8>, PkiError> {
    /// Context tags of GeneralName: dNSName [2], iPAddress [7].
    const DNS: u8 = 0x82;
    const IP: u8 = 0x87;
    let mut all = Vec::new();
    for name in names {
        all.extend(match name.parse() {
            Ok(IpAddr::V4(address)) => der::value(IP, &address.octets()),
            Ok(IpAddr::V6(address)) => der::value(IP, &address.octets()),
            Err(_) if name.is_ascii() => der::value(DNS, name.as_bytes()),
            Err(_) => return Err(PkiError::Name(name.clone())),
        });
    }
    Ok(der::value(tag::SEQUENCE, &all))
}

/// What an authority's certificate says that issuing needs.
#[derive(Debug, Clone)]
pub(super) struct Issuer {
    /// The subject, encoded.
    pub(super) subject: Vec<u8>,
    /// SubjectPublicKeyInfo.
    pub(super) public_key: Vec<u8>,
    /// The subject key id, if it has one.
    pub(super) key_id: Option<Vec<u8>>,
    /// The last moment at which it is valid.
    pub(super) not_after: SystemTime,
}

/// Reads what issuing needs from a certificate.
pub(super) fn issuer(certificate: &[u8]) -> Result<Issuer, PkiError> {
    use x509_parser::extensions::ParsedExtension;
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate)
        .ok()
        .ok_or(PkiError::Damaged("certificate"))?;
    let key_id =
        parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
            _ => None,
        });
    // What ended before 1970 ended then.
    let end = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or(0);
    Ok(Issuer {
        subject: parsed.subject().as_raw().to_vec(),
        public_key: parsed.public_key().raw.to_vec(),
        key_id,
        not_after: UNIX_EPOCH.checked_add(Duration::from_secs(end)).ok_or(PkiError::Time)?,
    })
}

/// The last moment at which a certificate, given in PEM, is valid.
///
/// # Errors
/// [`PkiError::Pem`], [`PkiError::NoBlock`] or [`PkiError::Damaged`].
pub fn end(text: &str) -> Result<SystemTime, PkiError> {
    Ok(issuer(&pem::certificate(text)?)?.not_after)
}

/// The fingerprint by which clients pin a server: standard base64, padded, of SHA-256 over the
/// certificate's SubjectPublicKeyInfo.
///
/// # Errors
/// [`PkiError::Damaged`] when the DER bytes are no certificate.
pub fn fingerprint(certificate: &[u8]) -> Result<String, PkiError> {
    let public_key = issuer(certificate)?.public_key;
    Ok(STANDARD.encode(digest::digest(&digest::SHA256, &public_key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_5280_wants() {
        let check = |seconds, kind, want: &str| {
            let got = instant(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
            assert_eq!((got[0], &got[2..]), (kind, want.as_bytes()));
        };
        check(0, tag::UTC_TIME, "700101000000Z");
        check(2_524_607_999, tag::UTC_TIME, "491231235959Z");
        check(2_524_608_000, tag::GENERALIZED_TIME, "20500101000000Z");
        assert!(matches!(
            instant(UNIX_EPOCH + Duration::from_secs(u64::MAX / 4)),
            Err(PkiError::Time)
        ));
    }

    #[test]
    fn a_fingerprint_needs_a_certificate() {
        assert!(matches!(fingerprint(b"junk"), Err(PkiError::Damaged("certificate"))));
    }
}
