//! `machine.network.interfaces[].bond`: several links as one. Deprecated in favour of BondConfig.

use super::interface::DeviceSelector;
use crate::field::section;

section! {
    /// A bond and the options of the kernel's bonding driver
    /// (Documentation/networking/bonding.rst).
    pub struct Bond {
        /// Links in the bond.
        "interfaces" => interfaces: Vec<String>,
        /// Links in the bond, by what they are.
        "deviceSelectors" => device_selectors: Vec<DeviceSelector>,
        /// Addresses that ARP monitoring asks for.
        "arpIPTarget" => arp_ip_target: Vec<String>,
        /// How packets are spread, as `802.3ad`.
        "mode" => mode: Option<String>,
        /// What of a packet chooses its link.
        "xmitHashPolicy" => xmit_hash_policy: Option<String>,
        /// How often LACP packets are asked for.
        "lacpRate" => lacp_rate: Option<String>,
        /// The MAC address for LACP.
        "adActorSystem" => ad_actor_system: Option<String>,
        /// Which ARP replies are checked.
        "arpValidate" => arp_validate: Option<String>,
        /// Whether one target must answer or all.
        "arpAllTargets" => arp_all_targets: Option<String>,
        /// The preferred link.
        "primary" => primary: Option<String>,
        /// When the preferred link is taken again.
        "primaryReselect" => primary_reselect: Option<String>,
        /// What happens to MAC addresses on a change of link.
        "failOverMac" => fail_over_mac: Option<String>,
        /// How the aggregator is chosen.
        "adSelect" => ad_select: Option<String>,
        /// Milliseconds between looks at the carrier.
        "miimon" => miimon: Option<u32>,
        /// Milliseconds before a link that came up is used.
        "updelay" => updelay: Option<u32>,
        /// Milliseconds before a link that went down is given up.
        "downdelay" => downdelay: Option<u32>,
        /// Milliseconds between ARP requests.
        "arpInterval" => arp_interval: Option<u32>,
        /// IGMP reports after a change of link.
        "resendIgmp" => resend_igmp: Option<u32>,
        /// Links that must be up.
        "minLinks" => min_links: Option<u32>,
        /// Seconds between learning packets.
        "lpInterval" => lp_interval: Option<u32>,
        /// Packets to each link in turn.
        "packetsPerSlave" => packets_per_slave: Option<u32>,
        /// Notifications of peers after a change of link.
        "numPeerNotif" => num_peer_notif: Option<u8>,
        /// Whether flows are moved between links.
        "tlbDynamicLb" => tlb_dynamic_lb: Option<u8>,
        /// Whether packets on links in reserve are taken.
        "allSlavesActive" => all_slaves_active: Option<u8>,
        /// Whether the driver's carrier is used.
        "useCarrier" => use_carrier: Option<bool>,
        /// Priority of this system in LACP.
        "adActorSysPrio" => ad_actor_sys_prio: Option<u16>,
        /// Upper bits of the port's key in LACP.
        "adUserPortKey" => ad_user_port_key: Option<u16>,
        /// Milliseconds between notifications of peers.
        "peerNotifyDelay" => peer_notify_delay: Option<u32>,
    }
}
