//! Bonds: several links that act as one (Documentation/networking/bonding.rst of Linux 6.12).

use std::net::IpAddr;

use serde::Serialize;

use crate::{spec::empty, value::choices, wire::message};

choices! {
    /// How a bond spreads traffic.
    pub enum BondMode {
        BalanceRr = 0 "balance-rr",
        ActiveBackup = 1 "active-backup",
        BalanceXor = 2 "balance-xor",
        Broadcast = 3 "broadcast",
        Ieee8023ad = 4 "802.3ad",
        BalanceTlb = 5 "balance-tlb",
        BalanceAlb = 6 "balance-alb",
    }
}

choices! {
    /// What of a packet chooses its link.
    pub enum BondXmitHashPolicy {
        Layer2 = 0 "layer2",
        Layer34 = 1 "layer3+4",
        Layer23 = 2 "layer2+3",
        Encap23 = 3 "encap2+3",
        Encap34 = 4 "encap3+4",
    }
}

choices! {
    /// How often the partner of 802.3ad is asked to speak.
    pub enum LacpRate {
        Slow = 0 "slow",
        Fast = 1 "fast",
    }
}

choices! {
    /// Which ARP packets count as a sign of life.
    pub enum ArpValidate {
        None = 0 "none",
        Active = 1 "active",
        Backup = 2 "backup",
        All = 3 "all",
        Filter = 4 "filter",
        FilterActive = 5 "filter-active",
        FilterBackup = 6 "filter-backup",
    }
}

choices! {
    /// How many ARP targets must answer.
    pub enum ArpAllTargets {
        Any = 0 "any",
        All = 1 "all",
    }
}

choices! {
    /// When the primary link takes over again.
    pub enum PrimaryReselect {
        Always = 0 "always",
        Better = 1 "better",
        Failure = 2 "failure",
    }
}

choices! {
    /// Whose hardware address an active-backup bond shows.
    pub enum FailOverMac {
        None = 0 "none",
        Active = 1 "active",
        Follow = 2 "follow",
    }
}

choices! {
    /// Which aggregator of 802.3ad is used.
    pub enum AdSelect {
        Stable = 0 "stable",
        Bandwidth = 1 "bandwidth",
        Count = 2 "count",
    }
}

choices! {
    /// Whether 802.3ad speaks first.
    pub enum AdLacpActive {
        Off = 0 "off",
        On = 1 "on",
    }
}

/// A bond's settings. Times are in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BondMaster {
    /// How traffic is spread.
    pub mode: BondMode,
    /// What of a packet chooses its link.
    pub xmit_hash_policy: BondXmitHashPolicy,
    /// How often the partner is asked to speak.
    pub lacp_rate: LacpRate,
    /// Which ARP packets count.
    pub arp_validate: ArpValidate,
    /// How many ARP targets must answer.
    pub arp_all_targets: ArpAllTargets,
    /// Number of the link that is preferred.
    #[serde(skip_serializing_if = "empty")]
    pub primary: Option<u32>,
    /// When that link takes over again.
    pub primary_reselect: PrimaryReselect,
    /// Whose hardware address is shown.
    pub fail_over_mac: FailOverMac,
    /// Which aggregator is used.
    #[serde(skip_serializing_if = "empty")]
    pub ad_select: AdSelect,
    /// Time between looks at the carrier.
    #[serde(skip_serializing_if = "empty")]
    pub miimon: u32,
    /// Time until a carrier that came is believed.
    #[serde(skip_serializing_if = "empty")]
    pub updelay: u32,
    /// Time until a carrier that went is believed.
    #[serde(skip_serializing_if = "empty")]
    pub downdelay: u32,
    /// Time between ARP requests.
    #[serde(skip_serializing_if = "empty")]
    pub arp_interval: u32,
    /// IGMP reports after a change of links.
    #[serde(skip_serializing_if = "empty")]
    pub resend_igmp: u32,
    /// Links that must be up for the bond to be.
    #[serde(skip_serializing_if = "empty")]
    pub min_links: u32,
    /// Seconds between learning packets.
    #[serde(skip_serializing_if = "empty")]
    pub lp_interval: u32,
    /// Packets before the next link has its turn.
    #[serde(skip_serializing_if = "empty")]
    pub packets_per_slave: u32,
    /// Announcements after a change of links, at most 255.
    #[serde(skip_serializing_if = "empty")]
    pub num_peer_notif: u32,
    /// Whether balance-tlb moves flows by load: 0 or 1.
    #[serde(skip_serializing_if = "empty")]
    pub tlb_logical_lb: u32,
    /// Whether links not in use still deliver what they receive: 0 or 1.
    #[serde(skip_serializing_if = "empty")]
    pub all_slaves_active: u32,
    /// Whether the driver's carrier is believed.
    #[serde(skip_serializing_if = "empty")]
    pub use_carrier: bool,
    /// Priority of the system in 802.3ad.
    #[serde(skip_serializing_if = "empty")]
    pub ad_actor_sys_prio: u16,
    /// User's part of the port key in 802.3ad.
    #[serde(skip_serializing_if = "empty")]
    pub ad_user_port_key: u16,
    /// Time between announcements.
    #[serde(skip_serializing_if = "empty")]
    pub peer_notify_delay: u32,
    /// Who is asked by ARP, IPv4.
    #[serde(skip_serializing_if = "empty")]
    pub arp_ip_targets: Vec<IpAddr>,
    /// Who is asked by neighbour solicitation, IPv6.
    #[serde(skip_serializing_if = "empty")]
    pub ns_ip6_targets: Vec<IpAddr>,
    /// Whether 802.3ad speaks first.
    #[serde(skip_serializing_if = "empty")]
    pub ad_lacp_active: Option<AdLacpActive>,
    /// ARP requests without answer until a link is down, at most 255.
    #[serde(skip_serializing_if = "empty")]
    pub missed_max: u32,
}

message!(BondMaster as "network.BondMasterSpec" {
    1: mode, 2: xmit_hash_policy, 3: lacp_rate, 4: arp_validate, 5: arp_all_targets, 6: primary,
    7: primary_reselect, 8: fail_over_mac, 9: ad_select, 10: miimon, 11: updelay, 12: downdelay,
    13: arp_interval, 14: resend_igmp, 15: min_links, 16: lp_interval, 17: packets_per_slave,
    18: num_peer_notif, 19: tlb_logical_lb, 20: all_slaves_active, 21: use_carrier,
    22: ad_actor_sys_prio, 23: ad_user_port_key, 24: peer_notify_delay, 25: arp_ip_targets,
    26: ns_ip6_targets, 27: ad_lacp_active, 28: missed_max,
});

/// The bond that a link belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BondSlave {
    /// The bond.
    #[serde(skip_serializing_if = "empty")]
    pub master_name: String,
    /// Place among the bond's links.
    #[serde(skip_serializing_if = "empty")]
    pub slave_index: i64,
}

message!(BondSlave as "network.BondSlave" { 1: master_name, 2: slave_index });
