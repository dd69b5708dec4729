//! The image as a container in Docker, with `HOLDFAST_DOCKER=1`.

#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::artefacts::Artefacts;
use e2e::container::{BOOT, Container, Process, children, kill};
use e2e::hostile;
use e2e::operator::{Operator, SOON, Truth, check_commands, check_resources, check_streams};
use e2e::random::Random;
use e2e::say;
use e2e::wait::{Deadline, pause, until};

/// The node's processes and their users, as ARCHITECTURE.md claims.
const PROCESSES: [&str; 3] = ["apid", "machined", "netd"];
/// Each process is killed this often.
const KILLS: usize = 20;
/// A process that was killed is back within this.
const BACK: Duration = Duration::from_secs(1);
/// Between two kills: what dies within a second of its start is taken for broken and started again
/// with growing pauses, which is not what is tried here.
const APART: Duration = Duration::from_millis(1500);

/// A started container and who looks after it.
struct Node {
    artefacts: Artefacts,
    container: Container,
    operator: Operator,
}

/// A fresh node in maintenance mode; none, said aloud, where it is not asked for.
fn node(name: &str) -> Result<Option<Node>> {
    if std::env::var_os("HOLDFAST_DOCKER").is_none() {
        say(&format!("SKIPPED {name}: HOLDFAST_DOCKER is not set"));
        return Ok(None);
    }
    let artefacts = Artefacts::find()?;
    let container = Container::start(&artefacts, name)?;
    let address = container.address()?;
    let operator = Operator::new(&artefacts, container.port, &address)?;
    operator
        .await_maintenance(BOOT)
        .with_context(|| format!("its log:\n{}", container.log().unwrap_or_default()))?;
    Ok(Some(Node { artefacts, container, operator }))
}

impl Node {
    fn truth(&self) -> Result<Truth> {
        let network = "/NetworkSettings/Networks/bridge";
        let release = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        let total = fs::read_to_string("/proc/meminfo")?;
        let total = total.split_whitespace().nth(1).context("MemTotal")?.parse()?;
        let length = self.container.facts.pointer(&format!("{network}/IPPrefixLen"));
        Ok(Truth {
            kernel: release.trim().to_owned(),
            version: self.artefacts.fact("version")?.to_owned(),
            cmdline: None,
            memory: (total, total),
            processors: fs::read_to_string("/proc/stat")?
                .lines()
                .filter(|line| line.starts_with("cpu") && !line.starts_with("cpu "))
                .count(),
            address: format!("{}/{}", self.container.address()?, length.context("prefix")?),
            mac: self.container.fact(&format!("{network}/MacAddress"))?,
            gateway: self.container.fact(&format!("{network}/Gateway"))?,
            servers: None,
            root: " / overlay ro",
        })
    }

    fn processes(&self) -> Result<BTreeMap<String, Process>> {
        let all = children(self.container.pid()?)?;
        Ok(all.into_iter().map(|process| (process.name.clone(), process)).collect())
    }
}

#[test]
fn an_operator_brings_a_node_to_life_and_sees_the_truth() -> Result<()> {
    let Some(node) = node("operator")? else { return Ok(()) };
    let version = node.operator.await_maintenance(BOOT)?;
    ensure!(version.contains(node.artefacts.fact("version")?), "{version}");
    let osctl = node.operator.configure("e2e-container")?;
    // Who has no certificate is not let in any more.
    let stranger = node.operator.maintenance().run(&["version"])?;
    ensure!(stranger.code != Some(0), "{stranger}");
    check_resources(&osctl, "e2e-container", &node.truth()?)?;
    check_commands(&osctl)?;
    check_streams(&node.operator)?;
    // A container is not a machine: who runs it ends it.
    let refused = osctl.run(&["reboot", "--wait=false"])?;
    ensure!(refused.code == Some(1), "reboot: {refused}");
    Ok(())
}

#[test]
fn kill_9_costs_one_process_and_a_second() -> Result<()> {
    let Some(node) = node("kill")? else { return Ok(()) };
    let osctl = node.operator.configure("e2e-kill")?;
    let mut random = Random::from_environment();
    say(&format!("seed {random:?} (HOLDFAST_SEED)"));
    let boot_id = osctl.ok(&["read", "/proc/sys/kernel/random/boot_id"])?;
    let mut watch = osctl.follow(&["get", "hostname", "-w"])?;
    watch.expect("the present name", SOON, |line| line.contains("e2e-kill"))?;

    let mut order: Vec<&str> = PROCESSES.iter().copied().cycle().take(3 * KILLS).collect();
    random.shuffle(&mut order);
    let mut slowest: BTreeMap<&str, Duration> = BTreeMap::new();
    for name in order {
        pause(APART);
        let before = node.processes()?;
        let victim = before.get(name).with_context(|| format!("{name} does not run"))?;
        let clock = Deadline::after(BACK);
        kill(victim.pid)?;
        until(BACK, &format!("{name} is back"), || {
            let now = node.processes()?;
            let new = now.get(name).with_context(|| format!("no {name}"))?;
            ensure!(new.pid != victim.pid, "still the old one");
            Ok(())
        })?;
        osctl.ok(&["version"]).with_context(|| format!("after the end of {name}"))?;
        let took = clock.elapsed();
        let worst = slowest.entry(name).or_default();
        *worst = took.max(*worst);
        let after = node.processes()?;
        for (other, process) in &before {
            ensure!(
                other == name || after.get(other) == Some(process),
                "{name} took {other} along"
            );
        }
    }
    for (name, took) in &slowest {
        say(&format!("{name}: back and the API answering after {took:?} at most"));
    }
    ensure!(osctl.ok(&["read", "/proc/sys/kernel/random/boot_id"])? == boot_id, "another boot");
    ensure!(node.container.log()?.len() < 10_000_000, "the log has grown without bound");

    let file = node.operator.rename("e2e-survived")?;
    osctl.ok(&["apply-config", "-f", &file.display().to_string()])?;
    watch.expect("the new name on the old watch", SOON, |line| line.contains("e2e-survived"))?;
    Ok(())
}

#[test]
fn the_end_of_init_ends_the_container() -> Result<()> {
    let Some(node) = node("init")? else { return Ok(()) };
    let others = node.processes()?;
    kill(node.container.pid()?)?;
    let code = node.container.ended(SOON)?;
    ensure!(code == 137, "exit code {code}, expected 128 + SIGKILL");
    for process in others.values() {
        ensure!(children(process.pid).is_err(), "{} outlived init", process.name);
    }
    Ok(())
}

#[test]
fn processes_have_the_rights_that_the_architecture_claims() -> Result<()> {
    let Some(node) = node("rights")? else { return Ok(()) };
    let osctl = node.operator.configure("e2e-rights")?;
    let mut found = BTreeMap::new();
    for pid in osctl.processes()? {
        let status = osctl.ok(&["read", &format!("/proc/{pid}/status")])?;
        let line = osctl.ok(&["read", &format!("/proc/{pid}/cmdline")])?;
        let name = line.split('\0').next().and_then(|path| path.rsplit('/').next());
        let name = name.unwrap_or_default().to_owned();
        let field = |name: &str| -> Result<String> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let line = line.with_context(|| format!("no {name} in {status}"))?;
            Ok(line.split_whitespace().next().unwrap_or_default().to_owned())
        };
        found.insert(
            name,
            (field("Uid:")?, field("CapEff:")?, field("CapBnd:")?, field("NoNewPrivs:")?),
        );
    }
    say(&format!("name: (uid, effective, bounding, no new privileges)\n{found:#?}"));
    let names: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    ensure!(names == BTreeSet::from(["apid", "init", "machined", "netd"]), "{names:?}");
    let check = |name: &str, uid: &str, effective: Option<&str>| -> Result<()> {
        let (found_uid, found_effective, _, no_new) = &found[name];
        ensure!(found_uid == uid, "{name}: uid {found_uid}");
        if let Some(effective) = effective {
            ensure!(found_effective == effective, "{name}: capabilities {found_effective}");
            ensure!(no_new == "1", "{name} may gain privileges");
        }
        Ok(())
    };
    check("init", "0", None)?;
    check("machined", "0", None)?;
    check("apid", "50", Some("0000000000000000"))?;
    // CAP_NET_RAW is number 13.
    check("netd", "52", Some("0000000000002000"))
}

#[test]
fn bad_input_gets_an_answer_and_the_api_stays() -> Result<()> {
    let Some(node) = node("hostile")? else { return Ok(()) };
    let (operator, port) = (&node.operator, node.container.port);
    let mut random = Random::from_environment();
    say(&format!("seed {random:?} (HOLDFAST_SEED)"));
    let before = node.processes()?;
    let open = hostile::half_handshakes(port, 50)?;
    hostile::random_bytes(port, &mut random, 50)?;
    operator.maintenance().ok(&["version"]).context("with 50 handshakes half open")?;
    drop(open);
    for (name, text) in [("huge", hostile::huge()), ("bomb", hostile::alias_bomb())] {
        let file = operator.folder().join(name);
        fs::write(&file, text)?;
        let clock = Deadline::after(SOON);
        let answer =
            operator.maintenance().run(&["apply-config", "-f", &file.display().to_string()])?;
        let text = answer.to_string();
        ensure!(matches!(answer.code, Some(1 | 2)), "{name}: {text}");
        ensure!(!answer.stderr.trim().is_empty() && text.len() < 10_000, "{name}: {text}");
        ensure!(!clock.over(), "{name} took {:?}", clock.elapsed());
        say(&format!("{name}: {}", answer.stderr.trim()));
    }
    operator.maintenance().ok(&["version"]).context("after it")?;
    ensure!(node.processes()? == before, "something was restarted");
    operator.configure("e2e-after-all")?;
    Ok(())
}

/// How a file begins that is a program, and one that is a script.
const ELF: &[u8] = b"\x7fELF";
/// Objects for the kernel (`e_type` `ET_REL`, elf(5)) are no programs.
const ET_REL: u8 = 1;

#[test]
fn the_running_root_holds_no_shell_no_interpreter_and_no_setuid_file() -> Result<()> {
    let Some(node) = node("audit")? else { return Ok(()) };
    let osctl = node.operator.configure("e2e-audit")?;
    let listing = osctl.ok(&["list", "-l", "-r", "/usr"])?;
    ensure!(listing.lines().count() > 3, "{listing}");
    for line in listing.lines().skip(1) {
        let mode = line.split_whitespace().nth(1).unwrap_or_default();
        let special = mode.chars().skip(1).any(|c| matches!(c, 's' | 'S' | 't' | 'T'));
        ensure!(!special, "{line}");
    }
    let folder = operator_copy(&node, "/usr")?;
    let (mut programs, mut scripts) = (Vec::new(), Vec::new());
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path)?;
            if bytes.starts_with(ELF) && bytes.get(16) != Some(&ET_REL) {
                programs.push(path.display().to_string());
            } else if bytes.starts_with(b"#!") {
                scripts.push(path.display().to_string());
            }
        }
    }
    say(&format!("programs: {programs:?}"));
    ensure!((1..=9).contains(&programs.len()), "{} programs", programs.len());
    ensure!(scripts.is_empty(), "{scripts:?}");
    Ok(())
}

fn operator_copy(node: &Node, path: &str) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let osctl = node.operator.configured();
    osctl.ok(&["copy", path, &folder.path().display().to_string()])?;
    Ok(folder)
}
