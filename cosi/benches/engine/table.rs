//! The table: each workload, our figure, the peer's of the same run and of earlier ones, and how many times better ours is.

use std::{fmt::Write as _, fs};

use crate::measure::{Failure, Measures, median};

/// How many times better than the peer is asked for on each line.
const TIMES: f64 = 3.0;

/// What the figures are called on the page.
pub(crate) const HEADING: &str = "## Resource engine";

/// A line of the table.
struct Line {
    /// The name of the figure, ours and the peer's.
    name: &'static str,
    workload: &'static str,
    measure: &'static str,
    /// What the peer did earlier on such a machine, the better end and the worse; of what it was not measured at, none.
    earlier: Option<(f64, f64)>,
    /// A figure to reach where the peer was not measured earlier.
    goal: Option<f64>,
    better: Better,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Less,
    More,
}

const fn line(name: &'static str, workload: &'static str, measure: &'static str) -> Line {
    Line { name, workload, measure, earlier: None, goal: None, better: Better::Less }
}

impl Line {
    const fn earlier(self, better: f64, worse: f64) -> Self {
        Self { earlier: Some((better, worse)), ..self }
    }
}

const LINES: [Line; 14] = [
    line("create", "create 10,000 resources of one kind in memory", "ns per call")
        .earlier(760.0, 1230.0),
    line("get", "get each by id", "ns per call").earlier(480.0, 1010.0),
    line("update", "update each (read, change, write with version check)", "ns per call")
        .earlier(1310.0, 2550.0),
    line("destroy", "destroy each", "ns per call").earlier(500.0, 800.0),
    line("list", "list 10,000 by a label that 1,000 have", "µs per list").earlier(1050.0, 1750.0),
    Line {
        better: Better::More,
        ..line(
            "deliveries",
            "one writer, 100 watchers of the kind, 10,000 updates, each watcher counts every event and checks the last version",
            "million deliveries per CPU-second",
        )
        .earlier(2.7, 2.2)
    },
    line("p50", "write to dependent controller entered, 20,000 times, one at a time", "p50 in µs")
        .earlier(2.8, 3.3),
    line("p99", "the same", "p99 in µs").earlier(27.0, 46.0),
    line("memory", "10,000 resources and 100 watchers", "added resident memory, MiB")
        .earlier(5.3, 6.0),
    Line {
        goal: Some(20.0),
        ..line("start", "register and start 200 controllers over 5,000 resources", "ms until quiet")
    },
    line("proto_encode", "encode one resource, its spec to protobuf", "ns"),
    line("proto_decode", "decode one resource, its spec from protobuf", "ns"),
    line("yaml_encode", "encode one resource, its spec to YAML", "ns"),
    line("yaml_decode", "decode one resource, its spec from YAML", "ns"),
];

/// What else was measured: it is no line of the table.
const BESIDE: [(&str, &str); 8] = [
    ("create_strings", "create, the spec two `String`s; ns"),
    ("update_strings", "update, the spec two `String`s; ns"),
    ("destroy_strings", "destroy, the spec two `String`s; ns"),
    ("memory_strings", "10,000 resources and 100 watchers, the spec two `String`s; MiB"),
    ("start_all", "200 controllers that read all 5,000 resources each; ms until quiet"),
    ("update_conflicts", "update by a function that is tried again after a conflict; ns"),
    (
        "deliveries_aggregated",
        "the peer's watchers take many events at once; millions per CPU-second",
    ),
    ("create_wall", "create, elapsed time; ns"),
];

/// Figures of all runs by one name.
struct Figure(Vec<f64>);

impl Figure {
    fn of(measures: &[Measures], name: &str) -> Option<Self> {
        let values: Vec<f64> = measures.iter().filter_map(|all| all.get(name)).collect();
        (!values.is_empty()).then_some(Self(values))
    }

    fn middle(&self) -> f64 {
        median(self.0.clone())
    }

    fn text(&self) -> String {
        let least = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.0.iter().copied().fold(0.0, f64::max);
        format!("{} ({}–{})", short(self.middle()), short(least), short(most))
    }
}

/// The section of the page, and its row of the table of goals.
pub(crate) struct Section {
    pub(crate) text: String,
    pub(crate) row: String,
}

pub(crate) fn section(
    ours: &[Measures],
    theirs: &[Measures],
    runs: usize,
) -> Result<Section, Failure> {
    let mut text = format!("{HEADING}\n\n");
    writeln!(text, "Written by `scripts/bench-engine`, on {}.", machine()?)?;
    writeln!(text, "Medians of {runs} runs, the least and the most in brackets.")?;
    text += "In a run each workload has a fresh process, and the Go COSI runtime 1.14.1 (`bench/cosi-go`) takes turns with ours.\n\
        Calls are counted in processor time of the whole process: the machine does other things too, and the peer collects garbage beside its calls.\n\
        Earlier runs are those that the goals were set by.\n\
        A line is met if ours is three times better than the peer's median of this run and than the better end of the earlier ones, or reaches the goal that it has.\n\n\
        | workload | measure | ours | Go COSI, this run | times better | Go COSI, earlier | times better | |\n\
        |---|---|---:|---:|---:|---:|---:|---|\n";
    let (mut met, mut counted) = (0, 0);
    for line in &LINES {
        let own = Figure::of(ours, line.name).ok_or("a line was not measured")?;
        let peer = Figure::of(theirs, line.name);
        let times = |other: f64| match line.better {
            Better::Less => other / own.middle(),
            Better::More => own.middle() / other,
        };
        let now = peer.as_ref().map(|peer| times(peer.middle()));
        let before = line.earlier.map(|(better, _)| times(better));
        let verdict = match line.goal {
            Some(goal) => Some(own.middle() <= goal),
            None => now.into_iter().chain(before).map(|times| times >= TIMES).reduce(|a, b| a && b),
        };
        counted += usize::from(verdict.is_some());
        met += usize::from(verdict == Some(true));
        let verdict = match verdict {
            None => "–",
            Some(true) => "met",
            Some(false) => "not met",
        };
        let earlier = match (line.earlier, line.goal) {
            (Some((better, worse)), _) => format!("{} to {}", short(better), short(worse)),
            (None, Some(goal)) => format!("not measured; goal {goal}"),
            (None, None) => "not measured".to_owned(),
        };
        let ratio =
            |times: Option<f64>| times.map_or("–".to_owned(), |times| format!("{times:.1}"));
        let peer = peer.map_or("not run".to_owned(), |peer| peer.text());
        let (own, now, before) = (own.text(), ratio(now), ratio(before));
        let Line { workload, measure, .. } = line;
        writeln!(
            text,
            "| {workload} | {measure} | {own} | {peer} | {now} | {earlier} | {before} | {verdict} |"
        )?;
    }
    text += "\nShort texts of a spec are `cosi::Text`, which keeps up to 22 bytes in place; a `String` is one more piece of memory each.\n\
        What else was measured:\n\n| what | ours | Go COSI, this run |\n|---|---:|---:|\n";
    for (name, what) in BESIDE {
        let shown = |all| Figure::of(all, name).map_or("–".to_owned(), |figure| figure.text());
        if Figure::of(ours, name).or(Figure::of(theirs, name)).is_some() {
            writeln!(text, "| {what} | {} | {} |", shown(ours), shown(theirs))?;
        }
    }
    let verdict = if met == counted { "met" } else { "not met" };
    let row = format!("{met} of {counted} lines, see [below](#resource-engine) | {verdict} |");
    Ok(Section { text, row })
}

/// The processors of this machine.
fn machine() -> Result<String, Failure> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let count = cpu.lines().filter(|line| line.starts_with("processor")).count();
    Ok(format!("{count} processors, {}", model.trim_start_matches([' ', '\t', ':'])))
}

/// Three digits at least, and no more behind the point than they need.
fn short(value: f64) -> String {
    match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
