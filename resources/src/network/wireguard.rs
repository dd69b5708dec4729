//! WireGuard tunnels.

use serde::Serialize;
use types::Secret;

use crate::{
    spec::empty,
    value::{Duration, IpPrefix, reveal},
    wire::message,
};

/// A tunnel's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wireguard {
    /// The own private key, base64.
    #[serde(skip_serializing_if = "empty", serialize_with = "reveal")]
    pub private_key: Secret<String>,
    /// The own public key, base64.
    #[serde(skip_serializing_if = "empty")]
    pub public_key: String,
    /// The own UDP port; 0 is the kernel's choice.
    pub listen_port: i64,
    /// Mark on packets of the tunnel; 0 is none.
    pub firewall_mark: i64,
    /// The other ends.
    pub peers: Vec<WireguardPeer>,
}

message!(Wireguard as "network.WireguardSpec" {
    1: private_key, 2: public_key, 3: listen_port, 4: firewall_mark, 5: peers,
});

/// One other end of a tunnel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WireguardPeer {
    /// Its public key, base64.
    pub public_key: String,
    /// Key that both ends know beside their own, base64; empty for none.
    #[serde(serialize_with = "reveal")]
    pub preshared_key: Secret<String>,
    /// Where it is, `HOST:PORT`; empty when it comes to us.
    pub endpoint: String,
    /// Time between signs of life; 0 is none.
    pub persistent_keepalive_interval: Duration,
    /// What is sent to it and taken from it.
    #[serde(rename = "allowedIPs")]
    pub allowed_ips: Vec<IpPrefix>,
}

message!(WireguardPeer as "network.WireguardPeer" {
    1: public_key, 2: preshared_key, 3: endpoint, 4: persistent_keepalive_interval, 5: allowed_ips,
});
