//! The one place where other programs are started: run to their end, or followed line by line.

use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::wait::{Deadline, until};

/// For a program that only answers a question.
pub const SHORT: Duration = Duration::from_secs(60);

/// A program to start. Its standard input is empty.
#[must_use]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    #[expect(
        clippy::disallowed_methods,
        reason = "a desktop program; this is its only place that starts another"
    )]
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    command
}

/// What a program that has ended left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output; bytes that are no text are replaced.
    pub stdout: String,
    /// The same of standard error.
    pub stderr: String,
}

impl Finished {
    /// The standard output of a program that ended well.
    ///
    /// # Errors
    /// The exit code and what was written, if it is not 0.
    pub fn ok(self) -> Result<String> {
        if self.code == Some(0) { Ok(self.stdout) } else { bail!("{self}") }
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or("a signal".to_owned(), |code| format!("code {code}"));
        write!(f, "ended with {code}: {}{}", self.stdout.trim_end(), self.stderr.trim_end())
    }
}

/// Runs a program to its end, and kills it at the deadline.
///
/// # Errors
/// It cannot be started, or did not end in time.
pub fn run(mut command: Command, limit: Duration) -> Result<Finished> {
    let name = format!("{command:?}");
    let mut child = Running(
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {name}"))?,
    );
    let stdout = drain(child.0.stdout.take());
    let stderr = drain(child.0.stderr.take());
    let status = until(limit, &name, || child.0.try_wait()?.context("it still runs"));
    if status.is_err() {
        child.end();
    }
    let text = |thread: JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&thread.join().unwrap_or_default()).into_owned()
    };
    let (stdout, stderr) = (text(stdout), text(stderr));
    match status {
        Ok(status) => Ok(Finished { code: status.code(), stdout, stderr }),
        Err(error) => Err(error.context(format!("it wrote: {stdout}{stderr}"))),
    }
}

/// Reads a stream to its end beside whatever else happens.
fn drain(stream: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream
            && stream.read_to_end(&mut bytes).is_err()
        {
            bytes.extend(b" (and then it could not be read)");
        }
        bytes
    })
}

/// A child that does not outlive its value.
#[derive(Debug)]
struct Running(Child);

impl Running {
    fn end(&mut self) {
        // An error means that it has ended already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// A program that runs beside the test, read line by line. It ends with its value.
#[derive(Debug)]
pub struct Follow {
    name: String,
    child: Running,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Follow {
    /// Starts it; standard output and error come as one.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(mut command: Command) -> Result<Self> {
        let name = format!("{command:?}");
        let (reader, writer) = std::io::pipe().with_context(|| format!("pipe for {name}"))?;
        let twin = writer.try_clone().with_context(|| format!("pipe for {name}"))?;
        let child =
            command.stdout(writer).stderr(twin).spawn().with_context(|| format!("start {name}"))?;
        // The command holds the write ends: without this the pipe would never end.
        drop(command);
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { name, child: Running(child), lines, seen: Vec::new() })
    }

    /// Waits for a line that `wanted` accepts, and returns it.
    ///
    /// # Errors
    /// None came in time, or the program ended; with what it wrote until then.
    pub fn expect(
        &mut self,
        what: &str,
        limit: Duration,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String> {
        let deadline = Deadline::after(limit);
        loop {
            match self.lines.recv_timeout(deadline.left()) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if wanted(&line) {
                        return Ok(line);
                    }
                }
                Err(error) => {
                    let why = match error {
                        RecvTimeoutError::Timeout => format!("not within {} s", limit.as_secs()),
                        RecvTimeoutError::Disconnected => "it ended".to_owned(),
                    };
                    let text = self.text();
                    bail!("{}: {what}: {why}; it wrote\n{text}", self.name)
                }
            }
        }
    }

    /// Waits until it ends by itself, and returns its exit code.
    ///
    /// # Errors
    /// It still runs at the deadline.
    pub fn ended(&mut self, limit: Duration) -> Result<Option<i32>> {
        let name = self.name.clone();
        let child = &mut self.child.0;
        let lines = &self.lines;
        let seen = &mut self.seen;
        let status = until(limit, &name, || {
            seen.extend(lines.try_iter());
            child.try_wait()?.context("it still runs")
        })?;
        Ok(status.code())
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.0.try_wait(), Ok(None))
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// All that it wrote so far.
    pub fn text(&mut self) -> String {
        self.seen.extend(self.lines.try_iter());
        self.seen.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(text: &str) -> Command {
        let mut command = command("sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn what_a_program_leaves_is_returned() {
        let finished = run(shell("echo out; echo err >&2; exit 3"), SHORT).expect("ran");
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(3), "out\n"));
        assert!(finished.ok().expect_err("code 3").to_string().contains("err"));
        run(shell("exec sleep 60"), Duration::from_millis(100)).expect_err("too late");
    }

    #[test]
    fn lines_are_followed_as_they_come() {
        let mut follow = Follow::start(shell("echo a; echo b >&2; sleep 60")).expect("started");
        follow.expect("b", SHORT, |line| line == "b").expect("came");
        assert!(follow.runs());
        follow.expect("c", Duration::from_millis(50), |line| line == "c").expect_err("never");
        assert_eq!(follow.text(), "a\nb");
        let mut short = Follow::start(shell("exit 4")).expect("started");
        assert_eq!(short.ended(SHORT).expect("ended"), Some(4));
    }
}
