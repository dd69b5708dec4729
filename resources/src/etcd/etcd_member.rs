//! Members of etcd.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// A member. The id is `local` for the node's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EtcdMember {
    /// Its number, 16 hexadecimal digits.
    #[serde(rename = "memberID")]
    pub member_id: String,
}

message!(EtcdMember as "etcd.MemberSpec" { 1: member_id });

impl EtcdMember {
    /// The id of the node's own.
    pub const LOCAL: &str = "local";
}

spec!(
    EtcdMember,
    "EtcdMembers.etcd.talos.dev",
    namespace::ETCD,
    Definition::new().columns(&[("Member ID", "{.memberID}")])
);
