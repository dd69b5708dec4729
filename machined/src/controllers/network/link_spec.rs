//! Sets links up or down, and how large their packets are.
//!
//! reads    `LinkSpec`, `LinkStatus` in `network` (weak)
//! writes   nothing
//! touches  rtnetlink: RTM_NEWLINK
//!
//! A missing link is not an error: its arrival wakes us. Links that are wanted no more stay as they
//! are. Only what a link itself has is set; logical links are not made yet.

use cosi::{BoxError, Context, Controller, Declaration, Resource, weak};
use linux::netlink::route::{Connection, Link};
use resources::namespace::NETWORK;
use resources::network::{LinkSpec, LinkStatus};

const DECLARATION: Declaration = Declaration {
    name: "network.LinkSpec",
    inputs: &[weak::<LinkSpec>(NETWORK), weak::<LinkStatus>(NETWORK)],
    outputs: &[],
};

/// The controller.
#[derive(Debug)]
pub(super) struct LinkSpecController;

impl Controller for LinkSpecController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let wanted = cx.list::<LinkSpec>(NETWORK)?;
        let mut route = Connection::open()?;
        let steps = plan(&wanted, &route.links()?);
        super::all(steps, |step| Ok(apply(&mut route, step)?))
    }
}

/// Everything this controller can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Mtu(u32, u32),
    Up(u32),
    Down(u32),
}

/// link   | wanted           | steps
/// -------|------------------|--------------------------
/// absent | –                | none
/// there  | torn down        | none
/// there  | another MTU      | Mtu
/// there  | up, is down      | Up
/// there  | down, is up      | Down
fn plan(wanted: &[Resource<LinkSpec>], links: &[Link]) -> Vec<Step> {
    let mut steps = Vec::new();
    for spec in wanted.iter().filter(|wanted| !wanted.metadata.is_tearing_down()) {
        let spec = &spec.spec;
        let Some(link) = links.iter().find(|link| link.name == spec.name) else { continue };
        if spec.mtu != 0 && spec.mtu != link.mtu {
            steps.push(Step::Mtu(link.index, spec.mtu));
        }
        match (spec.up, link.is_up()) {
            (true, false) => steps.push(Step::Up(link.index)),
            (false, true) => steps.push(Step::Down(link.index)),
            (true, true) | (false, false) => {}
        }
    }
    steps
}

fn apply(route: &mut Connection, step: Step) -> Result<(), linux::KernelError> {
    match step {
        Step::Mtu(link, mtu) => route.set_mtu(link, mtu),
        Step::Up(link) => route.set_up(link),
        Step::Down(link) => route.set_down(link),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(up: bool, mtu: u32, expected: &[Step]) {
        let name = "eth0".to_owned();
        let link = Link { index: 2, name: name.clone(), mtu: 1500, ..Link::default() };
        let spec = LinkSpec { name, up, mtu, ..LinkSpec::default() };
        let wanted = [Resource::new(NETWORK, "eth0", spec)];
        assert_eq!(plan(&wanted, &[link]), expected);
        assert_eq!(plan(&wanted, &[]), []);
    }

    #[test]
    fn a_link_is_changed_where_it_differs() {
        check(false, 0, &[]);
        check(false, 1500, &[]);
        check(true, 0, &[Step::Up(2)]);
        check(true, 1400, &[Step::Mtu(2, 1400), Step::Up(2)]);
    }
}
