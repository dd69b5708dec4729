//! `machine`: what one machine is, whatever cluster it belongs to.

pub mod bond;
pub mod disk;
pub mod encryption;
pub mod feature;
pub mod install;
pub mod interface;
pub mod kubelet;
pub mod network;
pub mod registry;
pub mod system;

use std::collections::BTreeMap;

use types::Secret;

use self::disk::Disk;
use self::encryption::SystemEncryption;
use self::feature::Features;
use self::install::Install;
use self::kubelet::Kubelet;
use self::network::Network;
use self::registry::Registries;
use self::system::{File, Kernel, Logging, SeccompProfile, TimeSync, Udev};
use crate::field::{Context, Field, section};
use crate::table::{Scalar, Shape};
use crate::value::{AcceptedCertificate, CertificateAndKey, Free};
use crate::yaml::{Node, Tree};

/// What a machine does in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineType {
    /// A control plane that also starts the cluster, from before that was a call of the API.
    Init,
    /// Runs etcd and the control plane.
    ControlPlane,
    /// Runs workloads.
    Worker,
}

impl MachineType {
    /// Whether it runs a control plane.
    #[must_use]
    pub fn is_control_plane(self) -> bool {
        matches!(self, Self::Init | Self::ControlPlane)
    }

    /// The word in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::ControlPlane => "controlplane",
            Self::Worker => "worker",
        }
    }
}

impl std::fmt::Display for MachineType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The empty text and `join` are old words for a worker.
impl Field for MachineType {
    const SHAPE: Shape = Shape::Scalar(&Scalar {
        words: &["controlplane", "worker"],
        ..Scalar::text("word", "worker")
    });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be controlplane or worker", |text| match text {
            "controlplane" => Some(Self::ControlPlane),
            "worker" | "join" | "" => Some(Self::Worker),
            "init" => Some(Self::Init),
            _ => None,
        })
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.as_str().to_owned()))
    }
}

section! {
    /// The machine.
    pub struct Machine as "v1alpha1.MachineConfig" {
        /// Control plane or worker; a worker when absent.
        "type" => kind: Option<MachineType> { default: "worker", applied: &["config.MachineType"] },
        /// Lets a machine ask the control plane for its certificate.
        "token" => token: Option<Secret<String>>,
        /// The authority of the machine API; without a key on a worker.
        "ca" => ca: Option<CertificateAndKey> { applied: &["secrets.OSRoot"] },
        /// Further authorities whose certificates are accepted, for the time of a rotation.
        "acceptedCAs" => accepted_cas: Vec<AcceptedCertificate> { applied: &["secrets.OSRoot"], schema: r#"{"properties":{"crt":{"type":"string"}},"additionalProperties":false,"type":"object"}"# },
        /// Further names and addresses for the API's certificate.
        "certSANs" => cert_sans: Vec<String> { example: "[10.0.0.10, node.example.org]", applied: &["secrets.OSRoot"] },
        /// Which parts of the control plane run here.
        "controlPlane" => control_plane: Option<ControlPlaneParts>,
        /// The kubelet.
        "kubelet" => kubelet: Option<Box<Kubelet>>,
        /// Static pods.
        "pods" => pods: Vec<Free>,
        /// The network. Deprecated in favour of documents of their own.
        "network" => network: Option<Box<Network>> { hidden: true },
        /// Further disks. Deprecated.
        "disks" => disks: Vec<Disk> { hidden: true },
        /// Where and how to install.
        "install" => install: Option<Box<Install>>,
        /// Files to write.
        "files" => files: Vec<File>,
        /// Environment of the services. Deprecated.
        "env" => env: BTreeMap<String, String> { hidden: true },
        /// Synchronisation of the clock. Deprecated.
        "time" => time: Option<TimeSync> { hidden: true },
        /// Kernel parameters under `/proc/sys`.
        "sysctls" => sysctls: BTreeMap<String, String> { example: "{net.ipv4.ip_forward: \"0\"}" },
        /// Kernel attributes under `/sys`.
        "sysfs" => sysfs: BTreeMap<String, String> { example: "{devices.system.cpu.cpu0.cpufreq.scaling_governor: performance}" },
        /// Registries of container images. Deprecated.
        "registries" => registries: Option<Registries> { hidden: true },
        /// Encryption of the system's partitions. Deprecated.
        "systemDiskEncryption" => system_disk_encryption: Option<SystemEncryption> { hidden: true },
        /// What can be switched on and off.
        "features" => features: Option<Box<Features>>,
        /// Rules for device nodes.
        "udev" => udev: Option<Udev>,
        /// Where logs are sent.
        "logging" => logging: Option<Logging>,
        /// Kernel modules.
        "kernel" => kernel: Option<Kernel>,
        /// Seccomp profiles for pods.
        "seccompProfiles" => seccomp_profiles: Vec<SeccompProfile>,
        /// Changes to the runtime specification of every container.
        "baseRuntimeSpecOverrides" => base_runtime_spec_overrides: Option<Free>,
        /// Labels of the Kubernetes node.
        "nodeLabels" => node_labels: BTreeMap<String, String> { example: "{rack: r13}" },
        /// Annotations of the Kubernetes node.
        "nodeAnnotations" => node_annotations: BTreeMap<String, String> { example: "{example.org/owner: team-a}" },
        /// Taints of the Kubernetes node: `VALUE:EFFECT` or `EFFECT`.
        "nodeTaints" => node_taints: BTreeMap<String, String> { example: "{example.org/gpu: \"true:NoSchedule\"}" },
    }
}

impl Machine {
    /// What the machine is; a worker unless it says otherwise.
    #[must_use]
    pub fn machine_type(&self) -> MachineType {
        self.kind.unwrap_or(MachineType::Worker)
    }
}

section! {
    /// Parts of the control plane that may be left to other machines.
    pub struct ControlPlaneParts as "v1alpha1.MachineControlPlaneConfig" {
        /// The controller manager.
        "controllerManager" => controller_manager: Option<ControllerManagerPart>,
        /// The scheduler.
        "scheduler" => scheduler: Option<SchedulerPart>,
    }
}

section! {
    /// The controller manager on this machine.
    pub struct ControllerManagerPart as "v1alpha1.MachineControllerManagerConfig" {
        /// Whether it does not run here.
        "disabled" => disabled: Option<bool> { default: "false" },
    }
}

section! {
    /// The scheduler on this machine.
    pub struct SchedulerPart as "v1alpha1.MachineSchedulerConfig" {
        /// Whether it does not run here.
        "disabled" => disabled: Option<bool> { default: "false" },
    }
}
