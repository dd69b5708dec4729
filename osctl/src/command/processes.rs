//! `osctl processes`: what runs on a node.

use api::machine::{Process, ProcessInfo};

use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::human::{size, span};
use crate::output::{self, Format};

/// List the processes
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl processes -n 10.0.0.2\n  \
    osctl processes -n 10.0.0.2 --sort cpu")]
pub(crate) struct Args {
    /// What comes first
    #[arg(short, long, value_enum, default_value_t, value_name = "COLUMN")]
    sort: Sort,
    /// The form of the output
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// What the rows are sorted by, the largest first.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Sort {
    /// Resident memory
    #[default]
    Rss,
    /// Processor time
    Cpu,
}

/// The path of the call.
const METHOD: &str = "/machine.MachineService/Processes";
const COLUMNS: &[&str] =
    &["NODE", "PID", "STATE", "THREADS", "CPU-TIME", "VIRTMEM", "RESMEM", "LABEL", "COMMAND"];

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| group.machine().processes(within(group.all(()))).await;
    let mut answers = ask(&fleet, METHOD, call).await;
    for (_, answer) in &mut answers.given {
        sort(&mut answer.processes, args.sort);
    }
    let name = ("machine.Process", COLUMNS);
    output::answers(
        &mut cx.output,
        args.output,
        name,
        &answers.given,
        |table, node, list: &Process| {
            for process in &list.processes {
                table.row(&row(node, process));
            }
        },
    )?;
    answers.finish("processes", &mut cx.output)
}

/// The largest first; equal ones by process id, so that two runs look alike.
fn sort(processes: &mut [ProcessInfo], by: Sort) {
    processes.sort_by(|a, b| {
        let order = match by {
            Sort::Rss => b.resident_memory.cmp(&a.resident_memory),
            Sort::Cpu => b.cpu_time.total_cmp(&a.cpu_time),
        };
        order.then(a.pid.cmp(&b.pid))
    });
}

/// The cells of one process. Its command is what it was started with, else what it is called.
fn row(node: &str, process: &ProcessInfo) -> [String; 9] {
    let command = [&process.args, &process.executable, &process.command];
    let command = command.into_iter().find(|text| !text.is_empty());
    let cpu = std::time::Duration::try_from_secs_f64(process.cpu_time).unwrap_or_default();
    [
        node.to_owned(),
        process.pid.to_string(),
        process.state.clone(),
        process.threads.to_string(),
        if cpu.as_secs() < 60 { format!("{:.2}s", cpu.as_secs_f64()) } else { span(cpu) },
        size(process.virtual_memory),
        size(process.resident_memory),
        process.label.clone(),
        command.cloned().unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, resident_memory: u64, cpu_time: f64) -> ProcessInfo {
        ProcessInfo { pid, resident_memory, cpu_time, ..ProcessInfo::default() }
    }

    #[test]
    fn the_largest_comes_first() {
        let check = |by, expected: [i32; 3]| {
            let mut list = [process(1, 10, 3.0), process(3, 20, f64::NAN), process(2, 20, 1.0)];
            sort(&mut list, by);
            assert_eq!(list.map(|process| process.pid), expected);
        };
        check(Sort::Rss, [2, 3, 1]);
        check(Sort::Cpu, [3, 1, 2]);
    }

    #[test]
    fn a_process_is_one_row() {
        let mut one = process(7, 1000, 61.5);
        one.executable = "/usr/bin/holdfast".to_owned();
        assert_eq!(
            row("n", &one)[1..7],
            ["7", "", "0", "1m1s", "0 B", "1.0 kB"].map(str::to_owned)
        );
        assert_eq!(row("n", &one)[8], "/usr/bin/holdfast");
        assert_eq!(row("n", &process(1, 0, -1.0))[4], "0.00s");
    }
}
