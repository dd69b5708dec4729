//! Rules of `machine.network`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Report, Sign};
use crate::v1alpha1::MachineType;
use crate::v1alpha1::machine::bond::Bond;
use crate::v1alpha1::machine::interface::{Interface, Vlan, Wireguard};
use crate::v1alpha1::machine::network::Network;

/// Smallest mesh packet: IPv6 needs it (RFC 8200, section 5).
pub(super) const KUBESPAN_MTU: u32 = 1280;
/// Highest number of a VLAN (IEEE 802.1Q; 4095 is reserved).
const LAST_VLAN: u16 = 4094;

/// Modes of a bond; the first is the kernel's default.
const MODES: [&str; 7] = [
    "balance-rr",
    "active-backup",
    "balance-xor",
    "broadcast",
    "802.3ad",
    "balance-tlb",
    "balance-alb",
];

/// All rules of `machine.network`.
pub(super) fn check(network: &Network, kind: MachineType, report: &mut Report) {
    let mut bonded = BTreeMap::new();
    for (index, interface) in network.interfaces.iter().enumerate() {
        let path = format!("machine.network.interfaces[{index}]");
        for link in interface.bond.iter().flat_map(|bond| &bond.interfaces) {
            if bonded.insert(link.as_str(), path.clone()).is_some() {
                report.wrong_value(
                    &format!("{path}.bond.interfaces"),
                    link,
                    "must be in one bond only",
                );
            }
        }
        check_interface(interface, &path, kind, report);
    }
    for (index, interface) in network.interfaces.iter().enumerate() {
        let name = interface.name.as_ref().map(ToString::to_string).unwrap_or_default();
        let addressed = !interface.addresses.is_empty() || interface.cidr.is_some();
        if addressed && bonded.contains_key(name.as_str()) {
            let path = format!("machine.network.interfaces[{index}].addresses");
            report.wrong(&path, "must be on the bond that holds the link");
        }
    }
    for (index, host) in network.extra_host_entries.iter().enumerate() {
        if host.ip.is_none() {
            report.wrong(&format!("machine.network.extraHostEntries[{index}].ip"), "must be set");
        }
    }
    if let Some(kubespan) = &network.kubespan {
        if kubespan.mtu.is_some_and(|mtu| mtu != 0 && mtu < KUBESPAN_MTU) {
            report
                .wrong("machine.network.kubespan.mtu", format!("must be at least {KUBESPAN_MTU}"));
        }
        if let Some(filters) = &kubespan.filters {
            let path = "machine.network.kubespan.filters";
            report.subnets(&format!("{path}.endpoints"), &filters.endpoints, Sign::Allowed);
            let excluded = &filters.exclude_advertised_networks;
            report.subnets(&format!("{path}.excludeAdvertisedNetworks"), excluded, Sign::Refused);
        }
    }
}

fn check_interface(interface: &Interface, path: &str, kind: MachineType, report: &mut Report) {
    if interface.name.is_none() && interface.device_selector.is_none() {
        report.wrong(path, "must have an interface or a deviceSelector");
    }
    if interface.name.is_some() && interface.device_selector.is_some() {
        report.wrong(path, "must not have both an interface and a deviceSelector");
    }
    if interface.bond.is_some() && interface.bridge.is_some() {
        report.wrong(path, "must not be both a bond and a bridge");
    }
    if interface.cidr.is_some() && !interface.addresses.is_empty() {
        report.wrong(&format!("{path}.cidr"), "must be absent beside addresses");
    }
    if interface.vip.is_some() && !kind.is_control_plane() {
        report.wrong(&format!("{path}.vip"), "must not be on a worker");
    }
    for (index, route) in interface.routes.iter().enumerate() {
        if route.gateway.is_none() && route.network.is_none() {
            report.wrong(&format!("{path}.routes[{index}]"), "must have a network or a gateway");
        }
    }
    if let Some(wireguard) = &interface.wireguard {
        check_wireguard(wireguard, &format!("{path}.wireguard"), report);
    }
    if let Some(bond) = &interface.bond {
        check_bond(bond, &format!("{path}.bond"), report);
    }
    for (index, vlan) in interface.vlans.iter().enumerate() {
        check_vlan(vlan, &format!("{path}.vlans[{index}]"), kind, report);
    }
}

fn check_vlan(vlan: &Vlan, path: &str, kind: MachineType, report: &mut Report) {
    if !vlan.id.is_some_and(|id| (1..=LAST_VLAN).contains(&id)) {
        report.wrong(&format!("{path}.vlanId"), format!("must be from 1 to {LAST_VLAN}"));
    }
    if vlan.cidr.is_some() && !vlan.addresses.is_empty() {
        report.wrong(&format!("{path}.cidr"), "must be absent beside addresses");
    }
    if vlan.vip.is_some() && !kind.is_control_plane() {
        report.wrong(&format!("{path}.vip"), "must not be on a worker");
    }
}

/// Keys are 32 bytes as base64; the private one is not shown.
fn check_wireguard(wireguard: &Wireguard, path: &str, report: &mut Report) {
    let is_key = |text: &str| STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
    let rule = "must be 32 bytes as base64";
    if !wireguard.private_key.as_ref().is_some_and(|key| is_key(key.expose())) {
        report.wrong(&format!("{path}.privateKey"), rule);
    }
    for (index, peer) in wireguard.peers.iter().enumerate() {
        let path = format!("{path}.peers[{index}]");
        if !peer.public_key.as_deref().is_some_and(is_key) {
            report.wrong(&format!("{path}.publicKey"), rule);
        }
        report.subnets(&format!("{path}.allowedIPs"), &peer.allowed_ips, Sign::Refused);
    }
}

/// Options against the mode (Documentation/networking/bonding.rst).
fn check_bond(bond: &Bond, path: &str, report: &mut Report) {
    let mode = bond
        .mode
        .as_deref()
        .filter(|mode| !mode.is_empty())
        .unwrap_or(MODES[0])
        .to_ascii_lowercase();
    let is = |modes: &[&str]| modes.contains(&mode.as_str());
    if !is(&MODES) {
        report.wrong_value(
            &format!("{path}.mode"),
            &mode,
            format!("must be one of {}", MODES.join(", ")),
        );
        return;
    }
    for (key, set) in [
        ("arpIPTarget", !bond.arp_ip_target.is_empty()),
        ("adActorSystem", bond.ad_actor_system.is_some()),
    ] {
        if set {
            report.wrong(&format!("{path}.{key}"), "must be absent: BondConfig has it");
        }
    }
    if bond.tlb_dynamic_lb.is_some() && !is(&["balance-tlb", "balance-alb"]) {
        report.wrong(
            &format!("{path}.tlbDynamicLb"),
            "must be absent unless the mode is balance-tlb or balance-alb",
        );
    }
    let lacp = [
        ("lacpRate", bond.lacp_rate.is_some()),
        ("adActorSysPrio", bond.ad_actor_sys_prio.is_some()),
        ("adUserPortKey", bond.ad_user_port_key.is_some()),
    ];
    for (key, set) in lacp {
        if set && !is(&["802.3ad"]) {
            report.wrong(&format!("{path}.{key}"), "must be absent unless the mode is 802.3ad");
        }
    }
    if bond.primary.is_some() && !is(&["active-backup", "balance-tlb", "balance-alb"]) {
        let rule = "must be absent unless the mode is active-backup, balance-tlb or balance-alb";
        report.wrong(&format!("{path}.primary"), rule);
    }
    let arp = [
        ("arpInterval", bond.arp_interval.is_some_and(|interval| interval > 0)),
        ("arpValidate", bond.arp_validate.is_some()),
    ];
    for (key, set) in arp {
        if set && is(&["802.3ad", "balance-tlb", "balance-alb"]) {
            report.wrong(
                &format!("{path}.{key}"),
                "must be absent in the modes 802.3ad, balance-tlb and balance-alb",
            );
        }
    }
    let miimon = bond.miimon.unwrap_or(0);
    for (key, delay) in [("updelay", bond.updelay), ("downdelay", bond.downdelay)] {
        let delay = delay.unwrap_or(0);
        if delay > 0 && (miimon == 0 || delay % miimon != 0) {
            report.wrong(&format!("{path}.{key}"), "must be a multiple of miimon");
        }
    }
}
