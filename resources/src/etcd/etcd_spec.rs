//! How etcd is to run.

use std::net::IpAddr;

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, value::ExtraArgs, wire::message};

/// etcd as it is started. The id is `etcd`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EtcdSpec {
    /// Its name among the members.
    pub name: String,
    /// Addresses that it names to others.
    pub advertised_addresses: Vec<IpAddr>,
    /// Addresses where it listens for other members.
    pub listen_peer_addresses: Vec<IpAddr>,
    /// Addresses where it listens for clients.
    pub listen_client_addresses: Vec<IpAddr>,
    /// Its image.
    pub image: String,
    /// Further arguments.
    pub extra_args: ExtraArgs,
}

message!(EtcdSpec as "etcd.SpecSpec" {
    1: name, 2: advertised_addresses, 3: image, 5: listen_peer_addresses,
    6: listen_client_addresses, 7: extra_args,
});

impl EtcdSpec {
    /// The id of the only one.
    pub const ID: &str = "etcd";
}

spec!(
    EtcdSpec,
    "EtcdSpecs.etcd.talos.dev",
    namespace::ETCD,
    Definition::new().columns(&[
        ("Name", "{.name}"),
        ("AdvertisedAddresses", "{.advertisedAddresses}"),
        ("ListenPeerAddresses", "{.listenPeerAddresses}"),
        ("ListenClientAddresses", "{.listenClientAddresses}")
    ])
);
