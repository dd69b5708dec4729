//! Boots what was built in QEMU, says how to talk to it, and shows its console until Ctrl-C.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use e2e::artefacts::Artefacts;
use e2e::operator::Operator;
use e2e::say;
use e2e::vm::{BOOT, Network, Options, Vm};

fn main() -> ExitCode {
    match boot() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("vm: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn boot() -> Result<()> {
    let artefacts = Artefacts::find()?;
    let mut options = Options::new("by-hand");
    options.network = Network::Dhcp;
    options.memory = 1024;
    let mut vm = Vm::start(&artefacts, &options)?;
    say(&format!("booting; the console is in {}", vm.log.display()));
    let operator = Operator::new(&artefacts, vm.port, "10.0.2.15")?;
    let version = operator.await_maintenance(BOOT).context("the machine does not answer")?;
    let line = operator.maintenance().line();
    let program = artefacts.osctl.display();
    let port = vm.port;
    say(&version);
    say(&format!(
        "The machine waits for a configuration. Try:\n\n  \
         {line} version\n  {line} get links\n\n\
         To configure it:\n\n  \
         {program} gen config demo https://10.0.2.15:6443 --additional-sans 127.0.0.1 -o /tmp/demo\n  \
         {line} apply-config -f /tmp/demo/controlplane.yaml\n  \
         {program} --talosconfig /tmp/demo/talosconfig -e 127.0.0.1:{port} -n 10.0.2.15 get members\n\n\
         Ctrl-C switches it off."
    ));
    while vm.on() {
        e2e::wait::pause(std::time::Duration::from_millis(500));
    }
    say("the machine went off");
    Ok(())
}
