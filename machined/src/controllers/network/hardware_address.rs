//! Names the hardware address that the node is known by.
//!
//! reads    `LinkStatus` in `network` (weak)
//! writes   `HardwareAddress` `first` in `network`
//! touches  nothing

use cosi::{BoxError, Context, Controller, Declaration, Resource, exclusive, weak};
use resources::namespace::NETWORK;
use resources::network::{HardwareAddress, LinkStatus};

const DECLARATION: Declaration = Declaration {
    name: "network.HardwareAddress",
    inputs: &[weak::<LinkStatus>(NETWORK)],
    outputs: &[exclusive::<HardwareAddress>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct HardwareAddressController;

impl Controller for HardwareAddressController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let links = cx.list::<LinkStatus>(NETWORK)?;
        cx.converge(NETWORK, plan(&links).map(|found| (HardwareAddress::ID, found)))?;
        Ok(())
    }
}

/// physical links | outcome
/// ---------------|---------------------------
/// none           | none, as in a container
/// some           | the first by name
fn plan(links: &[Resource<LinkStatus>]) -> Option<HardwareAddress> {
    links
        .iter()
        .filter(|link| super::is_physical(&link.spec))
        .min_by_key(|link| link.id().clone())
        .map(|link| HardwareAddress {
            name: link.id().as_str().to_owned(),
            hardware_addr: link.spec.hardware_addr.clone(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use resources::network::LinkType;

    fn link(name: &str, kind: &str) -> Resource<LinkStatus> {
        let (kind, medium) = (kind.to_owned(), LinkType::ETHER);
        Resource::new(NETWORK, name, LinkStatus { kind, medium, ..LinkStatus::default() })
    }

    #[test]
    fn the_first_device_counts() {
        let found = plan(&[link("eth1", ""), link("bond0", "bond"), link("eth0", "")]);
        assert_eq!(found.map(|found| found.name), Some("eth0".to_owned()));
        assert_eq!(plan(&[link("eth0", "veth")]), None);
    }
}
