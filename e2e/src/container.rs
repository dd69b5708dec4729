//! Runs the image as a container in Docker.
//!
//! Not `--privileged`: each capability that this host has, by name, as `docs/` tells an operator.
//! The root stays read-only. Docker is found as its client finds it (`$DOCKER_HOST`).

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::artefacts::Artefacts;
use crate::program::{SHORT, command, run};
use crate::wait::until;

/// From start to an answering API. It takes less than a second on an idle host.
pub const BOOT: Duration = Duration::from_secs(60);
/// For Docker to unpack the image.
const LOAD: Duration = Duration::from_secs(120);

/// Names of the capabilities by number: capabilities(7). The last three (PERFMON, BPF,
/// CHECKPOINT_RESTORE) are left out: Docker 20.10 does not know them, and SYS_ADMIN comprises them.
const CAPABILITIES: [&str; 38] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
];

/// A running container. It is removed with its value, its log kept.
#[derive(Debug)]
pub struct Container {
    id: String,
    name: String,
    artefacts: Artefacts,
    /// Where its API is reached on 127.0.0.1.
    pub port: u16,
    /// What Docker says of it.
    pub facts: Value,
}

/// Runs Docker's client.
fn docker(limit: Duration, words: &[&str]) -> Result<String> {
    let mut docker = command("docker");
    docker.args(words);
    let text = run(docker, limit)?.ok()?;
    Ok(text.trim().to_owned())
}

/// Loads the image, once in a test program, and returns its name.
fn image(artefacts: &Artefacts) -> Result<String> {
    static IMAGE: OnceLock<String> = OnceLock::new();
    if let Some(name) = IMAGE.get() {
        return Ok(name.clone());
    }
    let path = artefacts.oci.display().to_string();
    let answer = docker(LOAD, &["load", "--quiet", "--input", &path]).context("docker load")?;
    let name = answer
        .lines()
        .filter_map(|line| line.strip_prefix("Loaded image: "))
        .next_back()
        .with_context(|| format!("docker load: {answer}"))?;
    Ok(IMAGE.get_or_init(|| name.to_owned()).clone())
}

/// The capabilities that this host can give: the bounding set of a process of it.
fn capabilities() -> Result<Vec<String>> {
    let status = fs::read_to_string("/proc/self/status").context("read /proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("CapBnd:")).context("no CapBnd")?;
    let bits = u64::from_str_radix(line.trim(), 16).context("CapBnd")?;
    let has = |number: &usize| bits & (1 << number) != 0;
    let names = CAPABILITIES.iter().enumerate().filter(|(number, _)| has(number));
    Ok(names.map(|(_, name)| format!("--cap-add={name}")).collect())
}

impl Container {
    /// Starts a container.
    ///
    /// # Errors
    /// Docker refuses.
    pub fn start(artefacts: &Artefacts, name: &str) -> Result<Self> {
        let image = image(artefacts)?;
        let capabilities = capabilities()?;
        let mut words = vec!["run", "--detach", "--read-only"];
        for place in ["/run", "/tmp", "/system", "/var"] {
            words.extend(["--tmpfs", place]);
        }
        for open in ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"] {
            words.extend(["--security-opt", open]);
        }
        words.push("--cap-drop=ALL");
        words.extend(capabilities.iter().map(String::as_str));
        words.extend(["--device-cgroup-rule", "a *:* rwm", "--cgroupns", "private"]);
        words.extend(["--publish", "127.0.0.1::50000", &image]);
        let id = docker(SHORT, &words)?;
        let mut container = Self {
            id: id.clone(),
            name: name.to_owned(),
            artefacts: artefacts.clone(),
            port: 0,
            facts: Value::Null,
        };
        let facts: Value = serde_json::from_str(&docker(SHORT, &["inspect", &id])?)?;
        container.facts = facts[0].clone();
        container.port = container
            .fact("/NetworkSettings/Ports/50000~1tcp/0/HostPort")
            .and_then(|port| port.parse().context("the published port"))?;
        Ok(container)
    }

    /// A text of what Docker says, by its JSON pointer.
    ///
    /// # Errors
    /// There is none.
    pub fn fact(&self, pointer: &str) -> Result<String> {
        let found = self.facts.pointer(pointer).and_then(Value::as_str).filter(|s| !s.is_empty());
        found.map(str::to_owned).with_context(|| format!("docker inspect has no {pointer}"))
    }

    /// The address in Docker's network.
    ///
    /// # Errors
    /// It has none.
    pub fn address(&self) -> Result<String> {
        self.fact("/NetworkSettings/Networks/bridge/IPAddress")
    }

    /// The process id of its init on this host.
    ///
    /// # Errors
    /// It does not run.
    pub fn pid(&self) -> Result<u32> {
        match self.facts.pointer("/State/Pid").and_then(Value::as_u64) {
            Some(pid) if pid > 0 => Ok(u32::try_from(pid)?),
            _ => bail!("it does not run"),
        }
    }

    /// Waits until it has ended, and returns its exit code.
    ///
    /// # Errors
    /// It still runs at the deadline.
    pub fn ended(&self, limit: Duration) -> Result<i64> {
        until(limit, "the container ends", || {
            let state: Value = serde_json::from_str(&docker(
                SHORT,
                &["inspect", "-f", "{{json .State}}", &self.id],
            )?)?;
            match (state["Running"].as_bool(), state["ExitCode"].as_i64()) {
                (Some(false), Some(code)) => Ok(code),
                _ => bail!("{}", state["Status"]),
            }
        })
    }

    /// What it wrote to its console.
    ///
    /// # Errors
    /// Docker refuses.
    pub fn log(&self) -> Result<String> {
        let mut logs = command("docker");
        logs.args(["logs", &self.id]);
        let finished = run(logs, SHORT)?;
        Ok(finished.stdout + &finished.stderr)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Ok(log) = self.log() {
            self.artefacts.keep(&format!("container-{}.log", self.name), &log);
        }
        // Nothing is left to do if Docker is gone.
        docker(SHORT, &["rm", "--force", "--volumes", &self.id]).ok();
    }
}

/// A process of this host, which those of a container are too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id on this host.
    pub pid: u32,
    /// What it was started as.
    pub name: String,
    /// When it was started, in ticks since the boot: with the id it names one process for ever.
    pub started: u64,
}

/// The children of a process that live.
///
/// # Errors
/// It has ended.
pub fn children(parent: u32) -> Result<Vec<Process>> {
    let list = format!("/proc/{parent}/task/{parent}/children");
    let pids = fs::read_to_string(&list).with_context(|| format!("read {list}"))?;
    Ok(pids.split_whitespace().filter_map(|pid| process(pid.parse().ok()?)).collect())
}

/// One process, if it lives (proc_pid_stat(5): a name stands in brackets and may hold any byte). It
/// is called by its first argument: all programs of the node are one file.
fn process(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, tail) = stat.rsplit_once(')')?;
    let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
    let name = line.split('\0').next()?.rsplit('/').next()?.to_owned();
    let fields: Vec<&str> = tail.split_whitespace().collect();
    let (state, started) = (*fields.first()?, fields.get(19)?.parse().ok()?);
    (state != "Z").then_some(Process { pid, name, started })
}

/// Kills a process of this host.
///
/// # Errors
/// It has ended, or is not ours to kill.
pub fn kill(pid: u32) -> Result<()> {
    let mut kill = command("kill");
    kill.args(["-9", &pid.to_string()]);
    run(kill, SHORT)?.ok().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_by_its_start() {
        let this = process(std::process::id()).expect("we live");
        assert!(this.started > 0 && !this.name.is_empty());
        assert_eq!(process(std::process::id()), Some(this));
    }

    #[test]
    fn this_host_has_capabilities_by_name() {
        for flag in capabilities().expect("read") {
            assert!(flag.starts_with("--cap-add="), "{flag}");
        }
    }
}
