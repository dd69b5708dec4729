//! The client, as an operator calls it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Deserializer, Value};

use crate::program::{Finished, Follow, SHORT, command, run};

/// A client with the flags that reach one node.
#[derive(Debug, Clone)]
pub struct Osctl {
    program: PathBuf,
    flags: Vec<OsString>,
}

impl Osctl {
    /// Reaches a node in maintenance mode.
    #[must_use]
    pub fn insecure(program: &Path, port: u16) -> Self {
        let flags = ["--insecure".into(), "-n".into(), format!("127.0.0.1:{port}").into()];
        Self { program: program.to_owned(), flags: flags.into() }
    }

    /// Reaches a configured node as the holder of `talosconfig`.
    #[must_use]
    pub fn with_config(program: &Path, port: u16, node: &str, talosconfig: &Path) -> Self {
        let flags = [
            "--talosconfig".into(),
            talosconfig.into(),
            "-e".into(),
            format!("127.0.0.1:{port}").into(),
            "-n".into(),
            node.into(),
        ];
        Self { program: program.to_owned(), flags: flags.into() }
    }

    /// Reaches nothing: for commands that need no node.
    #[must_use]
    pub fn local(program: &Path) -> Self {
        Self { program: program.to_owned(), flags: Vec::new() }
    }

    /// The program and its flags, to show to a person.
    #[must_use]
    pub fn line(&self) -> String {
        let flags: Vec<_> = self.flags.iter().map(|flag| flag.to_string_lossy()).collect();
        format!("{} {}", self.program.display(), flags.join(" "))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = command(&self.program);
        // Nothing of the person who runs the tests: no context, no home.
        command.env_clear().env("HOME", "/nonexistent").args(words).args(&self.flags);
        command
    }

    /// Runs a command, however it ends.
    ///
    /// # Errors
    /// It did not end within a minute.
    pub fn run(&self, words: &[&str]) -> Result<Finished> {
        self.run_within(SHORT, words)
    }

    /// The same with another deadline.
    ///
    /// # Errors
    /// It did not end in time.
    pub fn run_within(&self, limit: Duration, words: &[&str]) -> Result<Finished> {
        run(self.command(words), limit)
    }

    /// Runs a command that is to end well and returns its standard output.
    ///
    /// # Errors
    /// It ended otherwise; with all that it said.
    pub fn ok(&self, words: &[&str]) -> Result<String> {
        self.run(words)?.ok().with_context(|| format!("osctl {}", words.join(" ")))
    }

    /// Runs a command with `-o json` and returns its documents.
    ///
    /// # Errors
    /// As `ok`; or it is no JSON.
    pub fn json(&self, words: &[&str]) -> Result<Vec<Value>> {
        let mut all = words.to_vec();
        all.extend(["-o", "json"]);
        let text = self.ok(&all)?;
        let documents: Result<Vec<Value>, _> = Deserializer::from_str(&text).into_iter().collect();
        documents.with_context(|| format!("osctl {}: {text}", words.join(" ")))
    }

    /// The resources of a type.
    ///
    /// # Errors
    /// As `json`.
    pub fn get(&self, kind: &str) -> Result<Vec<Value>> {
        self.json(&["get", kind])
    }

    /// The spec of one resource.
    ///
    /// # Errors
    /// As `json`; or there is none.
    pub fn spec(&self, kind: &str, id: &str) -> Result<Value> {
        match self.json(&["get", kind, id])?.as_slice() {
            [one] => Ok(one["spec"].clone()),
            other => bail!("get {kind} {id}: {} resources", other.len()),
        }
    }

    /// The ids of the processes that have memory of their own, which threads of the kernel have not.
    ///
    /// # Errors
    /// As `json`.
    pub fn processes(&self) -> Result<Vec<u64>> {
        let mut found = Vec::new();
        for node in self.json(&["processes"])? {
            for process in node["processes"].as_array().context("no list of processes")? {
                // 64-bit numbers are strings in the JSON of protobuf, and zero is left out.
                let memory = &process["residentMemory"];
                if memory.as_str().is_some_and(|kib| kib != "0") || memory.as_u64() > Some(0) {
                    found.push(process["pid"].as_u64().context("no pid")?);
                }
            }
        }
        Ok(found)
    }

    /// Starts a command that goes on.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn follow(&self, words: &[&str]) -> Result<Follow> {
        Follow::start(self.command(words))
    }
}
