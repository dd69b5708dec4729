//! Which sections of the root document are applied at once, and which only with a reboot.

use crate::field::push_key;
use crate::yaml::Tree;

/// Sections that are applied at once.
const ROOT: [&str; 2] = ["debug", "cluster"];
/// Sections of `machine` that are applied at once.
const MACHINE: [&str; 18] = [
    "ca",
    "acceptedCAs",
    "time",
    "certSANs",
    "install",
    "network",
    "sysfs",
    "sysctls",
    "logging",
    "controlPlane",
    "kubelet",
    "kernel",
    "registries",
    "pods",
    "seccompProfiles",
    "nodeAnnotations",
    "nodeLabels",
    "nodeTaints",
];
/// Sections of `machine.features` that are applied at once.
const FEATURES: [&str; 5] =
    ["kubernetesTalosAPIAccess", "kubePrism", "hostDNS", "imageCache", "nodeAddressSortAlgorithm"];

/// Notes the sections that need a reboot when the value below these keys of the root document comes,
/// goes or changes. Those that are noted already are not noted again.
pub(super) fn sections(keys: &[&str], value: &Tree, found: &mut Vec<String>) {
    let (immediate, depth): (&[&str], _) = match keys {
        ["machine", "features", ..] => (&FEATURES, 3),
        ["machine", ..] => (&MACHINE, 2),
        _ => (&ROOT, 1),
    };
    if let (Some(key), true) = (keys.get(depth - 1), keys.len() >= depth) {
        let mut path = String::new();
        keys.iter().take(depth).for_each(|key| push_key(&mut path, key));
        if !immediate.contains(key) && !found.contains(&path) {
            found.push(path);
        }
        return;
    }
    // A section that holds others is what they are.
    if let Tree::Map(fields) = value {
        for (key, value) in fields {
            let keys: Vec<&str> = keys.iter().copied().chain([key.as_str()]).collect();
            sections(&keys, value, found);
        }
    }
}
