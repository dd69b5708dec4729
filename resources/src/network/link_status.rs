//! Links that there are.

use cosi::Definition;
use serde::Serialize;

use super::{
    BondMaster, BridgeMaster, Duplex, LinkFlags, LinkType, OperationalState, Port, Vlan, VrfMaster,
    Wireguard,
};
use crate::{
    namespace,
    spec::{empty, spec},
    value::HardwareAddr,
    wire::message,
};

/// A link as it is. The id is the link's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkStatus {
    /// Name that the configuration gave the link beside its own.
    #[serde(skip_serializing_if = "empty")]
    pub alias: String,
    /// Further names that the kernel knows the link by.
    #[serde(skip_serializing_if = "empty")]
    pub alt_names: Vec<String>,
    /// The kernel's number of the link.
    pub index: u32,
    /// Medium of the link.
    #[serde(rename = "type")]
    pub medium: LinkType,
    /// Number of the link that this one is on.
    pub link_index: u32,
    /// Flags of the kernel.
    pub flags: LinkFlags,
    /// Hardware address.
    pub hardware_addr: HardwareAddr,
    /// Hardware address that the device came with.
    pub permanent_addr: HardwareAddr,
    /// Hardware address of everybody.
    pub broadcast_addr: HardwareAddr,
    /// Largest packet in bytes.
    pub mtu: u32,
    /// Queueing discipline.
    pub queue_disc: String,
    /// Number of the bond, bridge or VRF that the link belongs to.
    #[serde(skip_serializing_if = "empty")]
    pub master_index: u32,
    /// Operational state.
    pub operational_state: OperationalState,
    /// Kind of a logical link in the kernel's words, such as `bond`; empty for a device.
    pub kind: String,
    /// Kind of the link that this one belongs to.
    pub slave_kind: String,
    /// Where the device is on its bus.
    #[serde(skip_serializing_if = "empty")]
    pub bus_path: String,
    /// Vendor and device number of a PCI device, `8086:100e`.
    #[serde(rename = "pciID", skip_serializing_if = "empty")]
    pub pci_id: String,
    /// Driver of the device.
    #[serde(skip_serializing_if = "empty")]
    pub driver: String,
    /// Version of the driver.
    #[serde(skip_serializing_if = "empty")]
    pub driver_version: String,
    /// Version of the device's firmware.
    #[serde(skip_serializing_if = "empty")]
    pub firmware_version: String,
    /// Device number, hexadecimal.
    #[serde(rename = "productID", skip_serializing_if = "empty")]
    pub product_id: String,
    /// Vendor number, hexadecimal.
    #[serde(rename = "vendorID", skip_serializing_if = "empty")]
    pub vendor_id: String,
    /// Name of the device.
    #[serde(skip_serializing_if = "empty")]
    pub product: String,
    /// Name of the vendor.
    #[serde(skip_serializing_if = "empty")]
    pub vendor: String,
    /// Whether a signal is there.
    pub link_state: bool,
    /// Speed in megabits per second; 0 when unknown.
    #[serde(skip_serializing_if = "empty")]
    pub speed_mbit: i64,
    /// Connector.
    pub port: Port,
    /// Duplex.
    pub duplex: Duplex,
    /// What makes the link a VLAN.
    #[serde(skip_serializing_if = "empty")]
    pub vlan: Option<Vlan>,
    /// What makes the link a bridge.
    #[serde(skip_serializing_if = "empty")]
    pub bridge_master: Option<BridgeMaster>,
    /// What makes the link a bond.
    #[serde(skip_serializing_if = "empty")]
    pub bond_master: Option<BondMaster>,
    /// What makes the link a VRF.
    #[serde(skip_serializing_if = "empty")]
    pub vrf_master: Option<VrfMaster>,
    /// What makes the link a WireGuard tunnel.
    #[serde(skip_serializing_if = "empty")]
    pub wireguard: Option<Wireguard>,
}

message!(LinkStatus as "network.LinkStatusSpec" {
    1: index, 2: medium, 3: link_index, 4: flags, 5: hardware_addr, 6: broadcast_addr, 7: mtu,
    8: queue_disc, 9: master_index, 10: operational_state, 11: kind, 12: slave_kind, 13: bus_path,
    14: pci_id, 15: driver, 16: driver_version, 17: firmware_version, 18: product_id, 19: vendor_id,
    20: product, 21: vendor, 22: link_state, 23: speed_mbit, 24: port, 25: duplex, 26: vlan,
    27: bridge_master, 28: bond_master, 29: wireguard, 30: permanent_addr, 31: alias, 32: alt_names,
    33: vrf_master,
});

spec!(
    LinkStatus,
    "LinkStatuses.net.talos.dev",
    namespace::NETWORK,
    Definition::new().aliases(&["link", "links"]).columns(&[
        ("Alias", "{.alias}"),
        ("Type", "{.type}"),
        ("Kind", "{.kind}"),
        ("Hw Addr", "{.hardwareAddr}"),
        ("Oper State", "{.operationalState}"),
        ("Link State", "{.linkState}")
    ])
);
