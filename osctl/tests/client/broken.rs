//! Forty ways to break a configuration, and what an operator reads then.
//!
//! Each case is one edit of a generated file. The line and the field of the first message stand here,
//! by hand; all messages stand in `testdata/broken.txt`, to be read as a text.

use std::fmt::Write as _;
use std::fs;

use crate::fake::run::{Client, golden};

/// One edit, with the place and the field that the first message must name.
struct Case {
    /// What somebody has done.
    what: &'static str,
    /// A part of the file; the first place where it stands is changed.
    from: &'static str,
    /// What stands there then.
    to: &'static str,
    /// Line of the first message.
    line: u32,
    /// Document and field of the first message, as it is printed; empty for the text itself.
    field: &'static str,
}

const fn case(
    what: &'static str,
    from: &'static str,
    to: &'static str,
    line: u32,
    field: &'static str,
) -> Case {
    Case { what, from, to, line, field }
}

const CASES: [Case; 40] = [
    case("a letter is missing", "    kubelet:\n", "    kubelt:\n", 11, "machine.kubelt"),
    case("letters in another case", "clusterName:", "clustername:", 34, "cluster.clustername"),
    case(
        "letters in another order",
        "serviceSubnets:",
        "serviceSubents:",
        39,
        "cluster.network.serviceSubents",
    ),
    case(
        "a field of another section",
        "        disk: /dev/sda\n",
        "        device: /dev/sda\n",
        16,
        "machine.install.device",
    ),
    case("a field that never was", "debug: false\n", "debug: false\nverbose: true\n", 3, "verbose"),
    case("a kind of document that is not", "kind: HostnameConfig\n", "kind: HostConfig\n", 93, ""),
    case(
        "a document without its version",
        "---\napiVersion: v1alpha1\n",
        "---\n",
        92,
        "HostnameConfig",
    ),
    case(
        "a version of tomorrow",
        "---\napiVersion: v1alpha1\n",
        "---\napiVersion: v2\n",
        92,
        "HostnameConfig: apiVersion",
    ),
    case("a document of which nobody knows what it is", "kind: HostnameConfig\n", "", 92, ""),
    case(
        "one document twice",
        "auto: stable\n",
        "auto: stable\n---\napiVersion: v1alpha1\nkind: HostnameConfig\nauto: \"off\"\nhostname: a\n",
        96,
        "",
    ),
    case("one field twice", "    certSANs: []\n", "    certSANs: []\n    type: worker\n", 11, ""),
    case("a tab", "    kubelet:\n        image:", "    kubelet:\n\timage:", 12, ""),
    case("one space too many", "        image: ghcr.io", "         image: ghcr.io", 13, ""),
    case("a bracket that is not closed", "    certSANs: []\n", "    certSANs: [a, b\n", 11, ""),
    case(
        "a quote that is not closed",
        "    clusterName: demo\n",
        "    clusterName: \"demo\n",
        34,
        "",
    ),
    case("an alias of nothing", "    clusterName: demo\n", "    clusterName: *demo\n", 34, ""),
    case(
        "a word for a switch",
        "            enabled: true\n            port",
        "            enabled: maybe\n            port",
        22,
        "machine.features.kubePrism.enabled",
    ),
    case(
        "a number that is too large",
        "port: 7445",
        "port: 74450",
        23,
        "machine.features.kubePrism.port",
    ),
    case(
        "a number in quotes",
        "port: 7445",
        "port: \"7445\"",
        23,
        "machine.features.kubePrism.port",
    ),
    case(
        "a text for a list",
        "    certSANs: []\n",
        "    certSANs: node.example.org\n",
        10,
        "machine.certSANs",
    ),
    case(
        "a list for a section",
        "        endpoint: https://10.5.0.2:6443\n",
        "        - endpoint: https://10.5.0.2:6443\n",
        33,
        "cluster.controlPlane",
    ),
    case(
        "a type of machine that is not",
        "type: controlplane",
        "type: control-plane",
        5,
        "machine.type",
    ),
    case("another word than the few", "auto: stable", "auto: always", 94, "HostnameConfig: auto"),
    case(
        "a network without its length",
        "            - 10.244.0.0/16",
        "            - 10.244.0.0",
        38,
        "cluster.network.podSubnets[0]",
    ),
    case(
        "a length beyond the address",
        "            - 10.96.0.0/12",
        "            - 10.96.0.0/33",
        40,
        "cluster.network.serviceSubnets[0]",
    ),
    case(
        "a certificate that was cut off",
        "        crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
        "        crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\n        # ",
        8,
        "machine.ca.crt",
    ),
    case(
        "a key that is no base64",
        "        key: LS0t",
        "        key: \"!LS0t\"\n        # ",
        9,
        "machine.ca.key",
    ),
    case(
        "a section for a secret",
        "    secretboxEncryptionSecret: ",
        "    secretboxEncryptionSecret:\n        key: ",
        43,
        "cluster.secretboxEncryptionSecret",
    ),
    case("no place to install to", "        disk: /dev/sda\n", "", 15, "machine.install"),
    case(
        "no endpoint",
        "        endpoint: https://10.5.0.2:6443\n",
        "        localAPIServerPort: 6443\n",
        32,
        "cluster.controlPlane.endpoint",
    ),
    case(
        "an endpoint that is no URL",
        "https://10.5.0.2:6443",
        "10.5.0.2:6443",
        33,
        "cluster.controlPlane.endpoint",
    ),
    case(
        "a domain with a hole",
        "cluster.local",
        "cluster..local",
        36,
        "cluster.network.dnsDomain",
    ),
    case(
        "a control plane turned worker",
        "type: controlplane",
        "type: worker",
        9,
        "machine.ca.key",
    ),
    case(
        "an interface with two ways to find it",
        "    certSANs: []\n",
        "    network:\n        interfaces:\n            - interface: eth0\n              deviceSelector:\n                  driver: virtio\n",
        12,
        "machine.network.interfaces[0]",
    ),
    case(
        "a taint that is none",
        "    nodeLabels:\n",
        "    nodeTaints:\n        example.org/gpu: NoSchedul\n    nodeLabels:\n",
        28,
        "machine.nodeTaints[\"example.org/gpu\"]",
    ),
    case("discovery without an identity", "    id: ", "    # id: ", 29, "cluster.id"),
    case(
        "a name beside its document",
        "    certSANs: []\n",
        "    network:\n        hostname: node\n",
        93,
        "HostnameConfig",
    ),
    case(
        "two ways to a name",
        "auto: stable\n",
        "auto: stable\nhostname: node\n",
        95,
        "HostnameConfig: hostname",
    ),
    case(
        "a selector with a field that is not",
        "auto: stable\n",
        "auto: stable\n---\napiVersion: v1alpha1\nkind: VolumeConfig\nname: EPHEMERAL\nprovisioning:\n    diskSelector:\n        match: disk.siez > 100u * GB\n",
        101,
        "VolumeConfig EPHEMERAL: provisioning.diskSelector.match",
    ),
    case(
        "a selector of two types",
        "auto: stable\n",
        "auto: stable\n---\napiVersion: v1alpha1\nkind: VolumeConfig\nname: EPHEMERAL\nprovisioning:\n    diskSelector:\n        match: disk.size > 100 * GB\n",
        101,
        "VolumeConfig EPHEMERAL: provisioning.diskSelector.match",
    ),
];

/// The messages of a run: faults without warnings and without their count.
fn messages(err: &str) -> Vec<&str> {
    let is_fault =
        |line: &&str| line.starts_with("controlplane.yaml:") && !line.contains(": warning: ");
    err.lines().filter(is_fault).collect()
}

#[test]
fn every_broken_configuration_is_answered_with_the_place() {
    let client = Client::bare();
    let made = client.run(&["gen", "config", "demo", "https://10.5.0.2:6443"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let check = |name: &str| client.run(&["validate", "-m", "metal", "-c", name]);
    assert_eq!(check("controlplane.yaml").code, Some(0));
    assert_eq!(check("worker.yaml").code, Some(0));
    // Without comments, so that the lines below stay what they are when a description changes.
    let plain = ["--with-docs=false", "--with-examples=false", "-o", "plain"];
    let args = [&["gen", "config", "demo", "https://10.5.0.2:6443"], &plain[..]].concat();
    assert_eq!(client.run(&args).code, Some(0));
    let path = client.home.path().join("plain/controlplane.yaml");
    let text = fs::read_to_string(&path).expect("made");
    assert_eq!(check("plain/controlplane.yaml").code, Some(0));

    let mut told = String::new();
    for Case { what, from, to, line, field } in &CASES {
        assert!(text.contains(from), "{what}: {from}");
        let broken = client.home.path().join("controlplane.yaml");
        fs::write(broken, text.replacen(from, to, 1)).expect("written");
        let ran = check("controlplane.yaml");
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{what}: {}", ran.err);
        let shown = messages(&ran.err);
        let mut first = shown.first().unwrap_or(&"").splitn(4, ':');
        assert_eq!(first.next(), Some("controlplane.yaml"), "{what}: {shown:?}");
        assert_eq!(first.next(), Some(line.to_string().as_str()), "{what}: {shown:?}");
        assert!(first.next().is_some_and(|column| column.parse::<u32>().is_ok()), "{shown:?}");
        let rest = first.next().unwrap_or_default();
        assert!(rest.starts_with(&format!(" {field}")), "{what}: {field}: {shown:?}");
        writeln!(told, "{what}").expect("a text");
        for line in shown {
            writeln!(told, "    {line}").expect("a text");
        }
    }
    golden("broken.txt", &told);
}
