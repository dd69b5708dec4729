//! The parent of every process: one loop over signals and what machined asks for.
//!
//! machined decides which processes there are; init starts them, remembers them while machined is
//! away, and starts machined itself whenever it is not there. Nothing here waits for a child.

mod children;
mod fit;
mod listeners;
mod machined;
mod restart;
mod signals;

use std::os::fd::AsFd;
use std::time::Duration;

use linux::KernelError;
use linux::poll::{self, Interest};
use linux::process::Ended;
use linux::signal::{Signal, SignalFd};
use linux::socket::Received;
use types::Mode;
use types::init::{Ending, Event, MAX_MESSAGE, Request};

use crate::arguments::{Arguments, PowerOff};
use crate::boot::Home;
use crate::end::{End, Left};
use crate::error::{InitError, chain};
use crate::log::Log;
use children::Children;
use listeners::Listeners;
use machined::Machined;
use signals::Meaning;

/// How many messages of machined are answered before signals are looked at again.
const MESSAGES_IN_A_ROW: usize = 64;

/// How many messages of a machined that has ended are still answered: more than its socket holds.
const LAST_WORDS: usize = 4096;

/// All that init holds.
#[derive(Debug)]
pub(crate) struct Parent {
    mode: Mode,
    arguments: Arguments,
    signals: SignalFd,
    machined: Machined,
    children: Children,
    listeners: Listeners,
    /// Since when there is no way back.
    ending: bool,
    /// Where messages are received, so that no memory is asked for while serving.
    buffer: Vec<u8>,
}

impl Parent {
    /// Takes over from the boot: from here on every signal is read from a descriptor.
    pub(crate) fn new(home: Home, log: &Log) -> Result<Self, InitError> {
        linux::signal::block_all().map_err(InitError::Watch)?;
        let signals = SignalFd::new(&signals::WATCHED).map_err(InitError::Watch)?;
        Ok(Self {
            mode: home.mode,
            arguments: home.arguments,
            signals,
            listeners: Listeners::new(log),
            children: Children::new(home.cgroups),
            machined: Machined::new(home.mode, home.cgroups, home.environment),
            ending: false,
            buffer: vec![0; MAX_MESSAGE],
        })
    }

    /// The arguments that decide what follows the end.
    pub(crate) const fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// Keeps machined and its children until somebody asks for the end.
    pub(crate) fn keep(&mut self, log: &Log) -> Result<End, InitError> {
        loop {
            self.machined.start_if_due(&self.listeners, log);
            let asked = self.turn(self.machined.due(), log).map_err(InitError::Watch)?;
            if let Some(ending) = asked {
                return Ok(End::asked(ending, self.power_off()));
            }
        }
    }

    const fn power_off(&self) -> PowerOff {
        self.arguments.power_off
    }

    /// Waits for the next thing to happen, at most `timeout`, and sees to it.
    ///
    /// # Errors
    /// When signals or machined can no longer be waited for.
    pub(crate) fn turn(
        &mut self,
        timeout: Option<Duration>,
        log: &Log,
    ) -> Result<Option<Ending>, KernelError> {
        let mut watched = vec![(self.signals.as_fd(), Interest::Read)];
        watched.extend(self.machined.socket().map(|socket| (socket, Interest::Read)));
        let ready = poll::wait(&watched, timeout)?;
        let [signalled, spoken] = [0, 1].map(|index| ready.iter().any(|r| r.index == index));
        // What machined said before it ended counts, so it is heard first.
        let asked = if spoken { self.hear(MESSAGES_IN_A_ROW, log) } else { None };
        let signalled = if signalled { self.read_signals(log)? } else { None };
        Ok(asked.or(signalled))
    }

    fn read_signals(&mut self, log: &Log) -> Result<Option<Ending>, KernelError> {
        let mut asked = None;
        while let Some(received) = self.signals.read()? {
            match signals::meaning(received.signal, self.mode) {
                Meaning::ChildEnded => asked = asked.or(self.reap(log)),
                Meaning::End(ending) => {
                    log.info(format_args!("{}: {ending:?}", received.signal));
                    asked = asked.or(Some(ending));
                }
                Meaning::Nothing => {
                    log.info(format_args!("{} from {}: ignored", received.signal, received.pid));
                }
            }
        }
        Ok(asked)
    }

    /// Takes everybody who has ended out of the process table; orphans are not spoken of.
    fn reap(&mut self, log: &Log) -> Option<Ending> {
        let mut asked = None;
        let ended: Vec<Ended> = linux::process::reap().collect();
        for ended in ended {
            if self.machined.is(ended.pid) {
                // It may have asked for something and ended at once.
                asked = asked.or(self.hear(LAST_WORDS, log));
                self.machined.ended(ended.exit, self.ending, log);
            } else if let Some(event) = self.children.ended(ended) {
                self.machined.tell(&event, &[], log);
            }
        }
        asked
    }

    /// Answers what machined has said.
    fn hear(&mut self, most: usize, log: &Log) -> Option<Ending> {
        let mut asked = None;
        for _ in 0..most {
            let Some(received) = self.machined.receive(&mut self.buffer) else { break };
            let length = match received {
                Ok(Received::Message { length, .. }) => length,
                Ok(Received::Empty) => break,
                Ok(Received::Closed) => {
                    self.machined.lose(None, log);
                    break;
                }
                Err(error) => {
                    self.machined.lose(Some(&chain(&error)), log);
                    break;
                }
            };
            match Request::decode(self.buffer.get(..length).unwrap_or_default()) {
                Ok(request) => asked = asked.or(self.answer(request, log)),
                Err(error) => self.machined.lose(Some(&chain(&error)), log),
            }
        }
        asked
    }

    fn answer(&mut self, request: Request, log: &Log) -> Option<Ending> {
        match request {
            Request::End(ending) => {
                log.info(format_args!("machined asks for the end: {ending:?}"));
                return Some(ending);
            }
            Request::List => self.list(log),
            Request::Signal { name, signal } => {
                if let Err(error) = self.children.signal(&name, signal) {
                    self.refuse(name, &error, log);
                }
            }
            Request::Spawn(spawn) if self.ending => self.refuse(spawn.name, &Refused::Ending, log),
            Request::Spawn(spawn) => match self.children.spawn(&spawn, &self.listeners) {
                Ok(held) => {
                    let event = Event::Spawned(held.child.clone());
                    self.machined.tell(&event, &[held.output.as_fd()], log);
                }
                Err(error) => self.refuse(spawn.name, &error, log),
            },
            Request::Listen { name, address } => match self.listeners.listen(&name, address) {
                Ok(()) => self.machined.tell(&Event::Listening(name), &[], log),
                Err(error) => self.refuse(name, &error, log),
            },
        }
        None
    }

    fn list(&mut self, log: &Log) {
        for held in self.children.iter() {
            let event = Event::Child(held.child.clone());
            self.machined.tell(&event, &[held.output.as_fd()], log);
        }
        let count = u32::try_from(self.children.len()).unwrap_or(u32::MAX);
        self.machined.tell(&Event::Children(count), &[], log);
    }

    fn refuse(&mut self, name: String, error: &dyn std::error::Error, log: &Log) {
        let reason = chain(error);
        log.warn(format_args!("{name}: {reason}"));
        self.machined.tell(&Event::Refused { name, reason }, &[], log);
    }

    /// From now on nothing is started any more, machined neither.
    pub(crate) const fn begin_to_end(&mut self) {
        self.ending = true;
    }

    /// Sends a signal to every child but machined.
    pub(crate) fn signal_children(&self, signal: Signal, log: &Log) {
        for held in self.children.iter() {
            if let Err(error) = linux::process::signal(&held.pidfd, signal) {
                log.warn(format_args!("{}: {}", held.child.name, chain(&error)));
            }
        }
    }

    /// Sends a signal to machined.
    pub(crate) fn signal_machined(&self, signal: Signal, log: &Log) {
        self.machined.signal(signal, log);
    }

    /// Who still lives.
    pub(crate) fn left(&self) -> Left {
        Left { children: self.children.len(), machined: self.machined.is_up(), any: strangers() }
    }

    /// The names of the children that still live, machined not among them.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.children.iter().map(|held| held.child.name.as_str()).collect()
    }
}

/// Why a request is refused that is about no child.
#[derive(Debug, thiserror::Error)]
enum Refused {
    /// It came too late.
    #[error("the machine is ending")]
    Ending,
}

/// How many processes there are beside init; without `/proc` nobody knows, and none is seen.
fn strangers() -> usize {
    let own = std::process::id();
    let pids = linux::proc::pids().unwrap_or_default();
    let lives = |pid: &u32| {
        // Neither a kernel thread nor a process that has ended has any memory of its own.
        linux::proc::load_process(*pid).is_ok_and(|process| process.virtual_memory > 0)
    };
    pids.into_iter().filter(|pid| *pid != own).filter(lives).count()
}
