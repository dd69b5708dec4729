//! How each part is built: one table, plain data.
//!
//! Versions are not here but in `versions.yaml`, and what is compiled is in the part's folder.

/// How one part is built.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// Its folder below `image/third_party`, a Go module of ours.
    pub(crate) name: &'static str,
    /// What comes out.
    pub(crate) programs: &'static [Program],
    /// Whether C is in it.
    pub(crate) c: C,
    /// Build tags.
    pub(crate) tags: &'static [&'static str],
    /// Variables that hold the version, as the linker sets them; see [`stamp`].
    pub(crate) stamps: &'static [&'static str],
    /// Programs of others that are made packages of this module.
    pub(crate) borrowed: &'static [Borrowed],
}

/// One executable.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// What it is called.
    pub(crate) name: &'static str,
    /// The Go package that it is built from; `.` is our own.
    pub(crate) package: &'static str,
    /// The names that it acts by; none if it is only one program.
    pub(crate) links: &'static [&'static str],
}

/// Whether a part holds C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum C {
    /// Go alone: static by nature, and no compiler of this machine has a part in it.
    No,
    /// C, linked statically against Debian's libseccomp.
    Seccomp,
}

/// A `main` package of another module, copied and made importable.
#[derive(Debug)]
pub(crate) struct Borrowed {
    /// The part whose go.sum vouches for the source.
    pub(crate) part: &'static str,
    /// Its folder inside the module.
    pub(crate) from: &'static str,
    /// The package's new name, and its folder below `borrowed/`.
    pub(crate) name: &'static str,
    /// Imports that are left out, by the end of their path; each has to be there.
    pub(crate) without: &'static [&'static str],
}

const fn own(name: &'static str, links: &'static [&'static str]) -> Program {
    Program { name, package: ".", links }
}

const fn plugin(from: &'static str, name: &'static str) -> Borrowed {
    Borrowed { part: "cni", from, name, without: &[] }
}

/// All parts, in the order in which they are built: what is quick comes first, so that a mistake in
/// the machine's set-up shows early.
pub(crate) const RECIPES: [Recipe; 7] = [
    Recipe {
        name: "cni",
        programs: &[own(
            "cni",
            &["bandwidth", "bridge", "firewall", "flannel", "host-local", "loopback", "portmap"],
        )],
        c: C::No,
        tags: &[],
        stamps: &["github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion={v}"],
        borrowed: &[
            plugin("plugins/meta/bandwidth", "bandwidth"),
            plugin("plugins/main/bridge", "bridge"),
            plugin("plugins/meta/firewall", "firewall"),
            plugin("plugins/ipam/host-local", "hostlocal"),
            plugin("plugins/main/loopback", "loopback"),
            plugin("plugins/meta/portmap", "portmap"),
            Borrowed {
                part: "flannel-cni",
                from: "plugins/meta/flannel",
                name: "flannel",
                without: &[],
            },
        ],
    },
    Recipe {
        name: "runc",
        programs: &[Program {
            name: "runc",
            package: "github.com/opencontainers/runc",
            links: &[],
        }],
        c: C::Seccomp,
        // netgo and osusergo: the C library's own lookups cannot be linked statically.
        tags: &["seccomp", "netgo", "osusergo"],
        stamps: &[],
        borrowed: &[],
    },
    Recipe {
        name: "etcd",
        programs: &[own("etcd", &["etcd", "etcdutl"])],
        c: C::No,
        tags: &[],
        stamps: &[],
        borrowed: &[],
    },
    Recipe {
        name: "coredns",
        programs: &[own("coredns", &[])],
        c: C::No,
        tags: &[],
        stamps: &["github.com/coredns/coredns/coremain.gitTag={v}"],
        borrowed: &[],
    },
    Recipe {
        name: "flannel",
        programs: &[own("flannel", &["flanneld", "cp"])],
        c: C::No,
        tags: &[],
        stamps: &["github.com/flannel-io/flannel/pkg/version.Version={v}"],
        borrowed: &[Borrowed {
            part: "flannel",
            from: ".",
            name: "flanneld",
            without: &["pkg/backend/tencentvpc", "pkg/backend/udp"],
        }],
    },
    Recipe {
        name: "containerd",
        programs: &[
            Program {
                name: "containerd",
                package: "github.com/containerd/containerd/v2/cmd/containerd",
                links: &[],
            },
            Program {
                name: "containerd-shim-runc-v2",
                package: "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
                links: &[],
            },
            Program {
                name: "ctr",
                package: "github.com/containerd/containerd/v2/cmd/ctr",
                links: &[],
            },
        ],
        c: C::No,
        // Snapshotters for file systems that the node's kernel or image does not have.
        tags: &["no_btrfs", "no_devmapper", "no_zfs"],
        stamps: &["github.com/containerd/containerd/v2/version.Version={v}"],
        borrowed: &[],
    },
    Recipe {
        name: "kubernetes",
        programs: &[own(
            "kubernetes",
            &[
                "kube-apiserver",
                "kube-controller-manager",
                "kube-proxy",
                "kube-scheduler",
                "kubectl",
                "kubelet",
            ],
        )],
        c: C::No,
        tags: &[],
        stamps: &[
            "k8s.io/component-base/version.gitVersion={v}",
            "k8s.io/component-base/version.gitMajor={major}",
            "k8s.io/component-base/version.gitMinor={minor}",
            "k8s.io/component-base/version.gitTreeState=clean",
        ],
        borrowed: &[],
    },
];

/// A stamp with the version filled in: `{v}` is all of it, `{major}` and `{minor}` its numbers.
pub(crate) fn stamp(template: &str, version: &str) -> String {
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    template.replace("{v}", version).replace("{major}", major).replace("{minor}", minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_stamp_holds_the_version() {
        assert_eq!(stamp("a.b={v}", "v1.36.3"), "a.b=v1.36.3");
        assert_eq!(stamp("a.b={major}/{minor}", "v1.36.3"), "a.b=1/36");
    }

    #[test]
    fn no_part_and_no_program_is_there_twice() {
        let parts: BTreeSet<_> = RECIPES.iter().map(|recipe| recipe.name).collect();
        assert_eq!(parts.len(), RECIPES.len());
        let programs = || RECIPES.iter().flat_map(|recipe| recipe.programs);
        let names: BTreeSet<_> = programs().map(|program| program.name).collect();
        assert_eq!(names.len(), programs().count());
    }
}
