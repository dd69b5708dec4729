//! The names that people call a resource type by: its singular, its initials, and its prefixes.

/// Words whose plural ends in `ches` or `ses` only because the singular ends in `e`.
const KEEP_E: [&str; 4] = ["caches", "databases", "leases", "releases"];

/// Splits `Plural.group.suffix` at the first dot.
fn split(kind: &str) -> (&str, &str) {
    kind.split_once('.').unwrap_or((kind, ""))
}

/// The English singular of the part before the first dot: `MachineStatuses.…` is a `MachineStatus`.
pub(crate) fn display_name(kind: &str) -> String {
    singular(split(kind).0)
}

/// The names that follow from the type's own: the singular, the initials, and the initials in the plural.
pub(crate) fn automatic_aliases(kind: &str) -> Vec<String> {
    let plural = split(kind).0;
    let mut aliases = vec![singular(plural).to_lowercase()];
    let capitals: String = plural.chars().filter(|c| c.is_uppercase()).collect();
    if capitals.chars().count() >= 2 {
        let initials = capitals.to_lowercase();
        let several = format!("{initials}s");
        aliases.push(initials);
        if !capitals.ends_with('S') {
            aliases.push(several);
        }
    }
    aliases
}

/// The plural alone, then with each leading part of the group: `links`, `links.net`, `links.net.talos`.
pub(crate) fn plurals(kind: &str) -> Vec<String> {
    let (plural, suffix) = split(kind);
    let mut name = plural.to_lowercase();
    let mut names = vec![name.clone()];
    let parts: Vec<&str> = suffix.split('.').collect();
    for part in &parts[..parts.len() - 1] {
        name = format!("{name}.{}", part.to_lowercase());
        names.push(name.clone());
    }
    names
}

fn singular(plural: &str) -> String {
    let lower = plural.to_lowercase();
    let ends = |ending: &str| lower.ends_with(ending);
    let cut = |letters: usize| plural[..plural.len() - letters].to_owned();
    if !plural.is_ascii() || !ends("s") || ends("ss") {
        plural.to_owned()
    } else if ends("ies") {
        cut(3) + "y"
    } else if KEEP_E.iter().any(|word| ends(word)) {
        cut(1)
    } else if ["sses", "uses", "xes", "ches", "shes"].iter().any(|ending| ends(ending)) {
        cut(2)
    } else {
        cut(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn singulars() {
        for (kind, name) in [
            ("MachineStatuses.runtime.talos.dev", "MachineStatus"),
            ("NodeAddresses.net.talos.dev", "NodeAddress"),
            ("Identities.cluster.talos.dev", "Identity"),
            ("LinkRefreshes.net.talos.dev", "LinkRefresh"),
            ("DNSResolveCaches.net.talos.dev", "DNSResolveCache"),
            ("ImageVerificationRules.security.talos.dev", "ImageVerificationRule"),
            ("Namespaces.meta.cosi.dev", "Namespace"),
            ("KernelCmdlines.runtime.talos.dev", "KernelCmdline"),
            ("BootedEntries.runtime.talos.dev", "BootedEntry"),
            ("CPUStats.perf.talos.dev", "CPUStat"),
            ("os/path", "os/path"),
        ] {
            assert_eq!(display_name(kind), name);
        }
    }

    #[test]
    fn aliases() {
        let check = |kind, expected: &[&str]| assert_eq!(automatic_aliases(kind), expected);
        check("MachineConfigs.config.talos.dev", &["machineconfig", "mc", "mcs"]);
        check("ResourceDefinitions.meta.cosi.dev", &["resourcedefinition", "rd", "rds"]);
        check("Services.v1alpha1.talos.dev", &["service"]);
        check("CertSANs.secrets.talos.dev", &["certsan", "csan", "csans"]);
    }

    #[test]
    fn plurals_with_each_leading_part_of_the_group() {
        let expected = ["machineconfigs", "machineconfigs.config", "machineconfigs.config.talos"];
        assert_eq!(plurals("MachineConfigs.config.talos.dev"), expected);
        assert_eq!(plurals("Plain"), ["plain"]);
    }
}
