//! Handing a configuration to nodes: how it is to take effect, and what they say.

use std::io::Write as _;
use std::time::Duration;

use api::machine::ApplyConfigurationRequest;
use api::machine::apply_configuration_request::Mode as Wire;

use crate::call::ask;
use crate::clean::strip;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::output::Output;

/// How a configuration is to take effect.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct How {
    /// How it takes effect
    #[arg(short, long, value_enum, default_value_t, value_name = "MODE")]
    mode: Mode,
    /// Only tell what would change
    #[arg(long)]
    dry_run: bool,
    /// With --mode try: when the former configuration comes back
    #[arg(long, value_name = "DURATION", value_parser = crate::duration::parse, default_value = "1m")]
    timeout: Duration,
}

/// The ways.
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

/// Hands the bytes of a configuration to nodes. What they say goes to standard error, as it does with
/// the peer; `verb` is the command in the lines about those that refuse.
pub(crate) async fn send(
    fleet: &Fleet,
    how: &How,
    data: Vec<u8>,
    verb: &str,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let request = ApplyConfigurationRequest {
        data,
        mode: Wire::from(how.mode).into(),
        dry_run: how.dry_run,
        try_mode_timeout: (how.mode == Mode::Try)
            .then(|| prost_types::Duration::try_from(how.timeout))
            .transpose()?,
    };
    let call = async |group: Group| {
        group.machine().apply_configuration(within(group.all(request.clone()))).await
    };
    let answers = ask(fleet, METHOD, call).await;
    for (node, answer) in &answers.given {
        // Several nodes say the same words: then each line says whose they are.
        let whose = if answers.given.len() > 1 { format!("{node}: ") } else { String::new() };
        for warning in &answer.warnings {
            writeln!(output.err, "{whose}warning: {}", strip(warning))?;
        }
        if !answer.mode_details.is_empty() {
            writeln!(output.err, "{whose}{}", strip(answer.mode_details.trim_end()))?;
        }
    }
    answers.finish(verb, output)
}
