//! Rules of `machine`.

use types::{ByteSize, Mode, Role};

use super::{Report, Sign, network};
use crate::field::push_key;
use crate::v1alpha1::machine::disk::Disk;
use crate::v1alpha1::machine::encryption::{Encryption, EncryptionKey, SystemEncryption};
use crate::v1alpha1::machine::feature::Features;
use crate::v1alpha1::machine::kubelet::Kubelet;
use crate::v1alpha1::{Machine, MachineType};

/// Fields of the kubelet's own configuration that the node decides.
const KUBELET_OWN: [&str; 13] = [
    "apiVersion",
    "kind",
    "authentication",
    "authorization",
    "cgroupRoot",
    "kubeletCgroups",
    "systemCgroups",
    "port",
    "protectKernelDefaults",
    "resolvConf",
    "rotateCertificates",
    "staticPodPath",
    "seccompDefault",
];
/// Effects that a taint can have.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// All rules of `machine`.
pub(super) fn check(machine: &Machine, mode: Mode, report: &mut Report) {
    authority(machine, report);
    install(machine, mode, report);
    if let Some(network) = &machine.network {
        network::check(network, machine.machine_type(), report);
    }
    if let Some(kubelet) = &machine.kubelet {
        check_kubelet(kubelet, report);
    }
    features(machine.features.as_deref(), machine.machine_type(), mode, report);
    if let Some(encryption) = &machine.system_disk_encryption {
        check_encryption(encryption, report);
    }
    for (index, disk) in machine.disks.iter().enumerate() {
        check_disk(disk, &format!("machine.disks[{index}]"), report);
    }
    names(machine, report);
}

/// A control plane can issue; a worker can only check.
fn authority(machine: &Machine, report: &mut Report) {
    let ca = machine.ca.as_ref();
    let certificate = ca.is_some_and(|ca| ca.certificate.is_some());
    let accepted = machine.accepted_cas.iter().any(|ca| ca.certificate.is_some());
    if machine.machine_type().is_control_plane() {
        if !certificate || ca.is_none_or(|ca| ca.key.is_none()) {
            report.wrong("machine.ca", "must hold a certificate and its key on a control plane");
        }
    } else {
        if ca.is_some_and(|ca| ca.key.is_some()) {
            report.wrong("machine.ca.key", "must not be on a worker");
        }
        if !certificate && !accepted {
            report.wrong("machine.ca", "must hold a certificate, unless acceptedCAs does");
        }
    }
}

/// A machine that is installed must know where to.
fn install(machine: &Machine, mode: Mode, report: &mut Report) {
    let Some(install) = &machine.install else {
        if mode == Mode::Metal {
            report.wrong("machine.install", "must be set for the mode metal");
        }
        return;
    };
    if install.disk_selector.as_ref().is_some_and(|selector| selector.name.is_some()) {
        report.wrong("machine.install.diskSelector.name", "must be absent: names of disks change");
    }
    for (index, extension) in install.extensions.iter().enumerate() {
        if install.extensions[..index].contains(extension) {
            report
                .wrong(&format!("machine.install.extensions[{index}]"), "must not be there twice");
        }
    }
    let disk = install.disk.as_ref().is_some_and(|disk| !disk.is_empty());
    if mode == Mode::Metal && !disk && install.disk_selector.is_none() {
        report.wrong("machine.install", "must have a disk or a diskSelector for the mode metal");
    }
    if install.grub_use_uki_cmdline == Some(true) && !install.extra_kernel_args.is_empty() {
        report.wrong("machine.install.extraKernelArgs", "must be empty with grubUseUKICmdline");
    }
}

fn check_kubelet(kubelet: &Kubelet, report: &mut Report) {
    if let Some(node_ip) = &kubelet.node_ip {
        report.subnets(
            "machine.kubelet.nodeIP.validSubnets",
            &node_ip.valid_subnets,
            Sign::Allowed,
        );
    }
    for key in kubelet.extra_config.iter().flat_map(|config| config.keys()) {
        if KUBELET_OWN.contains(&key) {
            report.wrong(&format!("machine.kubelet.extraConfig.{key}"), "must be left to the node");
        }
    }
}

fn features(features: Option<&Features>, kind: MachineType, mode: Mode, report: &mut Report) {
    let dns = features.and_then(|features| features.host_dns.as_ref());
    let on = |switch: Option<bool>| switch == Some(true);
    let enabled = dns.is_some_and(|dns| on(dns.enabled));
    let forward = dns.is_some_and(|dns| on(dns.forward_kube_dns_to_host));
    if mode == Mode::Container {
        for (is_on, key) in [(enabled, "enabled"), (forward, "forwardKubeDNSToHost")] {
            if !is_on {
                let path = format!("machine.features.hostDNS.{key}");
                report.wrong(&path, "must be true for the mode container");
            }
        }
    } else if forward && !enabled {
        report.wrong(
            "machine.features.hostDNS.forwardKubeDNSToHost",
            "must be false unless hostDNS is enabled",
        );
    }
    let order = features
        .and_then(|features| features.node_address_sort_algorithm.as_deref())
        .unwrap_or_default();
    if !matches!(order, "" | "v1" | "v2") {
        report.wrong_value("machine.features.nodeAddressSortAlgorithm", order, "must be v1 or v2");
    }
    let Some(access) = features.and_then(|features| features.kubernetes_api_access.as_ref()) else {
        return;
    };
    let path = "machine.features.kubernetesTalosAPIAccess";
    if on(access.enabled) && !kind.is_control_plane() {
        report.wrong(path, "must be off on a worker");
    }
    for (index, role) in access.allowed_roles.iter().enumerate() {
        if role.parse::<Role>().is_err() {
            report.wrong_value(
                &format!("{path}.allowedRoles[{index}]"),
                role,
                "must be a role, as os:reader",
            );
        }
    }
}

fn check_disk(disk: &Disk, path: &str, report: &mut Report) {
    let count = disk.partitions.len();
    for (index, partition) in disk.partitions.iter().enumerate() {
        let size = partition.size.as_deref().unwrap_or("0");
        if !size.is_empty() && size.parse::<ByteSize>().is_err() {
            report.wrong_value(
                &format!("{path}.partitions[{index}].size"),
                size,
                "must be a size, as 10 GiB",
            );
        }
        if index + 1 < count && matches!(size, "" | "0") {
            report.wrong(
                &format!("{path}.partitions[{index}]"),
                "must have a size, unless it is the last",
            );
        }
    }
}

fn check_encryption(encryption: &SystemEncryption, report: &mut Report) {
    for (name, part) in [("state", &encryption.state), ("ephemeral", &encryption.ephemeral)] {
        let Some(Encryption { keys, .. }) = part else { continue };
        let path = format!("machine.systemDiskEncryption.{name}.keys");
        if keys.is_empty() {
            report.wrong(&path, "must hold a key");
        }
        for (index, key) in keys.iter().enumerate() {
            let EncryptionKey { slot, passphrase, node_id, kms, tpm } = key;
            let slot = slot.unwrap_or(0);
            if keys[..index].iter().any(|other| other.slot.unwrap_or(0) == slot) {
                report.wrong_value(
                    &format!("{path}[{index}].slot"),
                    &slot.to_string(),
                    "must not be used twice",
                );
            }
            if passphrase.is_none() && node_id.is_none() && kms.is_none() && tpm.is_none() {
                report
                    .wrong(&format!("{path}[{index}]"), "must be one of static, nodeID, kms, tpm");
            }
        }
    }
}

/// Labels, annotations and taints by the syntax of Kubernetes.
fn names(machine: &Machine, report: &mut Report) {
    let maps = [
        ("nodeLabels", &machine.node_labels),
        ("nodeAnnotations", &machine.node_annotations),
        ("nodeTaints", &machine.node_taints),
    ];
    for (field, map) in maps {
        for (key, value) in map {
            let mut path = format!("machine.{field}");
            push_key(&mut path, key);
            if !is_qualified(key) {
                report.wrong(&path, "must be named as Kubernetes names it: an optional domain, a slash, up to 63 characters");
            }
            let (rule, good) = match field {
                "nodeLabels" => (
                    "must be a label's value: up to 63 letters, digits, '-', '_' and '.'",
                    is_value(value),
                ),
                "nodeTaints" => ("must be VALUE:EFFECT or EFFECT, as NoSchedule", is_taint(value)),
                _ => continue,
            };
            if !good {
                report.wrong_value(&path, value, rule);
            }
        }
    }
}

/// A name with an optional domain in front.
fn is_qualified(name: &str) -> bool {
    match name.rsplit_once('/') {
        None => !name.is_empty() && is_value(name),
        Some((domain, name)) => super::is_domain(domain) && !name.is_empty() && is_value(name),
    }
}

/// What a label may hold.
fn is_value(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && edge(text.chars().next())
        && edge(text.chars().next_back())
}

fn is_taint(text: &str) -> bool {
    let (value, effect) = text.rsplit_once(':').unwrap_or(("", text));
    is_value(value) && EFFECTS.contains(&effect)
}
