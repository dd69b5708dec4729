//! etcd, where Kubernetes keeps its state.

mod etcd_config;
mod etcd_member;
mod etcd_spec;
mod pki_status;

pub use etcd_config::EtcdConfig;
pub use etcd_member::EtcdMember;
pub use etcd_spec::EtcdSpec;
pub use pki_status::PkiStatus;
