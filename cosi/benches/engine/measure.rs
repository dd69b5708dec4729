//! Figures by name, and where they come from: clocks, processor time, resident memory.

use std::{
    error::Error,
    fs::{self, File},
    hint::black_box,
    os::unix::fs::FileExt,
    time::Duration,
};

/// Why a workload has no figures.
pub(crate) type Failure = Box<dyn Error>;

/// Ticks of `/proc/PID/stat` in a second: a constant of the kernel's interface on every machine that we build for.
const TICKS: f64 = 100.0;

/// Figures by name, in the order in which they were measured. Their text is a line each, `NAME VALUE`.
#[derive(Debug, Default)]
pub(crate) struct Measures(Vec<(String, f64)>);

impl Measures {
    pub(crate) fn add(&mut self, name: &str, value: f64) {
        self.0.push((name.to_owned(), value));
    }

    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }

    pub(crate) fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// Reads what a program of ours or of the peer has printed.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let figure = |line: &str| {
            let (name, value) = line.split_once(' ').ok_or("a line is not NAME VALUE")?;
            Ok((name.to_owned(), value.parse::<f64>()?))
        };
        text.lines().map(figure).collect::<Result<_, Failure>>().map(Self)
    }

    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name} {value:.3}\n")).collect()
    }
}

/// Drops the result of a call that is measured, and lets no compiler guess that nobody wanted it.
#[expect(clippy::unnecessary_wraps, reason = "the end of a closure that can fail")]
pub(crate) fn done<R>(result: R) -> Result<(), Failure> {
    drop(black_box(result));
    Ok(())
}

/// The middle one; of an even number the lower of the two.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

/// The value that so many hundredths of all are not above.
pub(crate) fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort_unstable();
    values.get(values.len() * percent / 100).copied().unwrap_or_default()
}

/// Nanoseconds that each of `count` took.
#[expect(clippy::cast_precision_loss, reason = "counts and nanoseconds far below 2^52")]
pub(crate) fn nanos(time: Duration, count: usize) -> f64 {
    time.as_nanos() as f64 / count as f64
}

/// Processor time of this process, user's and system's, in seconds; in steps of a hundredth.
pub(crate) fn processor_seconds() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name, which may hold spaces; user's and system's time are the 14th and 15th.
    let after_name = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?.1;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
}

/// Tells the processor time of the thread that opened it, to the nanosecond.
pub(crate) struct Processor {
    stat: File,
    schedstat: File,
}

impl Processor {
    pub(crate) fn open() -> Result<Self, Failure> {
        Ok(Self {
            stat: File::open("/proc/self/stat")?,
            schedstat: File::open("/proc/thread-self/schedstat")?,
        })
    }

    pub(crate) fn nanos(&self) -> Result<f64, Failure> {
        let mut bytes = [0; 512];
        // The kernel brings a thread's account up to date when the whole process is asked for, not for the second file.
        let _up_to_date = self.stat.read_at(&mut bytes, 0)?;
        let read = self.schedstat.read_at(&mut bytes, 0)?;
        let text = str::from_utf8(&bytes[..read])?;
        Ok(text.split_whitespace().next().ok_or("no account of the thread's time")?.parse()?)
    }
}

/// Resident memory of this process, in MiB.
pub(crate) fn resident() -> Result<f64, Failure> {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no Rss")?;
    Ok(kib.trim().parse::<f64>()? / 1024.0)
}
