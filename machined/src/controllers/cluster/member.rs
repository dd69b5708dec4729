//! Tells of this node as others know it, and who the cluster's members are.
//!
//! reads    `MachineConfig` `v1alpha1` and `MachineType` in `config`, `Identity` in `cluster`,
//!          `NodeAddress` and `HostnameStatus` in `network` (weak)
//! writes   `Affiliate`, `Member`, `Info` in `cluster`
//! touches  nothing
//!
//! At this version a node knows itself alone: the exchange with other nodes is still to come.

use std::net::IpAddr;

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::cluster::{Affiliate, ControlPlane, Identity, Info, Member};
use resources::config::{MachineConfig, MachineType};
use resources::namespace::{CLUSTER, CONFIG, NETWORK};
use resources::network::{HostnameStatus, NodeAddress};
use types::version;

use crate::controllers::config;

const DECLARATION: Declaration = Declaration {
    name: "cluster.Member",
    inputs: &[
        weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE),
        weak::<MachineType>(CONFIG),
        weak::<Identity>(CLUSTER),
        weak::<NodeAddress>(NETWORK).id(CURRENT),
        weak::<HostnameStatus>(NETWORK),
    ],
    outputs: &[exclusive::<Affiliate>(), exclusive::<Member>(), exclusive::<Info>()],
};

/// The addresses that the node has now.
const CURRENT: &str = "current";

/// The controller.
#[derive(Debug)]
pub(super) struct MemberController;

impl Controller for MemberController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let config = config::active(cx)?;
        let identity = cx.get::<Identity>(CLUSTER, Identity::ID)?;
        let addresses = cx.get::<NodeAddress>(NETWORK, CURRENT)?;
        let hostname = cx.get::<HostnameStatus>(NETWORK, HostnameStatus::ID)?;
        let kinds = cx.list::<MachineType>(CONFIG)?;
        let affiliate = plan(
            identity.as_ref().map(|found| found.spec.node_id.as_str()),
            hostname.as_ref().map(|found| found.spec.hostname.as_str()),
            addresses.as_ref().map(|found| &found.spec),
            kinds.first().map(|found| found.spec),
            config.as_ref(),
        );
        let member = affiliate.as_ref().map(member);
        cx.converge(CLUSTER, affiliate.map(|found| (found.node_id.clone(), found)))?;
        cx.converge(CLUSTER, member.map(|found| (found.hostname.clone(), found)))?;
        cx.converge(CLUSTER, config.as_ref().and_then(info).map(|info| (Info::ID, info)))?;
        Ok(())
    }
}

/// A node is told of once it has an identity, a name, an address and a configuration.
fn plan(
    identity: Option<&str>,
    hostname: Option<&str>,
    addresses: Option<&NodeAddress>,
    kind: Option<MachineType>,
    config: Option<&::config::Config>,
) -> Option<Affiliate> {
    let kind = kind?;
    let addresses: Vec<IpAddr> = addresses?.addresses.iter().map(|prefix| prefix.addr()).collect();
    let hostname = hostname.filter(|name| !name.is_empty())?;
    let port =
        config.and_then(|config| config.cluster()?.control_plane.as_ref()?.local_api_server_port);
    (!addresses.is_empty()).then_some(Affiliate {
        node_id: identity?.to_owned(),
        addresses,
        hostname: hostname.to_owned(),
        nodename: String::new(),
        operating_system: format!("{} ({})", version::NAME, version::TAG),
        machine_type: kind,
        kubespan: None,
        control_plane: kind
            .is_control_plane()
            .then_some(ControlPlane { port: port.unwrap_or_default().into() }),
    })
}

fn member(affiliate: &Affiliate) -> Member {
    Member {
        node_id: affiliate.node_id.clone(),
        addresses: affiliate.addresses.clone(),
        hostname: affiliate.hostname.clone(),
        machine_type: affiliate.machine_type,
        operating_system: affiliate.operating_system.clone(),
        control_plane: affiliate.control_plane.clone(),
    }
}

fn info(config: &::config::Config) -> Option<Info> {
    let cluster = config.cluster()?;
    Some(Info {
        cluster_id: cluster.id.clone().unwrap_or_default(),
        cluster_name: cluster.name.clone().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_tells_of_itself_once_all_is_known() {
        let prefix = "10.0.2.15/24".parse().expect("a prefix");
        let addresses = NodeAddress { addresses: vec![prefix], ..NodeAddress::default() };
        let kind = Some(MachineType::ControlPlane);
        let text = "machine: {type: controlplane}\ncluster: {}\n";
        let (config, _) = ::config::Config::decode(text.as_bytes()).expect("decodes");
        let config = config.with_defaults();
        let told =
            plan(Some("id"), Some("node"), Some(&addresses), kind, Some(&config)).expect("told");
        assert_eq!(told.addresses, ["10.0.2.15".parse::<IpAddr>().expect("an address")]);
        assert_eq!(told.control_plane, Some(ControlPlane { port: 6443 }));
        assert_eq!(member(&told).hostname, "node");
        assert_eq!(plan(Some("id"), Some(""), Some(&addresses), kind, None), None);
        assert_eq!(plan(Some("id"), Some("node"), Some(&addresses), None, None), None);
        let worker = Some(MachineType::Worker);
        let told = plan(Some("id"), Some("node"), Some(&addresses), worker, None).expect("told");
        assert_eq!(told.control_plane, None);
    }
}
