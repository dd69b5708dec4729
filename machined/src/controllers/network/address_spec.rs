//! Applies merged addresses to the kernel.
//!
//! reads    `AddressSpec` in `network` (strong), `LinkStatus` in `network` (weak)
//! writes   nothing; holds a finalizer on every `AddressSpec` it has applied
//! touches  rtnetlink: RTM_NEWADDR, RTM_DELADDR
//!
//! A missing link is not an error: its arrival wakes us.

use std::net::IpAddr;

use cosi::{BoxError, Context, Controller, Declaration, Id, Resource, Waker, strong, weak};
use linux::netlink::route::{Address, Connection, Link};
use resources::namespace::NETWORK;
use resources::network::{AddressSpec, LinkStatus};

use super::kernel;

const DECLARATION: Declaration = Declaration {
    name: "network.AddressSpec",
    inputs: &[strong::<AddressSpec>(NETWORK), weak::<LinkStatus>(NETWORK)],
    outputs: &[],
};

/// The controller.
#[derive(Debug)]
pub(super) struct AddressSpecController;

impl Controller for AddressSpecController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    /// Somebody else's change of an address is put right.
    fn start(&mut self, waker: Waker) {
        kernel::follow(waker, |changes| changes.addresses);
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let wanted = cx.list::<AddressSpec>(NETWORK)?;
        let mut route = Connection::open()?;
        let links = route.links()?;
        let actual = route.addresses()?;
        let steps = plan(&wanted, &links, &actual);
        super::all(steps, |step| apply(cx, &mut route, &step))
    }
}

/// Everything this controller can do.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Hold(Id),
    Add(Address),
    Remove(Address),
    Release(Id),
}

/// tearing down | link | present | steps
/// -------------|------|---------|------------------------------------------
/// no           | no   | –       | nothing; the link will wake us
/// no           | yes  | no      | Hold, Add (held first: a crash between leaks nothing)
/// no           | yes  | yes     | Hold
/// yes          | –    | no      | Release
/// yes          | yes  | yes     | Remove, Release
fn plan(wanted: &[Resource<AddressSpec>], links: &[Link], actual: &[Address]) -> Vec<Step> {
    let mut steps = Vec::new();
    for resource in wanted {
        let (id, spec) = (resource.id().clone(), &resource.spec);
        let link = links.iter().find(|link| link.name == spec.link_name);
        let present = link.and_then(|link| actual.iter().find(|a| is_same(a, spec, link)));
        match (resource.metadata.is_tearing_down(), link, present) {
            (false, None, _) => {}
            (false, Some(link), None) => {
                steps.push(Step::Hold(id));
                steps.push(Step::Add(address(spec, link)));
            }
            (false, Some(_), Some(_)) => steps.push(Step::Hold(id)),
            (true, _, None) => steps.push(Step::Release(id)),
            (true, _, Some(present)) => {
                steps.push(Step::Remove(present.clone()));
                steps.push(Step::Release(id));
            }
        }
    }
    steps
}

fn is_same(actual: &Address, wanted: &AddressSpec, link: &Link) -> bool {
    actual.link == link.index
        && actual.address == wanted.address.addr()
        && actual.prefix == wanted.address.len()
}

fn address(spec: &AddressSpec, link: &Link) -> Address {
    let prefix = spec.address;
    // The broadcast address is the last of the network (RFC 919); networks of two have none
    // (RFC 3021).
    let broadcast = match prefix.addr() {
        IpAddr::V4(ip) if prefix.len() < 31 && !link.is_loopback() => {
            let host = u32::MAX.checked_shr(prefix.len().into()).unwrap_or(0);
            Some((ip.to_bits() | host).into())
        }
        _ => None,
    };
    Address {
        scope: spec.scope.0,
        flags: spec.flags.0,
        priority: spec.priority,
        broadcast,
        ..Address::new(link.index, prefix.addr(), prefix.len())
    }
}

fn apply(cx: &Context<'_>, route: &mut Connection, step: &Step) -> Result<(), BoxError> {
    match step {
        Step::Hold(id) => cx.add_finalizer::<AddressSpec>(NETWORK, id)?,
        Step::Add(address) => super::present(route.add_address(address))?,
        Step::Remove(address) => super::absent(route.delete_address(address))?,
        Step::Release(id) => cx.remove_finalizer::<AddressSpec>(NETWORK, id)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use cosi::Phase;

    use super::*;

    #[test]
    fn the_table_holds() {
        let link = Link { index: 2, name: "eth0".to_owned(), ..Link::default() };
        let spec = AddressSpec {
            address: "10.0.0.2/24".parse().expect("a prefix"),
            link_name: "eth0".to_owned(),
            ..AddressSpec::default()
        };
        let there = address(&spec, &link);
        assert_eq!(there.broadcast, Some([10, 0, 0, 255].into()));
        let id = Id::from(spec.id());
        let wanted = Resource::new(NETWORK, id.clone(), spec);
        let mut leaving = wanted.clone();
        leaving.edit().metadata.set_phase(Phase::TearingDown);
        let check = |wanted: &Resource<AddressSpec>,
                     links: &[Link],
                     actual: &[Address],
                     expected: &[Step]| {
            assert_eq!(plan(std::slice::from_ref(wanted), links, actual), expected);
        };
        let (links, actual) = ([link], [there.clone()]);
        check(&wanted, &[], &[], &[]);
        check(&wanted, &links, &[], &[Step::Hold(id.clone()), Step::Add(there.clone())]);
        check(&wanted, &links, &actual, &[Step::Hold(id.clone())]);
        check(&leaving, &links, &[], &[Step::Release(id.clone())]);
        check(&leaving, &links, &actual, &[Step::Remove(there), Step::Release(id)]);
    }
}
