//! The documents of `v1alpha1`, one kind per file.

pub mod blackhole_route;
pub mod bond;
pub mod bridge;
pub mod cluster;
pub mod dhcp4;
pub mod dhcp6;
pub mod dummy_link;
pub mod environment;
pub mod ethernet;
pub mod event_sink;
pub mod existing_volume;
pub mod extension_service;
pub mod external_volume;
pub mod hcloud_vip;
pub mod hostname;
pub mod image_verification;
pub mod kmsg_log;
pub mod kubespan;
pub mod kubespan_endpoints;
pub mod layer2_vip;
pub mod link;
pub mod link_alias;
pub mod machine;
pub mod network_default_action;
pub mod network_rule;
pub mod oom;
pub mod pci_driver_rebind;
pub mod raw_volume;
pub mod registry_auth;
pub mod registry_mirror;
pub mod registry_tls;
pub mod resolver;
pub mod root;
pub mod routing_rule;
pub mod siderolink;
pub mod static_host;
pub mod swap_volume;
pub mod tcp_probe;
pub mod time_sync;
pub mod trusted_roots;
pub mod user_volume;
pub mod vlan;
pub mod volume;
pub mod vrf;
pub mod watchdog_timer;
pub mod wireguard;
pub mod zswap;

pub use blackhole_route::BlackholeRouteConfig;
pub use bond::BondConfig;
pub use bridge::BridgeConfig;
pub use cluster::Cluster;
pub use dhcp4::Dhcp4Config;
pub use dhcp6::Dhcp6Config;
pub use dummy_link::DummyLinkConfig;
pub use environment::EnvironmentConfig;
pub use ethernet::EthernetConfig;
pub use event_sink::EventSinkConfig;
pub use existing_volume::ExistingVolumeConfig;
pub use extension_service::ExtensionServiceConfig;
pub use external_volume::ExternalVolumeConfig;
pub use hcloud_vip::HCloudVipConfig;
pub use hostname::HostnameConfig;
pub use image_verification::ImageVerificationConfig;
pub use kmsg_log::KmsgLogConfig;
pub use kubespan::KubeSpanConfig;
pub use kubespan_endpoints::KubeSpanEndpointsConfig;
pub use layer2_vip::Layer2VipConfig;
pub use link::LinkConfig;
pub use link_alias::LinkAliasConfig;
pub use machine::{Machine, MachineType};
pub use network_default_action::NetworkDefaultActionConfig;
pub use network_rule::NetworkRuleConfig;
pub use oom::OomConfig;
pub use pci_driver_rebind::PciDriverRebindConfig;
pub use raw_volume::RawVolumeConfig;
pub use registry_auth::RegistryAuthConfig;
pub use registry_mirror::RegistryMirrorConfig;
pub use registry_tls::RegistryTlsConfig;
pub use resolver::ResolverConfig;
pub use root::Root;
pub use routing_rule::RoutingRuleConfig;
pub use siderolink::SideroLinkConfig;
pub use static_host::StaticHostConfig;
pub use swap_volume::SwapVolumeConfig;
pub use tcp_probe::TcpProbeConfig;
pub use time_sync::TimeSyncConfig;
pub use trusted_roots::TrustedRootsConfig;
pub use user_volume::UserVolumeConfig;
pub use vlan::VlanConfig;
pub use volume::VolumeConfig;
pub use vrf::VrfConfig;
pub use watchdog_timer::WatchdogTimerConfig;
pub use wireguard::WireguardConfig;
pub use zswap::ZswapConfig;

use crate::document::Config;
use crate::fault::Fault;
use crate::field::{Context, Field, nearest};
use crate::table::Kind;
use crate::yaml::{Node, Tree, Value};

/// The version of all documents.
const VERSION: &str = "v1alpha1";
/// Keys that only the root document has, by which it is known.
pub(crate) const ROOT_KEYS: [&str; 4] = ["machine", "cluster", "debug", "persist"];

/// The kinds with their types: the enumeration, its table, the one match that reads them, the one
/// that writes them, and how a configuration lists those of a kind.
macro_rules! documents {
    ($( $(#[$attribute:meta])* $kind:literal => $variant:ident($type:ty), $all:ident; )*) => {
        /// One document of a configuration.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Document {
            /// The root document, which has no kind.
            Root(Box<Root>),
            $( $(#[$attribute])* $variant(Box<$type>), )*
        }

        impl Document {
            /// Every kind, the root document first, then in alphabetical order.
            pub(crate) const KINDS: &'static [Kind] = &[
                Kind::new("", &Root::TABLE),
                $( Kind::new($kind, &<$type>::TABLE), )*
            ];

            /// The kind; the root document's is empty.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self {
                    Self::Root(_) => "",
                    $( Self::$variant(_) => $kind, )*
                }
            }

            /// Reads a document of a kind, its header taken away.
            fn of_kind(kind: &str, node: &Node, cx: &mut Context<'_>) -> Option<Self> {
                match kind {
                    $( $kind => Field::decode(node, cx).map(Self::$variant), )*
                    _ => None,
                }
            }

            /// The fields as they are written, without the header.
            fn body(&self) -> Vec<(String, Tree)> {
                match self {
                    Self::Root(document) => document.entries(),
                    $( Self::$variant(document) => document.entries(), )*
                }
            }

            /// Puts documented defaults in the place of what is unset.
            pub(crate) fn fill(&mut self) {
                match self {
                    Self::Root(document) => document.fill(),
                    $( Self::$variant(document) => document.fill(), )*
                }
            }
        }

        impl Config {
            $(
                #[doc = concat!("Every ", $kind, ".")]
                pub fn $all(&self) -> impl Iterator<Item = &$type> {
                    self.documents().iter().filter_map(|document| match document {
                        Document::$variant(document) => Some(&**document),
                        _ => None,
                    })
                }
            )*
        }
    };
}

documents! {
    /// A destination that nothing is sent to.
    "BlackholeRouteConfig" => BlackholeRoute(BlackholeRouteConfig), blackhole_route_configs;
    /// Several links as one.
    "BondConfig" => Bond(BondConfig), bond_configs;
    /// A bridge.
    "BridgeConfig" => Bridge(BridgeConfig), bridge_configs;
    /// DHCP on a link.
    "DHCPv4Config" => Dhcp4(Dhcp4Config), dhcp4_configs;
    /// DHCP for IPv6 on a link.
    "DHCPv6Config" => Dhcp6(Dhcp6Config), dhcp6_configs;
    /// A link to nowhere.
    "DummyLinkConfig" => DummyLink(DummyLinkConfig), dummy_link_configs;
    /// Environment of the services.
    "EnvironmentConfig" => Environment(EnvironmentConfig), environment_configs;
    /// Settings of a network card.
    "EthernetConfig" => Ethernet(EthernetConfig), ethernet_configs;
    /// Where events are sent.
    "EventSinkConfig" => EventSink(EventSinkConfig), event_sink_configs;
    /// A file system that is there already.
    "ExistingVolumeConfig" => ExistingVolume(ExistingVolumeConfig), existing_volume_configs;
    /// Files and environment of an extension's service.
    "ExtensionServiceConfig" => ExtensionService(ExtensionServiceConfig), extension_service_configs;
    /// A file system that somebody else serves.
    "ExternalVolumeConfig" => ExternalVolume(ExternalVolumeConfig), external_volume_configs;
    /// A shared address at Hetzner Cloud.
    "HCloudVIPConfig" => HCloudVip(HCloudVipConfig), hcloud_vip_configs;
    /// The machine's name.
    "HostnameConfig" => Hostname(HostnameConfig), hostname_configs;
    /// Which container images may be pulled.
    "ImageVerificationConfig" => ImageVerification(ImageVerificationConfig), image_verification_configs;
    /// Where the kernel's log is sent.
    "KmsgLogConfig" => KmsgLog(KmsgLogConfig), kmsg_log_configs;
    /// The mesh between the cluster's members.
    "KubeSpanConfig" => KubeSpan(KubeSpanConfig), kubespan_configs;
    /// Further addresses at which the mesh reaches this machine.
    "KubeSpanEndpointsConfig" => KubeSpanEndpoints(KubeSpanEndpointsConfig), kubespan_endpoints_configs;
    /// A shared address on a link.
    "Layer2VIPConfig" => Layer2Vip(Layer2VipConfig), layer2_vip_configs;
    /// Another name for links, by what they are.
    "LinkAliasConfig" => LinkAlias(LinkAliasConfig), link_alias_configs;
    /// A link that exists.
    "LinkConfig" => Link(LinkConfig), link_configs;
    /// What is done with packets that no rule names.
    "NetworkDefaultActionConfig" => NetworkDefaultAction(NetworkDefaultActionConfig), network_default_action_configs;
    /// Who may connect to which ports.
    "NetworkRuleConfig" => NetworkRule(NetworkRuleConfig), network_rule_configs;
    /// What is ended when memory runs out.
    "OOMConfig" => Oom(OomConfig), oom_configs;
    /// Another driver for a device.
    "PCIDriverRebindConfig" => PciDriverRebind(PciDriverRebindConfig), pci_driver_rebind_configs;
    /// A partition without a file system.
    "RawVolumeConfig" => RawVolume(RawVolumeConfig), raw_volume_configs;
    /// Who asks a registry.
    "RegistryAuthConfig" => RegistryAuth(RegistryAuthConfig), registry_auth_configs;
    /// Where a registry's images come from.
    "RegistryMirrorConfig" => RegistryMirror(RegistryMirrorConfig), registry_mirror_configs;
    /// TLS of a registry.
    "RegistryTLSConfig" => RegistryTls(RegistryTlsConfig), registry_tls_configs;
    /// Name servers and search domains.
    "ResolverConfig" => Resolver(ResolverConfig), resolver_configs;
    /// Which packets look into which routing table.
    "RoutingRuleConfig" => RoutingRule(RoutingRuleConfig), routing_rule_configs;
    /// A tunnel to who manages the machine.
    "SideroLinkConfig" => SideroLink(SideroLinkConfig), siderolink_configs;
    /// Names of an address.
    "StaticHostConfig" => StaticHost(StaticHostConfig), static_host_configs;
    /// Swap on a disk.
    "SwapVolumeConfig" => SwapVolume(SwapVolumeConfig), swap_volume_configs;
    /// A connection by which the network is tried.
    "TCPProbeConfig" => TcpProbe(TcpProbeConfig), tcp_probe_configs;
    /// Where the time comes from.
    "TimeSyncConfig" => TimeSync(TimeSyncConfig), time_sync_configs;
    /// Further authorities.
    "TrustedRootsConfig" => TrustedRoots(TrustedRootsConfig), trusted_roots_configs;
    /// A file system for workloads.
    "UserVolumeConfig" => UserVolume(UserVolumeConfig), user_volume_configs;
    /// A VLAN on a link.
    "VLANConfig" => Vlan(VlanConfig), vlan_configs;
    /// Links with a routing table of their own.
    "VRFConfig" => Vrf(VrfConfig), vrf_configs;
    /// A volume of the system.
    "VolumeConfig" => Volume(VolumeConfig), volume_configs;
    /// A timer that resets the machine when it hangs.
    "WatchdogTimerConfig" => WatchdogTimer(WatchdogTimerConfig), watchdog_timer_configs;
    /// A WireGuard link.
    "WireguardConfig" => Wireguard(WireguardConfig), wireguard_configs;
    /// A cache of swap in compressed memory.
    "ZswapConfig" => Zswap(ZswapConfig), zswap_configs;
}

impl Document {
    /// Kind and name, by which no two documents of a configuration are equal; nothing for the root.
    #[must_use]
    pub fn label(&self) -> String {
        match self.name() {
            None => self.kind().to_owned(),
            Some(name) => format!("{} {name}", self.kind()),
        }
    }

    /// The name, if it is of a kind that has names and has one.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        if !self.table().named {
            return None;
        }
        self.body().into_iter().find_map(|(key, tree)| match tree {
            Tree::Text(name) if key == "name" && !name.is_empty() => Some(name),
            _ => None,
        })
    }

    /// What its kind is, as data.
    #[must_use]
    pub fn table(&self) -> &'static Kind {
        let found = Self::KINDS.iter().find(|kind| kind.kind == self.kind());
        found.unwrap_or(&Self::KINDS[0])
    }

    /// The document as it is written.
    pub(crate) fn encode(&self) -> Tree {
        let text = |key: &str, value: &str| (key.to_owned(), Tree::Text(value.to_owned()));
        let header = match self {
            Self::Root(_) => Vec::new(),
            _ => vec![text("apiVersion", VERSION), text("kind", self.kind())],
        };
        let mut entries: Vec<_> = header.into_iter().chain(self.body()).collect();
        // A root that says nothing must still be known as one.
        if matches!(self, Self::Root(_))
            && !entries.iter().any(|(key, _)| ROOT_KEYS.contains(&key.as_str()))
        {
            entries.push((ROOT_KEYS[0].to_owned(), Tree::Null));
        }
        Tree::Map(entries)
    }

    /// Reads a document. None after a fault was noted.
    pub(crate) fn decode(node: &Node, faults: &mut Vec<Fault>) -> Option<Self> {
        let label = label(node);
        let mut cx = Context::new(&label, faults);
        let entries = match &node.value {
            Value::Map(entries) => entries,
            Value::Scalar(..) | Value::List(_) => {
                cx.wrong(node.place, "a document must be a mapping");
                return None;
            }
        };
        let Some(kind) = text_of(node, "kind") else {
            if is_root(node) {
                return Root::decode(node, &mut cx).map(Box::new).map(Self::Root);
            }
            cx.wrong(
                node.place,
                "a document must have a kind, or be the root with machine and cluster",
            );
            return None;
        };
        let place = |key: &str| node.get(key).map_or(node.place, |entry| entry.value.place);
        match text_of(node, "apiVersion") {
            Some(VERSION) => {}
            Some(_) => {
                cx.under("apiVersion", |cx| cx.wrong(place("apiVersion"), "must be v1alpha1"))
            }
            None => cx.wrong(node.place, "must have an apiVersion, v1alpha1"),
        }
        if kind.is_empty() || !Self::KINDS.iter().any(|known| known.kind == kind) {
            // All of them end alike, which makes none of them near.
            let stem = |kind: &'static str| kind.strip_suffix("Config").unwrap_or(kind);
            let known: Vec<_> = Self::KINDS.iter().skip(1).map(|known| stem(known.kind)).collect();
            let near = nearest(kind.strip_suffix("Config").unwrap_or(kind), &known);
            let hint = near.map(|stem| format!("{stem}Config"));
            faults
                .push(Fault { hint, ..Fault::at(place("kind"), "unknown kind").with_value(kind) });
            return None;
        }
        let body =
            entries.iter().filter(|entry| !matches!(entry.key.as_str(), "apiVersion" | "kind"));
        let body = Node { place: node.place, value: Value::Map(body.cloned().collect()) };
        Self::of_kind(kind, &body, &mut cx)
    }
}

/// Whether a document without a kind is the root.
pub(crate) fn is_root(node: &Node) -> bool {
    ROOT_KEYS.iter().any(|key| node.get(key).is_some())
}

/// What a document is called in faults: kind and name, nothing for the root.
pub(crate) fn label(node: &Node) -> String {
    let Some(kind) = text_of(node, "kind") else { return String::new() };
    match text_of(node, "name") {
        Some(name) if !name.is_empty() => format!("{kind} {name}"),
        _ => kind.to_owned(),
    }
}

/// The kind that a document names; empty for the root.
pub(crate) fn kind_of(node: &Node) -> &str {
    text_of(node, "kind").unwrap_or_default()
}

/// The text of a scalar field.
fn text_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    match &node.get(key)?.value.value {
        Value::Scalar(text, _) => Some(text),
        Value::List(_) | Value::Map(_) => None,
    }
}
