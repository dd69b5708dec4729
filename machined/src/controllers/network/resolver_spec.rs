//! Shows the resolvers that are asked.
//!
//! reads    `ResolverSpec` `resolvers` in `network` (weak)
//! writes   `ResolverStatus` `resolvers` in `network`
//! touches  nothing

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::namespace::NETWORK;
use resources::network::{ResolverSpec, ResolverStatus};

const DECLARATION: Declaration = Declaration {
    name: "network.ResolverSpec",
    inputs: &[weak::<ResolverSpec>(NETWORK).id(ResolverSpec::ID)],
    outputs: &[exclusive::<ResolverStatus>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct ResolverSpecController;

impl Controller for ResolverSpecController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let wanted = cx.get::<ResolverSpec>(NETWORK, ResolverSpec::ID)?;
        let status = wanted
            .filter(|wanted| !wanted.metadata.is_tearing_down())
            .map(|wanted| plan(&wanted.spec));
        cx.converge(NETWORK, status.map(|status| (ResolverStatus::ID, status)))?;
        Ok(())
    }
}

/// The resolvers that are wanted are those that are asked.
fn plan(wanted: &ResolverSpec) -> ResolverStatus {
    ResolverStatus {
        dns_servers: wanted.dns_servers.clone(),
        search_domains: wanted.search_domains.clone(),
    }
}
