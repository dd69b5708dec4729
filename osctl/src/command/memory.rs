//! `osctl memory`: how a node's memory is used.

use api::machine::{MemInfo, Memory};
use prost_reflect::DescriptorPool;
use serde_json::Value;

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::output::{self, Format};
use crate::table::Table;

/// Show how memory is used, in MiB
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl memory -n 10.0.0.2\n  \
    osctl memory -n 10.0.0.2 -v           every line of the kernel's table, in KiB")]
pub(crate) struct Args {
    /// Every line of the kernel's table, in KiB
    #[arg(short, long)]
    verbose: bool,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// The path of the call.
const METHOD: &str = "/machine.MachineService/Memory";
const COLUMNS: &[&str] =
    &["NODE", "TOTAL", "USED", "FREE", "SHARED", "BUFFERS", "CACHE", "AVAILABLE"];

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| group.machine().memory(within(group.all(()))).await;
    let answers = ask(&fleet, METHOD, call).await;
    if args.verbose && args.output == Format::Table {
        let pool = DescriptorPool::decode(api::DESCRIPTOR)?;
        let mut table = Table::new(&["NODE", "NAME", "KIB"]);
        for (node, memory) in &answers.given {
            let value = output::labelled(&pool, "machine.Memory", node, memory)?;
            for (name, kib) in value.get("meminfo").and_then(Value::as_object).into_iter().flatten()
            {
                table.row(&[node, name, &kib.to_string()]);
            }
        }
        cx.output.out.write_all(table.render().as_bytes())?;
        return answers.finish("memory", &mut cx.output);
    }
    let name = ("machine.Memory", COLUMNS);
    output::answers(
        &mut cx.output,
        args.output,
        name,
        &answers.given,
        |table, node, memory: &Memory| {
            let mut cells = vec![node.to_owned()];
            cells.extend(
                columns(&memory.meminfo.unwrap_or_default()).map(|kib| (kib / 1024).to_string()),
            );
            table.row(&cells);
        },
    )?;
    answers.finish("memory", &mut cx.output)
}

/// The columns in KiB. Used is what neither is free nor would be given back under pressure.
fn columns(memory: &MemInfo) -> [u64; 7] {
    let given_back = [memory.memfree, memory.buffers, memory.cached, memory.sreclaimable];
    let used = given_back.into_iter().fold(memory.memtotal, u64::saturating_sub);
    [
        memory.memtotal,
        used,
        memory.memfree,
        memory.shmem,
        memory.buffers,
        memory.cached.saturating_add(memory.sreclaimable),
        memory.memavailable,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_is_what_is_left() {
        let memory = MemInfo {
            memtotal: 100,
            memfree: 30,
            buffers: 5,
            cached: 20,
            sreclaimable: 5,
            ..MemInfo::default()
        };
        assert_eq!(columns(&memory), [100, 40, 30, 0, 5, 25, 0]);
        assert_eq!(columns(&MemInfo { memfree: 1, ..MemInfo::default() })[1], 0);
    }
}
