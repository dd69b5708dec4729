//! The one child that init starts by itself, and the socket to it.
//!
//! A machined that cannot be understood, or that does not take what it is told, is ended and
//! started again: it then asks who lives, so nothing that was lost matters.

use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use linux::capability::Sets;
use linux::process::{self, Exit, Limit, Privileges, Resource, Spec};
use linux::signal::Signal;
use linux::socket::{self, Received};
use linux::time::{Clock, Deadline, now};
use types::Mode;
use types::init::{Event, INIT_FD, MACHINE_FD, MODE_VARIABLE, STATE_FD};
use types::uid;

use super::children::PATH;
use super::fit::Means;
use super::listeners::Listeners;
use super::restart::Restart;
use crate::boot::MACHINED;
use crate::boot::cgroups::Cgroups;
use crate::error::chain;
use crate::log::Log;

/// The group of machined, beside which those of the services are.
const CGROUP: &str = "system/machined";

/// The last but one to go when memory runs out: who ends it gains little and loses the node's ears.
const OOM_SCORE: i32 = -999;

/// Open files of machined: each connection of the front door and each followed log is one.
const OPEN_FILES: u64 = 65_536;

/// Room for what machined has not read yet: the answer to a list of the most children that there
/// can be, each some 1.3 KiB in the kernel.
const SEND_BUFFER: usize = 512 << 10;

/// Where machined is.
#[derive(Debug)]
enum State {
    /// Not there; it is started at this moment.
    Down(Deadline),
    /// There.
    Up(Up),
}

#[derive(Debug)]
struct Up {
    pid: u32,
    pidfd: OwnedFd,
    /// When it was started, by the monotonic clock.
    started: Duration,
    /// Closed when there is nothing more to say to this one.
    socket: Option<OwnedFd>,
}

/// machined, alive or not.
#[derive(Debug)]
pub(super) struct Machined {
    state: State,
    restart: Restart,
    cgroups: Cgroups,
    means: Means,
    environment: Vec<String>,
}

impl Machined {
    /// One that is to be started at once.
    pub(super) fn new(mode: Mode, cgroups: Cgroups, variables: Vec<String>) -> Self {
        let mut environment = vec![PATH.to_owned(), format!("{MODE_VARIABLE}={mode}")];
        environment.extend(variables);
        Self {
            state: State::Down(Deadline::after(Duration::ZERO)),
            restart: Restart::new(),
            cgroups,
            means: Means::find(),
            environment,
        }
    }

    /// How long until it is to be started; nothing while it lives.
    pub(super) fn due(&self) -> Option<Duration> {
        match &self.state {
            State::Down(until) => Some(until.remaining()),
            State::Up(_) => None,
        }
    }

    /// Whether it lives.
    pub(super) const fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// Whether this is its process.
    pub(super) fn is(&self, pid: u32) -> bool {
        matches!(&self.state, State::Up(up) if up.pid == pid)
    }

    /// The end of the socket on which it speaks.
    pub(super) fn socket(&self) -> Option<BorrowedFd<'_>> {
        match &self.state {
            State::Up(up) => up.socket.as_ref().map(AsFd::as_fd),
            State::Down(_) => None,
        }
    }

    /// The next thing that it says; nothing at all when it is not spoken with.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> Option<linux::Result<Received>> {
        Some(socket::receive(self.socket()?, buffer))
    }

    /// Starts it if it is time to.
    pub(super) fn start_if_due(&mut self, sockets: &Listeners, log: &Log) {
        if self.due().is_none_or(|wait| !wait.is_zero()) {
            return;
        }
        match self.start(sockets, log) {
            Ok(up) => self.state = State::Up(up),
            Err(error) => {
                let error = chain(&error);
                self.pause(Duration::ZERO, format_args!("machined: {error}"), log);
            }
        }
    }

    fn start(&self, sockets: &Listeners, log: &Log) -> linux::Result<Up> {
        let (ours, theirs) = socket::pair()?;
        socket::set_send_buffer(&ours, SEND_BUFFER)?;
        let mut inherited = vec![(INIT_FD, theirs.as_fd())];
        inherited.extend([MACHINE_FD, STATE_FD].iter().filter_map(|name| sockets.get(name)));
        let cgroup = self.cgroups.prepare(CGROUP)?;
        let stderr = std::io::stderr();
        let kernel = log.output();
        let output = kernel.as_ref().map_or_else(|| stderr.as_fd(), AsFd::as_fd);
        let limit: Limit = self.means.limit(Resource::OpenFiles, OPEN_FILES);
        let child = process::spawn(&Spec {
            program: Path::new(MACHINED),
            arguments: &["machined".to_owned()],
            environment: &self.environment,
            uid: uid::ROOT,
            gid: uid::ROOT,
            capabilities: Sets::ROOT,
            privileges: Privileges::NeverMore,
            cgroup: cgroup.as_deref(),
            oom_score_adj: Some(self.means.score(OOM_SCORE)),
            limits: &[limit],
            inherited: &inherited,
            stdout: output,
            stderr: output,
        })?;
        log.info(format_args!("machined is process {}", child.pid));
        Ok(Up {
            pid: child.pid,
            pidfd: child.pidfd,
            started: now(Clock::Monotonic),
            socket: Some(ours),
        })
    }

    /// Its process has ended.
    pub(super) fn ended(&mut self, exit: Exit, for_good: bool, log: &Log) {
        let State::Up(up) = &self.state else { return };
        let lived = now(Clock::Monotonic).saturating_sub(up.started);
        let how = match exit {
            Exit::Code(code) => format!("with code {code}"),
            Exit::Signal(signal) => format!("by {signal}"),
        };
        if for_good {
            self.state = State::Down(Deadline::after(Duration::ZERO));
            log.info(format_args!("machined has ended {how}"));
            return;
        }
        self.pause(lived, format_args!("machined has ended {how} after {lived:.1?}"), log);
    }

    /// Decides when it is started again after a life of this length.
    fn pause(&mut self, lived: Duration, why: std::fmt::Arguments<'_>, log: &Log) {
        let pause = self.restart.after(lived);
        self.state = State::Down(Deadline::after(pause));
        if pause.is_zero() {
            log.error(format_args!("{why}; starting it again"));
        } else {
            log.error(format_args!("{why}; starting it again in {pause:?}"));
        }
    }

    /// Tells it something. While it is away nothing is lost: it asks when it is back.
    pub(super) fn tell(&mut self, event: &Event, fds: &[BorrowedFd<'_>], log: &Log) {
        let Some(socket) = self.socket() else { return };
        match socket::send(socket, &event.encode(), fds) {
            Ok(()) => {}
            // It has gone, and its last words are still to be read.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            Err(error) => self.lose(Some(&chain(&error)), log),
        }
    }

    /// Ends the conversation and the process, which is started again when it has ended.
    pub(super) fn lose(&mut self, why: Option<&str>, log: &Log) {
        let State::Up(up) = &mut self.state else { return };
        up.socket = None;
        if let Some(why) = why {
            log.error(format_args!("machined: {why}; ending it"));
        }
        self.signal(Signal::KILL, log);
    }

    /// Sends it a signal.
    pub(super) fn signal(&self, signal: Signal, log: &Log) {
        let State::Up(up) = &self.state else { return };
        if let Err(error) = process::signal(&up.pidfd, signal) {
            log.warn(format_args!("machined: {}", chain(&error)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machined() -> Machined {
        Machined::new(Mode::Container, Cgroups::Absent, vec!["USERDATA=x".to_owned()])
    }

    #[test]
    fn it_is_started_at_once_and_told_where_it_is() {
        let machined = machined();
        assert_eq!(machined.due(), Some(Duration::ZERO));
        assert_eq!(machined.environment, [PATH, "HOLDFAST_MODE=container", "USERDATA=x"]);
        assert!(!machined.is_up());
        assert!(machined.receive(&mut []).is_none());
    }

    #[test]
    fn the_longest_list_fits_into_the_socket() {
        let (ours, theirs) = socket::pair().unwrap();
        socket::set_send_buffer(&ours, SEND_BUFFER).unwrap();
        let mut machined = machined();
        machined.state = State::Up(Up {
            pid: u32::MAX,
            pidfd: theirs.try_clone().unwrap(),
            started: Duration::ZERO,
            socket: Some(ours),
        });
        let null = std::fs::File::open("/dev/null").unwrap();
        for number in 0..types::init::MAX_CHILDREN {
            let name = format!("a-service-with-a-rather-long-name-{number}");
            let child = types::init::Child { name, pid: 1, start_time: 1 };
            machined.tell(&Event::Child(child), &[null.as_fd()], &Log::to_stderr());
        }
        assert!(machined.socket().is_some(), "the conversation was ended");
    }
}
