//! What the configuration's table of fields calls applied, is: each such field is changed, and the
//! controller that is named must write something else then.
//!
//! Every controller that the table names runs here, and none that touches the machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use config::table::{self, Kind, Table};
use cosi::{Controller, Selector, Spec, State};
use resources::cluster::{Affiliate, Identity, Info};
use resources::config::{MachineConfig, MachineType};
use resources::namespace::{CLUSTER, CONFIG, NETWORK, NETWORK_CONFIG, SECRETS};
use resources::network::{
    AddressSpec, HostnameSpec, HostnameStatus, LinkSpec, LinkStatus, LinkType, NodeAddress,
    OperatorSpec, ResolverSpec, RouteSpec,
};
use resources::secrets::OsRoot;
use types::{Mode, Secret};

use super::{Parts, all, files};
use crate::events::Events;
use crate::logs::Logs;
use crate::service::{Supervisor, catalog};
use crate::stage::Stage;
use crate::xid::XidSource;

/// A field, a document with `@` for its value, and two values. `~` is none.
type Case = (&'static str, &'static str, &'static str, &'static str);

/// PEM of a certificate that nobody looks into, in base64.
const CERTIFICATE: &str =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmMyRnRjR3hsCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K";

/// One case for each field that is applied.
const CASES: &[Case] = &[
    (" machine.type", "machine: {type: @}", "worker", "controlplane"),
    (" machine.ca", "machine: {ca: @}", "~", "{crt: CRT}"),
    (" machine.acceptedCAs", "machine: {acceptedCAs: @}", "~", "[{crt: CRT}]"),
    (" machine.certSANs", "machine: {certSANs: @}", "~", "[example.org]"),
    (
        " machine.features.stableHostname",
        "machine: {features: {stableHostname: @}}",
        "false",
        "true",
    ),
    (" machine.network.hostname", "machine: {network: {hostname: @}}", "a", "b"),
    (
        " machine.network.nameservers",
        "machine: {network: {nameservers: @}}",
        "[10.0.0.1]",
        "[10.0.0.2]",
    ),
    (
        " machine.network.searchDomains",
        "machine: {network: {nameservers: [10.0.0.1], searchDomains: @}}",
        "[a.org]",
        "[b.org]",
    ),
    (
        " machine.network.extraHostEntries.ip",
        "machine: {network: {extraHostEntries: [{ip: @, aliases: [a]}]}}",
        "10.0.0.1",
        "10.0.0.2",
    ),
    (
        " machine.network.extraHostEntries.aliases",
        "machine: {network: {extraHostEntries: [{ip: 10.0.0.1, aliases: @}]}}",
        "[a]",
        "[b]",
    ),
    (
        " machine.network.interfaces.interface",
        "machine: {network: {interfaces: [{interface: @}]}}",
        "eth0",
        "eth1",
    ),
    (
        " machine.network.interfaces.addresses",
        "machine: {network: {interfaces: [{interface: eth0, addresses: @}]}}",
        "[10.0.0.2/24]",
        "[10.0.0.3/24]",
    ),
    (
        " machine.network.interfaces.cidr",
        "machine: {network: {interfaces: [{interface: eth0, cidr: @}]}}",
        "10.0.0.2/24",
        "10.0.0.3/24",
    ),
    (
        " machine.network.interfaces.mtu",
        "machine: {network: {interfaces: [{interface: eth0, mtu: @}]}}",
        "1400",
        "1500",
    ),
    (
        " machine.network.interfaces.dhcp",
        "machine: {network: {interfaces: [{interface: eth0, dhcp: @}]}}",
        "false",
        "true",
    ),
    (
        " machine.network.interfaces.ignore",
        "machine: {network: {interfaces: [{interface: eth0, ignore: @}]}}",
        "false",
        "true",
    ),
    (
        " machine.network.interfaces.dhcpOptions.routeMetric",
        "machine: {network: {interfaces: [{interface: eth0, dhcp: true, dhcpOptions: {routeMetric: @}}]}}",
        "~",
        "7",
    ),
    (
        " machine.network.interfaces.dhcpOptions.ipv4",
        "machine: {network: {interfaces: [{interface: eth0, dhcp: true, dhcpOptions: {ipv4: @}}]}}",
        "false",
        "true",
    ),
    (
        " machine.network.interfaces.routes.network",
        "machine: {network: {interfaces: [{interface: eth0, routes: [{gateway: 10.0.0.1, network: @}]}]}}",
        "10.1.0.0/16",
        "10.2.0.0/16",
    ),
    (
        " machine.network.interfaces.routes.gateway",
        "machine: {network: {interfaces: [{interface: eth0, routes: [{gateway: @}]}]}}",
        "10.0.0.1",
        "10.0.0.2",
    ),
    (
        " machine.network.interfaces.routes.source",
        "machine: {network: {interfaces: [{interface: eth0, routes: [{gateway: 10.0.0.1, source: @}]}]}}",
        "10.0.0.2",
        "10.0.0.3",
    ),
    (
        " machine.network.interfaces.routes.metric",
        "machine: {network: {interfaces: [{interface: eth0, routes: [{gateway: 10.0.0.1, metric: @}]}]}}",
        "~",
        "7",
    ),
    (
        " machine.network.interfaces.routes.mtu",
        "machine: {network: {interfaces: [{interface: eth0, routes: [{gateway: 10.0.0.1, mtu: @}]}]}}",
        "~",
        "1400",
    ),
    (" cluster.id", "machine: {}\ncluster: {id: @}", "a", "b"),
    (" cluster.clusterName", "machine: {}\ncluster: {clusterName: @}", "a", "b"),
    (
        " cluster.controlPlane.localAPIServerPort",
        "machine: {type: controlplane}\ncluster: {controlPlane: {localAPIServerPort: @}}",
        "~",
        "7443",
    ),
    ("DHCPv4Config name", "name: @", "eth0", "eth1"),
    ("DHCPv4Config routeMetric", "{name: eth0, routeMetric: @}", "~", "7"),
    ("DHCPv4Config ignoreHostname", "{name: eth0, ignoreHostname: @}", "~", "true"),
    ("DHCPv4Config clientIdentifier", "{name: eth0, clientIdentifier: @}", "~", "none"),
    (
        "DHCPv4Config duidRaw",
        "{name: eth0, clientIdentifier: duid, duidRaw: @}",
        "\"00:01\"",
        "\"00:02\"",
    ),
    ("HostnameConfig auto", "auto: @", "off", "stable"),
    ("HostnameConfig hostname", "hostname: @", "a", "b"),
    ("LinkConfig name", "name: @", "eth0", "eth1"),
    ("LinkConfig up", "{name: eth0, up: @}", "~", "false"),
    ("LinkConfig mtu", "{name: eth0, mtu: @}", "~", "1400"),
    (
        "LinkConfig addresses.address",
        "{name: eth0, addresses: [{address: @}]}",
        "10.0.0.2/24",
        "10.0.0.3/24",
    ),
    (
        "LinkConfig addresses.routePriority",
        "{name: eth0, addresses: [{address: 10.0.0.2/24, routePriority: @}]}",
        "~",
        "7",
    ),
    (
        "LinkConfig routes.destination",
        "{name: eth0, routes: [{gateway: 10.0.0.1, destination: @}]}",
        "10.1.0.0/16",
        "10.2.0.0/16",
    ),
    ("LinkConfig routes.gateway", "{name: eth0, routes: [{gateway: @}]}", "10.0.0.1", "10.0.0.2"),
    (
        "LinkConfig routes.source",
        "{name: eth0, routes: [{gateway: 10.0.0.1, source: @}]}",
        "10.0.0.2",
        "10.0.0.3",
    ),
    (
        "LinkConfig routes.metric",
        "{name: eth0, routes: [{gateway: 10.0.0.1, metric: @}]}",
        "~",
        "7",
    ),
    ("LinkConfig routes.mtu", "{name: eth0, routes: [{gateway: 10.0.0.1, mtu: @}]}", "~", "1400"),
    (
        "LinkConfig routes.table",
        "{name: eth0, routes: [{gateway: 10.0.0.1, table: @}]}",
        "~",
        "\"100\"",
    ),
    ("ResolverConfig nameservers.address", "nameservers: [{address: @}]", "10.0.0.1", "10.0.0.2"),
    (
        "ResolverConfig searchDomains.domains",
        "{nameservers: [{address: 10.0.0.1}], searchDomains: {domains: @}}",
        "[a.org]",
        "[b.org]",
    ),
    ("StaticHostConfig name", "{name: @, hostnames: [a]}", "10.0.0.1", "10.0.0.2"),
    ("StaticHostConfig hostnames", "{name: 10.0.0.1, hostnames: @}", "[a]", "[b]"),
];

/// Fields that the table calls applied, with the controllers that it names.
fn applied() -> BTreeMap<String, &'static [&'static str]> {
    fn walk(
        kind: &Kind,
        table: &'static Table,
        path: &str,
        all: &mut BTreeMap<String, &'static [&'static str]>,
    ) {
        // What is embedded and idle is never reached: its kind has no effect at all.
        for row in table.fields().filter(|row| !row.idle) {
            let below =
                if path.is_empty() { row.key.to_owned() } else { format!("{path}.{}", row.key) };
            if !row.applied.is_empty() {
                all.insert(format!("{} {below}", kind.kind), row.applied);
            } else if let Some(inner) = row.shape.table() {
                walk(kind, inner, &below, all);
            }
        }
    }
    let mut all = BTreeMap::new();
    for kind in table::kinds().iter().filter(|kind| kind.is_applied()) {
        walk(kind, kind.table, "", &mut all);
    }
    all
}

#[test]
fn there_is_a_case_for_every_field_that_is_called_applied() {
    let cases: BTreeSet<_> = CASES.iter().map(|(field, ..)| (*field).to_owned()).collect();
    assert_eq!(cases, applied().into_keys().collect());
}

/// The controllers that the table names, each working in memory or in a folder of its own.
fn controllers(folder: &Path) -> Vec<Box<dyn Controller>> {
    let events = Events::new(XidSource::fixed(1));
    let (init, _requests) = tokio::sync::mpsc::channel(16);
    let logs = Logs::default();
    let (supervisor, _task) =
        Supervisor::new(catalog::services(), init, &logs, Duration::ZERO, Box::new(|_| {}));
    let parts = Parts {
        mode: Mode::Metal,
        arguments: Arc::new([]),
        stage: Stage::new(events.clone()),
        events,
        supervisor,
    };
    let named: BTreeSet<_> = applied().into_values().flatten().copied().collect();
    let mut found: Vec<_> = all(&parts)
        .into_iter()
        .filter(|controller| named.contains(controller.declaration().name))
        .collect();
    let names: BTreeSet<_> = found.iter().map(|one| one.declaration().name).collect();
    assert_eq!(names, named, "every name is that of a controller");
    found.retain(|controller| controller.declaration().name != "files.EtcFile");
    found.push(files::writing_to(folder.to_owned()));
    found
}

/// Where the controllers write.
const WRITTEN: &[(&str, &str)] = &[
    (CONFIG, MachineType::TYPE),
    (CLUSTER, Affiliate::TYPE),
    (CLUSTER, Info::TYPE),
    (SECRETS, OsRoot::TYPE),
    (NETWORK_CONFIG, AddressSpec::TYPE),
    (NETWORK_CONFIG, HostnameSpec::TYPE),
    (NETWORK_CONFIG, LinkSpec::TYPE),
    (NETWORK_CONFIG, OperatorSpec::TYPE),
    (NETWORK_CONFIG, ResolverSpec::TYPE),
    (NETWORK_CONFIG, RouteSpec::TYPE),
];

/// What a controller has written, as text: resources, or for files the one that names hosts.
fn written(state: &State, folder: &Path, controller: &str) -> String {
    if controller == "files.EtcFile" {
        return fs::read_to_string(folder.join("hosts")).unwrap_or_default();
    }
    let mut text = String::new();
    for (namespace, kind) in WRITTEN {
        for object in state.list(namespace, kind, &Selector::default()) {
            if *object.metadata().owner() == controller {
                text.push_str(&format!(
                    "{}\n{}",
                    object.id(),
                    object.to_yaml().unwrap_or_default()
                ));
            }
        }
    }
    text
}

/// The configuration of a case with a value.
fn configuration(field: &str, template: &str, value: &str) -> String {
    let (kind, _) = field.split_once(' ').expect("a kind and a path");
    let body = template.replacen('@', value, 1).replace("CRT", CERTIFICATE);
    match kind {
        "" if body.contains("cluster:") => format!("{body}\n"),
        "" => format!("{body}\ncluster: {{}}\n"),
        _ => {
            let inner = body.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let fields = inner.unwrap_or(&body);
            format!(
                "machine: {{}}\ncluster: {{}}\n---\n{{apiVersion: v1alpha1, kind: {kind}, {fields}}}\n"
            )
        }
    }
}

/// What else the controllers need to know.
fn surroundings(state: &State) {
    let card = LinkStatus { medium: LinkType::ETHER, ..LinkStatus::default() };
    for name in ["eth0", "eth1"] {
        state.put(NETWORK, name, "test", card.clone()).expect("stored");
    }
    let prefix = "10.0.2.15/24".parse().expect("a prefix");
    let addresses = NodeAddress { addresses: vec![prefix], ..NodeAddress::default() };
    for id in ["current", "default"] {
        state.put(NETWORK, id, "test", addresses.clone()).expect("stored");
    }
    let identity = Identity { node_id: "an-identity".to_owned() };
    state.put(CLUSTER, Identity::ID, "test", identity).expect("stored");
    let name = HostnameStatus { hostname: "node".to_owned(), ..HostnameStatus::default() };
    state.put(NETWORK, HostnameStatus::ID, "test", name).expect("stored");
}

/// The clock stands until nobody has anything left to do.
#[tokio::test(start_paused = true)]
async fn every_field_that_is_called_applied_changes_what_its_controllers_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = State::new(Arc::new(cosi::SystemClock));
    resources::register_all(&state);
    surroundings(&state);
    let mut runtime = cosi::Runtime::local(state.clone());
    for controller in controllers(folder.path()) {
        runtime.register(controller).expect("registered");
    }
    tokio::spawn(runtime.run(std::future::pending()));
    let names = applied();
    let mut idle = Vec::new();
    for (field, template, before, after) in CASES {
        let mut seen = Vec::new();
        for value in [before, after] {
            let text = configuration(field, template, value);
            config::Config::decode(text.as_bytes())
                .unwrap_or_else(|faults| panic!("{text}{faults:?}"));
            let spec = MachineConfig { text: Secret::new(text) };
            state.put(CONFIG, MachineConfig::ACTIVE, "test", spec).expect("stored");
            tokio::time::sleep(Duration::from_secs(60)).await;
            let controllers = names.get(*field).copied().unwrap_or_default();
            seen.push(
                controllers
                    .iter()
                    .map(|name| written(&state, folder.path(), name))
                    .collect::<Vec<_>>(),
            );
        }
        for (one, other) in seen[0].iter().zip(&seen[1]) {
            if one == other {
                idle.push(format!("{field}: {before} and {after} give the same:\n{one}"));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}
