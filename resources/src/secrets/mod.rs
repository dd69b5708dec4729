//! Keys, certificates and tokens.

mod api_certificates;
mod cert_san;
mod etcd_certificates;
mod etcd_root;
mod kubelet;
mod kubernetes_certificates;
mod kubernetes_dynamic_certificates;
mod kubernetes_root;
mod maintenance_root;
mod os_root;
mod trustd_certificates;

pub use api_certificates::ApiCertificates;
pub use cert_san::CertSan;
pub use etcd_certificates::EtcdCertificates;
pub use etcd_root::EtcdRoot;
pub use kubelet::Kubelet;
pub use kubernetes_certificates::KubernetesCertificates;
pub use kubernetes_dynamic_certificates::KubernetesDynamicCertificates;
pub use kubernetes_root::KubernetesRoot;
pub use maintenance_root::MaintenanceRoot;
pub use os_root::OsRoot;
pub use trustd_certificates::TrustdCertificates;
