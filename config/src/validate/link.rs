//! Rules of links, their addresses and routes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Report;
use crate::cel::Purpose;
use crate::network::{duid, table};
use crate::v1alpha1::dhcp4::ClientIdentifier;
use crate::v1alpha1::link::LinkFields;
use crate::v1alpha1::routing_rule::RuleAction;
use crate::v1alpha1::{
    BondConfig, LinkAliasConfig, RoutingRuleConfig, VlanConfig, VrfConfig, WireguardConfig,
};

/// Highest number of a VLAN (IEEE 802.1Q; 4095 is reserved).
const LAST_VLAN: u16 = 4094;
/// Priorities of rules that are the operator's: the kernel has 0, 32766 and 32767.
const PRIORITIES: std::ops::RangeInclusive<u32> = 1..=32765;
/// The priority of the rule by which the node itself sends into the mesh.
const RESERVED_PRIORITY: u32 = 32500;
/// Tables that are the kernel's.
const KERNEL_TABLES: [u32; 4] = [0, 253, 254, 255];

/// What every kind of link has.
pub(super) fn common(fields: &LinkFields, report: &mut Report) {
    for (index, address) in fields.addresses.iter().enumerate() {
        if address.address.is_none() {
            report.wrong(&format!("addresses[{index}].address"), "must be set");
        }
    }
    for (index, route) in fields.routes.iter().enumerate() {
        let path = format!("routes[{index}]");
        if route.destination.is_some_and(|destination| destination.length() == 0) {
            report.wrong(&format!("{path}.destination"), "must be absent for a default route");
        }
        routing_table(route.table.as_deref(), &format!("{path}.table"), report);
    }
}

/// The number of a table, if there is one and it is right.
fn routing_table(text: Option<&str>, path: &str, report: &mut Report) -> Option<u32> {
    let text = text?;
    let number = table(text);
    if number.is_none() {
        report.wrong_value(path, text, "must be the name or number of a routing table");
    }
    number
}

/// Members and mode.
pub(super) fn bond(document: &BondConfig, report: &mut Report) {
    if document.links.is_empty() {
        report.wrong("links", "must hold a link");
    }
    if document.mode.is_none() {
        report.wrong("bondMode", "must be set");
    }
}

pub(super) fn vlan(document: &VlanConfig, report: &mut Report) {
    if !document.id.is_some_and(|id| (1..=LAST_VLAN).contains(&id)) {
        report.wrong("vlanID", format!("must be from 1 to {LAST_VLAN}"));
    }
    if document.parent.as_deref().unwrap_or_default().is_empty() {
        report.wrong("parent", "must be set");
    }
}

pub(super) fn vrf(document: &VrfConfig, report: &mut Report) {
    let number = routing_table(document.table.as_deref(), "table", report);
    if document.table.is_none() {
        report.wrong("table", "must be set");
    } else if number.is_some_and(|number| KERNEL_TABLES.contains(&number)) {
        report.wrong("table", "must be none of the kernel's: main, local, default, unspec");
    }
}

/// Keys are 32 bytes as base64; those that are secret are not shown.
pub(super) fn wireguard(document: &WireguardConfig, report: &mut Report) {
    let is_key = |text: &str| STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
    let rule = "must be 32 bytes as base64";
    if !document.private_key.as_ref().is_some_and(|key| is_key(key.expose())) {
        report.wrong("privateKey", rule);
    }
    for (index, peer) in document.peers.iter().enumerate() {
        let path = format!("peers[{index}]");
        if !peer.public_key.as_deref().is_some_and(is_key) {
            report.wrong(&format!("{path}.publicKey"), rule);
        }
        if peer.preshared_key.as_ref().is_some_and(|key| !is_key(key.expose())) {
            report.wrong(&format!("{path}.presharedKey"), rule);
        }
    }
}

/// A number goes to the end, behind a name.
pub(super) fn alias(document: &LinkAliasConfig, report: &mut Report) {
    if let Some(name) = &document.name {
        let stem = name.strip_suffix("%d").unwrap_or(name);
        if stem.contains('%') || stem.is_empty() {
            report.wrong_value("name", name, "must have %d only at its end, behind a name");
        }
    }
    let expression = document.selector.as_ref().and_then(|selector| selector.matches.as_deref());
    match expression.filter(|text| !text.is_empty()) {
        None => report.wrong("selector.match", "must be set"),
        Some(text) => report.expression("selector.match", text, Purpose::Link),
    }
}

/// A DUID is given exactly when it is asked for.
pub(super) fn dhcp(client: Option<ClientIdentifier>, raw: Option<&str>, report: &mut Report) {
    let by_duid = client == Some(ClientIdentifier::Duid);
    match raw {
        Some(_) if !by_duid => {
            report.wrong("duidRaw", "must be absent unless clientIdentifier is duid");
        }
        None if by_duid => report.wrong("duidRaw", "must be set when clientIdentifier is duid"),
        Some(text) if duid(text).is_none() => {
            report.wrong_value("duidRaw", text, "must be bytes in hexadecimal, as 00:01:aa");
        }
        Some(_) | None => {}
    }
}

/// A shared address needs a link.
pub(super) fn vip(link: Option<&str>, report: &mut Report) {
    if link.unwrap_or_default().is_empty() {
        report.wrong("link", "must be set");
    }
}

pub(super) fn routing_rule(document: &RoutingRuleConfig, report: &mut Report) {
    if let Some(name) = &document.name {
        let priority = name.parse().ok().filter(|number| PRIORITIES.contains(number));
        if priority.is_none_or(|number| number == RESERVED_PRIORITY) {
            let (first, last) = (PRIORITIES.start(), PRIORITIES.end());
            let rule =
                format!("must be a priority from {first} to {last}, but {RESERVED_PRIORITY}");
            report.wrong_value("name", name, rule);
        }
    }
    routing_table(document.table.as_deref(), "table", report);
    let to_table = matches!(document.action, None | Some(RuleAction::Unicast | RuleAction::Unspec));
    if document.table.is_none() && to_table {
        report.wrong("table", "must be set, unless action is another than unicast");
    }
    if document.mask.is_some() && document.mark.is_none() {
        report.wrong("fwMask", "must be absent without fwMark");
    }
}
