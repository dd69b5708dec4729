//! `osctl mounts`: what is mounted on a node, and how full it is.

use api::machine::{MountStat, Mounts};

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::human::size;
use crate::output::{self, Format};

/// List what is mounted
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl mounts -n 10.0.0.2\n  \
    osctl mounts -n 10.0.0.2 -o json      sizes in bytes, pseudo file systems too")]
pub(crate) struct Args {
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// The path of the call.
const METHOD: &str = "/machine.MachineService/Mounts";
const COLUMNS: &[&str] =
    &["NODE", "FILESYSTEM", "SIZE", "USED", "AVAILABLE", "PERCENT USED", "MOUNTED ON"];

/// Runs the command. The table leaves out what has no size, as pseudo file systems do.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| group.machine().mounts(within(group.all(()))).await;
    let answers = ask(&fleet, METHOD, call).await;
    let name = ("machine.Mounts", COLUMNS);
    output::answers(
        &mut cx.output,
        args.output,
        name,
        &answers.given,
        |table, node, mounts: &Mounts| {
            for stat in mounts.stats.iter().filter(|stat| stat.size > 0) {
                table.row(&row(node, stat));
            }
        },
    )?;
    answers.finish("mounts", &mut cx.output)
}

/// The cells of one mount.
fn row(node: &str, stat: &MountStat) -> [String; 7] {
    let used = stat.size.saturating_sub(stat.available);
    // Per mille in integers, so that no size is too large.
    let permille = u128::from(used) * 1000 / u128::from(stat.size.max(1));
    [
        node.to_owned(),
        stat.filesystem.clone(),
        size(stat.size),
        size(used),
        size(stat.available),
        format!("{}.{}%", permille / 10, permille % 10),
        stat.mounted_on.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_adds_up() {
        let stat = MountStat {
            filesystem: "tmpfs".to_owned(),
            size: 4_000_000,
            available: 3_000_000,
            mounted_on: "/run".to_owned(),
        };
        let expected = ["n", "tmpfs", "4.0 MB", "1.0 MB", "3.0 MB", "25.0%", "/run"];
        assert_eq!(row("n", &stat), expected);
    }
}
