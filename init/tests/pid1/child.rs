//! The children that the test's machined asks for, one role each.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use linux::capability::Sets;
use linux::poll::{self, Interest};
use linux::process::{self, Privileges, Resource, Spec};
use linux::signal::{Signal, SignalFd};

/// The program of all of them.
pub(crate) const PROGRAM: &str = "/usr/bin/machined";

/// What the forker ends with.
pub(crate) const FORKED: u8 = 7;

/// How long an orphan outlives its parent.
const ORPHAN_LIFE: Duration = Duration::from_millis(200);

/// Plays a role.
pub(crate) fn main(role: &str) {
    match role {
        "worker" => worker(),
        "polite" => {
            linux::signal::block_all().unwrap();
            println!("listening");
            wait_for(Signal::TERM);
        }
        "stubborn" => {
            linux::signal::block_all().unwrap();
            println!("deaf to all but SIGKILL");
            rest(Duration::from_secs(60));
        }
        "forker" => fork(),
        "orphan" => rest(ORPHAN_LIFE),
        other => panic!("no role {other}"),
    }
}

/// Says what it is, then which signals it gets; ends by SIGKILL alone.
fn worker() {
    linux::signal::block_all().unwrap();
    let own = std::process::id();
    let status = linux::proc::load_status(own).unwrap();
    let score = std::fs::read_to_string("/proc/self/oom_score_adj").unwrap();
    let limit = process::limit(Resource::OpenFiles);
    let mut environment: Vec<String> = std::env::vars().map(|(k, v)| format!("{k}={v}")).collect();
    environment.sort();
    let sockets = linux::socket::take_inherited().unwrap();
    println!(
        "uid {} gid {} capabilities {} score {} files {:?} never more {} environment {} sockets {:?}",
        status.uid,
        status.gid,
        status.capabilities.effective,
        score.trim(),
        limit.hard,
        status.no_new_privileges,
        environment.join(" "),
        sockets.keys().collect::<Vec<_>>(),
    );
    loop {
        wait_for(Signal::USR1);
        println!("SIGUSR1");
    }
}

/// Leaves a child behind, whose end is then init's to see.
fn fork() {
    let null = std::fs::File::options().write(true).open("/dev/null").unwrap();
    let arguments = ["machined-child", "child", "orphan"].map(str::to_owned);
    process::spawn(&Spec {
        program: Path::new(PROGRAM),
        arguments: &arguments,
        environment: &[],
        uid: 0,
        gid: 0,
        capabilities: Sets::ROOT,
        privileges: Privileges::NeverMore,
        cgroup: None,
        oom_score_adj: None,
        limits: &[],
        inherited: &[],
        stdout: null.as_fd(),
        stderr: null.as_fd(),
    })
    .unwrap();
    end_with(FORKED);
}

#[expect(clippy::disallowed_methods, reason = "the test's main returns nothing")]
#[expect(clippy::exit, reason = "the test's main returns nothing")]
fn end_with(code: u8) -> ! {
    std::process::exit(code.into())
}

/// Waits for a signal; of the others only SIGKILL has an effect.
fn wait_for(signal: Signal) {
    linux::signal::block_all().unwrap();
    let fd = SignalFd::new(&[signal]).unwrap();
    poll::wait(&[(fd.as_fd(), Interest::Read)], Some(Duration::from_secs(60))).unwrap();
    fd.read().unwrap().unwrap();
}

/// Lets time pass.
pub(crate) fn rest(time: Duration) {
    drop(poll::wait(&[], Some(time)).unwrap());
}
