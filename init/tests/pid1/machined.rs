//! A machined that checks what init promises.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use linux::capability::Set;
use linux::poll::{self, Interest};
use linux::process;
use linux::signal::Signal;
use linux::socket::{self, Received};
use linux::time::Deadline;
use types::init::{
    Address, Child, Ending, Event, Exit, INIT_FD, Limit, MAX_MESSAGE, Request, Spawn,
};

use crate::child;

/// How long init may take to answer, or a child to be seen to end.
const ANSWER: Duration = Duration::from_secs(5);

/// `RLIMIT_NOFILE`.
const OPEN_FILES: u32 = 7;

/// Plays the part that the scenario has for this life.
pub(crate) fn main() {
    let scenario = std::env::var("USERDATA").unwrap_or_default();
    let life = count_life();
    // Numbers of what is open, before we open anything.
    let open: Vec<String> = folder("/proc/self/fd");
    let mut sockets = socket::take_inherited().unwrap();
    let init = Init(sockets.remove(INIT_FD).unwrap());
    let play = AssertUnwindSafe(|| match (scenario.as_str(), life) {
        ("life", 1) => first(&init, &open, &sockets),
        ("life", 2) => second(&init),
        ("life", _) => third(&init),
        ("loop", 1..=3) => {}
        ("stop", _) => {
            println!("machined {life}: ready");
            child::rest(ANSWER);
            panic!("init was not told to end");
        }
        ("deaf", 1) => deaf(&init),
        ("stubborn", _) => stubborn(&init),
        _ => init.say(&Request::End(Ending::PowerOff)),
    });
    if std::panic::catch_unwind(play).is_err() {
        println!("FAILED: {scenario}, life {life}");
        init.say(&Request::End(Ending::PowerOff));
    }
}

/// How many machineds there have been, this one included.
fn count_life() -> u32 {
    let path = Path::new("/run/lives");
    let before = std::fs::read_to_string(path).ok().and_then(|text| text.parse().ok());
    let life = before.unwrap_or(0) + 1;
    std::fs::write(path, life.to_string()).unwrap();
    life
}

fn folder(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Asks for everything, then is killed.
fn first(init: &Init, open: &[String], sockets: &BTreeMap<String, OwnedFd>) {
    let mut environment: Vec<String> = std::env::vars().map(|(k, v)| format!("{k}={v}")).collect();
    environment.sort();
    assert_eq!(
        environment,
        [
            "HOLDFAST_MODE=container",
            "LISTEN_FDNAMES=init:machine:state",
            "LISTEN_FDS=3",
            "PATH=/usr/bin",
            "TALOSSKU=4",
            "USERDATA=life"
        ]
    );
    // The last is the listing itself.
    assert_eq!(open, ["0", "1", "2", "3", "4", "5", "6"]);
    assert_eq!(sockets.keys().collect::<Vec<_>>(), ["machine", "state"]);
    check_file("/run/holdfast/machine.sock", 50, 0o600);
    check_file("/run/holdfast/state.sock", 0, 0o666);
    check_file("/run/holdfast", 0, 0o755);
    check_file("/system/state", 0, 0o700);

    assert!(init.list().is_empty());
    let api = Address::Tcp(50000);
    assert_eq!(init.listen("api", api.clone()), Event::Listening("api".to_owned()));
    assert_eq!(init.listen("api", api), Event::Listening("api".to_owned()));
    refused(&init.listen("api", Address::Tcp(50001)), "another address");
    let path = "/run/own.sock".to_owned();
    init.listen("own", Address::Unix { path, uid: 52, mode: 0o660 });
    check_file("/run/own.sock", 52, 0o660);

    let worker = Spawn {
        env: vec!["A=1".to_owned()],
        uid: 52,
        gid: 53,
        capabilities: Set::NET_RAW.bits(),
        oom_score: 300,
        limits: vec![Limit { resource: OPEN_FILES, value: 77 }],
        listeners: vec!["api".to_owned(), "own".to_owned()],
        ..spawn("worker")
    };
    let (child, mut output) = init.spawn(worker.clone());
    assert_eq!(
        output.line(),
        "uid 52 gid 53 capabilities net_raw score 300 files Some(77) never more true \
         environment A=1 LISTEN_FDNAMES=api:own LISTEN_FDS=2 PATH=/usr/bin sockets [\"api\", \"own\"]"
    );
    refused(&init.ask(&Request::Spawn(Box::new(worker))).0, "runs already");
    let missing = Spawn { program: "/usr/bin/missing".to_owned(), ..spawn("missing") };
    refused(&init.ask(&Request::Spawn(Box::new(missing))).0, "start: execve /usr/bin/missing");
    let unheld = Spawn { listeners: vec!["trust".to_owned()], ..spawn("unheld") };
    refused(&init.ask(&Request::Spawn(Box::new(unheld))).0, "no socket \"trust\"");
    let absent = Request::Signal { name: "absent".to_owned(), signal: 15 };
    refused(&init.ask(&absent).0, "does not run");

    std::fs::write("/run/worker", format!("{} {}", child.pid, child.start_time)).unwrap();
    println!("machined 1: done");
    process::signal(process::open(std::process::id()).unwrap(), Signal::KILL).unwrap();
    child::rest(ANSWER);
}

/// Adopts what the first has left, ends it, and then says what init does not know.
fn second(init: &Init) {
    let [(worker, output)] = <[_; 1]>::try_from(init.list()).unwrap();
    let known = std::fs::read_to_string("/run/worker").unwrap();
    assert_eq!(format!("{} {}", worker.pid, worker.start_time), known);
    // The socket is held, though nobody accepts.
    std::os::unix::net::UnixStream::connect("/run/own.sock").unwrap();

    let signal = |signal| Request::Signal { name: "worker".to_owned(), signal };
    init.say(&signal(10));
    assert_eq!(Output::of(output).line(), "SIGUSR1");

    let (forker, _output) = init.spawn(spawn("forker"));
    let exit = Exit::Code(child::FORKED.into());
    assert_eq!(init.hear().0, Event::Exited { name: "forker".to_owned(), pid: forker.pid, exit });
    let deadline = Deadline::after(ANSWER);
    let mut strangers = Vec::new();
    while !deadline.passed() {
        let known = [1, std::process::id(), worker.pid];
        strangers = linux::proc::pids().unwrap();
        strangers.retain(|pid| !known.contains(pid));
        if strangers.is_empty() {
            break;
        }
        child::rest(Duration::from_millis(20));
    }
    assert!(strangers.is_empty(), "nobody took the orphan out of the process table: {strangers:?}");

    init.say(&signal(9));
    let exit = Exit::Signal(9);
    assert_eq!(init.hear().0, Event::Exited { name: "worker".to_owned(), pid: worker.pid, exit });
    println!("machined 2: done");
    socket::send(&init.0, &[99, 0, 0, 0], &[]).unwrap();
    child::rest(ANSWER);
    panic!("init goes on talking");
}

/// Ends the machine, and hears of the last child before it ends itself.
fn third(init: &Init) {
    linux::signal::block_all().unwrap();
    assert!(init.list().is_empty());
    let (polite, mut output) = init.spawn(spawn("polite"));
    assert_eq!(output.line(), "listening");
    println!("machined 3: done");
    init.say(&Request::End(Ending::PowerOff));
    let (name, exit) = ("polite".to_owned(), Exit::Code(0));
    assert_eq!(init.hear().0, Event::Exited { name, pid: polite.pid, exit });
    println!("machined 3: polite has ended");
    refused(&init.ask(&Request::Spawn(Box::new(spawn("late")))).0, "the machine is ending");
}

/// Asks and asks, and never reads.
fn deaf(init: &Init) {
    let request = Request::List.encode();
    let deadline = Deadline::after(ANSWER);
    while !deadline.passed() {
        // Full when init has not read yet, closed when it has had enough.
        socket::send(&init.0, &request, &[]).ok();
    }
    panic!("init goes on talking");
}

/// Has a child that does not end, and does not end.
fn stubborn(init: &Init) {
    linux::signal::block_all().unwrap();
    let (_, mut output) = init.spawn(spawn("stubborn"));
    assert_eq!(output.line(), "deaf to all but SIGKILL");
    init.say(&Request::End(Ending::Reboot));
    child::rest(Duration::from_secs(60));
}

fn spawn(role: &str) -> Spawn {
    Spawn {
        name: role.to_owned(),
        program: child::PROGRAM.to_owned(),
        // Not called machined, so that it is not taken for one.
        args: ["machined-child", "child", role].map(str::to_owned).to_vec(),
        capabilities: Set::ALL.bits(),
        ..Spawn::default()
    }
}

fn check_file(path: &str, uid: u32, mode: u32) {
    let found = std::fs::metadata(path).unwrap();
    assert_eq!((found.uid(), found.permissions().mode() & 0o7777), (uid, mode), "{path}");
}

fn refused(event: &Event, why: &str) {
    let Event::Refused { reason, .. } = event else { panic!("{event:?} is no refusal") };
    assert!(reason.contains(why), "{reason}");
}

/// What a child writes.
struct Output(BufReader<std::fs::File>);

impl Output {
    fn of(fd: OwnedFd) -> Self {
        Self(BufReader::new(fd.into()))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

/// The socket to init.
struct Init(OwnedFd);

impl Init {
    fn say(&self, request: &Request) {
        socket::send(&self.0, &request.encode(), &[]).unwrap();
    }

    fn hear(&self) -> (Event, Vec<OwnedFd>) {
        let mut buffer = vec![0; MAX_MESSAGE];
        let ready = poll::wait(&[(self.0.as_fd(), Interest::Read)], Some(ANSWER)).unwrap();
        assert_eq!(ready.len(), 1, "init does not answer");
        match socket::receive(&self.0, &mut buffer).unwrap() {
            Received::Message { length, fds } => (Event::decode(&buffer[..length]).unwrap(), fds),
            other => panic!("no message: {other:?}"),
        }
    }

    fn ask(&self, request: &Request) -> (Event, Vec<OwnedFd>) {
        self.say(request);
        self.hear()
    }

    fn listen(&self, name: &str, address: Address) -> Event {
        self.ask(&Request::Listen { name: name.to_owned(), address }).0
    }

    fn spawn(&self, spawn: Spawn) -> (Child, Output) {
        let (event, fds) = self.ask(&Request::Spawn(Box::new(spawn)));
        let Event::Spawned(child) = event else { panic!("{event:?}") };
        let [output] = <[OwnedFd; 1]>::try_from(fds).unwrap();
        (child, Output::of(output))
    }

    fn list(&self) -> Vec<(Child, OwnedFd)> {
        self.say(&Request::List);
        let mut children = Vec::new();
        loop {
            match self.hear() {
                (Event::Child(child), fds) => {
                    let [output] = <[OwnedFd; 1]>::try_from(fds).unwrap();
                    children.push((child, output));
                }
                (Event::Children(count), _) => {
                    assert_eq!(usize::try_from(count), Ok(children.len()));
                    return children;
                }
                (other, _) => panic!("{other:?} in a list"),
            }
        }
    }
}
