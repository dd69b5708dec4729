//! Says which links are wanted: all devices and the loopback up, and what the configuration says.
//!
//! reads    `MachineConfig` `v1alpha1` in `config`, `LinkStatus` in `network` (weak)
//! writes   `LinkSpec` in `network-config`, layers default and configuration
//! touches  nothing

use cosi::{BoxError, Context, Controller, Declaration, Resource, shared, weak};
use resources::config::MachineConfig;
use resources::namespace::{CONFIG, NETWORK, NETWORK_CONFIG};
use resources::network::{ConfigLayer, LinkFlags, LinkSpec, LinkStatus, LinkType};

use super::layer::Layered;

const DECLARATION: Declaration = Declaration {
    name: "network.LinkConfig",
    inputs: &[weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE), weak::<LinkStatus>(NETWORK)],
    outputs: &[shared::<LinkSpec>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct LinkConfigController;

impl Controller for LinkConfigController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let network = super::configured(cx)?;
        let links = cx.list::<LinkStatus>(NETWORK)?;
        let wanted = plan(&network.links, &links);
        cx.converge(NETWORK_CONFIG, wanted.into_iter().map(|spec| (spec.source_id(), spec)))?;
        Ok(())
    }
}

/// link                                | default | configuration
/// ------------------------------------|---------|--------------
/// device or loopback, not configured  | up      | –
/// device or loopback, configured      | up      | as configured
/// configured to be ignored            | –       | –
/// other, configured                   | –       | as configured
/// other                               | –       | –
fn plan(configured: &[config::network::Link], links: &[Resource<LinkStatus>]) -> Vec<LinkSpec> {
    let ignored =
        |name: &str| configured.iter().any(|link| link.ignore && link.name.as_str() == name);
    let medium = |name: &str| {
        links.iter().find(|link| link.id() == name).map_or(LinkType::ETHER, |link| link.spec.medium)
    };
    let defaults = links
        .iter()
        .filter(|link| {
            super::is_physical(&link.spec) || link.spec.flags.contains(LinkFlags::LOOPBACK)
        })
        .filter(|link| !ignored(link.id()))
        .map(|link| LinkSpec {
            name: link.id().as_str().to_owned(),
            up: true,
            medium: link.spec.medium,
            layer: ConfigLayer::Default,
            ..LinkSpec::default()
        });
    let asked = configured.iter().filter(|link| !link.ignore).map(|link| LinkSpec {
        name: link.name.as_str().to_owned(),
        up: link.up,
        mtu: link.mtu.unwrap_or(0),
        medium: medium(link.name.as_str()),
        layer: ConfigLayer::Configuration,
        ..LinkSpec::default()
    });
    defaults.chain(asked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::network::tests::{device, network};

    fn check(text: &str, expected: &[&str]) {
        let found = plan(&network(text).links, &[device("eth0"), device("eth1")]);
        let shown: Vec<_> =
            found.iter().map(|s| format!("{} {} {}", s.source_id(), s.up, s.mtu)).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn devices_are_up_unless_the_configuration_says_otherwise() {
        check("", &["default/eth0 true 0", "default/eth1 true 0"]);
        check(
            "interfaces: [{interface: eth0, mtu: 1400}, {interface: eth1, ignore: true}]",
            &["default/eth0 true 0", "configuration/eth0 true 1400"],
        );
    }
}
