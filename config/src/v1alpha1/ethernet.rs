//! EthernetConfig: settings of a network card, as ethtool has them.

use std::collections::BTreeMap;

use types::LinkName;

use crate::field::{choice, section};
use crate::table::Merge;

section! {
    /// Tunes a network card.
    pub struct EthernetConfig as "network.EthernetConfigV1Alpha1" {
        /// The link.
        "name" => name: Option<LinkName> { required: true, example: "enp0s2" },
        /// Features by the names that ethtool gives them, on or off.
        "features" => features: BTreeMap<String, Switch> { example: "{tx-tcp-segmentation: false}" },
        /// Sizes of the rings that packets wait in.
        "rings" => rings: Option<EthernetRings>,
        /// How many queues there are.
        "channels" => channels: Option<EthernetChannels>,
        /// Which packets wake a machine that sleeps.
        "wakeOnLan" => wake_on_lan: Vec<WakeOnLan> { schema: r#"{"items":{"type":"string"},"type":"array"}"# },
    }
}

/// On or off, never neither.
pub type Switch = bool;

section! {
    /// Rings of a network card.
    pub struct EthernetRings as "network.EthernetRingsConfig" {
        /// Packets that were received.
        "rx" => rx: Option<u32> { example: "256", merge: Merge::Replace },
        /// Packets to be sent.
        "tx" => tx: Option<u32> { example: "256", merge: Merge::Replace },
        /// Small packets that were received.
        "rx-mini" => rx_mini: Option<u32> { merge: Merge::Replace },
        /// Large packets that were received.
        "rx-jumbo" => rx_jumbo: Option<u32> { merge: Merge::Replace },
        /// Bytes of a buffer for a packet that is received.
        "rx-buf-len" => rx_buf_len: Option<u32> { merge: Merge::Replace },
        /// Bytes of an entry of the completion queue.
        "cqe-size" => cqe_size: Option<u32> { merge: Merge::Replace },
        /// Whether packets to be sent are written to the card itself.
        "tx-push" => tx_push: Option<bool>,
        /// Whether the card writes packets to memory by itself.
        "rx-push" => rx_push: Option<bool>,
        /// Bytes of a packet that are written to the card itself.
        "tx-push-buf-len" => tx_push_buf_len: Option<u32> { merge: Merge::Replace },
        /// Whether headers and data of TCP go to different buffers.
        "tcp-data-split" => tcp_data_split: Option<bool>,
    }
}

section! {
    /// Queues of a network card.
    pub struct EthernetChannels as "network.EthernetChannelsConfig" {
        /// That receive.
        "rx" => rx: Option<u32> { merge: Merge::Replace },
        /// That send.
        "tx" => tx: Option<u32> { merge: Merge::Replace },
        /// That do something else.
        "other" => other: Option<u32> { merge: Merge::Replace },
        /// That receive and send.
        "combined" => combined: Option<u32> { example: "4", merge: Merge::Replace },
    }
}

choice! {
    /// Packets that wake a machine (linux/ethtool.h, WAKE_*).
    pub enum WakeOnLan {
        /// A change of the carrier.
        Phy = "phy",
        /// To this card.
        Unicast = "unicast",
        /// To a group.
        Multicast = "multicast",
        /// To all.
        Broadcast = "broadcast",
        /// The magic packet.
        Magic = "magic",
        /// The magic packet with a password.
        MagicSecure = "magicsecure",
        /// Those that filters name.
        Filter = "filter",
    }
}
