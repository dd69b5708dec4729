//! Says which addresses are wanted: the loopback's, and those of the configuration.
//!
//! reads    `MachineConfig` `v1alpha1` in `config` (weak)
//! writes   `AddressSpec` in `network-config`, layers default and configuration
//! touches  nothing

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cosi::{BoxError, Context, Controller, Declaration, shared, weak};
use resources::config::MachineConfig;
use resources::namespace::{CONFIG, NETWORK_CONFIG};
use resources::network::{AddressFlags, AddressSpec, ConfigLayer, Scope};
use resources::value::IpPrefix;

use super::layer::Layered;

const DECLARATION: Declaration = Declaration {
    name: "network.AddressConfig",
    inputs: &[weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE)],
    outputs: &[shared::<AddressSpec>()],
};

/// Addresses of the loopback.
const LOOPBACK: [(IpAddr, u8); 2] =
    [(IpAddr::V4(Ipv4Addr::LOCALHOST), 8), (IpAddr::V6(Ipv6Addr::LOCALHOST), 128)];

/// The controller.
#[derive(Debug)]
pub(super) struct AddressConfigController;

impl Controller for AddressConfigController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let network = super::configured(cx)?;
        let wanted = plan(&network.links);
        cx.converge(NETWORK_CONFIG, wanted.into_iter().map(|spec| (spec.source_id(), spec)))?;
        Ok(())
    }
}

/// link                     | addresses
/// -------------------------|------------------------------
/// lo                       | its two, in the default layer
/// configured               | those of the configuration
/// configured to be ignored | none
fn plan(configured: &[config::network::Link]) -> Vec<AddressSpec> {
    let loopback = LOOPBACK.into_iter().filter_map(|(address, length)| {
        let address = IpPrefix::new(address, length)?;
        let scope = Scope::HOST;
        Some(AddressSpec { scope, ..spec("lo", address, ConfigLayer::Default) })
    });
    let asked = configured.iter().filter(|link| !link.ignore).flat_map(|link| {
        link.addresses.iter().filter_map(|address| {
            let prefix = super::prefix(address.prefix)?;
            let priority = address.route_priority.unwrap_or(0);
            let layer = ConfigLayer::Configuration;
            Some(AddressSpec { priority, ..spec(link.name.as_str(), prefix, layer) })
        })
    });
    loopback.chain(asked).collect()
}

fn spec(link: &str, address: IpPrefix, layer: ConfigLayer) -> AddressSpec {
    AddressSpec {
        address,
        link_name: link.to_owned(),
        family: super::family(address.addr()),
        scope: Scope::GLOBAL,
        flags: AddressFlags::PERMANENT,
        layer,
        ..AddressSpec::default()
    }
}

#[cfg(test)]
mod tests {
    use resources::network::Family;

    use super::*;
    use crate::controllers::network::tests::network;

    #[test]
    fn addresses_are_the_loopbacks_and_those_that_are_configured() {
        let configured =
            network("interfaces: [{interface: eth0, addresses: [10.0.0.2/24, 'fd00::2/64']}]");
        let found = plan(&configured.links);
        let ids: Vec<_> = found.iter().map(Layered::source_id).collect();
        let expected = [
            "default/lo/127.0.0.1/8",
            "default/lo/::1/128",
            "configuration/eth0/10.0.0.2/24",
            "configuration/eth0/fd00::2/64",
        ];
        assert_eq!(ids, expected);
        let families: Vec<_> = found.iter().map(|spec| spec.family).collect();
        assert_eq!(families, [Family::Inet4, Family::Inet6, Family::Inet4, Family::Inet6]);
    }
}
