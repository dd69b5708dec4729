//! `cluster.etcd`: the store of the control plane.

use std::collections::BTreeMap;

use crate::field::section;
use crate::value::{Argument, CertificateAndKey};

section! {
    /// etcd.
    pub struct Etcd {
        /// Its image.
        "image" => image: Option<String>,
        /// Its authority.
        "ca" => ca: Option<CertificateAndKey>,
        /// Further arguments.
        "extraArgs" => extra_args: BTreeMap<String, Argument>,
        /// Old word for one advertised subnet. Deprecated.
        "subnet" => subnet: Option<String>,
        /// Networks of the advertised address; a leading `!` excludes one.
        "advertisedSubnets" => advertised_subnets: Vec<String>,
        /// Networks on which it listens.
        "listenSubnets" => listen_subnets: Vec<String>,
    }
}
