//! The one place where other programs are started.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

/// Lines of a failing program's output that are shown with the error: enough for a compiler's
/// message with its context.
const TAIL_LINES: usize = 40;

/// A program to run, with its arguments.
#[derive(Debug)]
pub(crate) struct Run {
    name: String,
    command: Command,
}

impl Run {
    /// A program found on `PATH`, in the C locale so that its output and its sorting are the same
    /// on every machine.
    pub(crate) fn new(program: &str) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a desktop program; this is its only place that starts another"
        )]
        let mut command = Command::new(program);
        command.env("LC_ALL", "C").env("TZ", "UTC").stdin(Stdio::null());
        Self { name: program.to_owned(), command }
    }

    /// Adds one argument.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds several arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of the program's environment.
    pub(crate) fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Removes a variable that the caller's environment may have.
    pub(crate) fn without(mut self, key: &str) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Runs the program in `dir`.
    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs the program to its end and returns its standard output.
    pub(crate) fn read(mut self) -> Result<Vec<u8>> {
        let output = self.command.output().with_context(|| format!("start {}", self.name))?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!("{} ended with {}\n{}", self.name, output.status, tail(&stderr));
        }
        Ok(output.stdout)
    }

    /// Runs the program to its end and returns its standard output as text without its last newline.
    pub(crate) fn text(self) -> Result<String> {
        let name = self.name.clone();
        let text = String::from_utf8(self.read()?).with_context(|| format!("output of {name}"))?;
        Ok(text.trim_end().to_owned())
    }

    /// Runs the program and gives each line of its standard output and error, in the order written,
    /// to `seen`.
    pub(crate) fn lines(mut self, mut seen: impl FnMut(&str)) -> Result<()> {
        let (reader, writer) =
            std::io::pipe().with_context(|| format!("pipe for {}", self.name))?;
        let twin = writer.try_clone().with_context(|| format!("pipe for {}", self.name))?;
        let mut child = self
            .command
            .stdout(writer)
            .stderr(twin)
            .spawn()
            .with_context(|| format!("start {}", self.name))?;
        // The command holds the write ends: without this the pipe would never end.
        drop(self.command);
        let mut kept = Vec::new();
        for line in BufReader::new(reader).split(b'\n') {
            let line = line.with_context(|| format!("output of {}", self.name))?;
            let line = String::from_utf8_lossy(&line).into_owned();
            seen(&line);
            kept.push(line);
            if kept.len() > TAIL_LINES * 4 {
                kept.drain(..TAIL_LINES * 3);
            }
        }
        let status = child.wait().with_context(|| format!("wait for {}", self.name))?;
        if !status.success() {
            bail!("{} ended with {status}\n{}", self.name, tail(&kept.join("\n")));
        }
        Ok(())
    }

    /// Runs the program while `feed` writes its standard input.
    pub(crate) fn feed(mut self, feed: impl FnOnce(&mut ChildStdin) -> Result<()>) -> Result<()> {
        let (mut reader, writer) =
            std::io::pipe().with_context(|| format!("pipe for {}", self.name))?;
        let twin = writer.try_clone().with_context(|| format!("pipe for {}", self.name))?;
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(writer)
            .stderr(twin)
            .spawn()
            .with_context(|| format!("start {}", self.name))?;
        drop(self.command);
        // The output is read beside the feeding, or a talkative program would block both.
        let listener = std::thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).map(|_| text)
        });
        let fed = match child.stdin.take() {
            Some(mut stdin) => feed(&mut stdin).and_then(|()| Ok(stdin.flush()?)),
            None => Ok(()),
        };
        let status = child.wait().with_context(|| format!("wait for {}", self.name))?;
        let text = listener.join().ok().and_then(Result::ok).unwrap_or_default();
        if !status.success() {
            bail!("{} ended with {status}\n{}", self.name, tail(&text));
        }
        fed.with_context(|| format!("feed {}", self.name))
    }
}

/// The last lines of a program's output.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_returned_and_a_failure_shows_what_was_said() {
        assert_eq!(Run::new("echo").arg("hello").text().expect("echo"), "hello");
        let error = Run::new("ls").arg("/does/not/exist").read().expect_err("no such folder");
        assert!(error.to_string().contains("/does/not/exist"), "{error}");
    }

    #[test]
    fn lines_come_from_both_streams_and_end() {
        let mut seen = Vec::new();
        Run::new("sh")
            .args(["-c", "echo out; echo err >&2"])
            .lines(|l| seen.push(l.to_owned()))
            .expect("sh");
        assert_eq!(seen, ["out", "err"]);
    }

    #[test]
    fn input_is_fed() {
        Run::new("grep")
            .arg("needle")
            .feed(|stdin| Ok(stdin.write_all(b"hay\nneedle\n")?))
            .expect("found");
        Run::new("grep")
            .arg("needle")
            .feed(|stdin| Ok(stdin.write_all(b"hay\n")?))
            .expect_err("not found");
    }
}
