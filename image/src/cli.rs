//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Builds what a Holdfast node boots.
#[derive(Debug, Parser)]
#[command(name = "image", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// Where the artefacts and `manifest.json` are written.
    #[arg(long, global = true, default_value = "out", value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Print the manifest (names, sizes, SHA-256 hashes, inputs) on standard output.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Insist on the versions and hashes of `image/inputs.lock`, for a release.
    #[arg(long, global = true)]
    pub(crate) locked: bool,

    /// Where superseded Debian packages are fetched from.
    ///
    /// The URL of the folder that holds the archives `debian` and `debian-security`; where their
    /// names are not at the end of the path, `{archive}` marks their place.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) snapshot_mirror: Option<String>,

    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What to build. A part brings with it the parts that it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub(crate) enum Verb {
    /// The kernel and its modules: `vmlinuz`, `kernel.config`.
    Kernel,
    /// The read-only root: `rootfs.sqsh`.
    Rootfs,
    /// The initramfs that holds init and the root: `initramfs.img`.
    Initramfs,
    /// The root as an OCI archive, for `docker load`: `holdfast-oci.tar`.
    Oci,
    /// Everything above.
    All,
    /// The programs of others: Kubernetes, containerd, runc, etcd, CNI plugins, flannel, CoreDNS.
    ///
    /// They are written to `third-party/`, with a manifest of their own, `third-party.json`. They
    /// are not part of `all`: no root holds them yet. Needs Go, 1.21 or newer.
    ThirdParty {
        /// Which parts, by their folders' names in `image/third_party`; all of them if none is named.
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Build each anew and compare it to the byte with the one in the cache.
        #[arg(long, conflicts_with = "tidy")]
        verify: bool,
        /// Write go.mod and go.sum anew, after a version was changed; builds nothing.
        #[arg(long)]
        tidy: bool,
    },
    /// Rewrite `image/inputs.lock` with what the archive has now.
    UpdateInputs,
    /// Build twice in different places and compare to the byte.
    VerifyReproducible {
        /// The kernel too: two builds from nothing, half an hour and more.
        #[arg(long)]
        kernel: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_may_follow_the_verb() {
        let cli = Cli::try_parse_from(["image", "all", "--out", "x", "--json"]).expect("parses");
        assert_eq!((cli.verb, cli.json), (Verb::All, true));
        assert_eq!(cli.out, PathBuf::from("x"));
    }
}
