//! WireguardConfig: a WireGuard link.

use std::net::SocketAddr;

use types::{LinkName, Secret};

use super::link::LinkFields;
use crate::field::section;
use crate::value::{Duration, Prefix};

section! {
    /// Makes a link through an encrypted tunnel.
    pub struct WireguardConfig as "network.WireguardConfigV1Alpha1" {
        /// Name of the link that is made.
        "name" => name: Option<LinkName> { required: true, example: "wg1" },
        /// The machine's key: 32 bytes in base64.
        "privateKey" => private_key: Option<Secret<String>> { required: true, example: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" },
        /// UDP port on which it is reached. Without it the kernel takes one.
        "listenPort" => listen_port: Option<u16> { example: "51820" },
        /// Mark of the packets that carry the tunnel.
        "firewallMark" => firewall_mark: Option<u32>,
        /// Who may talk.
        "peers" => peers: Vec<WireguardPeer>,
        /// What every kind of link has.
        "" => common: LinkFields { idle: true },
    }
}

section! {
    /// The other end of a tunnel.
    pub struct WireguardPeer as "network.WireguardPeer" {
        /// Its key.
        "publicKey" => public_key: Option<String> { required: true, example: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" },
        /// A key that both ends share beside.
        "presharedKey" => preshared_key: Option<Secret<String>> { example: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" },
        /// Address and port at which it is reached. Without it, it comes to us.
        "endpoint" => endpoint: Option<SocketAddr>,
        /// How often something is sent so that the way stays open.
        "persistentKeepaliveInterval" => persistent_keepalive_interval: Option<Duration> { example: "25s" },
        /// Networks behind it.
        "allowedIPs" => allowed_ips: Vec<Prefix> { example: "[192.168.1.0/24]" },
    }
}
