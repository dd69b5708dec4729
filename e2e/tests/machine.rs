//! The image in a virtual machine, with `HOLDFAST_VM=1`.

#![forbid(unsafe_code)]

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::artefacts::Artefacts;
use e2e::hostile;
use e2e::iso;
use e2e::operator::{Operator, SOON, Truth, check_commands, check_resources, check_streams};
use e2e::random::Random;
use e2e::say;
use e2e::vm::{ADDRESS, BOOT, MAC, Network, Options, Vm, stays};
use e2e::wait::{Deadline, until};

/// The machine's address without its prefix.
const NODE: &str = "10.0.2.15";
/// For an ordered end: ten seconds for services, some for the rest, under emulation.
const END: Duration = Duration::from_secs(60);

/// What was built; none, said aloud, where no machine is asked for.
fn artefacts(name: &str) -> Result<Option<Artefacts>> {
    if std::env::var_os("HOLDFAST_VM").is_none() {
        say(&format!("SKIPPED {name}: HOLDFAST_VM is not set"));
        return Ok(None);
    }
    Artefacts::find().map(Some)
}

fn operator(artefacts: &Artefacts, vm: &Vm) -> Result<Operator> {
    Operator::new(artefacts, vm.port, NODE)
}

fn truth(artefacts: &Artefacts, vm: &Vm, options: &Options) -> Result<Truth> {
    let given = u64::from(options.memory) * 1024;
    Ok(Truth {
        kernel: artefacts.fact("kernel")?.to_owned(),
        version: artefacts.fact("version")?.to_owned(),
        cmdline: Some(vm.append.clone()),
        // The kernel keeps some for itself and does not count it.
        memory: (given * 3 / 4, given),
        processors: usize::try_from(options.processors)?,
        address: ADDRESS.to_owned(),
        mac: MAC.to_owned(),
        gateway: "10.0.2.2".to_owned(),
        servers: Some(vec!["10.0.2.3".to_owned()]),
        root: " / squashfs ro",
    })
}

#[test]
fn an_operator_brings_a_machine_to_life_reboots_it_and_shuts_it_down() -> Result<()> {
    let Some(artefacts) = artefacts("operator")? else { return Ok(()) };
    let mut options = Options::new("operator");
    options.memory = 768;
    options.processors = 2;
    options.append += " holdfast.nonsense=1 talos.platform=metal";
    let mut vm = Vm::start(&artefacts, &options)?;
    let operator = operator(&artefacts, &vm)?;
    let clock = Deadline::after(BOOT);
    let version = operator.await_maintenance(BOOT)?;
    say(&format!("power on to maintenance API: {:?}", clock.elapsed()));
    ensure!(version.contains(artefacts.fact("version")?), "{version}");

    let osctl = operator.configure("e2e-machine")?;
    let stranger = operator.maintenance().run(&["version"])?;
    ensure!(stranger.code != Some(0), "{stranger}");
    check_resources(&osctl, "e2e-machine", &truth(&artefacts, &vm, &options)?)?;
    let unknown = osctl.ok(&["dmesg"])?;
    ensure!(unknown.contains("holdfast.nonsense"), "the unknown argument is not in the log");
    check_commands(&osctl)?;
    check_streams(&operator)?;

    // Without a disk nothing is kept: after a reboot the machine waits for a configuration again.
    let boot_id = osctl.ok(&["read", "/proc/sys/kernel/random/boot_id"])?;
    osctl.ok(&["reboot", "--wait=false"])?;
    vm.says("Linux version", END)?;
    operator.await_maintenance(BOOT)?;
    let osctl = operator.configure("e2e-again")?;
    let again = osctl.ok(&["read", "/proc/sys/kernel/random/boot_id"])?;
    ensure!(again != boot_id, "the same boot id {again}");

    let done = osctl.run_within(BOOT, &["shutdown"])?;
    ensure!(done.code == Some(0), "shutdown: {done}");
    vm.off(END)
}

#[test]
fn a_machine_with_its_configuration_on_an_iso_comes_back_from_a_reboot() -> Result<()> {
    let Some(artefacts) = artefacts("iso")? else { return Ok(()) };
    // The configuration is made before the machine, by an operator who knows its address.
    let author = Operator::new(&artefacts, 1, NODE)?;
    let file = author.generate("e2e-iso")?;
    let mut options = Options::new("iso");
    options.append += " holdfast.platform=metal holdfast.config=metal-iso";
    options.iso = Some(iso::with_config(author.folder(), &file)?);
    let vm = Vm::start(&artefacts, &options)?;
    let osctl = e2e::osctl::Osctl::with_config(
        &artefacts.osctl,
        vm.port,
        NODE,
        &author.folder().join("talosconfig"),
    );
    until(BOOT, "the API", || osctl.ok(&["version"]))?;
    let id = |osctl: &e2e::osctl::Osctl| osctl.ok(&["read", "/proc/sys/kernel/random/boot_id"]);
    let before = id(&osctl)?;
    let done = osctl.run_within(BOOT, &["reboot", "--wait"])?;
    ensure!(done.code == Some(0), "reboot --wait: {done}");
    ensure!(id(&osctl)? != before, "it did not reboot: {done}");
    let name = osctl.spec("hostname", "hostname")?;
    ensure!(name["hostname"] == "e2e-iso", "{name}");
    Ok(())
}

#[test]
fn bad_input_does_not_bring_a_machine_down() -> Result<()> {
    let Some(artefacts) = artefacts("hostile")? else { return Ok(()) };
    let mut options = Options::new("hostile");
    // Neither a disk with a configuration nor a sensible inline one.
    options.append += " holdfast.config=metal-iso holdfast.config.inline=%%%";
    let mut vm = Vm::start(&artefacts, &options)?;
    let operator = operator(&artefacts, &vm)?;
    operator.await_maintenance(BOOT)?;
    let mut random = Random::from_environment();
    say(&format!("seed {random:?} (HOLDFAST_SEED)"));
    let open = hostile::half_handshakes(vm.port, 20)?;
    hostile::random_bytes(vm.port, &mut random, 20)?;
    operator.maintenance().ok(&["version"]).context("with 20 handshakes half open")?;
    drop(open);
    for (name, text) in [("huge", hostile::huge()), ("bomb", hostile::alias_bomb())] {
        let file = operator.folder().join(name);
        std::fs::write(&file, text)?;
        let answer =
            operator.maintenance().run(&["apply-config", "-f", &file.display().to_string()])?;
        ensure!(matches!(answer.code, Some(1 | 2)), "{name}: {answer}");
        say(&format!("{name}: {}", answer.stderr.trim()));
    }
    operator.maintenance().ok(&["version"]).context("after it")?;
    ensure!(vm.on(), "the machine went off");
    Ok(())
}

#[test]
fn a_machine_without_a_network_stays_up_and_answers_once_there_is_one() -> Result<()> {
    let Some(artefacts) = artefacts("unplugged")? else { return Ok(()) };
    let mut options = Options::new("unplugged");
    options.network = Network::Unplugged;
    let mut vm = Vm::start(&artefacts, &options)?;
    let operator = operator(&artefacts, &vm)?;
    vm.says("machined", BOOT)?;
    stays(&mut vm, SOON, || Ok(()))?;
    vm.plug()?;
    operator.await_maintenance(BOOT)?;
    ensure!(vm.serial()?.matches("Linux version").count() == 1, "it rebooted");

    let mut options = Options::new("no-link");
    options.network = Network::None;
    let mut vm = Vm::start(&artefacts, &options)?;
    vm.says("machined", BOOT)?;
    stays(&mut vm, SOON, || Ok(()))?;
    ensure!(vm.serial()?.matches("Linux version").count() == 1, "it rebooted");
    Ok(())
}
