//! Each rule of a document with the smallest one that breaks it.

use types::Mode;

use crate::document::Config;

fn faults(text: &str) -> Vec<String> {
    let (config, _) =
        Config::decode(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    let faults = crate::validate(&config, Mode::Metal);
    assert!(faults.iter().all(|fault| fault.place.line > 0), "{faults:?}");
    // Without the place and the document, which are the same for all of them.
    faults.iter().map(|fault| format!("{}: {}", fault.path, fault.rule)).collect()
}

/// A document whose fields are in flow style, and its mistakes.
fn check(kind: &str, fields: &str, want: &[&str]) {
    let text = format!("apiVersion: v1alpha1\nkind: {kind}\n{}\n", fields.replace("; ", "\n"));
    assert_eq!(faults(&text), want, "{text}");
}

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn named_kinds_need_a_name() {
    for kind in ["DummyLinkConfig", "EthernetConfig", "BridgeConfig", "RegistryMirrorConfig"] {
        check(kind, "", &["name: must be set"]);
    }
    check("TrustedRootsConfig", "", &[]);
    for kind in ["NetworkDefaultActionConfig", "KubeSpanEndpointsConfig", "EnvironmentConfig"] {
        check(kind, "", &[]);
    }
    for kind in ["OOMConfig", "ImageVerificationConfig", "TimeSyncConfig", "ZswapConfig"] {
        check(kind, "", &[]);
    }
}

#[test]
fn rules_of_links() {
    check("BondConfig", "name: b", &["links: must hold a link", "bondMode: must be set"]);
    check(
        "VLANConfig",
        "name: v; vlanID: 4095",
        &["parent: must be set", "vlanID: must be from 1 to 4094"],
    );
    check("VRFConfig", "name: v; links: [a]", &["table: must be set"]);
    check(
        "VRFConfig",
        "name: v; table: main",
        &["table: must be none of the kernel's: main, local, default, unspec"],
    );
    check(
        "VRFConfig",
        "name: v; table: x",
        &["table: must be the name or number of a routing table"],
    );
    check(
        "BridgeConfig",
        "name: b; routes: [{destination: 0.0.0.0/0}]; addresses: [{routePriority: 1}]",
        &[
            "routes[0].destination: must be absent for a default route",
            "addresses[0].address: must be set",
        ],
    );
    check("WireguardConfig", "name: w", &["privateKey: must be 32 bytes as base64"]);
    check(
        "WireguardConfig",
        &format!("name: w; privateKey: {KEY}; peers: [{{presharedKey: a}}]"),
        &[
            "peers[0].publicKey: must be 32 bytes as base64",
            "peers[0].presharedKey: must be 32 bytes as base64",
        ],
    );
    check("Layer2VIPConfig", "name: 10.0.0.1", &["link: must be set"]);
    check("HCloudVIPConfig", "name: 10.0.0.1; link: a", &["apiToken: must be set"]);
    check(
        "DHCPv6Config",
        "name: a; duidRaw: \"00:11\"",
        &["duidRaw: must be absent unless clientIdentifier is duid"],
    );
    check(
        "DHCPv6Config",
        "name: a; clientIdentifier: duid",
        &["duidRaw: must be set when clientIdentifier is duid"],
    );
    check(
        "DHCPv4Config",
        "name: a; clientIdentifier: duid; duidRaw: zz",
        &["duidRaw: must be bytes in hexadecimal, as 00:01:aa"],
    );
}

#[test]
fn rules_of_aliases_and_routing() {
    let alias = "must have %d only at its end, behind a name";
    for name in ["%d", "net%d%d", "a%dx", "%sx"] {
        let fields = format!("name: \"{name}\"; selector: {{match: \"true\"}}");
        check("LinkAliasConfig", &fields, &[&format!("name: {alias}")]);
    }
    check("LinkAliasConfig", "name: net", &["selector.match: must be set"]);
    check(
        "LinkAliasConfig",
        "name: net; selector: {match: link.drivr == \"e1000\"}",
        &["selector.match: must not name link.drivr, which does not exist: link.driver does"],
    );
    let priority = "name: must be a priority from 1 to 32765, but 32500";
    for name in ["0", "32500", "32766", "a", "-1"] {
        check("RoutingRuleConfig", &format!("name: \"{name}\"; table: 3"), &[priority]);
    }
    check(
        "RoutingRuleConfig",
        "name: 1",
        &["table: must be set, unless action is another than unicast"],
    );
    check("RoutingRuleConfig", "name: 1; action: blackhole", &[]);
    check(
        "RoutingRuleConfig",
        "name: 1; table: 3; fwMask: 1",
        &["fwMask: must be absent without fwMark"],
    );
}

#[test]
fn rules_of_volumes() {
    check("VolumeConfig", "name: META", &["name: must be one of STATE, EPHEMERAL, IMAGECACHE"]);
    check("VolumeConfig", "", &["name: must be one of STATE, EPHEMERAL, IMAGECACHE"]);
    check(
        "VolumeConfig",
        "name: STATE; provisioning: {grow: true}; encryption: {provider: luks2, keys: [{nodeID: {}, lockToState: true}]}",
        &[
            "provisioning: must be absent for STATE, which has its place",
            "encryption.keys[0].lockToState: must be off for STATE itself",
        ],
    );
    let volume = |fields: &str, want: &[&str]| {
        check("VolumeConfig", &format!("name: EPHEMERAL; {fields}"), want)
    };
    volume(
        "provisioning: {minSize: 10GiB, maxSize: 1GiB}",
        &["provisioning.minSize: must be at most maxSize"],
    );
    volume("provisioning: {minSize: 10GiB, maxSize: 1%}", &[]);
    for size in ["-10GiB", "50%"] {
        let want = "provisioning.minSize: must be an amount of bytes, as 10GiB";
        volume(&format!("provisioning: {{minSize: {size}}}"), &[want]);
    }
    volume(
        "provisioning: {diskSelector: {match: disk.size}}",
        &[
            "provisioning.diskSelector.match: must be an expression that gives bool, this one gives uint",
        ],
    );
    volume("encryption: {provider: luks2}", &["encryption.keys: must hold a key"]);
    volume("encryption: {keys: [{nodeID: {}}]}", &["encryption.provider: must be set, to luks2"]);
    volume(
        "encryption: {provider: luks2, keys: [{static: {}}, {kms: {}}, {slot: 2}, {slot: 3, tpm: {options: {pcrs: [7, 24]}}}]}",
        &[
            "encryption.keys[1].slot: must not be used twice",
            "encryption.keys[2]: must be one of static, nodeID, kms, tpm",
            "encryption.keys[3].tpm.options.pcrs[1]: must be from 0 to 23",
        ],
    );
}

#[test]
fn rules_of_the_operators_volumes() {
    let needs = [
        "provisioning.diskSelector.match: must be set",
        "provisioning: must have a minSize or a maxSize",
    ];
    for kind in ["UserVolumeConfig", "RawVolumeConfig", "SwapVolumeConfig"] {
        check(kind, "name: a", &needs);
    }
    let name = "name: must have 1 to 34 letters, digits and hyphens";
    for bad in ["a_b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ä"] {
        check("UserVolumeConfig", &format!("name: {bad}; volumeType: directory"), &[name]);
    }
    check("UserVolumeConfig", "name: -a-; volumeType: directory", &[]);
    check(
        "UserVolumeConfig",
        "name: a; volumeType: directory; provisioning: {}; filesystem: {}; mount: {}",
        &[
            "provisioning: must be absent when volumeType is directory",
            "filesystem: must be absent when volumeType is directory",
            "mount: must be absent when volumeType is directory",
        ],
    );
    check(
        "UserVolumeConfig",
        "name: a; volumeType: disk; provisioning: {diskSelector: {match: \"true\"}, minSize: 1GiB}",
        &["provisioning.minSize: must be absent when volumeType is disk"],
    );
    check(
        "UserVolumeConfig",
        "name: a; provisioning: {diskSelector: {match: \"true\"}, maxSize: 1GiB}; filesystem: {type: ext4, projectQuotaSupport: true}",
        &["filesystem.projectQuotaSupport: must be off unless type is xfs"],
    );
    check("ExistingVolumeConfig", "name: a", &["discovery.volumeSelector.match: must be set"]);
    check(
        "ExternalVolumeConfig",
        "name: a",
        &["filesystemType: must be set", "mount.virtiofs.tag: must be set"],
    );
}

#[test]
fn rules_of_registries_and_images() {
    let auth = ": must have one of username with password, auth, and identityToken";
    check("RegistryAuthConfig", "name: a; username: a; password: b; auth: c", &[auth]);
    check("RegistryAuthConfig", "name: a; identityToken: a; auth: c", &[auth]);
    check(
        "RegistryMirrorConfig",
        "name: a; endpoints: [{url: \"ftp://a\"}]",
        &["endpoints[0].url: must be an http:// or https:// URL"],
    );
    check(
        "RegistryTLSConfig",
        "name: a; ca: LS0tLS1CRUdJTg==; clientIdentity: {}",
        &[
            "ca: must be a certificate in PEM",
            "clientIdentity.cert: must be a certificate in PEM",
            "clientIdentity.key: must be a private key in PEM",
        ],
    );
    let one = "rules[0]: must have exactly one of skip, deny, keyless and publicKey";
    for rule in ["{image: a}", "{image: a, skip: true, deny: true}", "{image: a, skip: false}"] {
        check("ImageVerificationConfig", &format!("rules: [{rule}]"), &[one]);
    }
    check("ImageVerificationConfig", "rules: [{skip: true}]", &["rules[0].image: must be set"]);
    check(
        "ImageVerificationConfig",
        "rules: [{image: a, keyless: {subject: b}}, {image: a, keyless: {issuer: b}}]",
        &[
            "rules[0].keyless.issuer: must be set",
            "rules[1].keyless: must have a subject or a subjectRegex",
        ],
    );
}

#[test]
fn rules_of_what_runs_on_the_node() {
    check(
        "TimeSyncConfig",
        "ntp: {servers: [a]}; ptp: {devices: [/dev/ptp0]}",
        &["ptp: must be absent beside ntp"],
    );
    check("NetworkRuleConfig", "name: a", &["portSelector.ports: must hold a port"]);
    check(
        "NetworkRuleConfig",
        "name: a; portSelector: {ports: [1-5, 3]}; ingress: [{except: 10.0.0.0/8}]",
        &[
            "portSelector.ports[1]: must not overlap with those before it",
            "ingress[0].subnet: must be set",
        ],
    );
    check(
        "KubeSpanConfig",
        "mtu: 1000; filters: {endpoints: [a], excludeAdvertisedNetworks: [\"!10.0.0.0/8\"]}",
        &[
            "mtu: must be at least 1280",
            "filters.endpoints[0]: must be a subnet, as 10.0.0.0/8",
            "filters.excludeAdvertisedNetworks[0]: must be a subnet, as 10.0.0.0/8",
        ],
    );
    check("TCPProbeConfig", "name: a", &["endpoint: must be set"]);
    check(
        "EnvironmentConfig",
        "variables: {1a: b, A_1: c}",
        &["variables.1a: must be named by letters, digits and _, no digit first"],
    );
    check(
        "EventSinkConfig",
        "endpoint: a",
        &["endpoint: must be a host and a port, as 192.168.10.3:3247"],
    );
    check("EventSinkConfig", "endpoint: \"[fd00::1]:1\"", &[]);
    for url in ["tcp://a", "tcp://a:1/b", "http://a:1", "\"\""] {
        check(
            "KmsgLogConfig",
            &format!("name: a; url: {url}"),
            &["url: must be a tcp:// or udp:// URL with a port and without a path"],
        );
    }
    check(
        "WatchdogTimerConfig",
        "timeout: 9s",
        &["device: must be set", "timeout: must be at least 10 seconds"],
    );
    check("ExtensionServiceConfig", "name: a", &[": must have configFiles or an environment"]);
    check(
        "ExtensionServiceConfig",
        "name: a; configFiles: [{content: a}]",
        &["configFiles[0].mountPath: must be set"],
    );
    for url in ["\"\"", "https://a/b", "http://a"] {
        check(
            "SideroLinkConfig",
            &format!("apiUrl: {url}"),
            &["apiUrl: must be an https:// or grpc:// URL without a path"],
        );
    }
    check("SideroLinkConfig", "apiUrl: \"https://a/?jointoken=x\"", &[]);
    check("ZswapConfig", "maxPoolPercent: 101", &["maxPoolPercent: must be from 0 to 100"]);
    check(
        "OOMConfig",
        "triggerExpression: memory_full_avg1 > 12.0; cgroupRankingExpression: \"1\"",
        &[
            "triggerExpression: must not name memory_full_avg1, which is nothing here: memory_full_avg10 is",
            "cgroupRankingExpression: must be an expression that gives double, this one gives int",
        ],
    );
}

/// Two documents of a stream.
fn two(one: &str, other: &str) -> Vec<String> {
    let document = |text: &str| format!("{{apiVersion: v1alpha1, kind: {text}}}");
    faults(&format!("{}\n---\n{}\n", document(one), document(other)))
}

#[test]
fn one_thing_is_made_by_one_document() {
    assert_eq!(
        two("LinkConfig, name: a", "DummyLinkConfig, name: a"),
        ["name: must not name the link of LinkConfig a"]
    );
    assert_eq!(two("LinkConfig, name: a", "DHCPv4Config, name: a"), [""; 0]);
    assert_eq!(
        two(
            "UserVolumeConfig, name: a, volumeType: directory",
            "ExistingVolumeConfig, name: a, discovery: {volumeSelector: {match: \"true\"}}"
        ),
        ["name: must not name the volume of UserVolumeConfig a"]
    );
    assert_eq!(
        two(
            "Layer2VIPConfig, name: 10.0.0.1, link: a",
            "HCloudVIPConfig, name: 10.0.0.1, link: a, apiToken: x"
        ),
        ["name: must not name the shared address of Layer2VIPConfig 10.0.0.1"]
    );
}

#[test]
fn a_document_and_the_fields_it_replaces_do_not_stand_together() {
    let beside = |machine: &str, document: &str| -> Vec<String> {
        let text = format!(
            "machine: {{type: worker, {machine}}}\n---\n{{apiVersion: v1alpha1, kind: {document}}}\n"
        );
        faults(&text).into_iter().filter(|fault| fault.contains("stand beside")).collect()
    };
    let no = |field: &str| vec![format!(": must not stand beside machine.{field}")];
    assert_eq!(beside("time: {servers: [a]}", "TimeSyncConfig"), no("time.servers"));
    assert_eq!(beside("time: {disabled: false}", "TimeSyncConfig"), [""; 0]);
    assert_eq!(beside("network: {kubespan: {}}", "KubeSpanConfig"), no("network.kubespan"));
    let keys = "{provider: luks2, keys: [{nodeID: {}}]}";
    let legacy = format!("systemDiskEncryption: {{state: {keys}}}");
    let volume = |name: &str| format!("VolumeConfig, name: {name}, encryption: {keys}");
    assert_eq!(beside(&legacy, &volume("STATE")), no("systemDiskEncryption"));
    assert_eq!(beside(&legacy, &volume("EPHEMERAL")), [""; 0]);
    assert_eq!(beside(&legacy, "VolumeConfig, name: STATE"), [""; 0]);
}
