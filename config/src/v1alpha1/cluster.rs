//! `cluster`: what all machines of a cluster share.

pub mod control_plane;
pub mod etcd;
pub mod membership;
pub mod network;

use std::collections::BTreeMap;

use types::Secret;

use self::control_plane::{ApiServer, ControllerManager, Proxy, Scheduler};
use self::etcd::Etcd;
use self::membership::Discovery;
use self::network::ClusterNetwork;
use crate::field::section;
use crate::value::{AcceptedCertificate, CertificateAndKey, Duration, KeyOnly};

section! {
    /// The cluster.
    pub struct Cluster as "v1alpha1.ClusterConfig" {
        /// Names the cluster to a discovery service: base64 of 32 bytes.
        "id" => id: Option<String> { applied: &["cluster.Member"] },
        /// Encrypts what goes to a discovery service: base64 of 32 bytes.
        "secret" => secret: Option<Secret<String>>,
        /// How the control plane is reached.
        "controlPlane" => control_plane: Option<ControlPlane> { default: "{}" },
        /// Name of the cluster.
        "clusterName" => name: Option<String> { applied: &["cluster.Member"], example: "production" },
        /// Networks of pods and services.
        "network" => network: Option<ClusterNetwork> { default: "{}" },
        /// Lets a kubelet join.
        "token" => token: Option<Secret<String>>,
        /// Encrypts secrets at rest, in the older way.
        "aescbcEncryptionSecret" => aescbc_encryption_secret: Option<Secret<String>>,
        /// Encrypts secrets at rest.
        "secretboxEncryptionSecret" => secretbox_encryption_secret: Option<Secret<String>>,
        /// The authority of Kubernetes; without a key on a worker.
        "ca" => ca: Option<CertificateAndKey>,
        /// Further authorities whose certificates are accepted, for the time of a rotation.
        "acceptedCAs" => accepted_cas: Vec<AcceptedCertificate> { schema: r#"{"properties":{"crt":{"type":"string"}},"additionalProperties":false,"type":"object"}"# },
        /// The authority of the API's aggregation layer.
        "aggregatorCA" => aggregator_ca: Option<CertificateAndKey>,
        /// Signs the tokens of service accounts.
        "serviceAccount" => service_account: Option<KeyOnly> { schema: r#"{"properties":{"key":{"additionalProperties":false,"type":"string"}},"additionalProperties":false,"type":"object"}"# },
        /// The API server.
        "apiServer" => api_server: Option<Box<ApiServer>>,
        /// The controller manager.
        "controllerManager" => controller_manager: Option<Box<ControllerManager>>,
        /// The proxy of services.
        "proxy" => proxy: Option<Proxy>,
        /// The scheduler.
        "scheduler" => scheduler: Option<Box<Scheduler>>,
        /// How members find each other.
        "discovery" => discovery: Option<Discovery>,
        /// etcd.
        "etcd" => etcd: Option<Box<Etcd>>,
        /// The name server of pods.
        "coreDNS" => core_dns: Option<CoreDns>,
        /// A cloud's controller.
        "externalCloudProvider" => external_cloud_provider: Option<ExternalCloudProvider>,
        /// URLs of manifests that are applied.
        "extraManifests" => extra_manifests: Vec<String>,
        /// Headers with which they are fetched; they may hold tokens.
        "extraManifestHeaders" => extra_manifest_headers: BTreeMap<String, Secret<String>>,
        /// Manifests that are applied.
        "inlineManifests" => inline_manifests: Vec<InlineManifest>,
        /// The administrator's access to Kubernetes.
        "adminKubeconfig" => admin_kubeconfig: Option<AdminKubeconfig>,
        /// Old word for `allowSchedulingOnControlPlanes`. Deprecated.
        "allowSchedulingOnMasters" => allow_scheduling_on_masters: Option<bool> { hidden: true },
        /// Whether control planes run workloads.
        "allowSchedulingOnControlPlanes" => allow_scheduling_on_control_planes: Option<bool> { default: "false" },
    }
}

section! {
    /// How the control plane is reached.
    pub struct ControlPlane as "v1alpha1.ControlPlaneConfig" {
        /// URL of the Kubernetes API.
        "endpoint" => endpoint: Option<String> { example: "https://10.5.0.2:6443", schema: r#"{"type":"string","pattern":"^https://","format":"uri"}"# },
        /// Port of the API server on each control plane; 6443 when absent.
        "localAPIServerPort" => local_api_server_port: Option<u16> { default: "6443", applied: &["cluster.Member"] },
    }
}

section! {
    /// The name server of pods.
    pub struct CoreDns as "v1alpha1.CoreDNS" {
        /// Whether it is left out.
        "disabled" => disabled: Option<bool> { default: "false" },
        /// Its image.
        "image" => image: Option<String> { default: "registry.k8s.io/coredns/coredns:v1.14.6" },
    }
}

section! {
    /// A cloud's controller.
    pub struct ExternalCloudProvider as "v1alpha1.ExternalCloudProviderConfig" {
        /// Whether there is one.
        "enabled" => enabled: Option<bool> { default: "false" },
        /// URLs of its manifests.
        "manifests" => manifests: Vec<String>,
    }
}

section! {
    /// A manifest that is applied.
    pub struct InlineManifest as "v1alpha1.ClusterInlineManifest" {
        /// Its name.
        "name" => name: Option<String>,
        /// Its YAML text.
        "contents" => contents: Option<String>,
    }
}

section! {
    /// The administrator's access to Kubernetes.
    pub struct AdminKubeconfig as "v1alpha1.AdminKubeconfigConfig" {
        /// Life of the certificate; a year when absent.
        "certLifetime" => cert_lifetime: Option<Duration> { default: "8760h0m0s" },
    }
}
