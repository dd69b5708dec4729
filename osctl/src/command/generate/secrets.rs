//! `osctl gen secrets`: the secrets of a cluster in a file of their own, to make configurations from.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use config::generate::Contract;
use config::pki::{Authority, Bundle, PrivateKey};
use config::{Config, Fault};
use types::Secret;

use super::{Existing, put, text};
use crate::cli::Cx;
use crate::command::apply_config::load;
use crate::command::validate::refused;
use crate::exit::{Exit, usage};
use crate::human::now;

/// Make the secrets of a cluster, or take over those that it has
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl gen secrets\n  \
    osctl gen secrets --from-controlplane-config controlplane.yaml -o prod.yaml\n  \
    osctl gen secrets --from-kubernetes-pki /etc/kubernetes/pki -t abcdef.0123456789abcdef\n\n\
    The file is all that a cluster has to keep: whoever has it is the cluster's administrator.")]
pub(crate) struct Args {
    /// The file to write, or - for standard output
    #[arg(short, long, value_name = "FILE|-", default_value = "secrets.yaml")]
    output_file: PathBuf,
    /// Version of the contract that the cluster is for
    #[arg(long, value_name = "VERSION", default_value_t)]
    talos_version: Contract,
    /// Take all secrets from this configuration of a control plane
    #[arg(long, value_name = "FILE|-", conflicts_with = "from_kubernetes_pki")]
    from_controlplane_config: Option<PathBuf>,
    /// Take Kubernetes' authorities and keys from this folder of kubeadm's
    #[arg(short = 'p', long, value_name = "FOLDER")]
    from_kubernetes_pki: Option<PathBuf>,
    /// Take this token for joining kubelets
    #[arg(
        short = 't',
        long,
        value_name = "TOKEN",
        value_parser = token,
        conflicts_with = "from_controlplane_config"
    )]
    kubernetes_bootstrap_token: Option<Secret<String>>,
}

/// A token of the right form.
fn token(text: &str) -> Result<Secret<String>, String> {
    if config::pki::bundle::is_token(text) {
        return Ok(Secret::new(text.to_owned()));
    }
    Err("a token is 6 and 16 lower-case letters or digits with a dot between".to_owned())
}

/// Runs the command.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let to_stdout = args.output_file == Path::new("-");
    if !to_stdout {
        existing.allow(&[&args.output_file])?;
    }
    let bundle = bundle(args, cx)?;
    if to_stdout {
        cx.output.out.write_all(bundle.encode().as_bytes())?;
    } else {
        put(&args.output_file, bundle.encode().as_bytes(), cx)?;
    }
    Ok(Exit::Done)
}

/// The secrets: new, of a configuration, or new but for what Kubernetes has.
fn bundle(args: &Args, cx: &mut Cx) -> anyhow::Result<Bundle> {
    if let Some(path) = &args.from_controlplane_config {
        let mut faulty = |faults: Vec<Fault>| refused(path, &faults, cx);
        let (config, _) = Config::decode(&load(path)?).map_err(&mut faulty)?;
        return Bundle::from_control_plane(&config, now()).map_err(faulty);
    }
    let mut bundle = Bundle::with_cipher(args.talos_version.cipher(), now())?;
    if let Some(folder) = &args.from_kubernetes_pki {
        let authority = |name: &str| -> anyhow::Result<Authority> {
            let file = |ending| folder.join(format!("{name}.{ending}"));
            let (certificate, key) = (file("crt"), file("key"));
            let made = Authority::from_pem(&text(&certificate)?, &text(&key)?)
                .with_context(|| certificate.display().to_string())?;
            if made.has_ended(now()) {
                return Err(usage(format!("{}: it has expired", certificate.display())));
            }
            Ok(made)
        };
        let account = folder.join("sa.key");
        bundle = Bundle {
            kubernetes: authority("ca")?,
            etcd: authority("etcd/ca")?,
            aggregator: authority("front-proxy-ca")?,
            service_account: PrivateKey::from_pem(&text(&account)?)
                .with_context(|| account.display().to_string())?,
            ..bundle
        };
    }
    if let Some(token) = &args.kubernetes_bootstrap_token {
        bundle.bootstrap_token = token.clone();
    }
    Ok(bundle)
}

/// Reads a file of secrets.
pub(crate) fn read(path: &Path, cx: &mut Cx) -> anyhow::Result<Bundle> {
    Bundle::decode(&load(path)?, now()).map_err(|faults| refused(path, &faults, cx))
}
