//! Measures how long a configuration takes to read, validate, patch and compare, and tells of it on the page of
//! all benchmarks, where this program rewrites its own section.
//!
//! `reading [--page FILE]`. Every case runs for a fixed time by itself; what is told are the median and
//! the slowest hundredth of single runs, so an odd machine shows.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a program of the developer's that tells its figures")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, SystemTime};

use config::generate::{Request, generate};
use config::patch::{Patch, apply};
use config::pki::Bundle;
use config::{Config, change};
use types::Mode;

/// How long each case runs: thousands of runs for all but the largest.
const TIME: Duration = Duration::from_secs(3);
/// Inline manifests of the large configuration, of about 1,000 bytes each.
const MANIFESTS: usize = 1000;
/// A patch as people write it: a map, a list, a scalar, a delete, a document.
const PATCH: &str = "\
machine:
    sysctls: {vm.max_map_count: \"262144\"}
    certSANs: [a.example]
    kubelet: {image: example.org/kubelet:v1}
    nodeLabels: {$patch: delete}
---
apiVersion: v1alpha1
kind: LinkConfig
name: eth0
mtu: 9000
";

/// How its section of the page begins.
const HEADING: &str = "## Configuration\n";

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    // Cargo tells a benchmark that it is one.
    let arguments: Vec<_> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let section = section()?;
    match arguments.as_slice() {
        [] => print!("{section}"),
        [flag, file] if flag == "--page" => {
            let page = with_section(&std::fs::read_to_string(file)?, &section);
            std::fs::write(file, page)?;
        }
        _ => return Err("usage: reading [--page FILE]".into()),
    }
    Ok(())
}

/// The page with the section in the place of the old one, or at its end.
fn with_section(page: &str, section: &str) -> String {
    let begin = page.find(HEADING).unwrap_or(page.len());
    let (before, rest) = page.split_at(begin);
    let after = rest.get(HEADING.len()..).and_then(|rest| rest.find("\n## ").map(|at| &rest[at..]));
    format!("{}\n\n{section}{}", before.trim_end(), after.unwrap_or_default())
}

/// Measures everything and writes it down.
fn section() -> Result<String, Failure> {
    let now = now();
    let bundle = Bundle::generate(now)?;
    let generated = generate(&Request::new("demo", "https://10.5.0.2:6443"), &bundle, now)?;
    let typical = generated.control_plane;
    let large = with_manifests(&typical);
    if large.len() < 1_000_000 {
        return Err("the large configuration has no place for manifests".into());
    }
    let mut page = format!(
        "{HEADING}\nOne thread; `typical` is what `osctl gen config` makes for a control plane node, `large` the same \
         with {MANIFESTS} inline manifests.\n\n\
         | what | input | runs | median | slowest 1% | MB/s |\n|---|---:|---:|---:|---:|---:|\n",
    );
    for (name, text) in [("typical", &typical), ("large", &large)] {
        let bytes = text.as_bytes();
        let config = decode(bytes)?;
        let patch = Patch::decode(PATCH.as_bytes()).map_err(faults)?;
        let patched = apply(&config, std::slice::from_ref(&patch))?;
        let mut row = |what: &str, run: &mut dyn FnMut()| {
            tell(&mut page, &format!("{what}, {name}"), Some(bytes.len()), &measure(run))
        };
        row("decode", &mut || drop(black_box(Config::decode(bytes))))?;
        row("validate", &mut || drop(black_box(config::validate(&config, Mode::Metal))))?;
        row("decode and validate", &mut || {
            let read = Config::decode(bytes);
            drop(black_box(read.map(|(config, _)| config::validate(&config, Mode::Metal))));
        })?;
        row("patch", &mut || drop(black_box(apply(&config, std::slice::from_ref(&patch)))))?;
        row("plan", &mut || drop(black_box(change::differences(&config, &patched))))?;
    }
    let mut secrets = || drop(black_box(Bundle::generate(now)));
    tell(&mut page, "make a secrets bundle", None, &measure(&mut secrets))?;
    Ok(page)
}

fn faults(faults: Vec<config::Fault>) -> String {
    config::fault::summary(&faults)
}

fn decode(bytes: &[u8]) -> Result<Config, Failure> {
    Ok(Config::decode(bytes).map_err(faults)?.0)
}

/// The configuration with a megabyte of manifests.
fn with_manifests(text: &str) -> String {
    let line = "    annotation: what manifests are full of, line by line, some of it: like this\n";
    let content = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n{}", line.repeat(12));
    let mut list = String::from("    inlineManifests:\n");
    for number in 0..MANIFESTS {
        let indented = content.replace('\n', "\n            ");
        list.push_str(&format!(
            "      - name: m{number}\n        contents: |\n            {}\n",
            indented.trim_end()
        ));
    }
    text.replacen("    inlineManifests: []\n", &list, 1)
}

/// The time of each run, in order.
fn measure(run: &mut dyn FnMut()) -> Vec<Duration> {
    run();
    let (mut times, begun) = (Vec::new(), instant());
    while begun.elapsed() < TIME || times.len() < 10 {
        let started = instant();
        run();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times
}

/// Adds a row.
fn tell(
    page: &mut String,
    what: &str,
    bytes: Option<usize>,
    times: &[Duration],
) -> Result<(), Failure> {
    let at =
        |hundredths: usize| times.get(times.len() * hundredths / 100).copied().unwrap_or_default();
    let (median, slow) = (at(50), at(99));
    let kilobytes = bytes.map_or_else(String::new, |bytes| format!("{} KB", bytes / 1000));
    let rate = bytes.map_or_else(String::new, |bytes| {
        format!("{:.0}", bytes as f64 / 1e6 / median.as_secs_f64().max(1e-9))
    });
    let milliseconds = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
    writeln!(
        page,
        "| {what} | {kilobytes} | {} | {} | {} | {rate} |",
        times.len(),
        milliseconds(median),
        milliseconds(slow)
    )?;
    Ok(())
}

#[expect(clippy::disallowed_types, reason = "real time is what is measured")]
fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "certificates begin now")]
fn now() -> SystemTime {
    SystemTime::now()
}
