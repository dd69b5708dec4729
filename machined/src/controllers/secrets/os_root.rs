//! Takes the authority of the machine API out of the configuration.
//!
//! reads    `MachineConfig` `v1alpha1` in `config` (weak)
//! writes   `OsRoot` `os` in `secrets`
//! touches  nothing
//!
//! Without a root document there is no authority, and the node stays in maintenance.

use std::net::IpAddr;

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::config::MachineConfig;
use resources::namespace::{CONFIG, SECRETS};
use resources::secrets::OsRoot;
use resources::value::{Certificate, CertificateAndKey};
use types::Secret;

use crate::controllers::config;

const DECLARATION: Declaration = Declaration {
    name: "secrets.OSRoot",
    inputs: &[weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE)],
    outputs: &[exclusive::<OsRoot>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct OsRootController;

impl Controller for OsRootController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let config = config::active(cx)?;
        let wanted = config.as_ref().and_then(plan);
        cx.converge(SECRETS, wanted.map(|root| (OsRoot::ID, root)))?;
        Ok(())
    }
}

/// machine.ca           | issuing authority | accepted
/// ---------------------|-------------------|------------------------------
/// absent               | none              | machine.acceptedCAs
/// certificate          | none              | that, machine.acceptedCAs
/// certificate and key  | both              | that, machine.acceptedCAs
fn plan(config: &::config::Config) -> Option<OsRoot> {
    let machine = config.machine()?;
    let ca = machine.ca.as_ref();
    let certificate = ca.and_then(|ca| ca.certificate.as_ref()).map(|pem| pem.0.clone());
    let key = ca.and_then(|ca| ca.key.as_ref()).map(|key| key.0.clone());
    let further = machine.accepted_cas.iter().filter_map(|ca| ca.certificate.as_ref());
    let accepted = certificate.iter().chain(further.map(|pem| &pem.0));
    let (addresses, names): (Vec<_>, Vec<_>) = machine
        .cert_sans
        .iter()
        .map(|name| (name.parse::<IpAddr>().ok(), name))
        .partition(|(address, _)| address.is_some());
    Some(OsRoot {
        accepted_cas: accepted.map(|crt| Certificate { crt: crt.clone() }).collect(),
        issuing_ca: certificate.zip(key).map(|(crt, key)| CertificateAndKey { crt, key }),
        cert_san_ips: addresses.into_iter().filter_map(|(address, _)| address).collect(),
        cert_san_dns_names: names.into_iter().map(|(_, name)| name.clone()).collect(),
        token: machine.token.clone().unwrap_or_else(|| Secret::new(String::new())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan_of(text: &str) -> Option<OsRoot> {
        let (config, _) = ::config::Config::decode(text.as_bytes()).expect("decodes");
        plan(&config)
    }

    fn control_plane() -> String {
        let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        let bundle = ::config::pki::Bundle::generate(now).expect("a bundle");
        let request = ::config::generate::Request::new("test", "https://10.5.0.2:6443");
        ::config::generate::generate(&request, &bundle, now).expect("generated").control_plane
    }

    #[test]
    fn a_control_plane_signs_and_a_worker_checks() {
        let root = plan_of(&control_plane()).expect("an authority");
        assert!(root.issuing_ca.is_some());
        assert_eq!(root.accepted_cas.len(), 1);
        assert!(!root.token.expose().is_empty());
        let root = plan_of("machine: {certSANs: [10.0.0.1, example.org]}\ncluster: {}\n");
        let root = root.expect("a root document");
        assert!(root.issuing_ca.is_none() && root.accepted_cas.is_empty());
        assert_eq!(root.cert_san_ips, ["10.0.0.1".parse::<IpAddr>().expect("an address")]);
        assert_eq!(root.cert_san_dns_names, ["example.org"]);
    }
}
