//! How long the work on configurations takes, for `make bench`: one line for each piece of work, with
//! tabs between its name, its goal in microseconds (0 without one), the number of runs, and the least,
//! the median and the most microseconds.
//!
//! Built for release: `cargo run --release -p config --example measure`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::generate::{Notes, Request, generate};
use config::pki::Bundle;
use config::{Config, validate};
use types::Mode;

/// When what is made here begins to be valid; any time does.
const NOW: Duration = Duration::from_secs(1_800_000_000);
/// Size of the large configuration.
const LARGE: usize = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = UNIX_EPOCH + NOW;
    let bundle = Bundle::generate(now)?;
    let notes = Notes { docs: true, examples: true };
    let request = Request { notes, ..Request::new("bench", "https://10.5.0.2:6443") };
    let typical = generate(&request, &bundle, now)?.control_plane;
    let large = large(&typical);
    let mut out = std::io::stdout().lock();
    let size = |text: &str| {
        format!("{:.1} kB", f64::from(u32::try_from(text.len()).unwrap_or(0)) / 1000.0)
    };
    let name = format!("decode and validate a control plane's configuration, {}", size(&typical));
    row(&mut out, &name, 0, 200, || check(&typical))?;
    let name = format!("decode and validate one of {}", size(&large));
    row(&mut out, &name, 0, 10, || check(&large))?;
    row(&mut out, "a secrets bundle: four authorities, a key, tokens", 50_000, 200, || made(now))?;
    Ok(())
}

/// Names of an address in the large configuration: with that many, its documents stay below the most
/// that is read.
const NAMES: u32 = 50;

/// The configuration with documents behind it until it is large.
fn large(typical: &str) -> String {
    let mut text = typical.to_owned();
    for number in 0_u32.. {
        if text.len() >= LARGE {
            break;
        }
        let address = std::net::Ipv4Addr::from(0x0a00_0000 + number);
        text.push_str(&format!(
            "---\napiVersion: v1alpha1\nkind: StaticHostConfig\nname: {address}\nhostnames:\n"
        ));
        for name in 0..NAMES {
            text.push_str(&format!("    - host-{number}-{name}.example.org\n"));
        }
    }
    text
}

/// One configuration from bytes to a verdict.
fn check(text: &str) -> Result<(), String> {
    let (config, _) =
        Config::decode(text.as_bytes()).map_err(|faults| config::fault::summary(&faults))?;
    let faults = validate(&config, Mode::Metal);
    if faults.is_empty() { Ok(()) } else { Err(config::fault::summary(&faults)) }
}

/// One bundle.
fn made(now: SystemTime) -> Result<(), String> {
    Bundle::generate(now).map(drop).map_err(|error| error.to_string())
}

/// Does a piece of work some times and writes its line.
#[expect(clippy::disallowed_types, reason = "a program that measures: its clock is the real one")]
fn row(
    out: &mut impl std::io::Write,
    name: &str,
    goal: u128,
    runs: usize,
    work: impl Fn() -> Result<(), String>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = std::time::Instant::now();
        work()?;
        times.push(start.elapsed().as_micros());
    }
    times.sort_unstable();
    let (least, median, most) = (times[0], times[runs / 2], times[runs - 1]);
    writeln!(out, "{name}\t{goal}\t{runs}\t{least}\t{median}\t{most}")?;
    Ok(())
}
