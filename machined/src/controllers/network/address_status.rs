//! Shows the addresses.
//!
//! reads    nothing
//! writes   `AddressStatus` in `network`
//! touches  rtnetlink: RTM_GETLINK, RTM_GETADDR

use cosi::{BoxError, Context, Controller, Declaration, Waker, exclusive};
use linux::netlink::route::{Address, Connection, Link};
use resources::namespace::NETWORK;
use resources::network::{AddressFlags, AddressStatus, Family, Scope};
use resources::value::IpPrefix;

use super::kernel;

const DECLARATION: Declaration = Declaration {
    name: "network.AddressStatus",
    inputs: &[],
    outputs: &[exclusive::<AddressStatus>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct AddressStatusController;

impl Controller for AddressStatusController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn start(&mut self, waker: Waker) {
        kernel::follow(waker, |changes| changes.addresses || changes.links);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let mut route = Connection::open()?;
        let links = route.links()?;
        let addresses = route.addresses()?;
        cx.converge(NETWORK, plan(&links, &addresses))?;
        Ok(())
    }
}

/// The addresses as clients see them; none of a link that went away between the two lists.
fn plan(links: &[Link], addresses: &[Address]) -> Vec<(String, AddressStatus)> {
    let names = kernel::names(links);
    let show = |address: &Address| {
        let status = AddressStatus {
            address: IpPrefix::new(address.address, address.prefix)?,
            local: address.local,
            broadcast: address.broadcast.map(Into::into),
            anycast: address.anycast.map(Into::into),
            multicast: address.multicast.map(Into::into),
            link_index: address.link,
            link_name: (*names.get(&address.link)?).to_owned(),
            family: if address.address.is_ipv4() { Family::Inet4 } else { Family::Inet6 },
            scope: Scope(address.scope),
            flags: AddressFlags(address.flags),
            priority: address.priority,
        };
        Some((status.id(), status))
    };
    addresses.iter().filter_map(show).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_name_of_its_link() {
        let links = [Link { index: 2, name: "eth0".to_owned(), ..Link::default() }];
        let ours = Address::new(2, [10, 5, 0, 2].into(), 24);
        let gone = Address::new(3, [10, 5, 0, 3].into(), 24);
        let found = plan(&links, &[ours, gone]);
        let ids: Vec<_> = found.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["eth0/10.5.0.2/24"]);
    }
}
