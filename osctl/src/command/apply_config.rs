//! `osctl apply-config`: hand a configuration to nodes.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use api::machine::ApplyConfigurationRequest;
use api::machine::apply_configuration_request::Mode as Wire;

use crate::call::ask;
use crate::clean::strip;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::{Exit, usage};
use crate::patch::{Patches, decode};

/// Apply a configuration
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl apply-config -i -n 10.0.0.2 -f controlplane.yaml       a node in maintenance mode\n  \
    osctl apply-config -n 10.0.0.2 -f controlplane.yaml --dry-run\n  \
    osctl apply-config -n 10.0.0.2 -f controlplane.yaml --mode try --timeout 2m\n  \
    osctl apply-config -n 10.0.0.2 -f controlplane.yaml -p @node-2.yaml\n  \
    render | osctl apply-config -n 10.0.0.2 -f -")]
pub(crate) struct Args {
    /// The configuration, or - for standard input
    #[arg(short, long, value_name = "FILE|-")]
    file: PathBuf,
    /// How it takes effect
    #[arg(short, long, value_enum, default_value_t, value_name = "MODE")]
    mode: Mode,
    /// Only tell what would change
    #[arg(long)]
    dry_run: bool,
    /// With --mode try: when the former configuration comes back
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse, default_value = "1m")]
    timeout: Duration,
    /// A patch of the configuration, or @ and its file; several are applied in order
    #[arg(short = 'p', long, value_name = "PATCH|@FILE")]
    config_patch: Vec<String>,
}

/// How a configuration takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Mode {
    /// At once if that can be, else with a reboot
    #[default]
    Auto,
    /// At once, or not at all
    NoReboot,
    /// With a reboot
    Reboot,
    /// With the next reboot, whenever that is
    Staged,
    /// At once, and the former one comes back after --timeout
    Try,
}

impl From<Mode> for Wire {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Auto => Self::Auto,
            Mode::NoReboot => Self::NoReboot,
            Mode::Reboot => Self::Reboot,
            Mode::Staged => Self::Staged,
            Mode::Try => Self::Try,
        }
    }
}

/// The path of the call.
const METHOD: &str = "/machine.MachineService/ApplyConfiguration";
/// Largest configuration that is sent. A node takes less; it says so itself.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Runs the command. What the nodes say goes to standard error, as it does with the peer.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let patches = Patches::load(&args.config_patch, &mut cx.output)?;
    let mut data = load(&args.file)?;
    if !patches.is_empty() {
        let name = args.file.display().to_string();
        let config = decode(&data, &name, &mut cx.output)?;
        data = patches.apply(&config, &name, &mut cx.output)?.bytes().to_vec();
    }
    let request = ApplyConfigurationRequest {
        data,
        mode: Wire::from(args.mode).into(),
        dry_run: args.dry_run,
        try_mode_timeout: (args.mode == Mode::Try)
            .then(|| prost_types::Duration::try_from(args.timeout))
            .transpose()?,
    };
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| {
        group.machine().apply_configuration(within(group.all(request.clone()))).await
    };
    let answers = ask(&fleet, METHOD, call).await;
    for (node, answer) in &answers.given {
        // Several nodes say the same words: then each line says whose they are.
        let whose = if answers.given.len() > 1 { format!("{node}: ") } else { String::new() };
        for warning in &answer.warnings {
            writeln!(cx.output.err, "{whose}warning: {}", strip(warning))?;
        }
        if !answer.mode_details.is_empty() {
            writeln!(cx.output.err, "{whose}{}", strip(answer.mode_details.trim_end()))?;
        }
    }
    answers.finish("apply-config", &mut cx.output)
}

/// The bytes of a configuration, from a file or, for `-`, standard input.
pub(crate) fn load(path: &Path) -> anyhow::Result<Vec<u8>> {
    let what = || format!("read {}", path.display());
    let mut data = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut data).with_context(what)?;
    } else {
        let file = std::fs::File::open(path).with_context(what)?;
        file.take(MAX_FILE + 1).read_to_end(&mut data).with_context(what)?;
    }
    if data.len() as u64 > MAX_FILE {
        return Err(usage(format!("{}: more than {MAX_FILE} bytes", path.display())));
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_or_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.yaml");
        let error = format!("{:#}", load(&path).expect_err("absent"));
        assert!(error.starts_with(&format!("read {}: ", path.display())), "{error}");
        std::fs::write(&path, "machine: {}\n").expect("written");
        assert_eq!(load(&path).expect("read"), b"machine: {}\n");
    }
}
