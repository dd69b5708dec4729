//! `osctl completion`: what a shell needs to complete commands and flags.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::{Cli, Cx};
use crate::exit::Exit;

/// Print the completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    source <(osctl completion bash)\n  \
    osctl completion zsh > ~/.zfunc/_osctl\n  \
    osctl completion fish > ~/.config/fish/completions/osctl.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Kind,
}

/// The shells that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// GNU Bash
    Bash,
    /// Fish
    Fish,
    /// PowerShell
    Powershell,
    /// Z shell
    Zsh,
}

/// Runs the command.
pub(crate) fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let shell = match args.shell {
        Kind::Bash => Shell::Bash,
        Kind::Fish => Shell::Fish,
        Kind::Powershell => Shell::PowerShell,
        Kind::Zsh => Shell::Zsh,
    };
    // The generator panics when it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "osctl", &mut script);
    cx.output.out.write_all(&script)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;
    use crate::output::tests::sinks;

    #[test]
    fn each_shell_gets_a_script_with_the_commands() {
        for shell in Kind::value_variants() {
            let (output, out, _) = sinks();
            let mut cx = Cx { global: crate::cli::Global::default(), output };
            run(&Args { shell: *shell }, &mut cx).expect("a script");
            for command in ["apply-config", "shutdown", "--cert-fingerprint"] {
                let plain = command.trim_start_matches('-');
                assert!(out.text().contains(plain), "{shell:?}: {command}");
            }
        }
    }
}
