//! What an operator does with a node, and what he expects to see. The same for a machine and a
//! container; what differs is in [`Truth`].

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::artefacts::Artefacts;
use crate::hostile;
use crate::osctl::Osctl;
use crate::random::Random;
use crate::wait::until;

/// For a change that a controller makes to be seen.
pub const SOON: Duration = Duration::from_secs(20);

/// A node to talk to, and the folder of the files for it.
#[derive(Debug)]
pub struct Operator {
    osctl: PathBuf,
    port: u16,
    address: String,
    folder: tempfile::TempDir,
}

impl Operator {
    /// An operator of the node whose API is at `port` of 127.0.0.1 and whose own address is `address`.
    ///
    /// # Errors
    /// No folder can be made.
    pub fn new(artefacts: &Artefacts, port: u16, address: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context("make a folder")?;
        Ok(Self { osctl: artefacts.osctl.clone(), port, address: address.to_owned(), folder })
    }

    /// Reaches the node while it has no configuration.
    #[must_use]
    pub fn maintenance(&self) -> Osctl {
        Osctl::insecure(&self.osctl, self.port)
    }

    /// Reaches the node with the client certificate of its configuration.
    #[must_use]
    pub fn configured(&self) -> Osctl {
        let file = self.folder.path().join("talosconfig");
        Osctl::with_config(&self.osctl, self.port, &self.address, &file)
    }

    /// Waits until the node answers in maintenance mode.
    ///
    /// # Errors
    /// It does not in time.
    pub fn await_maintenance(&self, limit: Duration) -> Result<String> {
        until(limit, "maintenance mode", || self.maintenance().ok(&["version"]))
    }

    /// Waits until the node answers the holder of the configuration's certificate.
    ///
    /// # Errors
    /// It does not in time.
    pub fn await_configured(&self, limit: Duration) -> Result<String> {
        until(limit, "an API with mutual TLS", || self.configured().ok(&["version"]))
    }

    /// Makes the configuration of a new cluster, with this host name, and returns its file.
    ///
    /// # Errors
    /// osctl refuses.
    pub fn generate(&self, hostname: &str) -> Result<PathBuf> {
        let folder = self.folder.path().display().to_string();
        let endpoint = format!("https://{}:6443", self.address);
        let local = Osctl::local(&self.osctl);
        let words = ["gen", "config", "e2e", &endpoint, "-o", &folder, "--force"];
        local.ok(&[&words[..], &["--additional-sans", "127.0.0.1"]].concat())?;
        self.rename(hostname)
    }

    /// Gives the configuration another host name.
    ///
    /// # Errors
    /// The file cannot be changed.
    pub fn rename(&self, hostname: &str) -> Result<PathBuf> {
        let file = self.folder.path().join("controlplane.yaml");
        let text = fs::read_to_string(&file).context("read the configuration")?;
        let line = |line: &str| match line {
            "auto: stable" => format!("hostname: {hostname}"),
            other if other.starts_with("hostname: ") => format!("hostname: {hostname}"),
            other => other.to_owned(),
        };
        let lines: Vec<String> = text.lines().map(line).collect();
        ensure!(
            lines.iter().any(|l| l == &format!("hostname: {hostname}")),
            "no host name document"
        );
        fs::write(&file, lines.join("\n") + "\n").context("write the configuration")?;
        Ok(file)
    }

    /// A folder for further files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Brings a node that is in maintenance mode to life.
    ///
    /// # Errors
    /// Whichever step fails.
    pub fn configure(&self, hostname: &str) -> Result<Osctl> {
        let file = self.generate(hostname)?;
        self.maintenance().ok(&["apply-config", "-f", &file.display().to_string()])?;
        self.await_configured(SOON)?;
        Ok(self.configured())
    }
}

/// What the node must say about itself, told by who runs it.
#[derive(Debug, Clone)]
pub struct Truth {
    /// Release of the kernel.
    pub kernel: String,
    /// Version of what was built.
    pub version: String,
    /// The kernel's command line, where it is ours.
    pub cmdline: Option<String>,
    /// Least and most memory, in KiB.
    pub memory: (u64, u64),
    /// Processors.
    pub processors: usize,
    /// Address with prefix.
    pub address: String,
    /// Hardware address of the link.
    pub mac: String,
    /// The default gateway.
    pub gateway: String,
    /// The name servers, where DHCP tells them.
    pub servers: Option<Vec<String>>,
    /// A target of a mount, its source's file system, and that it is read-only.
    pub root: &'static str,
}

/// Every type of resource that the node must have, with what is wrong about those that differ from
/// the truth: all at once.
///
/// # Errors
/// Names each type and what was expected.
pub fn check_resources(osctl: &Osctl, hostname: &str, truth: &Truth) -> Result<()> {
    type Check = fn(&Osctl, &str, &Truth) -> Result<()>;
    let checks: [(&str, Check); 17] = [
        ("MachineStatuses", machine_status),
        ("Services", services),
        ("Versions", versions),
        ("KernelCmdlines", kernel_cmdline),
        ("MachineConfigs", machine_config),
        ("LinkStatuses", links),
        ("AddressStatuses", addresses),
        ("RouteStatuses", routes),
        ("HostnameStatuses", hostname_status),
        ("ResolverStatuses", resolvers),
        ("NodeAddresses", node_addresses),
        ("CPUStats", processors),
        ("MemoryStats", memory),
        ("MountStatuses", mounts),
        ("ResourceDefinitions", definitions),
        ("Namespaces", namespaces),
        ("/proc/version", kernel),
    ];
    let mut faults = Vec::new();
    for (name, check) in checks {
        if let Err(error) = check(osctl, hostname, truth) {
            faults.push(format!("{name}: {error:#}"));
        }
    }
    ensure!(faults.is_empty(), "resources differ from the truth:\n  {}", faults.join("\n  "));
    Ok(())
}

fn equal(what: &str, found: &Value, expected: impl Into<Value>) -> Result<()> {
    let expected = expected.into();
    ensure!(*found == expected, "{what}: {found}, expected {expected}");
    Ok(())
}

fn machine_status(osctl: &Osctl, _: &str, _: &Truth) -> Result<()> {
    until(SOON, "running", || {
        equal("stage", &osctl.spec("machinestatus", "machine")?["stage"], "running")
    })
}

fn services(osctl: &Osctl, _: &str, _: &Truth) -> Result<()> {
    for service in ["apid", "machined", "netd"] {
        until(SOON, service, || {
            equal(service, &osctl.spec("services", service)?["running"], true)
        })?;
    }
    Ok(())
}

fn versions(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    equal("version", &osctl.spec("versions", "version")?["version"], truth.version.as_str())?;
    let text = osctl.ok(&["version"])?;
    ensure!(text.contains(&truth.version), "osctl version: {text}");
    Ok(())
}

fn kernel_cmdline(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let found = &osctl.spec("cmdline", "cmdline")?["cmdline"];
    match &truth.cmdline {
        Some(line) => equal("cmdline", found, line.as_str()),
        None => {
            ensure!(found.is_string(), "cmdline: {found}");
            Ok(())
        }
    }
}

fn machine_config(osctl: &Osctl, hostname: &str, _: &Truth) -> Result<()> {
    let spec = osctl.spec("machineconfig", "v1alpha1")?;
    let text = spec.to_string();
    ensure!(
        text.contains(hostname) && text.contains("clusterName"),
        "not what was applied: {text}"
    );
    Ok(())
}

/// The name of the link with this hardware address.
fn link(osctl: &Osctl, truth: &Truth) -> Result<String> {
    for link in osctl.get("links")? {
        if link["spec"]["hardwareAddr"] == truth.mac.as_str() {
            return link["metadata"]["id"].as_str().map(str::to_owned).context("a link's name");
        }
    }
    bail!("no link has {}", truth.mac)
}

fn links(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let spec = osctl.spec("links", &link(osctl, truth)?)?;
    equal("linkState", &spec["linkState"], true)?;
    equal("type", &spec["type"], "ether")?;
    equal("type of lo", &osctl.spec("links", "lo")?["type"], "loopback")
}

fn addresses(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let name = link(osctl, truth)?;
    let spec = osctl.spec("addresses", &format!("{name}/{}", truth.address))?;
    equal("linkName", &spec["linkName"], name)?;
    equal("address", &spec["address"], truth.address.as_str())?;
    equal("scope", &spec["scope"], "global")
}

fn routes(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let all = osctl.get("routes")?;
    let gateways: Vec<&Value> = all.iter().map(|route| &route["spec"]["gateway"]).collect();
    ensure!(
        gateways.iter().any(|gateway| **gateway == truth.gateway.as_str()),
        "gateways: {gateways:?}"
    );
    Ok(())
}

fn hostname_status(osctl: &Osctl, hostname: &str, _: &Truth) -> Result<()> {
    until(SOON, "host name", || {
        equal("hostname", &osctl.spec("hostname", "hostname")?["hostname"], hostname)
    })
}

fn resolvers(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let found = &osctl.spec("resolvers", "resolvers")?["dnsServers"];
    match &truth.servers {
        Some(servers) => equal("dnsServers", found, servers.clone()),
        None => {
            ensure!(found.as_array().is_some_and(|all| !all.is_empty()), "dnsServers: {found}");
            Ok(())
        }
    }
}

fn node_addresses(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let found = &osctl.spec("nodeaddresses", "default")?["addresses"];
    equal("default", found, vec![truth.address.clone()])
}

fn processors(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let spec = osctl.spec("cpustats", "latest")?;
    let count = spec["cpu"].as_array().map_or(0, Vec::len);
    ensure!(count == truth.processors, "{count} processors, expected {}", truth.processors);
    ensure!(spec["cpuTotal"]["user"].as_f64().is_some(), "no total: {spec}");
    Ok(())
}

fn memory(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let found = osctl.spec("memorystats", "latest")?["total"].as_u64().context("no total")?;
    let (least, most) = truth.memory;
    ensure!((least..=most).contains(&found), "total: {found}, expected {least} to {most}");
    Ok(())
}

fn mounts(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let all = osctl.get("mounts")?;
    let text = osctl.ok(&["read", "/proc/mounts"])?;
    ensure!(text.lines().any(|line| line.contains(truth.root)), "no {:?} in {text}", truth.root);
    // Those of the resource are what machined mounted for volumes; without a disk there may be none.
    let real: BTreeSet<&str> = text.lines().filter_map(|l| l.split(' ').nth(1)).collect();
    for mount in &all {
        let target = mount["spec"]["target"].as_str().context("no target")?;
        ensure!(real.contains(target), "{target} is not mounted");
    }
    Ok(())
}

fn definitions(osctl: &Osctl, _: &str, _: &Truth) -> Result<()> {
    let all = osctl.get("rd")?;
    let kinds: BTreeSet<&str> = all.iter().filter_map(|rd| rd["spec"]["type"].as_str()).collect();
    for kind in [
        "MachineStatuses.runtime.talos.dev",
        "Services.v1alpha1.talos.dev",
        "LinkStatuses.net.talos.dev",
        "ResourceDefinitions.meta.cosi.dev",
    ] {
        ensure!(kinds.contains(kind), "no {kind} among {}", kinds.len());
    }
    Ok(())
}

fn namespaces(osctl: &Osctl, _: &str, _: &Truth) -> Result<()> {
    let all = osctl.get("namespaces")?;
    let names: BTreeSet<&str> = all.iter().filter_map(|n| n["metadata"]["id"].as_str()).collect();
    for name in ["network", "network-config", "runtime", "meta"] {
        ensure!(names.contains(name), "no {name} in {names:?}");
    }
    Ok(())
}

fn kernel(osctl: &Osctl, _: &str, truth: &Truth) -> Result<()> {
    let text = osctl.ok(&["read", "/proc/version"])?;
    ensure!(text.starts_with(&format!("Linux version {} ", truth.kernel)), "{text}");
    Ok(())
}

/// Watches and streams: a change made now reaches a client that already waits.
///
/// # Errors
/// Names the stream that stayed silent.
pub fn check_streams(operator: &Operator) -> Result<()> {
    let osctl = operator.configured();
    let mut watch = osctl.follow(&["get", "hostname", "-w"])?;
    watch.expect("the present name", SOON, |line| line.contains("hostname"))?;
    let mut events = osctl.follow(&["events"])?;
    let mut logs = osctl.follow(&["logs", "apid", "-f"])?;
    let mut dmesg = osctl.follow(&["dmesg", "-f"])?;
    logs.expect("a line of apid", SOON, |line| !line.trim().is_empty())?;
    dmesg.expect("a line of the kernel", SOON, |line| !line.trim().is_empty())?;
    let file = operator.rename("renamed-by-the-test")?;
    osctl.ok(&["apply-config", "-f", &file.display().to_string()])?;
    watch.expect("the new name", SOON, |line| line.contains("renamed-by-the-test"))?;
    osctl.ok(&["service", "netd", "restart"])?;
    events.expect("a service that stops or starts", SOON, |line| line.contains("netd"))?;
    hostile::random_bytes(operator.port, &mut Random::new(1), 1)?;
    logs.expect("apid tells of a stranger", SOON, |line| line.contains("not let in"))?;
    ensure!(dmesg.runs(), "dmesg -f ended: {}", dmesg.text());
    Ok(())
}

/// The single commands of an operator.
///
/// # Errors
/// Names the command and what it said.
pub fn check_commands(osctl: &Osctl) -> Result<()> {
    let says = |words: &[&str], expected: &str| -> Result<()> {
        let text = osctl.ok(words)?;
        ensure!(text.contains(expected), "osctl {}: no {expected:?} in\n{text}", words.join(" "));
        Ok(())
    };
    says(&["services"], "apid")?;
    says(&["list", "-l", "/"], "usr")?;
    says(&["processes"], "machined")?;
    says(&["memory"], "TOTAL")?;
    says(&["mounts"], "/run")?;
    says(&["read", "/etc/os-release"], "Holdfast")?;
    let folder = tempfile::tempdir().context("make a folder")?;
    osctl.ok(&["copy", "/etc", &folder.path().display().to_string()])?;
    ensure!(fs::read_dir(folder.path())?.count() > 0, "copy /etc left nothing");
    Ok(())
}
