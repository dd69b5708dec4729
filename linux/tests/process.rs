//! Kernel tier: a spawned process is exactly what its specification says.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends at the first surprise"
)]

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use linux::capability::{Set, Sets};
use linux::cgroup::{self, Group};
use linux::mount::{self, Flags};
use linux::namespace::{self, Namespace};
use linux::poll::{self, Interest};
use linux::proc;
use linux::process::{self, Exit, Limit, Privileges, Resource, Spec};
use linux::signal::Signal;
use linux::socket;

/// `reap` takes the status of any child of this test program, so one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spec<'a>(program: &'a str, arguments: &'a [String], output: BorrowedFd<'a>) -> Spec<'a> {
    Spec {
        program: Path::new(program),
        arguments,
        environment: &[],
        uid: process::uid(),
        gid: process::uid(),
        capabilities: Sets::ROOT,
        privileges: Privileges::NeverMore,
        cgroup: None,
        oom_score_adj: None,
        limits: &[],
        inherited: &[],
        stdout: output,
        stderr: output,
    }
}

fn arguments(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// Runs it to its end and returns its output and how it ended.
fn run(change: impl FnOnce(&mut Spec<'_>), program: &str, words: &[&str]) -> (String, Exit) {
    let (mut read_end, write_end) = std::io::pipe().unwrap();
    let words = arguments(words);
    let mut spec = spec(program, &words, write_end.as_fd());
    change(&mut spec);
    let child = process::spawn(&spec).unwrap();
    drop(write_end);
    let mut output = String::new();
    read_end.read_to_string(&mut output).unwrap();
    (output, end_of(&child))
}

fn end_of(child: &process::Child) -> Exit {
    let ready = poll::wait(&[(child.pidfd.as_fd(), Interest::Read)], Some(Duration::from_secs(10)))
        .unwrap();
    assert_eq!(ready.len(), 1, "the child does not end");
    let ended: Vec<_> = process::reap().collect();
    let [ended] = ended.as_slice() else { panic!("not one child ended: {ended:?}") };
    assert_eq!(ended.pid, child.pid);
    ended.exit
}

fn root() -> bool {
    let root = process::uid() == 0;
    if !root {
        println!("skipped: changing user and capabilities needs root");
    }
    root
}

#[test]
fn environment_and_descriptors_are_those_given() {
    let _guard = alone();
    if !root() {
        return;
    }
    let (version, null) = (File::open("/proc/version").unwrap(), File::open("/dev/null").unwrap());
    let environment = arguments(&["PATH=/usr/bin"]);
    let inherited = [("one", version.as_fd()), ("two", null.as_fd())];
    let (mut read_end, write_end) = std::io::pipe().unwrap();
    let (env, ls) = (arguments(&["env"]), arguments(&["ls", "-l", "/proc/self/fd"]));
    for (program, words) in [("/usr/bin/env", &env), ("/bin/ls", &ls)] {
        let mut spec = spec(program, words, write_end.as_fd());
        spec.environment = &environment;
        spec.inherited = &inherited;
        let child = process::spawn(&spec).unwrap();
        assert_eq!(end_of(&child), Exit::Code(0));
    }
    drop(write_end);
    let mut output = String::new();
    read_end.read_to_string(&mut output).unwrap();

    let (environment, descriptors) = output.split_once("total").unwrap();
    assert_eq!(environment, "PATH=/usr/bin\nLISTEN_FDS=2\nLISTEN_FDNAMES=one:two\n");
    let targets: Vec<&str> =
        descriptors.lines().filter_map(|line| line.split_once(" -> ")).map(|(_, to)| to).collect();
    // The last is what ls itself has opened.
    let [stdin, stdout, stderr, one, two, folder] = targets.as_slice() else {
        panic!("{descriptors}")
    };
    assert_eq!((*stdin, *one, *two), ("/dev/null", "/proc/version", "/dev/null"));
    assert!(stdout.starts_with("pipe:") && stdout == stderr, "{descriptors}");
    assert!(folder.starts_with("/proc/"), "{descriptors}");
}

#[test]
fn identity_capabilities_and_signals_are_those_given() {
    let _guard = alone();
    if !root() {
        return;
    }
    let change = |spec: &mut Spec<'_>| {
        spec.uid = 52;
        spec.gid = 53;
        spec.capabilities = Sets::of(52, Set::NET_RAW);
        spec.oom_score_adj = Some(123);
    };
    let (status, exit) =
        run(change, "/bin/cat", &["cat", "/proc/self/status", "/proc/self/oom_score_adj"]);
    assert_eq!(exit, Exit::Code(0), "{status}");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":"));
        line.unwrap_or_else(|| panic!("no {name} in {status}"))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let only_raw = "0000000000002000";
    assert_eq!(field("Uid"), "52 52 52 52");
    assert_eq!(field("Gid"), "53 53 53 53");
    assert_eq!(field("Groups"), "");
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(field(set), only_raw, "{set}");
    }
    assert_eq!(field("NoNewPrivs"), "1");
    for mask in ["SigBlk", "SigIgn", "SigCgt"] {
        assert_eq!(field(mask), "0000000000000000", "{mask}");
    }
    assert!(status.ends_with("\n123\n"), "{status}");
}

#[test]
fn root_is_narrowed_by_the_bounding_set() {
    let _guard = alone();
    if !root() {
        return;
    }
    let change = |spec: &mut Spec<'_>| {
        spec.capabilities = Sets::of(0, Set::ALL.without(Set::SYS_BOOT));
        spec.privileges = Privileges::ByExec;
    };
    let (status, _) = run(change, "/bin/cat", &["cat", "/proc/self/status"]);
    let sets: Vec<&str> = status.lines().filter(|line| line.starts_with("Cap")).collect();
    let [_, permitted, effective, bounding, _] = sets.as_slice() else { panic!("{status}") };
    let mask =
        |line: &str| u64::from_str_radix(line.split_whitespace().last().unwrap(), 16).unwrap();
    assert_ne!(mask(permitted), 0);
    assert_eq!(mask(permitted), mask(bounding));
    assert_eq!(mask(effective), mask(bounding));
    assert!(Set::ALL.without(Set::SYS_BOOT).contains(Set::from_bits(mask(bounding))), "{status}");
    assert!(status.contains("NoNewPrivs:\t0"), "{status}");
}

#[test]
fn limits_are_set() {
    let _guard = alone();
    let limits = [Limit { resource: Resource::OpenFiles, soft: Some(77), hard: Some(99) }];
    let (mut read_end, write_end) = std::io::pipe().unwrap();
    let words = arguments(&["cat", "/proc/self/limits"]);
    let mut spec = spec("/bin/cat", &words, write_end.as_fd());
    if !root() {
        return;
    }
    spec.limits = &limits;
    let child = process::spawn(&spec).unwrap();
    drop(write_end);
    let mut output = String::new();
    read_end.read_to_string(&mut output).unwrap();
    assert_eq!(end_of(&child), Exit::Code(0));
    let line = output.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(line.split_whitespace().skip(3).take(2).collect::<Vec<_>>(), ["77", "99"]);
}

#[test]
fn a_refused_step_is_named_and_leaves_no_child() {
    let _guard = alone();
    if !root() {
        return;
    }
    let null = File::options().write(true).open("/dev/null").unwrap();
    let words = arguments(&["x"]);
    let error = process::spawn(&spec("/nonexistent/program", &words, null.as_fd())).unwrap_err();
    assert_eq!(error.to_string(), "execve /nonexistent/program");
    assert!(error.is_absent());
    assert_eq!(process::reap().count(), 0);

    let mut bad = spec("/bin/true", &words, null.as_fd());
    bad.oom_score_adj = Some(2000);
    let error = process::spawn(&bad).unwrap_err();
    assert_eq!(error.to_string(), "oom_score_adj /bin/true");
    assert_eq!(process::reap().count(), 0);
}

#[test]
fn signals_through_the_pidfd_and_knows_the_start() {
    let _guard = alone();
    if !root() {
        return;
    }
    let null = File::options().write(true).open("/dev/null").unwrap();
    let words = arguments(&["sleep", "60"]);
    let child = process::spawn(&spec("/bin/sleep", &words, null.as_fd())).unwrap();
    assert_eq!(process::start_time(child.pid).unwrap(), child.start_time);
    process::signal(&child.pidfd, Signal::TERM).unwrap();
    assert_eq!(end_of(&child), Exit::Signal(Signal::TERM));
    assert!(process::signal(&child.pidfd, Signal::TERM).unwrap_err().is_absent());
}

#[test]
fn a_program_takes_what_it_inherits_once() {
    // This test starts its own program again, to run itself with descriptors to take.
    if std::env::var_os("LISTEN_FDS").is_some() {
        let mut taken = socket::take_inherited().unwrap();
        let version =
            std::io::read_to_string(File::from(taken.remove("version").unwrap())).unwrap();
        assert!(version.starts_with("Linux version"));
        assert!(taken.contains_key("null") && taken.len() == 1);
        socket::take_inherited().unwrap_err();
        return;
    }
    let _guard = alone();
    if !root() {
        return;
    }
    let (version, null) = (File::open("/proc/version").unwrap(), File::open("/dev/null").unwrap());
    let inherited = [("null", null.as_fd()), ("version", version.as_fd())];
    let (mut read_end, write_end) = std::io::pipe().unwrap();
    let program = std::env::current_exe().unwrap();
    let words = arguments(&["test", "--exact", "a_program_takes_what_it_inherits_once"]);
    let mut spec = spec("", &words, write_end.as_fd());
    (spec.program, spec.inherited) = (&program, &inherited);
    let child = process::spawn(&spec).unwrap();
    drop(write_end);
    let mut output = String::new();
    read_end.read_to_string(&mut output).unwrap();
    assert_eq!(end_of(&child), Exit::Code(0), "{output}");
    assert!(output.contains("1 passed"), "{output}");
}

#[test]
fn joins_its_cgroup_and_dies_with_it() {
    let _guard = alone();
    if !root() {
        return;
    }
    // In a mount namespace of its own, so that a machine with the old hierarchies shows the new one
    // too.
    let run = || {
        let root = Path::new(cgroup::ROOT);
        let hierarchy = mount::Spec {
            kind: "cgroup2",
            source: "test",
            target: root,
            flags: Flags::NONE,
            options: &[],
        };
        let mounted = namespace::leave(&[Namespace::Mount])
            .and_then(|()| mount::make_private(Path::new("/")))
            .and_then(|()| mount::mount(&hierarchy));
        match mounted {
            Ok(_mount) => check_cgroup(),
            Err(error) => println!("skipped: {error}"),
        }
    };
    std::thread::spawn(run).join().unwrap();
}

fn check_cgroup() {
    assert_eq!(cgroup::detect(), cgroup::Version::V2);
    let group = Group::at(&format!("holdfast-test-{}", std::process::id())).unwrap();
    group.create().unwrap();
    group.create().unwrap();
    let null = File::options().write(true).open("/dev/null").unwrap();
    let words = arguments(&["sleep", "60"]);
    let mut spec = spec("/bin/sleep", &words, null.as_fd());
    spec.cgroup = Some(group.path());
    let child = process::spawn(&spec).unwrap();
    assert_eq!(group.processes().unwrap(), [child.pid]);
    assert_eq!(proc::cgroup(child.pid).unwrap().file_name(), group.path().file_name());
    assert!(group.populated().unwrap());
    group.kill().unwrap();
    assert_eq!(end_of(&child), Exit::Signal(Signal::KILL));
    assert!(!group.populated().unwrap());
    group.memory_current().unwrap();
    group.remove().unwrap();
    assert!(group.processes().unwrap_err().is_absent());
}
