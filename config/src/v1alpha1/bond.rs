//! BondConfig: several links as one, with the options of the kernel's bonding driver
//! (Documentation/networking/bonding.rst).

use std::net::IpAddr;

use types::LinkName;

use super::link::LinkFields;
use crate::field::{choice, section};
use crate::table::Merge;
use crate::value::HardwareAddress;

section! {
    /// Makes one link of several, for more throughput or against the loss of one.
    pub struct BondConfig as "network.BondConfigV1Alpha1" {
        /// Name of the link that is made.
        "name" => name: Option<LinkName> { required: true, example: "bond0" },
        /// Its hardware address. Without it that of the first link is taken.
        "hardwareAddr" => hardware_addr: Option<HardwareAddress> { merge: Merge::Replace },
        /// Names or aliases of the links in it.
        "links" => links: Vec<String> { required: true, example: "[enp0s2, enp0s3]" },
        /// How packets are spread over the links.
        "bondMode" => mode: Option<BondMode> { required: true, example: "802.3ad" },
        /// Milliseconds between two looks at a link's carrier; 0 looks at none.
        "miimon" => miimon: Option<u32> { example: "200", merge: Merge::Replace },
        /// Milliseconds before a link that came up is used; a multiple of `miimon`.
        "updelay" => updelay: Option<u32> { example: "300", merge: Merge::Replace },
        /// Milliseconds before a link that went down is given up; a multiple of `miimon`.
        "downdelay" => downdelay: Option<u32> { example: "100", merge: Merge::Replace },
        /// Whether the driver of a link says if it has carrier.
        "useCarrier" => use_carrier: Option<bool>,
        /// What of a packet decides over which link it goes.
        "xmitHashPolicy" => xmit_hash_policy: Option<XmitHashPolicy> { example: "layer2" },
        /// Milliseconds between two ARP requests that try the links.
        "arpInterval" => arp_interval: Option<u32> { merge: Merge::Replace },
        /// IPv4 addresses that are asked for.
        "arpIpTargets" => arp_ip_targets: Vec<IpAddr>,
        /// IPv6 addresses that are asked for.
        "nsIp6Targets" => ns_ip6_targets: Vec<IpAddr> { example: "[fd00::1]" },
        /// Which links must have had their answer checked.
        "arpValidate" => arp_validate: Option<ArpValidate>,
        /// Whether any target must answer, or all.
        "arpAllTargets" => arp_all_targets: Option<ArpAllTargets>,
        /// How often the peer is asked to send LACP packets.
        "lacpRate" => lacp_rate: Option<LacpRate>,
        /// Which links take the bond's hardware address.
        "failOverMac" => fail_over_mac: Option<FailOverMac>,
        /// How the group of links that is used is chosen.
        "adSelect" => ad_select: Option<AdSelect>,
        /// Priority of this machine in LACP.
        "adActorSysPrio" => ad_actor_sys_prio: Option<u16> { example: "65535", merge: Merge::Replace },
        /// Upper bits of a port's key in LACP.
        "adUserPortKey" => ad_user_port_key: Option<u16> { merge: Merge::Replace },
        /// Whether LACP packets are sent without being asked for.
        "adLACPActive" => ad_lacp_active: Option<LacpActive>,
        /// When the preferred link is taken again after it came back.
        "primaryReselect" => primary_reselect: Option<PrimaryReselect>,
        /// How many reports of group memberships are sent after a change of link.
        "resendIGMP" => resend_igmp: Option<u32> { merge: Merge::Replace },
        /// How many links must be up for the bond to be up.
        "minLinks" => min_links: Option<u32> { merge: Merge::Replace },
        /// Seconds between two packets by which switches learn where the bond is.
        "lpInterval" => lp_interval: Option<u32> { merge: Merge::Replace },
        /// How many packets go over one link before the next is taken.
        "packetsPerSlave" => packets_per_slave: Option<u32> { merge: Merge::Replace },
        /// How many notices are sent to neighbours after a change of link.
        "numPeerNotif" => num_peer_notif: Option<u8> { merge: Merge::Replace },
        /// Whether flows move to another link when load does.
        "tlbLogicalLb" => tlb_logical_lb: Option<u8> { merge: Merge::Replace },
        /// Whether packets that arrive on links in reserve are taken.
        "allSlavesActive" => all_slaves_active: Option<u8> { merge: Merge::Replace },
        /// Milliseconds between two notices to neighbours.
        "peerNotifDelay" => peer_notif_delay: Option<u32> { merge: Merge::Replace },
        /// How many checks in a row may go unanswered.
        "missedMax" => missed_max: Option<u8> { merge: Merge::Replace },
        /// What every kind of link has.
        "" => common: LinkFields { idle: true },
    }
}

choice! {
    /// How packets are spread over the links of a bond.
    pub enum BondMode {
        /// In turns.
        BalanceRr = "balance-rr",
        /// Over one, the others are in reserve.
        ActiveBackup = "active-backup",
        /// By a hash.
        BalanceXor = "balance-xor",
        /// Over all.
        Broadcast = "broadcast",
        /// As LACP agrees with the switch.
        Lacp = "802.3ad",
        /// By load, outgoing.
        BalanceTlb = "balance-tlb",
        /// By load, both ways.
        BalanceAlb = "balance-alb",
    }
}

choice! {
    /// What of a packet decides over which link it goes.
    pub enum XmitHashPolicy {
        /// Hardware addresses.
        Layer2 = "layer2",
        /// Addresses and ports.
        Layer34 = "layer3+4",
        /// Hardware addresses and addresses.
        Layer23 = "layer2+3",
        /// As layer2+3, of the packet inside a tunnel.
        Encap23 = "encap2+3",
        /// As layer3+4, of the packet inside a tunnel.
        Encap34 = "encap3+4",
    }
}

choice! {
    /// Which links' answers to ARP are checked.
    pub enum ArpValidate {
        /// None's.
        None = "none",
        /// The one in use.
        Active = "active",
        /// Those in reserve.
        Backup = "backup",
        /// All.
        All = "all",
        /// None's, but only ARP counts as life.
        Filter = "filter",
        /// As active, and only ARP counts.
        FilterActive = "filter-active",
        /// As backup, and only ARP counts.
        FilterBackup = "filter-backup",
    }
}

choice! {
    /// How many of the targets must answer.
    pub enum ArpAllTargets {
        /// One.
        Any = "any",
        /// Every one.
        All = "all",
    }
}

choice! {
    /// How often LACP packets are asked for.
    pub enum LacpRate {
        /// Every 30 seconds.
        Slow = "slow",
        /// Every second.
        Fast = "fast",
    }
}

choice! {
    /// Which links take the bond's hardware address.
    pub enum FailOverMac {
        /// All.
        None = "none",
        /// None: the bond takes that of the link in use.
        Active = "active",
        /// Each when it is put to use.
        Follow = "follow",
    }
}

choice! {
    /// How the group of links that is used is chosen.
    pub enum AdSelect {
        /// It stays until its last link is lost.
        Stable = "stable",
        /// The one with most bandwidth.
        Bandwidth = "bandwidth",
        /// The one with most links.
        Count = "count",
    }
}

choice! {
    /// Whether LACP packets are sent without being asked for.
    pub enum LacpActive {
        /// They are.
        On = "on",
        /// They are not.
        Off = "off",
    }
}

choice! {
    /// When the preferred link is taken again.
    pub enum PrimaryReselect {
        /// As soon as it is back.
        Always = "always",
        /// If it is faster.
        Better = "better",
        /// Only when the present one is lost.
        Failure = "failure",
    }
}
