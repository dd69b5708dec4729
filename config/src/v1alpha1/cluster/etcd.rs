//! `cluster.etcd`: the store of the control plane.

use std::collections::BTreeMap;

use crate::field::section;
use crate::value::{Argument, CertificateAndKey};

section! {
    /// etcd.
    pub struct Etcd as "v1alpha1.EtcdConfig" {
        /// Its image.
        "image" => image: Option<String> { default: "registry.k8s.io/etcd:v3.6.12" },
        /// Its authority.
        "ca" => ca: Option<CertificateAndKey>,
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Old word for one advertised subnet. Deprecated.
        "subnet" => subnet: Option<String> { hidden: true },
        /// Networks of the advertised address; a leading `!` excludes one.
        "advertisedSubnets" => advertised_subnets: Vec<String> { example: "[10.0.0.0/8]" },
        /// Networks on which it listens.
        "listenSubnets" => listen_subnets: Vec<String>,
    }
}
