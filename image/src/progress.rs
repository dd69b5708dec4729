//! What the person at the terminal sees: one line per stage, with its time.
//!
//! Everything goes to standard error, so that standard output holds the manifest alone. On a
//! terminal a running stage also shows a spinner; elsewhere (CI) it says once a minute that it lives.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

#[expect(
    clippy::disallowed_types,
    reason = "a desktop program without an async runtime: real time is meant"
)]
type Instant = std::time::Instant;

/// Seconds between two signs of life where there is no terminal: often enough for CI to see that a
/// kernel build of 17 minutes goes on, seldom enough to keep its log short.
const SIGN_OF_LIFE_S: u64 = 60;

/// A stage of the build that is running.
#[derive(Debug)]
pub(crate) struct Stage {
    name: String,
    began: Instant,
    spinner: Option<ProgressBar>,
    minutes: u64,
}

impl Stage {
    /// Begins a stage; `name` is what is done to what, such as `kernel: compile`.
    pub(crate) fn begin(name: impl Into<String>) -> Self {
        let name = name.into();
        let spinner = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {elapsed}  {msg}")
            {
                bar.set_style(style);
            }
            bar.set_prefix(name.clone());
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            bar
        });
        Self { name, began: Instant::now(), spinner, minutes: 0 }
    }

    /// Says how far the stage is; cheap enough to be called for each line of a compiler's output.
    pub(crate) fn note(&mut self, message: &str) {
        if let Some(spinner) = &self.spinner {
            spinner.set_message(message.to_owned());
            return;
        }
        let minutes = self.began.elapsed().as_secs() / SIGN_OF_LIFE_S;
        if minutes > self.minutes {
            self.minutes = minutes;
            report(&format!("  {:<34} … {message} ({})", self.name, self.time()));
        }
    }

    /// Ends the stage and prints its line.
    pub(crate) fn end(self, result: &str) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
        report(&format!("  {:<34} {:>9}  {result}", self.name, self.time()));
    }

    fn time(&self) -> String {
        duration(self.began.elapsed())
    }
}

/// Prints one line on standard error. A closed standard error stops no build.
pub(crate) fn report(line: &str) {
    let mut stderr = std::io::stderr().lock();
    drop(writeln!(stderr, "{line}"));
}

/// Writes `text` to standard output.
pub(crate) fn output(text: &str) -> std::io::Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes())
}

/// A duration as a person reads it: `0.4 s`, `12.0 s`, `17 min 03 s`.
fn duration(d: std::time::Duration) -> String {
    if d.as_secs() < 100 {
        format!("{:.1} s", d.as_secs_f64())
    } else {
        format!("{} min {:02} s", d.as_secs() / 60, d.as_secs() % 60)
    }
}

/// A size as a person reads it, in binary megabytes below which kilobytes.
pub(crate) fn size(bytes: u64) -> String {
    let kib = bytes / 1024;
    if kib < 1024 {
        format!("{kib} KiB")
    } else {
        format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_read_well() {
        assert_eq!(duration(std::time::Duration::from_millis(420)), "0.4 s");
        assert_eq!(duration(std::time::Duration::from_secs(1023)), "17 min 03 s");
        assert_eq!(size(900_000), "878 KiB");
        assert_eq!(size(10_695_475), "10.1 MiB");
    }
}
