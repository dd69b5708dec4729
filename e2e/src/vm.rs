//! Boots the image in QEMU: KVM where it really runs a guest, software emulation otherwise.
//!
//! The machine has no disk. Its network is QEMU's own (user networking: DHCP, 10.0.2.15/24, gateway
//! 10.0.2.2, name server 10.0.2.3), and its API is reachable on a port of 127.0.0.1.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::artefacts::Artefacts;
use crate::program::{Follow, command};
use crate::wait::{Deadline, pause, until};

/// From power on to an answering API. Ten seconds under emulation on two idle cores; a busy CI
/// machine may have a tenth of that.
pub const BOOT: Duration = Duration::from_secs(150);

/// How the machine is made.
#[derive(Debug, Clone)]
pub struct Options {
    /// Names the log.
    pub name: &'static str,
    /// MiB.
    pub memory: u32,
    /// Processors.
    pub processors: u32,
    /// What follows the console on the kernel's command line.
    pub append: String,
    /// An ISO image in a CD drive.
    pub iso: Option<PathBuf>,
    /// What the network is.
    pub network: Network,
}

/// The network of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// One link, a DHCP server behind it.
    Dhcp,
    /// One link whose cable is not plugged in; see [`Vm::plug`].
    Unplugged,
    /// No link.
    None,
}

impl Options {
    /// A machine with 512 MiB and two processors.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            memory: 512,
            processors: 2,
            append: "panic=10".to_owned(),
            iso: None,
            network: Network::Dhcp,
        }
    }
}

/// The hardware address of the machine's link.
pub const MAC: &str = "52:54:00:12:34:56";
/// Its address and prefix by QEMU's DHCP.
pub const ADDRESS: &str = "10.0.2.15/24";

/// A running machine. It ends with its value.
#[derive(Debug)]
pub struct Vm {
    qemu: Follow,
    monitor: PathBuf,
    _folder: tempfile::TempDir,
    /// Where its API is reached on 127.0.0.1.
    pub port: u16,
    /// The kernel's whole command line.
    pub append: String,
    /// The log of its serial line.
    pub log: PathBuf,
}

impl Vm {
    /// Switches a machine on.
    ///
    /// # Errors
    /// QEMU cannot be started.
    pub fn start(artefacts: &Artefacts, options: &Options) -> Result<Self> {
        let port = free_port()?;
        let append = format!("console=ttyS0 {}", options.append);
        let log = artefacts.logs.join(format!("vm-{}.log", options.name));
        let mut qemu = command("qemu-system-x86_64");
        qemu.args(["-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35"]);
        qemu.args(accelerator(artefacts));
        qemu.args(["-m", &options.memory.to_string(), "-smp", &options.processors.to_string()]);
        qemu.arg("-chardev").arg(format!("stdio,id=serial,signal=off,logfile={}", log.display()));
        qemu.args(["-serial", "chardev:serial", "-device", "virtio-rng-pci"]);
        qemu.arg("-kernel").arg(&artefacts.kernel).arg("-initrd").arg(&artefacts.initramfs);
        qemu.args(["-append", &append]);
        if options.network != Network::None {
            qemu.arg("-netdev").arg(format!("user,id=net,hostfwd=tcp:127.0.0.1:{port}-:50000"));
            qemu.arg("-device").arg(format!("virtio-net-pci,id=link,netdev=net,mac={MAC}"));
        }
        if let Some(iso) = &options.iso {
            qemu.arg("-cdrom").arg(iso);
        }
        let folder = tempfile::tempdir().context("make a folder")?;
        let monitor = folder.path().join("monitor");
        qemu.arg("-monitor").arg(format!("unix:{},server=on,wait=off", monitor.display()));
        let vm = Self { qemu: Follow::start(qemu)?, monitor, _folder: folder, port, append, log };
        if options.network == Network::Unplugged {
            vm.cable("off")?;
        }
        Ok(vm)
    }

    /// Plugs the cable in.
    ///
    /// # Errors
    /// QEMU does not listen.
    pub fn plug(&self) -> Result<()> {
        self.cable("on")
    }

    fn cable(&self, state: &str) -> Result<()> {
        until(Duration::from_secs(10), "QEMU's monitor", || {
            let mut monitor = UnixStream::connect(&self.monitor)?;
            monitor.set_read_timeout(Some(Duration::from_secs(10)))?;
            monitor.write_all(format!("set_link link {state}\nquery-nothing\n").as_bytes())?;
            // The answer to the second, which does not exist, tells that the first is done.
            let mut lines = BufReader::new(monitor).lines();
            lines.find(|line| line.as_ref().map_or(true, |l| l.contains("unknown command")));
            Ok(())
        })
    }

    /// Waits until the serial line shows `text`, from now on.
    ///
    /// # Errors
    /// It did not come in time, or the machine went off.
    pub fn says(&mut self, text: &str, limit: Duration) -> Result<String> {
        self.qemu.expect(text, limit, |line| line.contains(text))
    }

    /// Waits until the machine is off.
    ///
    /// # Errors
    /// It is still on at the deadline.
    pub fn off(&mut self, limit: Duration) -> Result<()> {
        match self.qemu.ended(limit)? {
            Some(0) => Ok(()),
            other => bail!("qemu ended with {other:?}: {}", self.qemu.text()),
        }
    }

    /// Whether it is on.
    pub fn on(&mut self) -> bool {
        self.qemu.runs()
    }

    /// The serial line so far.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn serial(&self) -> Result<String> {
        let bytes = fs::read(&self.log).with_context(|| format!("read {}", self.log.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A port of 127.0.0.1 that was free a moment ago.
///
/// # Errors
/// There is none.
pub fn free_port() -> Result<u16> {
    let socket = TcpListener::bind(("127.0.0.1", 0)).context("find a free port")?;
    Ok(socket.local_addr().context("find a free port")?.port())
}

/// QEMU's flags for the processor.
#[must_use]
pub fn accelerator(artefacts: &Artefacts) -> [&'static str; 4] {
    static KVM: OnceLock<bool> = OnceLock::new();
    if *KVM.get_or_init(|| Path::new("/dev/kvm").exists() && kvm_runs(artefacts)) {
        ["-accel", "kvm", "-cpu", "host"]
    } else {
        // With a thread per processor, QEMU before 8.1 now and then runs a stale translation of code
        // that the kernel has patched ("Oops: int3", one boot in thirty); kernel-config/README.md.
        ["-accel", "tcg,thread=single", "-cpu", "max"]
    }
}

/// Whether KVM runs a guest: a device that exists may still not (nested virtualisation). The kernel
/// without an initramfs panics within a second, and QEMU ends.
fn kvm_runs(artefacts: &Artefacts) -> bool {
    let mut qemu = command("qemu-system-x86_64");
    qemu.args([
        "-nodefaults",
        "-display",
        "none",
        "-machine",
        "q35",
        "-accel",
        "kvm",
        "-cpu",
        "host",
    ]);
    qemu.args(["-m", "128", "-no-reboot", "-serial", "stdio", "-append", "console=ttyS0 panic=-1"]);
    qemu.arg("-kernel").arg(&artefacts.kernel);
    let Ok(mut guest) = Follow::start(qemu) else { return false };
    guest.expect("a panic", Duration::from_secs(10), |line| line.contains("Kernel panic")).is_ok()
}

/// Waits for as long as nothing goes wrong: the machine stays on and `check` holds.
///
/// # Errors
/// The first that does not.
pub fn stays(vm: &mut Vm, time: Duration, mut check: impl FnMut() -> Result<()>) -> Result<()> {
    let deadline = Deadline::after(time);
    while !deadline.over() {
        if !vm.on() {
            bail!("the machine went off");
        }
        check()?;
        pause(Duration::from_millis(500));
    }
    Ok(())
}
