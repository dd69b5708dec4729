//! Shows the links.
//!
//! reads    nothing
//! writes   `LinkStatus` in `network`
//! touches  rtnetlink: RTM_GETLINK; SIOCETHTOOL; /sys/bus/pci

use cosi::{BoxError, Context, Controller, Declaration, Waker, exclusive};
use linux::ethtool::{self, Hardware};
use linux::netlink::route::{Connection, Link};
use resources::namespace::NETWORK;
use resources::network::{
    Duplex, LinkFlags, LinkStatus, LinkType, OperationalState, Port, Vlan, VlanProtocol,
};
use resources::value::HardwareAddr;

use super::kernel;

const DECLARATION: Declaration =
    Declaration { name: "network.LinkStatus", inputs: &[], outputs: &[exclusive::<LinkStatus>()] };

/// The controller.
#[derive(Debug)]
pub(super) struct LinkStatusController;

impl Controller for LinkStatusController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn start(&mut self, waker: Waker) {
        kernel::follow(waker, |changes| changes.links);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let mut found = Vec::new();
        for link in Connection::open()?.links()? {
            match ethtool::load(&link.name) {
                Ok(hardware) => found.push((link, hardware)),
                // Gone since it was listed; that wakes us.
                Err(error) if error.is_absent() => {}
                Err(error) => return Err(error.into()),
            }
        }
        cx.converge(NETWORK, found.iter().map(|(link, hardware)| plan(link, hardware)))?;
        Ok(())
    }
}

/// The link's name, and the link as clients see it.
///
/// hardware says | shown as
/// --------------|--------------
/// no speed      | 0
/// no duplex     | unknown
/// no port       | other
/// no PCI device | no numbers
fn plan(link: &Link, hardware: &Hardware) -> (String, LinkStatus) {
    let vendor = hardware.vendor_id.as_deref().unwrap_or_default();
    let product = hardware.product_id.as_deref().unwrap_or_default();
    let digits = |id: &str| id.strip_prefix("0x").unwrap_or(id).to_ascii_uppercase();
    let status = LinkStatus {
        alias: link.alias.clone().unwrap_or_default(),
        alt_names: link.alternative_names.clone(),
        index: link.index,
        medium: LinkType(link.layer),
        link_index: link.lower.unwrap_or(0),
        flags: LinkFlags(link.flags),
        hardware_addr: HardwareAddr(link.address.clone()),
        permanent_addr: HardwareAddr(link.permanent_address.clone()),
        broadcast_addr: HardwareAddr(link.broadcast.clone()),
        mtu: link.mtu,
        queue_disc: link.queue_discipline.clone(),
        master_index: link.master.unwrap_or(0),
        operational_state: OperationalState(link.operational_state),
        kind: link.kind.clone(),
        slave_kind: link.port_kind.clone(),
        bus_path: hardware.bus_path.clone(),
        pci_id: if vendor.is_empty() || product.is_empty() {
            String::new()
        } else {
            format!("{}:{}", digits(vendor), digits(product))
        },
        driver: hardware.driver.clone(),
        driver_version: hardware.driver_version.clone(),
        firmware_version: hardware.firmware_version.clone(),
        product_id: product.to_owned(),
        vendor_id: vendor.to_owned(),
        link_state: link.carrier,
        speed_mbit: hardware.speed_mbit.map_or(0, i64::from),
        port: hardware.port.map_or(Port::OTHER, Port),
        duplex: match hardware.duplex {
            Some(ethtool::Duplex::Half) => Duplex::HALF,
            Some(ethtool::Duplex::Full) => Duplex::FULL,
            None => Duplex::UNKNOWN,
        },
        vlan: link.vlan.map(|vlan| Vlan {
            vlan_id: vlan.id,
            vlan_protocol: match vlan.protocol {
                0x88a8 => VlanProtocol::Dot1ad,
                _ => VlanProtocol::Dot1q,
            },
        }),
        ..LinkStatus::default()
    };
    (link.name.clone(), status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_shown_with_its_hardware() {
        let link = Link {
            index: 2,
            name: "eth0".to_owned(),
            layer: 1,
            flags: 1,
            carrier: true,
            ..Link::default()
        };
        let hardware = Hardware {
            vendor_id: Some("0x1af4".to_owned()),
            product_id: Some("0x1000".to_owned()),
            speed_mbit: Some(1000),
            duplex: Some(ethtool::Duplex::Full),
            ..Hardware::default()
        };
        let (id, status) = plan(&link, &hardware);
        assert_eq!((id.as_str(), status.pci_id.as_str()), ("eth0", "1AF4:1000"));
        assert_eq!((status.speed_mbit, status.duplex), (1000, Duplex::FULL));
        assert_eq!((status.port, status.link_state), (Port::OTHER, true));
    }

    #[test]
    fn a_link_without_hardware_has_no_numbers() {
        let (_, status) = plan(&Link::default(), &Hardware::default());
        assert_eq!((status.pci_id.as_str(), status.duplex), ("", Duplex::UNKNOWN));
    }
}
