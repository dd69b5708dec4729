//! Each rule with the smallest configuration that breaks it.

use types::Mode;

use super::*;

/// A worker that is right for every mode.
const WORKER: &str = include_str!("../../testdata/v1alpha1/root/worker.yaml");
/// A control plane that is right for every mode.
const CONTROL_PLANE: &str = include_str!("../../testdata/v1alpha1/root/controlplane.yaml");

fn faults(text: &str, mode: Mode) -> Vec<String> {
    let (config, _) =
        Config::decode(text.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    validate(&config, mode).iter().map(ToString::to_string).collect()
}

/// Replaces one line's text and expects one fault.
fn check(base: &str, from: &str, to: &str, want: &str) {
    assert!(base.contains(from), "{from}");
    assert_eq!(faults(&base.replacen(from, to, 1), Mode::Metal), [want], "{to}");
}

#[test]
fn the_examples_are_right_in_every_mode() {
    for text in [WORKER, CONTROL_PLANE] {
        for mode in [Mode::Metal, Mode::Cloud, Mode::Container, Mode::MetalAgent] {
            assert_eq!(faults(text, mode), Vec::<String>::new(), "{mode}");
        }
    }
}

#[test]
fn rules_of_the_machine() {
    let w = |from, to, want| check(WORKER, from, to, want);
    w("persist: true", "persist: false", "3:1: persist: must be true or absent");
    w(
        "    install:\n        disk: /dev/sda\n        wipe: false\n        grubUseUKICmdline: true\n",
        "",
        "4:1: machine.install: must be set for the mode metal",
    );
    w(
        "        disk: /dev/sda\n",
        "",
        "13:5: machine.install: must have a disk or a diskSelector for the mode metal",
    );
    w(
        "        wipe: false\n",
        "        extraKernelArgs: [a=b]\n",
        "15:9: machine.install.extraKernelArgs: must be empty with grubUseUKICmdline",
    );
    w(
        "            enabled: true\n            forwardKubeDNSToHost: true",
        "            forwardKubeDNSToHost: true",
        "23:13: machine.features.hostDNS.forwardKubeDNSToHost: must be false unless hostDNS is enabled",
    );
    w(
        "    type: worker\n",
        "    type: worker\n    nodeTaints: {a: b}\n",
        "6:18: machine.nodeTaints.a: must be VALUE:EFFECT or EFFECT, as NoSchedule, not \"b\"",
    );
    w(
        "    type: worker\n",
        "    type: worker\n    disks: [{device: a, partitions: [{mountpoint: b}, {}]}]\n",
        "6:38: machine.disks[0].partitions[0]: must have a size, unless it is the last",
    );
    w(
        "    type: worker\n",
        "    type: worker\n    systemDiskEncryption: {state: {keys: [{nodeID: {}}, {slot: 1}]}}\n",
        "6:57: machine.systemDiskEncryption.state.keys[1]: must be one of static, nodeID, kms, tpm",
    );
    w(
        "        disableManifestsDirectory: true\n",
        "        extraConfig: {kind: x}\n",
        "12:23: machine.kubelet.extraConfig.kind: must be left to the node",
    );
}

#[test]
fn a_container_needs_the_name_server_of_the_host() {
    let text = WORKER.replacen(
        "            enabled: true\n            forwardKubeDNSToHost: true",
        "            enabled: true",
        1,
    );
    assert_eq!(
        faults(&text, Mode::Container),
        [
            "22:9: machine.features.hostDNS.forwardKubeDNSToHost: must be true for the mode container"
        ]
    );
    assert_eq!(faults(&text, Mode::Metal), Vec::<String>::new());
}

#[test]
fn keys_are_where_they_belong() {
    let text = WORKER.replacen("type: worker", "type: controlplane", 1);
    assert_eq!(
        faults(&text, Mode::Metal),
        ["7:5: machine.ca: must hold a certificate and its key on a control plane",]
    );
    let shown =
        faults(&CONTROL_PLANE.replacen("type: controlplane", "type: worker", 1), Mode::Metal)
            .join("\n");
    for path in ["machine.ca.key", "cluster.ca.key", "cluster.etcd"] {
        assert!(shown.contains(&format!("{path}: must not be on a worker")), "{shown}");
    }
    let (config, _) = Config::decode(CONTROL_PLANE.as_bytes()).unwrap();
    let other = &config.cluster().unwrap().ca.as_ref().unwrap().key;
    let mut root = config.root().unwrap().clone();
    root.machine.as_mut().unwrap().ca.as_mut().unwrap().key.clone_from(other);
    let text = crate::v1alpha1::Document::Root(Box::new(root))
        .encode()
        .to_yaml(crate::yaml::tree::Show::Secrets);
    assert_eq!(
        faults(&text, Mode::Metal),
        ["7:5: machine.ca: must be one authority: certificate and key do not belong together"]
    );
}

#[test]
fn rules_of_the_cluster() {
    let w = |from, to, want| check(WORKER, from, to, want);
    w(
        "        endpoint: https://10.5.0.2:6443\n",
        "        localAPIServerPort: 1\n",
        "28:5: cluster.controlPlane.endpoint: must be set",
    );
    w(
        "https://10.5.0.2:6443",
        "10.5.0.2",
        "29:9: cluster.controlPlane.endpoint: must be a URL, as https://10.5.0.2:6443, not \"10.5.0.2\"",
    );
    w("cluster.local", "a..b", "32:9: cluster.network.dnsDomain: must be a domain, not \"a..b\"");
    check(
        CONTROL_PLANE,
        "        dnsDomain: cluster.local\n",
        "        cni: {name: none, urls: [x]}\n",
        "35:27: cluster.network.cni.urls: must be empty unless the name is custom",
    );
    w(
        "            service: {}\n",
        "            service: {endpoint: \"https://a/b\"}\n",
        "45:23: cluster.discovery.registries.service.endpoint: must be a URL without a path, not \"https://a/b\"",
    );
    w(
        "    clusterName: demo\n",
        "    inlineManifests: [{name: a}, {name: a}]\n",
        "30:35: cluster.inlineManifests[1].name: must not be used twice, not \"a\"",
    );
}

#[test]
fn rules_of_links() {
    let interface = |text: &str, want: &[&str]| {
        let text = WORKER.replacen(
            "    type: worker\n",
            &format!("    type: worker\n    network: {{interfaces: [{text}]}}\n"),
            1,
        );
        let shown: Vec<_> = faults(&text, Mode::Metal)
            .iter()
            .map(|fault| {
                fault.split_once("interfaces[").map_or(fault.clone(), |(_, rest)| rest.to_owned())
            })
            .collect();
        assert_eq!(shown, want);
    };
    interface("{}", &["0]: must have an interface or a deviceSelector"]);
    interface(
        "{interface: a, cidr: 10.0.0.1/8, addresses: [10.0.0.2]}",
        &["0].cidr: must be absent beside addresses"],
    );
    interface("{interface: a, vip: {ip: 10.0.0.1}}", &["0].vip: must not be on a worker"]);
    interface(
        "{interface: a, routes: [{metric: 1}]}",
        &["0].routes[0]: must have a network or a gateway"],
    );
    interface(
        "{interface: a, vlans: [{vlanId: 4095}]}",
        &["0].vlans[0].vlanId: must be from 1 to 4094"],
    );
    interface(
        "{interface: b, bond: {mode: active-backup, interfaces: [x], lacpRate: fast, miimon: 10, updelay: 15}}, {interface: x, addresses: [10.0.0.1/8]}",
        &[
            "0].bond.lacpRate: must be absent unless the mode is 802.3ad",
            "0].bond.updelay: must be a multiple of miimon",
            "1].addresses: must be on the bond that holds the link",
        ],
    );
}

#[test]
fn rules_of_documents() {
    let document = |text: &str, want: &[&str]| {
        assert_eq!(
            faults(&format!("{{apiVersion: v1alpha1, {text}}}"), Mode::Metal),
            want,
            "{text}"
        );
    };
    document("kind: HostnameConfig", &["1:1: HostnameConfig: must have one of auto and hostname"]);
    document("kind: HostnameConfig, auto: off, hostname: a", &[]);
    document(
        "kind: HostnameConfig, auto: stable, hostname: a",
        &["1:60: HostnameConfig: hostname: must be absent with auto: stable"],
    );
    document(
        "kind: LinkConfig, name: e, routes: [{destination: 0.0.0.0/0, gateway: 10.0.0.1}, {table: x}]",
        &[
            "1:61: LinkConfig e: routes[0].destination: must be absent for a default route",
            "1:106: LinkConfig e: routes[1].table: must be the name or number of a routing table, not \"x\"",
        ],
    );
    document("kind: LinkConfig", &["1:1: LinkConfig: name: must be set"]);
    document(
        "kind: DHCPv4Config, name: e, clientIdentifier: duid",
        &["1:1: DHCPv4Config e: duidRaw: must be set when clientIdentifier is duid"],
    );
    document(
        "kind: StaticHostConfig, name: 10.0.0.1",
        &["1:1: StaticHostConfig 10.0.0.1: hostnames: must hold a name"],
    );
}

#[test]
fn a_document_conflicts_with_the_fields_it_replaces() {
    let both = "machine: {type: worker, network: {hostname: a, nameservers: [10.0.0.1]}}\n---\n{apiVersion: v1alpha1, kind: HostnameConfig, auto: stable}\n---\n{apiVersion: v1alpha1, kind: ResolverConfig}\n";
    let shown = faults(both, Mode::Cloud);
    assert!(
        shown.contains(
            &"3:1: HostnameConfig: must not stand beside machine.network.hostname".to_owned()
        ),
        "{shown:?}"
    );
    assert!(
        shown.contains(
            &"5:1: ResolverConfig: must not stand beside machine.network.nameservers".to_owned()
        ),
        "{shown:?}"
    );
}
