//! The resource types of a node, one file each: plain data, with its protobuf form and its YAML form.
//!
//! A type's file holds its structure with the YAML keys, one `message!` line with the protobuf numbers, and one
//! `spec!` line with what clients are told. To add a type: write its file in the folder of its package, and add it to
//! `each`; the tests then compare it with the contract and ask for its golden file.
//!
//! Nothing here decides or does anything, and nothing knows the API.

#![forbid(unsafe_code)]

pub mod cluster;
pub mod config;
pub mod cri;
pub mod etcd;
pub mod files;
pub mod hardware;
pub mod k8s;
pub mod kubeaccess;
pub mod namespace;
pub mod network;
pub mod perf;
pub mod runtime;
pub mod secrets;
pub mod time;
pub mod v1alpha1;
pub mod value;

#[cfg(test)]
mod contract;
mod spec;
mod wire;

use cosi::{Spec, State};

/// Something that is done with every type.
trait Visitor {
    /// Does it.
    fn visit<T: Spec + wire::Named>(&mut self);
}

/// Shows every resource type to `visitor`.
fn each(visitor: &mut impl Visitor) {
    each_of_kubernetes(visitor);
    each_of_the_network(visitor);
    each_of_the_node(visitor);
}

/// Kubernetes and what it stands on.
fn each_of_kubernetes(visitor: &mut impl Visitor) {
    visitor.visit::<cri::ImageCacheConfig>();
    visitor.visit::<cri::RegistryConfig>();
    visitor.visit::<cri::SeccompProfile>();
    visitor.visit::<etcd::EtcdConfig>();
    visitor.visit::<etcd::EtcdMember>();
    visitor.visit::<etcd::EtcdSpec>();
    visitor.visit::<etcd::PkiStatus>();
    visitor.visit::<k8s::AdmissionControlConfig>();
    visitor.visit::<k8s::ApiServerConfig>();
    visitor.visit::<k8s::AuditPolicyConfig>();
    visitor.visit::<k8s::AuthorizationConfig>();
    visitor.visit::<k8s::BootstrapManifestsConfig>();
    visitor.visit::<k8s::ConfigStatus>();
    visitor.visit::<k8s::ControllerManagerConfig>();
    visitor.visit::<k8s::Endpoint>();
    visitor.visit::<k8s::ExtraManifestsConfig>();
    visitor.visit::<k8s::KubePrismConfig>();
    visitor.visit::<k8s::KubePrismEndpoints>();
    visitor.visit::<k8s::KubePrismStatus>();
    visitor.visit::<k8s::KubeletConfig>();
    visitor.visit::<k8s::KubeletKubeconfig>();
    visitor.visit::<k8s::KubeletLifecycle>();
    visitor.visit::<k8s::KubeletSpec>();
    visitor.visit::<k8s::Manifest>();
    visitor.visit::<k8s::ManifestStatus>();
    visitor.visit::<k8s::NodeAnnotationSpec>();
    visitor.visit::<k8s::NodeCordonedSpec>();
    visitor.visit::<k8s::NodeIp>();
    visitor.visit::<k8s::NodeIpConfig>();
    visitor.visit::<k8s::NodeLabelSpec>();
    visitor.visit::<k8s::NodeStatus>();
    visitor.visit::<k8s::NodeTaintSpec>();
    visitor.visit::<k8s::Nodename>();
    visitor.visit::<k8s::SchedulerConfig>();
    visitor.visit::<k8s::SecretStatus>();
    visitor.visit::<k8s::StaticPod>();
    visitor.visit::<k8s::StaticPodServerStatus>();
    visitor.visit::<k8s::StaticPodStatus>();
    visitor.visit::<kubeaccess::KubernetesAccessConfig>();
}

/// Links, addresses, routes, names.
fn each_of_the_network(visitor: &mut impl Visitor) {
    visitor.visit::<network::AddressSpec>();
    visitor.visit::<network::AddressStatus>();
    visitor.visit::<network::DnsResolveCache>();
    visitor.visit::<network::DnsUpstream>();
    visitor.visit::<network::HardwareAddress>();
    visitor.visit::<network::HostDnsConfig>();
    visitor.visit::<network::HostnameSpec>();
    visitor.visit::<network::HostnameStatus>();
    visitor.visit::<network::LinkRefresh>();
    visitor.visit::<network::LinkSpec>();
    visitor.visit::<network::LinkStatus>();
    visitor.visit::<network::NetworkStatus>();
    visitor.visit::<network::NodeAddress>();
    visitor.visit::<network::NodeAddressFilter>();
    visitor.visit::<network::NodeAddressSortAlgorithm>();
    visitor.visit::<network::OperatorSpec>();
    visitor.visit::<network::ResolverSpec>();
    visitor.visit::<network::ResolverStatus>();
    visitor.visit::<network::RouteSpec>();
    visitor.visit::<network::RouteStatus>();
    visitor.visit::<network::TimeServerSpec>();
    visitor.visit::<network::TimeServerStatus>();
}

/// The machine, its configuration and its part in the cluster.
fn each_of_the_node(visitor: &mut impl Visitor) {
    visitor.visit::<cluster::Affiliate>();
    visitor.visit::<cluster::DiscoveryConfig>();
    visitor.visit::<cluster::Identity>();
    visitor.visit::<cluster::Info>();
    visitor.visit::<cluster::Member>();
    visitor.visit::<config::ConfigEffects>();
    visitor.visit::<config::MachineConfig>();
    visitor.visit::<config::MachineType>();
    visitor.visit::<files::EtcFileSpec>();
    visitor.visit::<files::EtcFileStatus>();
    visitor.visit::<hardware::Processor>();
    visitor.visit::<hardware::SystemInformation>();
    visitor.visit::<perf::CpuStats>();
    visitor.visit::<perf::MemoryStats>();
    visitor.visit::<runtime::ApiServiceConfig>();
    visitor.visit::<runtime::BootedEntry>();
    visitor.visit::<runtime::ControllerGraph>();
    visitor.visit::<runtime::DevicesStatus>();
    visitor.visit::<runtime::Environment>();
    visitor.visit::<runtime::ExtensionServiceConfig>();
    visitor.visit::<runtime::ExtensionServiceConfigStatus>();
    visitor.visit::<runtime::KernelCmdline>();
    visitor.visit::<runtime::KernelParamSpec>();
    visitor.visit::<runtime::KernelParamStatus>();
    visitor.visit::<runtime::LoadedKernelModule>();
    visitor.visit::<runtime::MachineStatus>();
    visitor.visit::<runtime::MaintenanceServiceConfig>();
    visitor.visit::<runtime::MaintenanceServiceRequest>();
    visitor.visit::<runtime::MountStatus>();
    visitor.visit::<runtime::PlatformMetadata>();
    visitor.visit::<runtime::SecurityState>();
    visitor.visit::<runtime::ServiceHealth>();
    visitor.visit::<runtime::ServicePid>();
    visitor.visit::<runtime::Version>();
    visitor.visit::<secrets::ApiCertificates>();
    visitor.visit::<secrets::CertSan>();
    visitor.visit::<secrets::EtcdCertificates>();
    visitor.visit::<secrets::EtcdRoot>();
    visitor.visit::<secrets::Kubelet>();
    visitor.visit::<secrets::KubernetesCertificates>();
    visitor.visit::<secrets::KubernetesDynamicCertificates>();
    visitor.visit::<secrets::KubernetesRoot>();
    visitor.visit::<secrets::MaintenanceRoot>();
    visitor.visit::<secrets::OsRoot>();
    visitor.visit::<secrets::TrustdCertificates>();
    visitor.visit::<time::AdjtimeStatus>();
    visitor.visit::<time::TimeStatus>();
    visitor.visit::<v1alpha1::AcquireConfigSpec>();
    visitor.visit::<v1alpha1::AcquireConfigStatus>();
    visitor.visit::<v1alpha1::Service>();
}

/// Makes every type and every namespace known to the store.
pub fn register_all(state: &State) {
    struct Register<'a>(&'a State);

    impl Visitor for Register<'_> {
        fn visit<T: Spec + wire::Named>(&mut self) {
            self.0.register::<T>();
        }
    }

    for (name, description) in namespace::ALL {
        state.register_namespace(name, description);
    }
    each(&mut Register(state));
}
