//! Rules of authorities and keys: that what belongs together does, and that it is still valid.
//!
//! The time is asked for apart, since a node that boots may not know it yet.

use std::time::SystemTime;

use super::Report;
use crate::document::Config;
use crate::fault::Fault;
use crate::pki::{Authority, PrivateKey, certificate};
use crate::v1alpha1::{Cluster, Machine};
use crate::value::CertificateAndKey;

/// Every authority of the root document, with its path.
fn authorities<'c>(
    machine: Option<&'c Machine>,
    cluster: Option<&'c Cluster>,
) -> Vec<(&'static str, &'c CertificateAndKey)> {
    let all = [
        ("machine.ca", machine.and_then(|machine| machine.ca.as_ref())),
        ("cluster.ca", cluster.and_then(|cluster| cluster.ca.as_ref())),
        ("cluster.aggregatorCA", cluster.and_then(|cluster| cluster.aggregator_ca.as_ref())),
        ("cluster.etcd.ca", cluster.and_then(|cluster| cluster.etcd.as_ref()?.ca.as_ref())),
    ];
    all.into_iter().filter_map(|(path, found)| Some((path, found?))).collect()
}

/// Certificates that cannot be read, and keys that are of another.
pub(super) fn check(machine: &Machine, cluster: &Cluster, report: &mut Report) {
    for (path, pair) in authorities(Some(machine), Some(cluster)) {
        let Some(text) = &pair.certificate else { continue };
        if let Err(error) = certificate::end(&text.0) {
            report.wrong(&format!("{path}.crt"), format!("must be a certificate: {error}"));
        } else if let Some(key) = &pair.key
            && let Err(error) = PrivateKey::from_pem(key.0.expose())
        {
            report.wrong(&format!("{path}.key"), format!("must be a private key: {error}"));
        } else if let Some(key) = &pair.key
            && let Err(error) = Authority::from_pem(&text.0, key.0.expose())
        {
            report.wrong(path, format!("must be one authority: {error}"));
        }
    }
    let signer = cluster.service_account.as_ref().and_then(|account| account.key.as_ref());
    if let Some(Err(error)) = signer.map(|key| PrivateKey::from_pem(key.0.expose())) {
        report.wrong("cluster.serviceAccount.key", format!("must be a private key: {error}"));
    }
}

/// The authorities of a configuration that are not valid any more at a time, in the order of their
/// places. Those that cannot be read are [`validate`](super::validate)'s.
#[must_use]
pub fn expired(config: &Config, now: SystemTime) -> Vec<Fault> {
    let mut report = Report::default();
    for (path, pair) in authorities(config.machine(), config.cluster()) {
        let end = pair.certificate.as_ref().and_then(|text| certificate::end(&text.0).ok());
        if let Some(end) = end.filter(|end| *end < now) {
            report
                .wrong(&format!("{path}.crt"), format!("must be valid, but ended on {}", day(end)));
        }
    }
    config.locate(report.faults)
}

/// A day, as `2026-11-24`.
fn day(time: SystemTime) -> String {
    let date = time::OffsetDateTime::from(time).date();
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use types::Mode;

    use super::*;

    const CONTROL_PLANE: &str = include_str!("../../testdata/v1alpha1/root/controlplane.yaml");

    fn decode(text: &str) -> Config {
        Config::decode(text.as_bytes()).unwrap().0
    }

    /// A line with the key, behind the given section.
    fn value<'t>(text: &'t str, section: &str, key: &str) -> &'t str {
        let (_, rest) = text.split_once(section).unwrap();
        let (_, rest) = rest.split_once(key).unwrap();
        rest.lines().next().unwrap().trim()
    }

    #[test]
    fn a_pair_must_belong_together() {
        for (section, path) in
            [("    aggregatorCA:", "cluster.aggregatorCA"), ("    etcd:", "cluster.etcd.ca")]
        {
            let other = value(CONTROL_PLANE, "\nmachine:", "key:");
            let text = CONTROL_PLANE.replace(value(CONTROL_PLANE, section, "key:"), other);
            let faults = crate::validate(&decode(&text), Mode::Metal);
            let shown: Vec<_> = faults.iter().map(|f| format!("{}: {}", f.path, f.rule)).collect();
            let rule = "must be one authority: certificate and key do not belong together";
            assert_eq!(shown, [format!("{path}: {rule}")]);
        }
    }

    #[test]
    fn what_is_no_certificate_and_no_key_is_told() {
        let crt = value(CONTROL_PLANE, "\nmachine:", "crt:");
        let key = value(CONTROL_PLANE, "\nmachine:", "key:");
        // Both are PEM, but each is the other.
        let text = CONTROL_PLANE.replace(crt, "swap").replace(key, crt).replace("swap", key);
        let faults = crate::validate(&decode(&text), Mode::Metal);
        let shown: Vec<_> = faults.iter().map(|f| format!("{}: {}", f.path, f.rule)).collect();
        assert_eq!(
            shown,
            ["machine.ca.crt: must be a certificate: no certificate in the PEM text"]
        );
        assert!(faults.iter().all(|fault| fault.value.is_none()));
    }

    #[test]
    fn what_has_ended_is_told_with_the_day() {
        let config = decode(CONTROL_PLANE);
        assert_eq!(expired(&config, UNIX_EPOCH), []);
        let far = UNIX_EPOCH + Duration::from_secs(250 * 365 * 86_400);
        let faults = expired(&config, far);
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            ["machine.ca.crt", "cluster.ca.crt", "cluster.aggregatorCA.crt", "cluster.etcd.ca.crt"]
        );
        assert!(faults[0].rule.starts_with("must be valid, but ended on 2"), "{}", faults[0]);
        assert!(faults.iter().all(|fault| fault.place.line > 0));
    }
}
