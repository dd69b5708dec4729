//! Processors and what they have done: `proc_stat(5)`, `proc_cpuinfo(5)`.

use super::text;
use crate::error::{KernelError, Result};

/// Where a processor's time went, in ticks ([`super::TICKS_PER_SECOND`]) since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Ticks {
    /// Programs.
    pub user: u64,
    /// Programs of low priority.
    pub nice: u64,
    /// The kernel.
    pub system: u64,
    /// Nothing.
    pub idle: u64,
    /// Nothing, while waiting for a disk.
    pub iowait: u64,
    /// Interrupts.
    pub irq: u64,
    /// Deferred work of interrupts.
    pub soft_irq: u64,
    /// Taken by the hypervisor.
    pub steal: u64,
    /// Guests; counted in `user` too.
    pub guest: u64,
    /// Guests of low priority; counted in `nice` too.
    pub guest_nice: u64,
}

/// How often deferred work of each kind ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SoftInterrupts {
    /// All kinds.
    pub total: u64,
    /// In the order of the kernel: `hi`, `timer`, `net_tx`, `net_rx`, `block`, `irq_poll`,
    /// `tasklet`, `sched`, `hrtimer`, `rcu`.
    pub by_kind: [u64; 10],
}

/// What the machine has done since boot.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Stat {
    /// When it booted, seconds since 1970.
    pub boot_time: u64,
    /// All processors together.
    pub total: Ticks,
    /// Each processor that is online.
    pub processors: Vec<Ticks>,
    /// Interrupts, all together.
    pub interrupts: u64,
    /// Interrupts by number.
    pub interrupts_by_number: Vec<u64>,
    /// Deferred work of interrupts.
    pub soft_interrupts: SoftInterrupts,
    /// How often a processor went from one process to another.
    pub context_switches: u64,
    /// Processes and threads ever made.
    pub processes_created: u64,
    /// Threads running or ready to.
    pub processes_running: u64,
    /// Threads waiting for a disk.
    pub processes_blocked: u64,
}

/// Reads `/proc/stat`.
///
/// # Errors
/// When it cannot be read or has no line for all processors.
pub fn load_stat() -> Result<Stat> {
    parse_stat(&text("/proc/stat".as_ref())?)
        .ok_or_else(|| KernelError::form("/proc/stat", "no cpu line"))
}

/// The content of a `stat`; lines of unknown names are passed over.
#[must_use]
pub fn parse_stat(text: &str) -> Option<Stat> {
    let mut stat = Stat::default();
    let mut total = None;
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let Some(name) = words.next() else { continue };
        let mut numbers = words.map(|word| word.parse().unwrap_or(0));
        match name {
            "cpu" => total = Some(ticks(numbers)),
            "btime" => stat.boot_time = numbers.next()?,
            "ctxt" => stat.context_switches = numbers.next()?,
            "processes" => stat.processes_created = numbers.next()?,
            "procs_running" => stat.processes_running = numbers.next()?,
            "procs_blocked" => stat.processes_blocked = numbers.next()?,
            "intr" => {
                stat.interrupts = numbers.next()?;
                stat.interrupts_by_number = numbers.collect();
            }
            "softirq" => {
                stat.soft_interrupts.total = numbers.next()?;
                stat.soft_interrupts
                    .by_kind
                    .iter_mut()
                    .zip(numbers)
                    .for_each(|(kind, number)| *kind = number);
            }
            other if other.starts_with("cpu") => stat.processors.push(ticks(numbers)),
            _ => {}
        }
    }
    stat.total = total?;
    Some(stat)
}

fn ticks(mut numbers: impl Iterator<Item = u64>) -> Ticks {
    let mut next = || numbers.next().unwrap_or(0);
    Ticks {
        user: next(),
        nice: next(),
        system: next(),
        idle: next(),
        iowait: next(),
        irq: next(),
        soft_irq: next(),
        steal: next(),
        guest: next(),
        guest_nice: next(),
    }
}

/// What a processor is: the names and values of its part of `/proc/cpuinfo`, which differ by
/// architecture.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Processor(Vec<(String, String)>);

impl Processor {
    /// The value of `name`, such as `model name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Reads `/proc/cpuinfo`.
///
/// # Errors
/// When it cannot be read.
pub fn load_cpuinfo() -> Result<Vec<Processor>> {
    Ok(parse_cpuinfo(&text("/proc/cpuinfo".as_ref())?))
}

/// The processors of a `cpuinfo`: parts apart by an empty line, those without a `processor` number
/// left out.
#[must_use]
pub fn parse_cpuinfo(text: &str) -> Vec<Processor> {
    let line = |line: &str| {
        line.split_once(':').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
    };
    let part = |part: &str| Processor(part.lines().filter_map(line).collect());
    text.split("\n\n").map(part).filter(|processor| processor.get("processor").is_some()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAT: &str = "cpu  10132153 290696 3084719 46828483 16683 0 25195 0 175628 0
cpu0 1393280 32966 572056 13343292 6130 0 17875 0 23933 0
cpu1 1 2 3
intr 1462898 24 0 7
ctxt 2345
btime 1700000000
processes 86031
procs_running 6
procs_blocked 2
softirq 229245889 94 60001584 13619 5175704 2471304 28 51212741 59130143 0 51240672
";

    #[test]
    fn parses_a_stat() {
        let stat = parse_stat(STAT).unwrap();
        assert_eq!(
            (stat.total.user, stat.total.guest, stat.total.guest_nice),
            (10_132_153, 175_628, 0)
        );
        assert_eq!(stat.processors.iter().map(|ticks| ticks.nice).collect::<Vec<_>>(), [32966, 2]);
        assert_eq!(
            (stat.interrupts, stat.interrupts_by_number.as_slice()),
            (1_462_898, &[24, 0, 7][..])
        );
        assert_eq!((stat.boot_time, stat.context_switches), (1_700_000_000, 2345));
        assert_eq!((stat.processes_running, stat.processes_blocked), (6, 2));
        assert_eq!(stat.soft_interrupts.by_kind.last(), Some(&51_240_672));
        assert_eq!(parse_stat("btime 5"), None);
    }

    #[test]
    fn parses_cpuinfo() {
        let text = "processor\t: 0\nmodel name\t: A: B\nflags\t\t: fpu vme\n\nprocessor\t: 1\n\nHardware\t: x\n";
        let processors = parse_cpuinfo(text);
        assert_eq!(processors.len(), 2);
        assert_eq!(
            processors.first().and_then(|processor| processor.get("model name")),
            Some("A: B")
        );
    }

    #[test]
    fn reads_this_machine() {
        let stat = load_stat().unwrap();
        assert!(!stat.processors.is_empty() && stat.boot_time > 0);
        assert_eq!(load_cpuinfo().unwrap().len(), stat.processors.len());
    }

    proptest! {
        #[test]
        fn never_panics(text in "(cpu|btime|softirq|intr|[0-9 :\n]){0,40}") {
            drop((parse_stat(&text), parse_cpuinfo(&text)));
        }
    }
}
