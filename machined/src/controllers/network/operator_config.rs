//! Says on which links which protocols run: DHCPv4 where the configuration asks for it, and on
//! devices that it does not mention.
//!
//! reads    `MachineConfig` `v1alpha1` in `config`, `LinkStatus` in `network` (weak)
//! writes   `OperatorSpec` in `network-config`, layers default and configuration
//! touches  nothing

use config::network::Network;
use cosi::{BoxError, Context, Controller, Declaration, Resource, shared, weak};
use resources::config::MachineConfig;
use resources::namespace::{CONFIG, NETWORK, NETWORK_CONFIG};
use resources::network::{
    ClientId, ClientIdentifier, ConfigLayer, Dhcp4Operator, LinkStatus, Operator, OperatorSpec,
};

use super::layer::Layered;

const DECLARATION: Declaration = Declaration {
    name: "network.OperatorConfig",
    inputs: &[weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE), weak::<LinkStatus>(NETWORK)],
    outputs: &[shared::<OperatorSpec>()],
};

/// Metric of routes that no configuration gives one.
const DEFAULT_METRIC: u32 = 1024;

/// The controller.
#[derive(Debug)]
pub(super) struct OperatorConfigController;

impl Controller for OperatorConfigController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let network = super::configured(cx)?;
        let links = cx.list::<LinkStatus>(NETWORK)?;
        let wanted = plan(&network, &links);
        cx.converge(NETWORK_CONFIG, wanted.into_iter().map(|spec| (spec.source_id(), spec)))?;
        Ok(())
    }
}

/// link                                | DHCPv4
/// ------------------------------------|-------------------------------
/// the configuration asks for DHCPv4   | in its layer, as it says
/// the configuration mentions it else  | none
/// device that it does not mention     | in the default layer
/// other                               | none
fn plan(network: &Network, links: &[Resource<LinkStatus>]) -> Vec<OperatorSpec> {
    let mentioned = |name: &str| {
        network.links.iter().any(|link| link.name.as_str() == name)
            || network.dhcp4.iter().any(|dhcp| dhcp.link.as_str() == name)
    };
    let defaults = links
        .iter()
        .filter(|link| super::is_physical(&link.spec) && !mentioned(link.id()))
        .map(|link| {
            let dhcp = Dhcp4Operator { route_metric: DEFAULT_METRIC, ..Dhcp4Operator::default() };
            spec(link.id(), dhcp, ConfigLayer::Default)
        });
    let asked = network.dhcp4.iter().map(|dhcp| {
        let operator = Dhcp4Operator {
            route_metric: dhcp.route_metric,
            skip_hostname_request: dhcp.ignore_hostname,
            client_identifier: Some(client(&dhcp.client)),
        };
        spec(dhcp.link.as_str(), operator, ConfigLayer::Configuration)
    });
    defaults.chain(asked).collect()
}

fn spec(link: &str, dhcp: Dhcp4Operator, layer: ConfigLayer) -> OperatorSpec {
    OperatorSpec {
        operator: Operator::Dhcp4,
        link_name: link.to_owned(),
        require_up: true,
        dhcp4: Some(dhcp),
        layer,
        ..OperatorSpec::default()
    }
}

fn client(id: &config::network::ClientId) -> ClientId {
    let (client_identifier, duid_raw_hex) = match id {
        config::network::ClientId::None => (ClientIdentifier::None, String::new()),
        config::network::ClientId::Mac => (ClientIdentifier::Mac, String::new()),
        config::network::ClientId::Duid(bytes) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            (ClientIdentifier::Duid, digits.concat())
        }
    };
    ClientId { client_identifier, duid_raw_hex }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::network::tests::{device, network};

    fn check(text: &str, expected: &[&str]) {
        let found = plan(&network(text), &[device("eth0"), device("eth1")]);
        let ids: Vec<_> = found.iter().map(Layered::source_id).collect();
        assert_eq!(ids, expected, "{text}");
    }

    #[test]
    fn devices_ask_for_an_address_unless_the_configuration_mentions_them() {
        check("", &["default/dhcp4/eth0", "default/dhcp4/eth1"]);
        check("interfaces: [{interface: eth0, addresses: [10.0.0.2/24]}]", &["default/dhcp4/eth1"]);
        check(
            "interfaces: [{interface: eth0, dhcp: true}]",
            &["default/dhcp4/eth1", "configuration/dhcp4/eth0"],
        );
    }
}
