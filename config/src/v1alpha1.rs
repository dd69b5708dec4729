//! The documents of `v1alpha1`, one kind per file.

pub mod cluster;
pub mod dhcp4;
pub mod hostname;
pub mod link;
pub mod machine;
pub mod resolver;
pub mod root;
pub mod static_host;
pub mod trusted_roots;

pub use cluster::Cluster;
pub use dhcp4::Dhcp4Config;
pub use hostname::HostnameConfig;
pub use link::LinkConfig;
pub use machine::{Machine, MachineType};
pub use resolver::ResolverConfig;
pub use root::Root;
pub use static_host::StaticHostConfig;
pub use trusted_roots::TrustedRootsConfig;

use crate::fault::{Fault, Place};
use crate::field::{Context, Field, nearest};
use crate::yaml::{Node, Tree, Value};

/// The version of all documents.
const VERSION: &str = "v1alpha1";
/// Keys that only the root document has, by which it is known.
const ROOT_KEYS: [&str; 4] = ["machine", "cluster", "debug", "persist"];

/// Kinds of the contract that this version cannot take yet.
const PLANNED: [&str; 38] = [
    "BlackholeRouteConfig",
    "BondConfig",
    "BridgeConfig",
    "DHCPv6Config",
    "DummyLinkConfig",
    "EnvironmentConfig",
    "EthernetConfig",
    "EventSinkConfig",
    "ExistingVolumeConfig",
    "ExtensionServiceConfig",
    "ExternalVolumeConfig",
    "HCloudVIPConfig",
    "ImageVerificationConfig",
    "KmsgLogConfig",
    "KubeSpanConfig",
    "KubeSpanEndpointsConfig",
    "Layer2VIPConfig",
    "LinkAliasConfig",
    "NetworkDefaultActionConfig",
    "NetworkRuleConfig",
    "OOMConfig",
    "PCIDriverRebindConfig",
    "RawVolumeConfig",
    "RegistryAuthConfig",
    "RegistryMirrorConfig",
    "RegistryTLSConfig",
    "RoutingRuleConfig",
    "SideroLinkConfig",
    "SwapVolumeConfig",
    "TCPProbeConfig",
    "TimeSyncConfig",
    "UserVolumeConfig",
    "VLANConfig",
    "VRFConfig",
    "VolumeConfig",
    "WatchdogTimerConfig",
    "WireguardConfig",
    "ZswapConfig",
];
/// The kinds with their types: the enumeration, the one match that reads them, and the one that
/// writes them.
macro_rules! documents {
    ($( $(#[$attribute:meta])* $kind:literal => $variant:ident($type:ty), )*) => {
        /// One document of a configuration.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Document {
            /// The root document, which has no kind.
            Root(Box<Root>),
            $( $(#[$attribute])* $variant($type), )*
        }

        impl Document {
            /// Kinds that are taken.
            const KINDS: &'static [&'static str] = &[$($kind),*];

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
                    $( $kind => <$type>::decode(node, cx).map(Self::$variant), )*
                    _ => None,
                }
            }

            /// The document as it is written.
            pub(crate) fn encode(&self) -> Tree {
                let (kind, body) = match self {
                    Self::Root(root) => return root.encode().unwrap_or(Tree::Null),
                    $( Self::$variant(document) => ($kind, document.encode()), )*
                };
                let text = |key: &str, value: &str| (key.to_owned(), Tree::Text(value.to_owned()));
                let mut entries = vec![text("apiVersion", VERSION), text("kind", kind)];
                if let Some(Tree::Map(fields)) = body {
                    entries.extend(fields);
                }
                Tree::Map(entries)
            }
        }
    };
}

documents! {
    /// DHCP on a link.
    "DHCPv4Config" => Dhcp4(Dhcp4Config),
    /// The machine's name.
    "HostnameConfig" => Hostname(HostnameConfig),
    /// A link that exists.
    "LinkConfig" => Link(LinkConfig),
    /// Name servers and search domains.
    "ResolverConfig" => Resolver(ResolverConfig),
    /// Names of an address.
    "StaticHostConfig" => StaticHost(StaticHostConfig),
    /// Further authorities.
    "TrustedRootsConfig" => TrustedRoots(TrustedRootsConfig),
}

impl Document {
    /// Kind and name, by which no two documents of a configuration are equal; nothing for the root.
    #[must_use]
    pub fn label(&self) -> String {
        let name = match self {
            Self::Root(_) | Self::Hostname(_) | Self::Resolver(_) => None,
            Self::Dhcp4(document) => document.name.as_ref().map(ToString::to_string),
            Self::Link(document) => document.name.as_ref().map(ToString::to_string),
            Self::StaticHost(document) => document.address.as_ref().map(ToString::to_string),
            Self::TrustedRoots(document) => document.name.clone(),
        };
        match name {
            None => self.kind().to_owned(),
            Some(name) => format!("{} {name}", self.kind()),
        }
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
            if ROOT_KEYS.iter().any(|key| node.get(key).is_some()) {
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
        if !Self::KINDS.contains(&kind) {
            refuse(kind, place("kind"), faults);
            return None;
        }
        let body =
            entries.iter().filter(|entry| !matches!(entry.key.as_str(), "apiVersion" | "kind"));
        let body = Node { place: node.place, value: Value::Map(body.cloned().collect()) };
        Self::of_kind(kind, &body, &mut cx)
    }
}

/// Notes why a kind is not taken: not yet, or not known at all.
fn refuse(kind: &str, place: Place, faults: &mut Vec<Fault>) {
    if PLANNED.contains(&kind) {
        faults.push(Fault::at(place, format!("{kind} is not supported by this version yet")));
    } else {
        let known: Vec<_> = PLANNED.iter().chain(Document::KINDS).copied().collect();
        let hint = nearest(kind, &known);
        faults.push(Fault { hint, ..Fault::at(place, "unknown kind").with_value(kind) });
    }
}

/// What a document is called in faults: kind and name, nothing for the root.
pub(crate) fn label(node: &Node) -> String {
    let Some(kind) = text_of(node, "kind") else { return String::new() };
    match text_of(node, "name") {
        Some(name) if !name.is_empty() => format!("{kind} {name}"),
        _ => kind.to_owned(),
    }
}

/// The text of a scalar field.
fn text_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    match &node.get(key)?.value.value {
        Value::Scalar(text, _) => Some(text),
        Value::List(_) | Value::Map(_) => None,
    }
}
