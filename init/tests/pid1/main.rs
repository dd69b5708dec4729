//! Kernel tier: the real program as PID 1 of fresh namespaces, with a machined that is a test.
//!
//! This one executable is the test, what launches init in the namespaces, the machined there, and
//! the children that it asks for; the first argument says which.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends at the first surprise"
)]

mod child;
mod launch;
mod machined;

use std::fmt::Write;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;
use std::time::Duration;

use linux::capability::Sets;
use linux::namespace::{self, Namespace};
use linux::poll::{self, Interest};
use linux::process::{self, Exit, Privileges, Spec};
use linux::signal::Signal;
use linux::time::Deadline;

/// A scenario takes at most this long: the slowest waits for two deadlines of init, 15 s.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let own = arguments.first().map(Path::new).and_then(Path::file_name);
    if own.is_some_and(|name| name == "machined") {
        return machined::main();
    }
    match arguments.iter().skip(1).map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["launch", scenario, init] => launch::launch(scenario, Path::new(init)),
        ["child", role] => child::main(role),
        // Whatever the test runner wants to pass, such as a filter, is for test functions.
        _ => test(),
    }
}

fn test() {
    if process::uid() != 0 || !namespaces_are_allowed() {
        println!("skipped: new namespaces of processes and mounts are not permitted here");
        return;
    }
    life();
    crash_loop();
    stop();
    deaf();
    stubborn();
}

fn namespaces_are_allowed() -> bool {
    std::thread::spawn(|| namespace::leave(&[Namespace::Mount, Namespace::Process]).is_ok())
        .join()
        .unwrap()
}

/// Three lives of machined: it asks for everything there is, is killed, adopts, talks nonsense,
/// and ends the machine.
fn life() {
    let (output, exit) = run("life", None);
    assert_eq!(exit, Exit::Code(0), "{output}");
    for line in [
        "machined 1: done",
        "machined has ended by SIGKILL",
        "machined 2: done",
        "request has unknown tag 99; ending it",
        "machined 3: done",
        "machined asks for the end: PowerOff",
        "ending polite, within 10s",
        "machined 3: polite has ended",
        "all processes have ended",
    ] {
        assert!(output.contains(line), "no {line:?} in\n{output}");
    }
    println!("ok: spawn, adopt, list, signal, listen, refuse, reap, end");
}

/// A machined that cannot start is started again, more and more slowly.
fn crash_loop() {
    let (output, exit) = run("loop", None);
    assert_eq!(exit, Exit::Code(0), "{output}");
    for pause in ["100ms", "200ms", "400ms"] {
        let line = format!("starting it again in {pause}");
        assert!(output.contains(&line), "no {line:?} in\n{output}");
    }
    println!("ok: restarts back off");
}

/// `docker stop` ends a container in order.
fn stop() {
    let (output, exit) = run("stop", Some(("machined 1: ready", Signal::TERM)));
    assert_eq!(exit, Exit::Code(0), "{output}");
    assert!(output.contains("init: SIGTERM: PowerOff"), "{output}");
    assert!(output.contains("machined has ended by SIGTERM"), "{output}");
    println!("ok: SIGTERM ends a container");
}

/// A machined that does not read is replaced, and init never waits for it.
fn deaf() {
    let (output, exit) = run("deaf", None);
    assert_eq!(exit, Exit::Code(0), "{output}");
    assert!(output.contains("init: machined: sendmsg datagram: Resource temporarily"), "{output}");
    println!("ok: a deaf machined is replaced");
}

/// Who does not end when asked is killed.
fn stubborn() {
    let (output, exit) = run("stubborn", None);
    assert_eq!(exit, Exit::Code(0), "{output}");
    for line in ["killing stubborn", "killing machined", "all processes have ended"] {
        assert!(output.contains(line), "no {line:?} in\n{output}");
    }
    println!("ok: the stubborn are killed");
}

/// Runs init with this scenario to its end, and returns its output. When the output holds a text,
/// init is sent a signal.
fn run(scenario: &str, signal: Option<(&str, Signal)>) -> (String, Exit) {
    std::thread::scope(|scope| {
        // A thread of its own, since its children are in a new namespace from now on.
        scope.spawn(|| run_here(scenario, signal)).join().unwrap()
    })
}

fn run_here(scenario: &str, mut signal: Option<(&str, Signal)>) -> (String, Exit) {
    namespace::leave(&[Namespace::Process]).unwrap();
    let (mut read_end, write_end) = std::io::pipe().unwrap();
    let program = std::env::current_exe().unwrap();
    let arguments = ["pid1", "launch", scenario, env!("CARGO_BIN_EXE_init")].map(str::to_owned);
    let child = process::spawn(&Spec {
        program: &program,
        arguments: &arguments,
        environment: &[],
        uid: 0,
        gid: 0,
        capabilities: Sets::ROOT,
        privileges: Privileges::ByExec,
        cgroup: None,
        oom_score_adj: None,
        limits: &[],
        inherited: &[],
        stdout: write_end.as_fd(),
        stderr: write_end.as_fd(),
    })
    .unwrap();
    drop(write_end);

    let (mut output, deadline) = (String::new(), Deadline::after(LIMIT));
    let mut buffer = [0; 4096];
    loop {
        let watched = [(read_end.as_fd(), Interest::Read)];
        let ready = poll::wait(&watched, Some(deadline.remaining())).unwrap();
        if ready.is_empty() {
            process::signal(&child.pidfd, Signal::KILL).unwrap();
            panic!("{scenario} takes longer than {LIMIT:?}:\n{output}");
        }
        let length = read_end.read(&mut buffer).unwrap();
        if length == 0 {
            break;
        }
        write!(output, "{}", String::from_utf8_lossy(&buffer[..length])).unwrap();
        if let Some((_, number)) = signal.take_if(|(text, _)| output.contains(*text)) {
            process::signal(&child.pidfd, number).unwrap();
        }
    }
    let watched = [(child.pidfd.as_fd(), Interest::Read)];
    let ready = poll::wait(&watched, Some(deadline.remaining())).unwrap();
    assert_eq!(ready.len(), 1, "init {} does not end", child.pidfd.as_raw_fd());
    let ended = process::reap().find(|ended| ended.pid == child.pid).unwrap();
    assert!(!output.contains("FAILED"), "{output}");
    (output, ended.exit)
}
