//! VLANs: links on a link, told apart by a tag (IEEE 802.1Q).

use serde::Serialize;

use crate::{value::choices, wire::message};

choices! {
    /// Which tag a VLAN has.
    pub enum VlanProtocol {
        Dot1q = 33024 "802.1q",
        Dot1ad = 34984 "802.1ad",
    }
}

/// A VLAN's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vlan {
    /// The tag, 1 to 4094.
    #[serde(rename = "vlanID")]
    pub vlan_id: u16,
    /// Which tag.
    pub vlan_protocol: VlanProtocol,
}

message!(Vlan as "network.VLANSpec" { 1: vlan_id, 2: vlan_protocol });
