//! Valid configurations, put together from parts.

use config::Config;
use config::patch::{Patch, apply};
use proptest::prelude::{Strategy, prop};
use types::Mode;

const BASE: &str = include_str!("../../testdata/v1alpha1/root/worker.yaml");

/// Parts that go together in any selection; those of a line exclude each other.
const PARTS: &[&[&str]] = &[
    &["machine: {sysctls: {vm.a: '1', vm.b: '2'}}", "machine: {sysctls: {vm.a: '0'}}"],
    &["machine: {certSANs: [a.example, b.example]}", "machine: {certSANs: [b.example]}"],
    &["machine: {env: {A: x}}", "machine: {env: {A: '', B: y}}"],
    &["machine: {nodeLabels: {a.b/c: d}}", "machine: {nodeLabels: {a.b/c: ''}}"],
    &["machine: {kubelet: {extraArgs: {v: '4'}}}", "machine: {kubelet: {extraArgs: {v: [a, b]}}}"],
    &[
        "machine: {kubelet: {extraConfig: {maxPods: 5}}}",
        "machine: {kubelet: {extraConfig: {maxPods: '5'}}}",
    ],
    &["machine: {kubelet: {clusterDNS: [10.96.0.10]}}"],
    &[
        "machine: {files: [{path: /var/a, content: a, op: create}]}",
        "machine: {files: [{path: /var/b, content: \"b\\nc\\n\", permissions: 0o600, op: create}]}",
    ],
    &["machine: {logging: {destinations: [{endpoint: 'udp://10.0.0.1:514', format: json_lines}]}}"],
    &["machine: {kernel: {modules: [{name: a}, {name: b, parameters: [c=1]}]}}"],
    &[
        "machine: {features: {kubePrism: {enabled: true, port: 7445}}}",
        "machine: {features: {kubePrism: {enabled: false}}}",
    ],
    &["machine: {udev: {rules: ['SUBSYSTEM==\"x\"']}}"],
    &["machine: {install: {wipe: true}}", "machine: {install: {wipe: false}}"],
    &[
        "cluster: {network: {podSubnets: [10.1.0.0/16]}}",
        "cluster: {network: {podSubnets: [10.2.0.0/16, 'fd00::/56']}}",
    ],
    &["cluster: {clusterName: other}"],
    &["cluster: {network: {dnsDomain: a.b}}"],
    &[
        "{apiVersion: v1alpha1, kind: HostnameConfig, hostname: a}",
        "{apiVersion: v1alpha1, kind: HostnameConfig, auto: stable}",
    ],
    &[
        "{apiVersion: v1alpha1, kind: LinkConfig, name: eth0, mtu: 1400}",
        "{apiVersion: v1alpha1, kind: LinkConfig, name: eth0, up: false, addresses: [{address: 10.0.0.1/24}]}",
    ],
    &["{apiVersion: v1alpha1, kind: LinkConfig, name: eth1, routes: [{gateway: 10.0.0.254}]}"],
    &[
        "{apiVersion: v1alpha1, kind: DHCPv4Config, name: eth2}",
        "{apiVersion: v1alpha1, kind: DHCPv4Config, name: eth2, routeMetric: 5}",
    ],
    &[
        "{apiVersion: v1alpha1, kind: StaticHostConfig, name: 10.0.0.1, hostnames: [a]}",
        "{apiVersion: v1alpha1, kind: StaticHostConfig, name: 10.0.0.1, hostnames: [b, a]}",
    ],
    &[
        "{apiVersion: v1alpha1, kind: NetworkRuleConfig, name: r, portSelector: {ports: [1, 2-3], protocol: tcp}, ingress: [{subnet: 10.0.0.0/8}]}",
        "{apiVersion: v1alpha1, kind: NetworkRuleConfig, name: r, portSelector: {ports: [4], protocol: udp}, ingress: [{subnet: 10.0.0.0/9}]}",
    ],
    &[
        "{apiVersion: v1alpha1, kind: WatchdogTimerConfig, device: /dev/watchdog0, timeout: 1m}",
        "{apiVersion: v1alpha1, kind: WatchdogTimerConfig, device: /dev/watchdog0}",
    ],
    &[
        "{apiVersion: v1alpha1, kind: ExtensionServiceConfig, name: e, configFiles: [{content: a, mountPath: /a}], environment: [A=b]}",
        "{apiVersion: v1alpha1, kind: ExtensionServiceConfig, name: e, configFiles: [{content: b, mountPath: /a}, {content: c, mountPath: /c}]}",
    ],
    &[
        "{apiVersion: v1alpha1, kind: EnvironmentConfig, variables: {A: b}}",
        "{apiVersion: v1alpha1, kind: EnvironmentConfig, variables: {C: d}}",
    ],
    &[
        "{apiVersion: v1alpha1, kind: ResolverConfig, nameservers: [{address: 1.1.1.1}]}",
        "{apiVersion: v1alpha1, kind: ResolverConfig, nameservers: [{address: 9.9.9.9}, {address: 1.1.1.1}]}",
    ],
    &["{apiVersion: v1alpha1, kind: KmsgLogConfig, name: k, url: 'tcp://10.0.0.1:1'}"],
    &[
        "{apiVersion: v1alpha1, kind: RegistryMirrorConfig, name: docker.io, endpoints: [{url: 'https://a'}]}",
        "{apiVersion: v1alpha1, kind: RegistryMirrorConfig, name: docker.io, endpoints: [{url: 'https://b'}, {url: 'https://a'}], skipFallback: true}",
    ],
];

/// For each line of parts which one is taken, 0 for none.
pub(crate) fn parts() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0_u8..4, PARTS.len())
}

/// The base with the chosen parts; valid by the rules for real machines.
pub(crate) fn config(parts: &[u8]) -> Config {
    let chosen = PARTS.iter().zip(parts).filter_map(|(line, choice)| {
        line.get(usize::from(*choice).checked_sub(1)?).map(|part| part.as_bytes())
    });
    let patches: Vec<_> = chosen.map(|part| Patch::decode(part).unwrap()).collect();
    let (root, _) = BASE.split_once("\n---\n").unwrap();
    let (base, _) = Config::decode(root.as_bytes()).unwrap();
    let config = apply(&base, &patches).unwrap();
    let faults = config::validate(&config, Mode::Metal);
    assert!(faults.is_empty(), "{}", config::fault::summary(&faults));
    config
}
