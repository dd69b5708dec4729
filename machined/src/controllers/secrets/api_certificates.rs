//! Issues the certificates with which the node serves its API and calls other nodes.
//!
//! reads    `OsRoot`, `MaintenanceRoot`, `CertSan` in `secrets`, `MaintenanceServiceRequest` in
//!          `runtime` (weak)
//! writes   `ApiCertificates` `api` in `secrets`
//! touches  `maintenance-server.key` in STATE, so that the fingerprint which the console shows stays
//!          true when machined restarts
//!
//! A worker has no authority that signs; the trust service that would sign for it is not in this
//! version, so it keeps the certificate of maintenance mode and says so.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use ::config::pki::authority::{Authority, Leaf, MAINTENANCE_NAME, NODE_LIFETIME, Usage};
use ::config::pki::{PrivateKey, fingerprint, pem};
use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::namespace::{RUNTIME, SECRETS};
use resources::runtime::MaintenanceServiceRequest;
use resources::secrets::{ApiCertificates, CertSan, MaintenanceRoot, OsRoot};
use resources::value::CertificateAndKey;
use types::Role;
use types::paths::API_PORT;

use super::cert_san;

const DECLARATION: Declaration = Declaration {
    name: "secrets.API",
    inputs: &[
        weak::<OsRoot>(SECRETS),
        weak::<MaintenanceRoot>(SECRETS),
        weak::<CertSan>(SECRETS),
        weak::<MaintenanceServiceRequest>(RUNTIME),
    ],
    outputs: &[exclusive::<ApiCertificates>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct ApiCertificatesController {
    folder: PathBuf,
    issued: Option<Issued>,
}

/// What was issued for what, and when.
#[derive(Debug)]
struct Issued {
    order: Order,
    certificates: ApiCertificates,
    at: SystemTime,
}

/// Which certificates the node is to have.
#[derive(Debug, Clone, PartialEq)]
enum Order {
    /// None yet; those that were issued before stay.
    Wait,
    /// A server certificate by the authority of maintenance mode.
    Maintenance { ca: CertificateAndKey, names: CertSan },
    /// A server and a client certificate by the configured authority.
    Configured { root: OsRoot, ca: CertificateAndKey, names: CertSan },
}

impl ApiCertificatesController {
    /// Keeps the key of maintenance mode in that folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, issued: None }
    }

    fn issue(&self, order: &Order, now: SystemTime) -> Result<Option<ApiCertificates>, BoxError> {
        match order {
            Order::Wait => Ok(None),
            Order::Maintenance { ca, names } => {
                let authority = Authority::from_pem(&ca.crt, ca.key.expose())?;
                let key = self.maintenance_key()?;
                let leaf = Leaf {
                    usage: Usage::Server,
                    common_name: Some(MAINTENANCE_NAME),
                    organizations: &[],
                    names: &texts(names),
                    lifetime: NODE_LIFETIME,
                };
                let crt = authority.certify(&leaf, &key.public_key_der()?, now)?;
                tell(names, &fingerprint(&pem::certificate(&crt)?)?);
                Ok(Some(ApiCertificates {
                    server: Some(CertificateAndKey::new(crt, key.pem().expose().clone())),
                    skip_verifying_client_cert: true,
                    ..ApiCertificates::default()
                }))
            }
            Order::Configured { root, ca, names } => {
                let authority = Authority::from_pem(&ca.crt, ca.key.expose())?;
                let server = pair(&authority, Usage::Server, &names.fqdn, &texts(names), now)?;
                let client = pair(&authority, Usage::Client, &names.fqdn, &[], now)?;
                Ok(Some(ApiCertificates {
                    accepted_cas: root.accepted_cas.clone(),
                    client: Some(client),
                    server: Some(server),
                    skip_verifying_client_cert: false,
                }))
            }
        }
    }

    fn maintenance_key(&self) -> Result<PrivateKey, BoxError> {
        let path = self.folder.join("maintenance-server.key");
        if let Some(text) = super::kept(&path)
            && let Ok(key) = PrivateKey::from_pem(&text)
        {
            return Ok(key);
        }
        let key = PrivateKey::generate()?;
        super::keep(&path, key.pem().expose())?;
        Ok(key)
    }
}

/// Tells on the console how to bring the node its configuration.
fn tell(names: &CertSan, fingerprint: &str) {
    tracing::info!("maintenance: certificate fingerprint {fingerprint}");
    for address in names.ips.iter().filter(|address| !address.is_loopback()) {
        tracing::info!("maintenance: reached at {}", SocketAddr::new(*address, API_PORT));
        tracing::info!(
            "maintenance: osctl apply-config --insecure --nodes {address} --cert-fingerprint \
             {fingerprint} --file FILE"
        );
    }
}

fn pair(
    authority: &Authority,
    usage: Usage,
    name: &str,
    names: &[String],
    now: SystemTime,
) -> Result<CertificateAndKey, BoxError> {
    let roles = [Role::Impersonator.as_str()];
    let leaf = Leaf {
        usage,
        common_name: Some(name),
        organizations: if usage == Usage::Client { &roles } else { &[] },
        names,
        lifetime: NODE_LIFETIME,
    };
    let identity = authority.issue(&leaf, now)?;
    Ok(CertificateAndKey::new(identity.certificate, identity.key.pem().expose().clone()))
}

fn texts(names: &CertSan) -> Vec<String> {
    let addresses = names.ips.iter().map(ToString::to_string);
    addresses.chain(names.dns_names.iter().cloned()).collect()
}

impl Controller for ApiCertificatesController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let root = cx.get::<OsRoot>(SECRETS, OsRoot::ID)?;
        let maintenance = cx.get::<MaintenanceRoot>(SECRETS, MaintenanceRoot::ID)?;
        let asked =
            cx.get::<MaintenanceServiceRequest>(RUNTIME, MaintenanceServiceRequest::ID)?.is_some();
        let names = cx.list::<CertSan>(SECRETS)?;
        let named = |id: &str| {
            names.iter().find(|found| found.id().as_str() == id).map(|found| &found.spec)
        };
        let order = plan(
            root.as_ref().map(|found| &found.spec),
            // Before the machine knows whether it has a configuration, it lets nobody in.
            maintenance
                .as_ref()
                .filter(|_| asked || root.is_some())
                .and_then(|found| found.spec.ca.as_ref()),
            named(cert_san::API),
            named(cert_san::MAINTENANCE),
        );
        let now = super::now();
        if order != Order::Wait && self.issued.as_ref().is_none_or(|found| due(found, &order, now))
        {
            if root.is_some() && matches!(order, Order::Maintenance { .. }) {
                tracing::warn!(
                    "this node has no authority that signs: the trust service is not in this \
                     version, so it stays with the certificate of maintenance mode"
                );
            }
            self.issued = self.issue(&order, now)?.map(|certificates| Issued {
                order,
                certificates,
                at: now,
            });
        }
        let wanted = self.issued.as_ref().map(|issued| issued.certificates.clone());
        cx.converge(SECRETS, wanted.map(|found| (ApiCertificates::ID, found)))?;
        if self.issued.is_some() {
            cx.requeue_after(super::half(NODE_LIFETIME));
        }
        Ok(())
    }
}

/// Whether new certificates are needed: for other names or another authority, at half of the life,
/// or when the clock has stepped to before the old ones were issued.
fn due(issued: &Issued, order: &Order, now: SystemTime) -> bool {
    let age = now.duration_since(issued.at);
    issued.order != *order
        || age.is_err()
        || age.unwrap_or(Duration::ZERO) >= super::half(NODE_LIFETIME)
}

/// configured authority | names         |
/// ---------------------|---------------|--------------------------------------------
/// none, or no key      | not yet       | wait
/// none, or no key      | maintenance   | maintenance
/// with key             | not yet       | wait
/// with key             | api           | configured
fn plan(
    root: Option<&OsRoot>,
    maintenance: Option<&CertificateAndKey>,
    api_names: Option<&CertSan>,
    maintenance_names: Option<&CertSan>,
) -> Order {
    match root.and_then(|root| Some((root, root.issuing_ca.as_ref()?))) {
        Some((root, ca)) => api_names.map_or(Order::Wait, |names| Order::Configured {
            root: root.clone(),
            ca: ca.clone(),
            names: names.clone(),
        }),
        None => match (maintenance, maintenance_names) {
            (Some(ca), Some(names)) => Order::Maintenance { ca: ca.clone(), names: names.clone() },
            _ => Order::Wait,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }

    fn ca() -> CertificateAndKey {
        let authority = Authority::generate(Some("talos"), now()).expect("an authority");
        CertificateAndKey::new(
            authority.certificate().to_owned(),
            authority.key().pem().expose().clone(),
        )
    }

    fn names() -> CertSan {
        CertSan {
            ips: vec!["10.0.2.15".parse().expect("an address")],
            dns_names: vec!["node".to_owned()],
            fqdn: "node".to_owned(),
        }
    }

    #[test]
    fn the_order_follows_authority_and_names() {
        let (ca, names) = (ca(), names());
        let root = OsRoot { issuing_ca: Some(ca.clone()), ..OsRoot::default() };
        let worker = OsRoot::default();
        assert_eq!(plan(None, Some(&ca), None, None), Order::Wait);
        let maintenance = Order::Maintenance { ca: ca.clone(), names: names.clone() };
        assert_eq!(plan(None, Some(&ca), None, Some(&names)), maintenance);
        assert_eq!(plan(Some(&worker), Some(&ca), Some(&names), Some(&names)), maintenance);
        assert_eq!(plan(Some(&root), Some(&ca), None, Some(&names)), Order::Wait);
        let configured = plan(Some(&root), Some(&ca), Some(&names), Some(&names));
        assert!(matches!(configured, Order::Configured { .. }));
    }

    #[test]
    fn the_fingerprint_of_maintenance_mode_outlives_machined() {
        let folder = tempfile::tempdir().expect("a folder");
        let order = Order::Maintenance { ca: ca(), names: names() };
        let shown = || {
            let controller = ApiCertificatesController::new(folder.path().to_owned());
            let issued = controller.issue(&order, now()).expect("issued").expect("certificates");
            assert!(issued.skip_verifying_client_cert && issued.client.is_none());
            let crt = issued.server.expect("a server certificate").crt;
            fingerprint(&pem::certificate(&crt).expect("a certificate")).expect("a fingerprint")
        };
        assert_eq!(shown(), shown());
    }

    #[test]
    fn certificates_are_renewed_at_half_of_their_life_and_on_change() {
        let controller = ApiCertificatesController::new(PathBuf::new());
        let root = OsRoot { issuing_ca: Some(ca()), ..OsRoot::default() };
        let order = plan(Some(&root), None, Some(&names()), None);
        let certificates = controller.issue(&order, now()).expect("issued").expect("some");
        assert!(certificates.client.is_some() && !certificates.skip_verifying_client_cert);
        let issued = Issued { order: order.clone(), certificates, at: now() };
        let hour = Duration::from_secs(3600);
        assert!(!due(&issued, &order, now() + 11 * hour));
        assert!(due(&issued, &order, now() + 12 * hour));
        assert!(due(&issued, &order, now() - hour));
        assert!(due(&issued, &Order::Wait, now()));
    }
}
