//! Protocols that find addresses out: DHCP, and shared addresses.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;
use types::Secret;

use super::ConfigLayer;
use crate::{
    namespace,
    spec::{empty, or_empty, spec},
    value::{choices, reveal},
    wire::message,
};

choices! {
    /// A protocol that finds addresses out.
    pub enum Operator {
        Dhcp4 = 0 "dhcp4",
        Dhcp6 = 1 "dhcp6",
        Vip = 2 "vip",
    }
}

choices! {
    /// What a DHCP client's identifier is made from.
    pub enum ClientIdentifier {
        None = 0 "none",
        Mac = 1 "mac",
        Duid = 2 "duid",
    }
}

/// A protocol that is to run on a link. The ids are `dhcp4/LINK`, `dhcp6/LINK`, `vip/LINK/ADDRESS`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperatorSpec {
    /// The protocol.
    pub operator: Operator,
    /// The link.
    pub link_name: String,
    /// Whether to wait for a signal on the link.
    pub require_up: bool,
    /// Settings of DHCPv4.
    #[serde(skip_serializing_if = "empty")]
    pub dhcp4: Option<Dhcp4Operator>,
    /// Settings of DHCPv6.
    #[serde(skip_serializing_if = "empty")]
    pub dhcp6: Option<Dhcp6Operator>,
    /// Settings of a shared address.
    #[serde(skip_serializing_if = "empty")]
    pub vip: Option<VipOperator>,
    /// Who wants the protocol.
    pub layer: ConfigLayer,
}

message!(OperatorSpec as "network.OperatorSpecSpec" {
    1: operator, 2: link_name, 3: require_up, 4: dhcp4, 5: dhcp6, 6: vip, 7: layer,
});

impl OperatorSpec {
    /// The id of the protocol: `dhcp4/LINK`, `dhcp6/LINK` or `vip/LINK/ADDRESS`.
    #[must_use]
    pub fn id(&self) -> String {
        let id = format!("{}/{}", self.operator, self.link_name);
        match self.vip.as_ref().and_then(|vip| vip.ip) {
            Some(ip) if self.operator == Operator::Vip => format!("{id}/{ip}"),
            _ => id,
        }
    }
}

spec!(
    OperatorSpec,
    "OperatorSpecs.net.talos.dev",
    namespace::NETWORK,
    Definition::new().sensitive()
);

/// Settings of DHCPv4 (RFC 2131).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dhcp4Operator {
    /// Metric of the routes that the server names.
    pub route_metric: u32,
    /// Whether not to ask for a name.
    #[serde(skip_serializing_if = "empty")]
    pub skip_hostname_request: bool,
    /// Who we say we are.
    #[serde(skip_serializing_if = "empty")]
    pub client_identifier: Option<ClientId>,
}

message!(Dhcp4Operator as "network.DHCP4OperatorSpec" {
    1: route_metric, 2: skip_hostname_request, 3: client_identifier,
});

/// Settings of DHCPv6 (RFC 8415).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Dhcp6Operator {
    /// Metric of the routes that the server names.
    pub route_metric: u32,
    /// Whether not to ask for a name.
    #[serde(skip_serializing_if = "empty")]
    pub skip_hostname_request: bool,
    /// Who we say we are.
    #[serde(skip_serializing_if = "empty")]
    pub client_identifier: Option<ClientId>,
}

message!(Dhcp6Operator as "network.DHCP6OperatorSpec" {
    2: route_metric, 3: skip_hostname_request, 4: client_identifier,
});

/// Who a DHCP client says it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientId {
    /// What it is made from.
    pub client_identifier: ClientIdentifier,
    /// The DUID, hexadecimal, when it is given.
    #[serde(skip_serializing_if = "empty")]
    pub duid_raw_hex: String,
}

message!(ClientId as "network.ClientIdentifierSpec" { 1: client_identifier, 2: duid_raw_hex });

/// An address that one of several nodes has at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VipOperator {
    /// The address.
    #[serde(serialize_with = "or_empty")]
    pub ip: Option<IpAddr>,
    /// Whether neighbours are told that it moved.
    #[serde(rename = "gratuitousARP")]
    pub gratuitous_arp: bool,
    /// How Equinix Metal is told that it moved.
    #[serde(skip_serializing_if = "empty")]
    pub equinix_metal: Option<VipEquinixMetal>,
    /// How Hetzner Cloud is told that it moved.
    #[serde(skip_serializing_if = "empty")]
    pub hcloud: Option<VipHcloud>,
}

message!(VipOperator as "network.VIPOperatorSpec" {
    1: ip, 2: gratuitous_arp, 3: equinix_metal, 4: hcloud,
});

/// Access to the API of Equinix Metal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VipEquinixMetal {
    /// Project.
    #[serde(rename = "projectID")]
    pub project_id: String,
    /// Device.
    #[serde(rename = "deviceID")]
    pub device_id: String,
    /// Token.
    #[serde(serialize_with = "reveal")]
    pub api_token: Secret<String>,
}

message!(VipEquinixMetal as "network.VIPEquinixMetalSpec" {
    1: project_id, 2: device_id, 3: api_token,
});

/// Access to the API of Hetzner Cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VipHcloud {
    /// Server.
    #[serde(rename = "deviceID")]
    pub device_id: i64,
    /// Network; 0 for a floating address.
    #[serde(rename = "networkID")]
    pub network_id: i64,
    /// Token.
    #[serde(serialize_with = "reveal")]
    pub api_token: Secret<String>,
}

message!(VipHcloud as "network.VIPHCloudSpec" { 1: device_id, 2: network_id, 3: api_token });
