//! `osctl validate`: check a configuration without a node.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use config::validate::{advice, expired};
use config::{Config, Fault, Warning};

use crate::clean::clean;
use crate::cli::Cx;
use crate::command::apply_config::load;
use crate::exit::{Exit, Refused};
use crate::human;

/// Check a configuration file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl validate -m metal -c controlplane.yaml\n  \
    osctl validate -m container -c worker.yaml --strict\n\n\
    Faults go to standard error as FILE:LINE:COLUMN: FIELD: RULE, and the exit code is 1.")]
pub(crate) struct Args {
    /// The file, or - for standard input
    #[arg(short, long, value_name = "FILE|-")]
    config: PathBuf,
    /// What the configuration is for
    #[arg(short, long, value_enum, value_name = "MODE")]
    mode: Mode,
    /// Warnings about the root document are faults
    #[arg(long)]
    strict: bool,
}

/// What kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Mode {
    /// A machine, real or virtual
    Metal,
    /// A cloud's virtual machine
    Cloud,
    /// A container
    Container,
    /// A machine that an agent drives
    MetalAgent,
}

impl From<Mode> for types::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Metal => Self::Metal,
            Mode::Cloud => Self::Cloud,
            Mode::Container => Self::Container,
            Mode::MetalAgent => Self::MetalAgent,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let bytes = load(&args.config)?;
    let (warnings, counted, faults): (Vec<Warning>, usize, Vec<Fault>) =
        match Config::decode(&bytes) {
            Ok((config, idle)) => {
                let mut faults = config::validate(&config, args.mode.into());
                faults.extend(expired(&config, human::now()));
                let warnings = advice(&config);
                // What has no effect yet, and other documents, count with no client.
                let counted = warnings.iter().filter(|warning| warning.document.is_empty()).count();
                (warnings.into_iter().chain(idle).collect(), counted, faults)
            }
            Err(faults) => (Vec::new(), 0, faults),
        };
    for warning in &warnings {
        writeln!(cx.output.err, "{}: warning: {warning}", args.config.display())?;
    }
    let shown = args.config.display();
    if !faults.is_empty() {
        return Err(refused(&args.config, &faults, cx));
    }
    if args.strict && counted > 0 {
        return Err(Refused(format!("{shown}: {}", count(counted, "warning"))).into());
    }
    let mode = types::Mode::from(args.mode);
    writeln!(cx.output.out, "{shown} is valid for {mode} mode")?;
    Ok(Exit::Done)
}

/// Tells the faults of a file, each as editors jump to it, and makes the error that counts them.
pub(crate) fn refused(path: &Path, faults: &[Fault], cx: &mut Cx) -> anyhow::Error {
    let shown = path.display();
    for fault in faults {
        if let Err(error) = writeln!(cx.output.err, "{shown}:{}", clean(&fault.to_string())) {
            return error.into();
        }
    }
    Refused(format!("{shown}: {}", count(faults.len(), "fault"))).into()
}

/// A number with its noun.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
