//! `osctl gen config`: the files of a new cluster.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use config::generate::{Generated, KUBERNETES_VERSION, Request, generate};
use config::pki::Bundle;

use crate::cli::Cx;
use crate::context::write_private;
use crate::exit::{Exit, usage};
use crate::human::now;

/// Make the configurations of a new cluster, and a client configuration for it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl gen config prod https://10.0.0.2:6443\n  \
    osctl gen config prod https://10.0.0.2:6443 -o ./prod --force\n  \
    osctl gen config prod https://10.0.0.2:6443 -t talosconfig -o -\n\n\
    All keys are new with each run, and every file holds some: they are readable by you alone.")]
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
    /// Replace files that exist
    #[arg(short, long)]
    force: bool,
    /// The disk that nodes install to
    #[arg(long, value_name = "DEVICE", default_value = "/dev/sda")]
    install_disk: String,
    /// Version of Kubernetes
    #[arg(long, value_name = "VERSION", default_value = KUBERNETES_VERSION)]
    kubernetes_version: String,
    /// Domain of services
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    dns_domain: String,
    /// Further names and addresses for the certificates of the APIs
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    additional_sans: Vec<String>,
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
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let targets = targets(args)?;
    if !args.force {
        for (_, target) in &targets {
            if let Target::File(path) = target
                && path.exists()
            {
                return Err(usage(format!("{} exists: --force replaces it", path.display())));
            }
        }
    }
    let request = Request {
        install_disk: &args.install_disk,
        kubernetes_version: args.kubernetes_version.trim_start_matches('v'),
        dns_domain: &args.dns_domain,
        cert_sans: &args.additional_sans,
        ..Request::new(&args.name, &args.endpoint)
    };
    let now = now();
    let generated = generate(&request, &Bundle::generate(now)?, now)?;
    for (kind, target) in &targets {
        let content = kind.content(&generated);
        match target {
            Target::Stdout => cx.output.out.write_all(content.as_bytes())?,
            Target::File(path) => {
                let what = || format!("write {}", path.display());
                write_private(path, content.as_bytes()).with_context(what)?;
                writeln!(cx.output.err, "created {}", path.display())?;
            }
        }
    }
    Ok(Exit::Done)
}

/// Where a file goes.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Stdout,
    File(PathBuf),
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

    fn args(output: Option<&str>, types: &[Kind]) -> Args {
        Args {
            name: "a".to_owned(),
            endpoint: "https://10.0.0.2:6443".to_owned(),
            output: output.map(PathBuf::from),
            types: types.to_vec(),
            force: false,
            install_disk: String::new(),
            kubernetes_version: String::new(),
            dns_domain: String::new(),
            additional_sans: Vec::new(),
        }
    }

    #[test]
    fn files_go_where_they_belong() {
        let both = [Kind::Worker, Kind::Controlplane, Kind::Worker];
        let check = |output, types: &[Kind], expected: &[(Kind, Target)]| {
            assert_eq!(targets(&args(output, types)).expect("targets"), expected);
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
        check(Some("x"), &[Kind::Talosconfig], &[(Kind::Talosconfig, file("x"))]);
        check(Some("-"), &[Kind::Talosconfig], &[(Kind::Talosconfig, Target::Stdout)]);
        targets(&args(Some("-"), &both)).expect_err("two files");
    }
}
