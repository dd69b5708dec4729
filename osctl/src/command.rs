//! The commands, one per file: what it is, its arguments, `run`, what it needs, tests.

pub(crate) mod apply_config;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod copy;
pub(crate) mod dmesg;
pub(crate) mod edit;
pub(crate) mod events;
pub(crate) mod generate;
pub(crate) mod get;
pub(crate) mod inspect;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod machine_config;
pub(crate) mod memory;
pub(crate) mod mounts;
pub(crate) mod patch;
pub(crate) mod plan;
pub(crate) mod processes;
pub(crate) mod read;
pub(crate) mod reboot;
pub(crate) mod service;
pub(crate) mod shutdown;
pub(crate) mod time;
pub(crate) mod validate;
pub(crate) mod version;

use clap::Subcommand;

use crate::cli::Cx;
use crate::exit::Exit;

/// Everything that this client can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(visible_alias = "apply")]
    ApplyConfig(apply_config::Args),
    Completion(completion::Args),
    Config(config::Args),
    #[command(visible_alias = "cp")]
    Copy(copy::Args),
    Dmesg(dmesg::Args),
    Edit(edit::Args),
    Events(events::Args),
    #[command(name = "gen")]
    Generate(generate::Args),
    #[command(visible_alias = "g")]
    Get(get::Args),
    Inspect(inspect::Args),
    #[command(visible_alias = "ls")]
    List(list::Args),
    Logs(logs::Args),
    #[command(name = "machineconfig", visible_alias = "mc")]
    MachineConfig(machine_config::Args),
    #[command(visible_aliases = ["m", "free"])]
    Memory(memory::Args),
    #[command(visible_alias = "mount")]
    Mounts(mounts::Args),
    Patch(patch::Args),
    Plan(plan::Args),
    #[command(visible_aliases = ["p", "ps"])]
    Processes(processes::Args),
    #[command(visible_alias = "cat")]
    Read(read::Args),
    Reboot(reboot::Args),
    #[command(visible_alias = "services")]
    Service(service::Args),
    Shutdown(shutdown::Args),
    Time(time::Args),
    Validate(validate::Args),
    Version(version::Args),
}

/// Runs one command.
pub(crate) async fn run(command: Command, cx: &mut Cx) -> anyhow::Result<Exit> {
    match command {
        Command::ApplyConfig(args) => apply_config::run(&args, cx).await,
        Command::Completion(args) => completion::run(&args, cx),
        Command::Config(args) => config::run(args, cx).await,
        Command::Copy(args) => copy::run(&args, cx).await,
        Command::Dmesg(args) => dmesg::run(&args, cx).await,
        Command::Edit(args) => edit::run(&args, cx).await,
        Command::Events(args) => events::run(&args, cx).await,
        Command::Generate(args) => generate::run(&args, cx),
        Command::Get(args) => get::run(&args, cx).await,
        Command::Inspect(args) => inspect::run(&args, cx).await,
        Command::List(args) => list::run(&args, cx).await,
        Command::Logs(args) => logs::run(&args, cx).await,
        Command::MachineConfig(args) => machine_config::run(&args, cx),
        Command::Memory(args) => memory::run(&args, cx).await,
        Command::Mounts(args) => mounts::run(&args, cx).await,
        Command::Patch(args) => patch::run(&args, cx).await,
        Command::Plan(args) => plan::run(&args, cx).await,
        Command::Processes(args) => processes::run(&args, cx).await,
        Command::Read(args) => read::run(&args, cx).await,
        Command::Reboot(args) => reboot::run(&args, cx).await,
        Command::Service(args) => service::run(&args, cx).await,
        Command::Shutdown(args) => shutdown::run(&args, cx).await,
        Command::Time(args) => time::run(&args, cx).await,
        Command::Validate(args) => validate::run(&args, cx),
        Command::Version(args) => version::run(&args, cx).await,
    }
}
