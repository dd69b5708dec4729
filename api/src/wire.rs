//! The generated types, one module per package of the contract.
//!
//! The nesting repeats the package names, because generated code refers to other packages by relative
//! paths. Comments are in the `.proto` files.

/// Opens a module with what the build script generated for one package.
macro_rules! package {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}

/// What several packages share: errors per node, chunks of bytes, instances of containerd.
pub mod common {
    package!("common");
}

/// The machine itself: `MachineService`, and images, installation and debugging.
pub mod machine {
    package!("machine");
}

/// Disks: `StorageService`.
pub mod storage {
    package!("storage");
}

/// Clocks: `TimeService`.
pub mod time {
    package!("time");
}

/// The graph of controllers: `InspectService`.
pub mod inspect {
    package!("inspect");
}

/// Health of a whole cluster: `ClusterService`.
pub mod cluster {
    package!("cluster");
}

/// The trust service, which signs node certificates: `SecurityService`.
pub mod securityapi {
    package!("securityapi");
}

/// Where a node pushes its events: `EventSinkService`. A node is its client.
pub mod events {
    package!("events");
}

/// Services that a node calls: discovery, management tunnel, key management.
pub mod sidero {
    /// The discovery service: which nodes a cluster has.
    pub mod discovery {
        /// What a node tells the others about itself, sealed before it leaves the node.
        pub mod client {
            package!("sidero.discovery.client");
        }

        /// The exchange, which sees sealed bytes only.
        pub mod server {
            package!("sidero.discovery.server");
        }
    }

    /// Seals and unseals disk encryption keys over the network.
    pub mod kms {
        package!("sidero.kms");
    }

    /// The management tunnel: joins a node to its manager over WireGuard.
    pub mod link {
        package!("sidero.link");
    }
}

/// Specs of older packages, as clients decode them.
pub mod resource {
    /// The machine configuration and machine type as resources.
    pub mod config {
        package!("resource.config");
    }

    /// The network device configuration as a resource.
    pub mod network {
        package!("resource.network");
    }
}

/// The packages `talos.*`.
pub mod talos {
    /// The packages `talos.resource.*`.
    pub mod resource {
        /// The protobuf form of the specs of resources, one package per group.
        pub mod definitions {
            /// Disks, volumes, partitions, mounts.
            pub mod block {
                package!("talos.resource.definitions.block");
            }

            /// Members of a cluster and what they say of themselves.
            pub mod cluster {
                package!("talos.resource.definitions.cluster");
            }

            /// Container runtime: registries, images, the image cache.
            pub mod cri {
                package!("talos.resource.definitions.cri");
            }

            /// Closed vocabularies that the other packages use.
            pub mod enums {
                package!("talos.resource.definitions.enums");
            }

            /// etcd: its configuration, members, certificates.
            pub mod etcd {
                package!("talos.resource.definitions.etcd");
            }

            /// System extensions.
            pub mod extensions {
                package!("talos.resource.definitions.extensions");
            }

            /// Files that the machine renders below `/etc`.
            pub mod files {
                package!("talos.resource.definitions.files");
            }

            /// Processors, memory modules, PCI devices, the system as a whole.
            pub mod hardware {
                package!("talos.resource.definitions.hardware");
            }

            /// Kubernetes: control plane, kubelet, nodes, manifests.
            pub mod k8s {
                package!("talos.resource.definitions.k8s");
            }

            /// Access to the machine API from inside Kubernetes.
            pub mod kubeaccess {
                package!("talos.resource.definitions.kubeaccess");
            }

            /// The WireGuard mesh between nodes.
            pub mod kubespan {
                package!("talos.resource.definitions.kubespan");
            }

            /// Links, addresses, routes, name servers, time servers, firewall.
            pub mod network {
                package!("talos.resource.definitions.network");
            }

            /// Samples of processor and memory use.
            pub mod perf {
                package!("talos.resource.definitions.perf");
            }

            /// Mounts as several packages spell them.
            pub mod proto {
                package!("talos.resource.definitions.proto");
            }

            /// Boot, services, kernel parameters, diagnostics.
            pub mod runtime {
                package!("talos.resource.definitions.runtime");
            }

            /// Keys and certificates. Sensitive: admin only.
            pub mod secrets {
                package!("talos.resource.definitions.secrets");
            }

            /// Verification of images.
            pub mod security {
                package!("talos.resource.definitions.security");
            }

            /// The management tunnel.
            pub mod siderolink {
                package!("talos.resource.definitions.siderolink");
            }

            /// Synchronisation and adjustment of the clock.
            pub mod time {
                package!("talos.resource.definitions.time");
            }

            /// Services.
            pub mod v1alpha1 {
                package!("talos.resource.definitions.v1alpha1");
            }
        }
    }
}

/// Types of Google that the contract refers to.
pub mod google {
    /// The packages `google.api.*`.
    pub mod api {
        /// The Common Expression Language.
        pub mod expr {
            /// Parsed and checked expressions.
            pub mod v1alpha1 {
                package!("google.api.expr.v1alpha1");
            }
        }
    }

    /// The status of a call as a message.
    pub mod rpc {
        package!("google.rpc");
    }
}
