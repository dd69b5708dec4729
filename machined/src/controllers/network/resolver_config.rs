//! Says which resolvers are wanted.
//!
//! reads    `MachineConfig` `v1alpha1` in `config` (weak)
//! writes   `ResolverSpec` in `network-config`, layers default, platform, configuration
//! touches  /etc/resolv.conf, in a container, whose engine wrote it

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use config::network::Network;
use cosi::{BoxError, Context, Controller, Declaration, shared, weak};
use resources::config::MachineConfig;
use resources::namespace::{CONFIG, NETWORK_CONFIG};
use resources::network::{ConfigLayer, ResolverSpec};
use types::Mode;

use super::layer::Layered;

const DECLARATION: Declaration = Declaration {
    name: "network.ResolverConfig",
    inputs: &[weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE)],
    outputs: &[shared::<ResolverSpec>()],
};

/// Resolvers of a node that is told of none.
const DEFAULT: [Ipv4Addr; 2] = [Ipv4Addr::new(1, 1, 1, 1), Ipv4Addr::new(8, 8, 8, 8)];

/// Where the engine says which resolvers a container has.
const ENGINE_FILE: &str = "/etc/resolv.conf";

/// Largest such file, in bytes; resolv.conf(5) knows at most three resolvers.
const MAX_FILE: usize = 64 << 10;

/// The controller.
#[derive(Debug)]
pub(super) struct ResolverConfigController {
    mode: Mode,
}

impl ResolverConfigController {
    /// For a machine of this mode.
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode }
    }
}

impl Controller for ResolverConfigController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let network = super::configured(cx)?;
        let file = if self.mode == Mode::Container { engine_file()? } else { Vec::new() };
        let wanted = plan(&network, &parse(&String::from_utf8_lossy(&file)));
        cx.converge(NETWORK_CONFIG, wanted.into_iter().map(|spec| (spec.source_id(), spec)))?;
        Ok(())
    }
}

/// What the engine wrote; nothing if it wrote nothing.
fn engine_file() -> linux::Result<Vec<u8>> {
    match linux::fs::read_bounded(Path::new(ENGINE_FILE), MAX_FILE) {
        Err(error) if error.is_absent() => Ok(Vec::new()),
        other => other,
    }
}

/// layer         | there
/// --------------|------------------------------------
/// default       | always
/// platform      | when the engine names a resolver
/// configuration | when it names a resolver
fn plan(network: &Network, engine: &[IpAddr]) -> Vec<ResolverSpec> {
    [
        (ConfigLayer::Default, DEFAULT.map(IpAddr::V4).to_vec()),
        (ConfigLayer::Platform, engine.to_vec()),
        (ConfigLayer::Configuration, network.nameservers.clone()),
    ]
    .into_iter()
    .filter(|(_, servers)| !servers.is_empty())
    .map(|(layer, dns_servers)| ResolverSpec {
        dns_servers,
        layer,
        search_domains: match layer {
            ConfigLayer::Configuration => network.search_domains.clone(),
            _ => Vec::new(),
        },
    })
    .collect()
}

/// The resolvers of a resolv.conf(5).
fn parse(text: &str) -> Vec<IpAddr> {
    let server = |line: &str| line.strip_prefix("nameserver")?.trim().parse().ok();
    text.lines().filter_map(server).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::network::tests::network;

    #[test]
    fn each_source_has_its_layer() {
        let check = |text: &str, engine: &str, expected: &[(&str, usize)]| {
            let found = plan(&network(text), &parse(engine));
            let shown: Vec<_> =
                found.iter().map(|s| (s.layer.as_str(), s.dns_servers.len())).collect();
            assert_eq!(shown, expected, "{text} {engine}");
        };
        check("", "", &[("default", 2)]);
        check("", "# a\nnameserver 127.0.0.11\noptions x\n", &[("default", 2), ("platform", 1)]);
        check("nameservers: [10.0.0.1]", "", &[("default", 2), ("configuration", 1)]);
    }
}
