//! How long a boot takes, under emulation or KVM, whichever this host has.
//!
//! Kernel entry to init is told by the kernel's own clock, in the line with which it starts init.
//! The rest is told by this host's clock, from the arrival of that line on the serial line.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use e2e::artefacts::Artefacts;
use e2e::operator::Operator;
use e2e::program::{Follow, SHORT, command, run};
use e2e::vm::{BOOT, accelerator, free_port};
use e2e::wait::{Deadline, until};
use e2e::{hostile, say};

/// Runs of each, interleaved. The issue asks for ten at least.
const RUNS: usize = 10;

/// For one call of the client.
const TRY: Duration = Duration::from_secs(5);

/// How many connections are asked at the same time, the same for both. QEMU takes a connection before
/// the guest has an address, and then tries again at growing intervals; a fresh one is there sooner.
const PROBES: usize = 50;

/// One boot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Boot {
    /// Kernel entry to its init.
    pub(crate) kernel: Duration,
    /// Its init to what it is for: the API, sshd, power off.
    pub(crate) user: Duration,
}

/// All runs.
#[derive(Debug)]
pub(crate) struct Boots {
    pub(crate) ours: Vec<Boot>,
    pub(crate) poweroff: Vec<Boot>,
    pub(crate) debian: Vec<Boot>,
    /// QEMU's flags for the processor.
    pub(crate) accelerator: String,
}

/// Boots all three, [`RUNS`] times, in turn.
pub(crate) fn measure(artefacts: &Artefacts, poweroff: &Path, debian: &Path) -> Result<Boots> {
    let scratch = tempfile::tempdir().context("make a folder")?;
    let small = initramfs_of(poweroff, scratch.path())?;
    let mut boots = Boots {
        ours: Vec::new(),
        poweroff: Vec::new(),
        debian: Vec::new(),
        accelerator: accelerator(artefacts).join(" "),
    };
    for run in 1..=RUNS {
        boots.ours.push(ours(artefacts).context("Holdfast")?);
        boots.poweroff.push(off(artefacts, &small).context("the static init")?);
        boots.debian.push(with_systemd(artefacts, debian).context("Debian")?);
        let last = |all: &[Boot]| all.last().map_or(0.0, |boot| boot.user.as_secs_f64());
        say(&format!(
            "bench: boot {run} of {RUNS}: init to API {:.2} s, to power off {:.2} s, systemd to sshd {:.2} s",
            last(&boots.ours),
            last(&boots.poweroff),
            last(&boots.debian)
        ));
    }
    Ok(boots)
}

/// The QEMU line that all three have in common.
fn qemu(artefacts: &Artefacts, append: &str, forward: (u16, u16)) -> Command {
    let mut qemu = command("qemu-system-x86_64");
    qemu.args(["-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35"]);
    qemu.args(accelerator(artefacts)).args(["-m", "1024", "-smp", "2", "-no-reboot"]);
    qemu.args(["-serial", "stdio", "-device", "virtio-rng-pci"]);
    qemu.arg("-netdev")
        .arg(format!("user,id=net,hostfwd=tcp:127.0.0.1:{}-:{}", forward.0, forward.1));
    qemu.args(["-device", "virtio-net-pci,netdev=net"]);
    qemu.arg("-kernel").arg(&artefacts.kernel);
    qemu.args(["-append", &format!("console=ttyS0 panic=-1 {append}")]);
    qemu
}

/// Waits for the kernel to start init, and returns its own time for that.
fn init_starts(machine: &mut Follow) -> Result<Duration> {
    let line = machine.expect("init", BOOT, |line| line.contains(" as init process"))?;
    // "[    3.301135] Run /init as init process"
    let time = line.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    let (seconds, _) = time.with_context(|| format!("no time in {line:?}"))?;
    Ok(Duration::from_secs_f64(seconds.trim().parse().context(line.clone())?))
}

fn ours(artefacts: &Artefacts) -> Result<Boot> {
    let port = free_port()?;
    let mut qemu = qemu(artefacts, "", (port, 50_000));
    qemu.arg("-initrd").arg(&artefacts.initramfs);
    let mut machine = Follow::start(qemu)?;
    let operator = Operator::new(artefacts, port, "10.0.2.15")?;
    let kernel = init_starts(&mut machine)?;
    let clock = Deadline::after(BOOT);
    // What is no handshake is answered with an alert, by a server that is ready. The client's own
    // start is in the figure.
    answers(port, b"GET / HTTP/1.0\r\n\r\n").with_context(|| machine.text())?;
    let client = operator.maintenance();
    until(BOOT, "the API", || client.run_within(TRY, &["version"])?.ok())
        .with_context(|| machine.text())?;
    Ok(Boot { kernel, user: clock.elapsed() })
}

fn off(artefacts: &Artefacts, initramfs: &Path) -> Result<Boot> {
    let mut qemu = qemu(artefacts, "", (free_port()?, 1));
    qemu.arg("-initrd").arg(initramfs);
    let mut machine = Follow::start(qemu)?;
    let kernel = init_starts(&mut machine)?;
    let clock = Deadline::after(BOOT);
    machine.expect("power off", BOOT, |line| line.contains("reboot: Power down"))?;
    Ok(Boot { kernel, user: clock.elapsed() })
}

fn with_systemd(artefacts: &Artefacts, image: &Path) -> Result<Boot> {
    let port = free_port()?;
    let mut qemu = qemu(artefacts, "root=/dev/vda rw rootwait", (port, 22));
    // The image stays as it is: every run boots the same.
    qemu.arg("-drive").arg(format!("file={},format=raw,if=virtio,snapshot=on", image.display()));
    let mut machine = Follow::start(qemu)?;
    let kernel = init_starts(&mut machine)?;
    let clock = Deadline::after(BOOT);
    answers(port, b"").with_context(|| machine.text())?;
    Ok(Boot { kernel, user: clock.elapsed() })
}

/// Waits for the first byte that somebody behind the port says, to one of many connections, each of
/// which begins with `greeting`.
fn answers(port: u16, greeting: &[u8]) -> Result<()> {
    let mut open = VecDeque::new();
    until(BOOT, "an answer", || {
        let mut stream = hostile::connect(port)?;
        stream.write_all(greeting)?;
        stream.set_nonblocking(true)?;
        open.push_back(stream);
        if open.len() > PROBES {
            open.pop_front();
        }
        let mut heard = open.iter_mut().map(|stream| stream.read(&mut [0]));
        ensure!(heard.any(|read| matches!(read, Ok(1))), "nobody says anything");
        Ok(())
    })
}

/// An initramfs that holds one program, as `/init`.
fn initramfs_of(program: &Path, scratch: &Path) -> Result<PathBuf> {
    let root = scratch.join("poweroff");
    std::fs::create_dir_all(root.join("dev")).context("make a folder")?;
    std::fs::copy(program, root.join("init")).context("copy the static init")?;
    let archive = scratch.join("poweroff.cpio");
    let mut cpio = command("sh");
    cpio.current_dir(&root).arg("-c").arg("find . | cpio -o -H newc --quiet > ../poweroff.cpio");
    run(cpio, SHORT)?.ok().context("cpio")?;
    if !archive.is_file() {
        bail!("cpio left nothing");
    }
    Ok(archive)
}
