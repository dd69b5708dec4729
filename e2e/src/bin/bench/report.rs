//! The page: every goal of the design, what was measured, and whether it is met.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use e2e::artefacts::Artefacts;

use crate::boot::{Boot, Boots};
use crate::configuration::Work;
use crate::memory::Memory;
use crate::sizes::Sizes;

/// A row of the table of goals.
struct Row {
    what: &'static str,
    goal: &'static str,
    measured: String,
    met: bool,
}

/// The whole page.
pub(crate) fn page(
    artefacts: &Artefacts,
    sizes: &Sizes,
    boots: &Boots,
    memory: &Memory,
    configuration: &[Work],
) -> Result<String> {
    let mut text = String::from(
        "# Benchmarks\n\n\
         Written by `make bench`; not edited by hand.\n\
         Everything was measured in one run on one machine, peers included; the resource engine in a run of its own.\n\n",
    );
    let cpu = fs::read_to_string("/proc/cpuinfo").context("read /proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let model = model.trim_start_matches([' ', '\t', ':']);
    let count = cpu.lines().filter(|line| line.starts_with("processor")).count();
    writeln!(text, "- machine: {count} processors, {model}")?;
    writeln!(text, "- version: {}", artefacts.fact("version")?)?;
    writeln!(text, "- kernel: {}", artefacts.fact("kernel")?)?;
    writeln!(text, "- QEMU: `{}`, 2 processors", boots.accelerator)?;

    text += "\n## Goals\n\n| what | goal | measured | |\n|---|---|---|---|\n";
    for row in rows(sizes, boots, memory)? {
        let met = if row.met { "met" } else { "not met" };
        writeln!(text, "| {} | {} | {} | {met} |", row.what, row.goal, row.measured)?;
    }

    text += "\n## Sizes\n\n| file | bytes | MiB |\n|---|---:|---:|\n";
    for (name, size) in &sizes.files {
        writeln!(text, "| {name} | {size} | {:.2} |", mib(*size))?;
    }
    writeln!(
        text,
        "| the programs in a SquashFS by themselves | {} | {:.2} |",
        sizes.programs_packed,
        mib(sizes.programs_packed)
    )?;

    text += "\n## Boot\n\n\
        Medians of interleaved runs on the same kernel and QEMU line, with the least and the most.\n\
        Kernel entry to init is told by the kernel's clock; the rest by the host's, from the kernel's line \
        that starts init until the API answers `osctl version` (the client's own start included), sshd greets, \
        or the kernel says that it switches off.\n\n\
        | what boots | runs | kernel entry → init | init → its purpose | purpose |\n|---|---:|---:|---:|---|\n";
    for (name, all, purpose) in [
        ("Holdfast", &boots.ours, "the API answers, in maintenance mode"),
        ("a static init that only switches off", &boots.poweroff, "power off"),
        ("Debian 12, systemd and sshd, no initramfs", &boots.debian, "sshd greets"),
    ] {
        writeln!(
            text,
            "| {name} | {} | {} | {} | {purpose} |",
            all.len(),
            spread(all, |boot| boot.kernel),
            spread(all, |boot| boot.user)
        )?;
    }

    text += "\n## Memory\n\n\
        PSS of each process of a configured node at rest, without Kubernetes, told by the node itself \
        (`osctl read /proc/PID/smaps_rollup`).\n\n| process | KiB |\n|---|---:|\n";
    for (name, kib) in &memory.processes {
        writeln!(text, "| {name} | {kib} |")?;
    }
    writeln!(text, "| all | {} |", total(memory))?;
    writeln!(text, "\nThe smallest `-m` in which the API answers: {} MiB.", memory.least)?;
    text += &work(configuration);
    Ok(text)
}

/// The work on configurations, with what was aimed at.
fn work(configuration: &[Work]) -> String {
    let ms = |micros: u64| format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10);
    let mut text = String::from(
        "\n## Configurations\n\n\
         Built for release, on one processor of this machine.\n\n\
         | work | goal | runs | least | median | most |\n|---|---|---:|---:|---:|---:|\n",
    );
    for Work { name, goal, runs, least, median, most } in configuration {
        let goal = match goal {
            0 => String::new(),
            goal => {
                let met = if median <= goal { "met" } else { "not met" };
                format!("≤ {}, {met}", ms(*goal))
            }
        };
        let [least, median, most] = [*least, *median, *most].map(ms);
        text += &format!("| {name} | {goal} | {runs} | {least} | {median} | {most} |\n");
    }
    text
}

fn rows(sizes: &Sizes, boots: &Boots, memory: &Memory) -> Result<Vec<Row>> {
    let programs = sizes.of("holdfast")? + sizes.of("init")?;
    let system = sizes.of("vmlinuz")? + sizes.of("initramfs.img")?;
    let user = |all: &[Boot]| median(all.iter().map(|boot| boot.user).collect());
    let (ours, debian) = (user(&boots.ours), user(&boots.debian));
    let kib = total(memory);
    let absent = |what, goal, why: &str| Row { what, goal, measured: why.to_owned(), met: false };
    Ok(vec![
        Row {
            what: "our own binaries, static, all programs of the node",
            goal: "≤ 15 MB on disk, ≤ 5 MB inside the SquashFS",
            measured: format!("{:.1} MB, {:.1} MB", mb(programs), mb(sizes.programs_packed)),
            met: programs <= 15_000_000 && sizes.programs_packed <= 5_000_000,
        },
        Row {
            what: "kernel + initramfs (rootfs inside)",
            goal: "≤ 48 MB",
            measured: format!(
                "{:.1} MB, without containerd and its like, which come later",
                mb(system)
            ),
            met: system <= 48_000_000,
        },
        Row {
            what: "memory of all our node processes (PSS, idle control plane)",
            goal: "≤ 25 MiB",
            measured: format!("{:.1} MiB, configured and idle, no Kubernetes yet", mib(kib * 1024)),
            met: kib <= 25 * 1024,
        },
        Row {
            what: "exec of /sbin/init → API answers",
            goal: "≤ 1/5 of systemd to sshd on the same VM",
            measured: format!(
                "{:.2} s beside {:.2} s: 1/{:.1}",
                ours.as_secs_f64(),
                debian.as_secs_f64(),
                debian.as_secs_f64() / ours.as_secs_f64()
            ),
            met: ours * 5 <= debian,
        },
        Row {
            what: "API answers in a VM of (maintenance mode)",
            goal: "96 MiB",
            measured: format!("{} MiB", memory.least),
            met: memory.least <= 96,
        },
        absent("a Ready worker in a VM of", "512 MiB", "no Kubernetes yet"),
        absent("`osctl cluster create` in Docker, first node Ready", "≤ 10 s", "no Kubernetes yet"),
        absent(
            "resource engine, beside the Go COSI runtime",
            "≥ 3 times better",
            "not measured yet",
        ),
        absent(
            "API through apid to machined, beside a grpc-go pair",
            "twice each rate, half the p99, a quarter of the memory",
            "not measured yet",
        ),
        hardening(),
        Row {
            what: "executables in the image",
            goal: "≤ 9 ELF programs, 0 shells, 0 interpreters, 0 setuid",
            measured: format!("{} in the root; the rest is checked at each build", sizes.programs),
            met: sizes.programs <= 9,
        },
        absent("power cuts", "100,000 enumerated, 1,000 booted, 0 bricked", "no disk yet"),
    ])
}

/// What `bench/hardening` told of the kernel: checks met and not met, in `HOLDFAST_HARDENING`.
///
/// The goal was set for a version of the tool with 259 checks, of which 236 are 91.1 %.
fn hardening() -> Row {
    let told = std::env::var("HOLDFAST_HARDENING").unwrap_or_default();
    let numbers: Vec<u32> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let (measured, met) = match numbers[..] {
        [met, missed] => (
            format!("{met} of {}, version 0.6.17.1 of the tool", met + missed),
            met * 259 >= (met + missed) * 236,
        ),
        _ => ("the tool could not be had".to_owned(), false),
    };
    Row { what: "kernel-hardening-checker", goal: "≥ 236 of 259", measured, met }
}

fn total(memory: &Memory) -> u64 {
    memory.processes.iter().map(|(_, kib)| kib).sum()
}

/// Bytes in units of 1024 × 1024, to two digits.
#[expect(clippy::cast_precision_loss, reason = "sizes of files, shown with two digits")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// Bytes in millions.
#[expect(clippy::cast_precision_loss, reason = "sizes of files, shown with one digit")]
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn spread(all: &[Boot], part: fn(&Boot) -> Duration) -> String {
    let mut times: Vec<Duration> = all.iter().map(part).collect();
    times.sort();
    let seconds = |time: Option<&Duration>| time.map_or(0.0, Duration::as_secs_f64);
    let (least, most) = (seconds(times.first()), seconds(times.last()));
    format!("{:.2} s ({least:.2}–{most:.2})", median(times.clone()).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_odd_count_is_one_of_them() {
        let seconds = |all: &[u64]| all.iter().map(|s| Duration::from_secs(*s)).collect();
        assert_eq!(median(seconds(&[9, 1, 5])), Duration::from_secs(5));
        assert_eq!(median(Vec::new()), Duration::ZERO);
    }
}
