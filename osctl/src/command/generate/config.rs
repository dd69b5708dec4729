//! `osctl gen config`: the files of a new cluster.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::ArgAction;
use config::generate::{Contract, Generated, KUBERNETES_VERSION, Notes, Request, generate};
use config::pki::Bundle;

use super::{Existing, put, secrets};
use crate::cli::Cx;
use crate::exit::{Exit, usage};
use crate::human::now;
use crate::patch::{Patches, decode};

/// Make the configurations of a new cluster, and a client configuration for it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl gen config prod https://10.0.0.2:6443\n  \
    osctl gen config prod https://10.0.0.2:6443 -o ./prod --force\n  \
    osctl gen config prod https://10.0.0.2:6443 --with-secrets secrets.yaml\n  \
    osctl gen config prod https://10.0.0.2:6443 --config-patch-worker @worker-patch.yaml\n  \
    osctl gen config prod https://10.0.0.2:6443 -t worker -o - --talos-version v1.11\n\n\
    Without --with-secrets all keys are new. Every file holds some: they are readable by you alone.")]
pub(crate) struct Args {
    /// Name of the cluster
    #[arg(value_name = "NAME")]
    name: String,
    /// URL of the Kubernetes API
    #[arg(value_name = "ENDPOINT")]
    endpoint: String,
    /// Folder for the files; for one file its path, or - for standard output
    #[arg(short, long, value_name = "PATH|-")]
    output: Option<PathBuf>,
    /// Which files
    #[arg(
        short = 't',
        long = "output-types",
        value_enum,
        value_delimiter = ',',
        value_name = "TYPE",
        default_values_t = [Kind::Controlplane, Kind::Worker, Kind::Talosconfig]
    )]
    types: Vec<Kind>,
    /// Take the secrets of this file, which `osctl gen secrets` made
    #[arg(long, value_name = "FILE")]
    with_secrets: Option<PathBuf>,
    /// The disk that nodes install to
    #[arg(long, value_name = "DEVICE", default_value = "/dev/sda")]
    install_disk: String,
    /// The image that installs
    #[arg(long, value_name = "IMAGE")]
    install_image: Option<String>,
    /// Version of Kubernetes
    #[arg(long, value_name = "VERSION", default_value = KUBERNETES_VERSION)]
    kubernetes_version: String,
    /// Version of the contract that the nodes speak
    #[arg(long, value_name = "VERSION", default_value_t)]
    talos_version: Contract,
    /// Form of the configuration
    #[arg(long, value_name = "VERSION", value_parser = ["v1alpha1"], default_value = "v1alpha1")]
    version: String,
    /// Domain of services
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    dns_domain: String,
    /// Further names and addresses for the certificates of the APIs
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    additional_sans: Vec<String>,
    /// Ask URL for the images of HOST; several URLs of one host are asked in order
    #[arg(long, value_name = "HOST=URL", value_delimiter = ',', value_parser = mirror)]
    registry_mirror: Vec<(String, String)>,
    #[command(flatten)]
    patches: Given,
    #[command(flatten)]
    parts: Parts,
    #[command(flatten)]
    comments: Comments,
}

/// Patches of what is made: a text, or @ and a file; several are applied in order.
#[derive(Debug, Clone, clap::Args)]
struct Given {
    /// Patch all configurations
    #[arg(long, value_name = "PATCH|@FILE")]
    config_patch: Vec<String>,
    /// Patch the configuration of control planes, after --config-patch
    #[arg(long, value_name = "PATCH|@FILE")]
    config_patch_control_plane: Vec<String>,
    /// Patch the configuration of workers, after --config-patch
    #[arg(long, value_name = "PATCH|@FILE")]
    config_patch_worker: Vec<String>,
}

impl Given {
    /// The patches for a kind of file, in their order.
    fn of(&self, kind: Kind) -> Vec<String> {
        let own = match kind {
            Kind::Controlplane => &self.config_patch_control_plane,
            Kind::Worker => &self.config_patch_worker,
            Kind::Talosconfig => return Vec::new(),
        };
        self.config_patch.iter().chain(own).cloned().collect()
    }
}

/// What is written beside the fields.
#[derive(Debug, Clone, clap::Args)]
struct Comments {
    /// Say in comments what each field means
    #[arg(
        long, value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value = "true"
    )]
    with_docs: bool,
    /// Show in comments what else could be set
    #[arg(
        long, value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value = "true"
    )]
    with_examples: bool,
}

/// What a cluster may have or not.
#[derive(Debug, Clone, clap::Args)]
struct Parts {
    /// Members find each other through a discovery service
    #[arg(
        long, value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value = "true"
    )]
    with_cluster_discovery: bool,
    /// Nodes talk to each other through WireGuard
    #[arg(
        long, value_name = "BOOL", action = ArgAction::Set,
        num_args = 0..=1, require_equals = true, default_missing_value = "true",
        default_value = "false"
    )]
    with_kubespan: bool,
}

/// A mirror: the host that is named in images, and the URL to ask instead.
fn mirror(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((host, url)) if !host.is_empty() && !url.is_empty() => {
            Ok((host.to_owned(), url.to_owned()))
        }
        _ => Err(format!("{text:?} is no mirror: HOST=URL, as docker.io=https://mirror.example")),
    }
}

/// A file that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
enum Kind {
    /// Configuration of control plane nodes
    Controlplane,
    /// Configuration of workers
    Worker,
    /// Client configuration
    Talosconfig,
}

impl Kind {
    /// What the file is called in a folder.
    fn file(self) -> &'static str {
        match self {
            Self::Controlplane => "controlplane.yaml",
            Self::Worker => "worker.yaml",
            Self::Talosconfig => "talosconfig",
        }
    }

    /// Its content.
    fn content(self, generated: &Generated) -> String {
        match self {
            Self::Controlplane => generated.control_plane.clone(),
            Self::Worker => generated.worker.clone(),
            Self::Talosconfig => generated.client.encode(),
        }
    }
}

/// Runs the command. Nothing is written when one of the files exists.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let targets = targets(args)?;
    let paths: Vec<&Path> = targets.iter().filter_map(|(_, target)| target.path()).collect();
    existing.allow(&paths)?;
    let mirrors = mirrors(&args.registry_mirror);
    let request = Request {
        contract: args.talos_version,
        install_disk: &args.install_disk,
        install_image: args.install_image.as_deref(),
        kubernetes_version: args.kubernetes_version.trim_start_matches('v'),
        dns_domain: &args.dns_domain,
        cert_sans: &args.additional_sans,
        mirrors: &mirrors,
        discovery: args.parts.with_cluster_discovery,
        kube_span: args.parts.with_kubespan,
        notes: Notes { docs: args.comments.with_docs, examples: args.comments.with_examples },
        ..Request::new(&args.name, &args.endpoint)
    };
    let now = now();
    let bundle = match &args.with_secrets {
        Some(path) => secrets::read(path, cx)?,
        None => Bundle::with_cipher(args.talos_version.cipher(), now)?,
    };
    let generated = generate(&request, &bundle, now)?;
    // All are made before one is written: a patch may not fit the second.
    let mut contents = Vec::new();
    for (kind, _) in &targets {
        let patches = Patches::load(&args.patches.of(*kind), &mut cx.output)?;
        contents.push(patched(*kind, kind.content(&generated), &patches, cx)?);
    }
    for ((_, target), content) in targets.iter().zip(&contents) {
        match target {
            Target::Stdout => cx.output.out.write_all(content)?,
            Target::File(path) => put(path, content, cx)?,
        }
    }
    Ok(Exit::Done)
}

/// A file with its patches applied; what patches leave alone keeps its comments.
fn patched(kind: Kind, content: String, patches: &Patches, cx: &mut Cx) -> anyhow::Result<Vec<u8>> {
    if patches.is_empty() {
        return Ok(content.into_bytes());
    }
    let config = decode(content.as_bytes(), kind.file(), &mut cx.output)?;
    let config = patches.apply(&config, kind.file(), &mut cx.output)?;
    Ok(config.bytes().to_vec())
}

/// The mirrors with their URLs together, hosts in the order of their first mention.
fn mirrors(given: &[(String, String)]) -> Vec<(String, Vec<String>)> {
    let mut mirrors: Vec<(String, Vec<String>)> = Vec::new();
    for (host, url) in given {
        match mirrors.iter_mut().find(|(other, _)| other == host) {
            Some((_, urls)) => urls.push(url.clone()),
            None => mirrors.push((host.clone(), vec![url.clone()])),
        }
    }
    mirrors
}

/// Where a file goes.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Stdout,
    File(PathBuf),
}

impl Target {
    /// The file, if it is one.
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) => Some(path),
        }
    }
}

/// Where each file goes: several into a folder, a single one to a path of its own.
fn targets(args: &Args) -> anyhow::Result<Vec<(Kind, Target)>> {
    let mut kinds = args.types.clone();
    kinds.sort();
    kinds.dedup();
    let folder = match (&args.output, kinds.as_slice()) {
        (None, _) => PathBuf::new(),
        (Some(output), [kind]) if output == Path::new("-") => {
            return Ok(vec![(*kind, Target::Stdout)]);
        }
        (Some(output), [kind]) if !output.is_dir() => {
            return Ok(vec![(*kind, Target::File(output.clone()))]);
        }
        (Some(output), _) if output == Path::new("-") => {
            return Err(usage(
                "gen config: only one file goes to standard output: name it with -t",
            ));
        }
        (Some(output), _) => output.clone(),
    };
    Ok(kinds.into_iter().map(|kind| (kind, Target::File(folder.join(kind.file())))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arguments of a command line.
    fn args(output: Option<&str>, types: &[&str], more: &[&str]) -> Args {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            args: Args,
        }
        let types = types.join(",");
        let mut line = vec!["gen config", "a", "https://10.0.0.2:6443", "-t", &types];
        line.extend(output.iter().flat_map(|output| ["-o", output]));
        line.extend(more);
        <Line as clap::Parser>::try_parse_from(line).expect("arguments").args
    }

    #[test]
    fn files_go_where_they_belong() {
        let both = ["worker", "controlplane", "worker"];
        let check = |output, types: &[&str], expected: &[(Kind, Target)]| {
            assert_eq!(targets(&args(output, types, &[])).expect("targets"), expected);
        };
        let file = |path: &str| Target::File(PathBuf::from(path));
        check(
            None,
            &both,
            &[(Kind::Controlplane, file("controlplane.yaml")), (Kind::Worker, file("worker.yaml"))],
        );
        check(
            Some("x"),
            &both,
            &[
                (Kind::Controlplane, file("x/controlplane.yaml")),
                (Kind::Worker, file("x/worker.yaml")),
            ],
        );
        check(Some("x"), &["talosconfig"], &[(Kind::Talosconfig, file("x"))]);
        check(Some("-"), &["talosconfig"], &[(Kind::Talosconfig, Target::Stdout)]);
        targets(&args(Some("-"), &both, &[])).expect_err("two files");
    }

    #[test]
    fn mirrors_of_a_host_stand_together() {
        let more = ["--registry-mirror", "a=x,b=y", "--registry-mirror", "a=z"];
        let args = args(None, &["worker"], &more);
        let list = |urls: &[&str]| urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            mirrors(&args.registry_mirror),
            [("a".to_owned(), list(&["x", "z"])), ("b".to_owned(), list(&["y"]))]
        );
        for wrong in ["a", "=b", "a=", ""] {
            mirror(wrong).expect_err(wrong);
        }
    }

    #[test]
    fn switches_are_written_with_or_without_a_value() {
        let with = |more: &[&str]| {
            let parts = args(None, &["worker"], more).parts;
            (parts.with_cluster_discovery, parts.with_kubespan)
        };
        assert_eq!(with(&[]), (true, false));
        assert_eq!(with(&["--with-kubespan"]), (true, true));
        assert_eq!(
            with(&["--with-kubespan=false", "--with-cluster-discovery=false"]),
            (false, false)
        );
    }
}
