//! What init and machined say to each other.
//!
//! One message is one datagram of a `SOCK_SEQPACKET` pair whose other end init gives to machined
//! when it starts it; descriptors travel beside the message. Both sides treat a message that they
//! cannot read as the end of the conversation: init closes the socket and starts machined anew.

use crate::codec::{CodecError, Reader, Writer};

/// Largest message in bytes. A [`Event::Children`] with [`MAX_CHILDREN`] entries fits.
pub const MAX_MESSAGE: usize = 64 << 10;
/// Most children that init holds for machined at once: services and containers' shims.
pub const MAX_CHILDREN: usize = 256;
/// Most descriptors beside one message; SCM_MAX_FD of the kernel is 253.
pub const MAX_FDS: usize = 8;
/// Longest text field in bytes: PATH_MAX of linux/limits.h.
const MAX_TEXT: usize = 4096;
/// Longest list of arguments or variables.
const MAX_LIST: usize = 256;

/// Name of the descriptor on which machined finds init, in `LISTEN_FDNAMES`.
pub const INIT_FD: &str = "init";
/// Name of the listening socket of the machine API.
pub const MACHINE_FD: &str = "machine";
/// Name of the listening socket of the resource store.
pub const STATE_FD: &str = "state";
/// Variable that tells machined where it runs ([`crate::Mode`]).
pub const MODE_VARIABLE: &str = "HOLDFAST_MODE";

/// A limit on a resource of a process (getrlimit(2)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Number of the resource (`RLIMIT_…`).
    pub resource: u32,
    /// Soft and hard limit alike.
    pub value: u64,
}

/// A process to be started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spawn {
    /// What machined calls it; one live child per name.
    pub name: String,
    /// Absolute path of the program.
    pub program: String,
    /// Arguments, the program's own name first.
    pub args: Vec<String>,
    /// Environment, `NAME=value` each; nothing is inherited.
    pub env: Vec<String>,
    /// User id.
    pub uid: u32,
    /// Group id; there are no supplementary groups.
    pub gid: u32,
    /// Capabilities as a bit mask (capabilities(7)): bounding, permitted, effective, inheritable
    /// and ambient set alike. For user id 0 only the bounding set is cut to it.
    pub capabilities: u64,
    /// Path below the cgroup root, without leading slash; empty stays in init's group.
    pub cgroup: String,
    /// OOM score adjustment, -1000 to 1000 (proc_pid_oom_score_adj(5)).
    pub oom_score: i32,
    /// Resource limits.
    pub limits: Vec<Limit>,
    /// Names of sockets that init holds ([`Request::Listen`]) and the process inherits.
    pub listeners: Vec<String>,
}

/// Where a socket listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A TCP port on all addresses of both families.
    Tcp(u16),
    /// A unix stream socket with the given owner and permission bits.
    Unix {
        /// Absolute path; a socket that is there already is replaced.
        path: String,
        /// Owner.
        uid: u32,
        /// Permission bits.
        mode: u32,
    },
}

/// How the machine ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Restart by the firmware.
    Reboot,
    /// Power off.
    PowerOff,
    /// Stop, and stay on.
    Halt,
}

/// What machined may ask of init. The list is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Start a process. Answered by [`Event::Spawned`] or [`Event::Refused`].
    Spawn(Box<Spawn>),
    /// Send a signal to the child of that name.
    Signal {
        /// Name of the child.
        name: String,
        /// Signal number (signal(7)).
        signal: u32,
    },
    /// Say which children live. Answered by one [`Event::Child`] per child, then
    /// [`Event::Children`].
    List,
    /// Bind a socket and hold it for those who serve. Asking for what is held already is no error.
    Listen {
        /// Name in [`Spawn::listeners`] and in `LISTEN_FDNAMES`.
        name: String,
        /// Where.
        address: Address,
    },
    /// End every process in order, sync, unmount, and end the machine.
    End(Ending),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Code(u32),
    /// By this signal.
    Signal(u32),
}

/// A live child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its name.
    pub name: String,
    /// Its process id.
    pub pid: u32,
    /// When it started, in clock ticks after boot: with the process id it names one process.
    pub start_time: u64,
}

/// What init tells machined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The process runs. Beside it comes the read end of a pipe with its standard output and error.
    Spawned(Child),
    /// The request about this name could not be met.
    Refused {
        /// Name of the child or socket.
        name: String,
        /// The step that failed and why, ready to print.
        reason: String,
    },
    /// The child ended.
    Exited {
        /// Its name.
        name: String,
        /// Its process id.
        pid: u32,
        /// How.
        exit: Exit,
    },
    /// A child lives; a descriptor comes beside it as with [`Event::Spawned`].
    Child(Child),
    /// The end of the list, with the number of children named.
    Children(u32),
    /// The socket is bound and held.
    Listening(String),
}

impl Request {
    /// The byte form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        match self {
            Self::Spawn(spawn) => {
                w.u32(0);
                spawn.encode(&mut w);
            }
            Self::Signal { name, signal } => {
                w.u32(1);
                w.text(name);
                w.u32(*signal);
            }
            Self::List => w.u32(2),
            Self::Listen { name, address } => {
                w.u32(3);
                w.text(name);
                address.encode(&mut w);
            }
            Self::End(ending) => {
                w.u32(4);
                w.u32(match ending {
                    Ending::Reboot => 0,
                    Ending::PowerOff => 1,
                    Ending::Halt => 2,
                });
            }
        }
        w.finish()
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(bytes);
        let request = match r.u32("request")? {
            0 => Self::Spawn(Box::new(Spawn::decode(&mut r)?)),
            1 => Self::Signal { name: r.text("name", MAX_TEXT)?, signal: r.u32("signal")? },
            2 => Self::List,
            3 => {
                Self::Listen { name: r.text("name", MAX_TEXT)?, address: Address::decode(&mut r)? }
            }
            4 => Self::End(match r.u32("ending")? {
                0 => Ending::Reboot,
                1 => Ending::PowerOff,
                2 => Ending::Halt,
                tag => return Err(CodecError::Tag { field: "ending", tag }),
            }),
            tag => return Err(CodecError::Tag { field: "request", tag }),
        };
        r.end()?;
        Ok(request)
    }
}

impl Spawn {
    fn encode(&self, w: &mut Writer) {
        w.text(&self.name);
        w.text(&self.program);
        w.list(&self.args, |w, arg| w.text(arg));
        w.list(&self.env, |w, variable| w.text(variable));
        w.u32(self.uid);
        w.u32(self.gid);
        w.u64(self.capabilities);
        w.text(&self.cgroup);
        w.u32(self.oom_score.cast_unsigned());
        w.list(&self.limits, |w, limit| {
            w.u32(limit.resource);
            w.u64(limit.value);
        });
        w.list(&self.listeners, |w, name| w.text(name));
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            name: r.text("name", MAX_TEXT)?,
            program: r.text("program", MAX_TEXT)?,
            args: r.list("args", MAX_LIST, |r| r.text("argument", MAX_TEXT))?,
            env: r.list("env", MAX_LIST, |r| r.text("variable", MAX_TEXT))?,
            uid: r.u32("uid")?,
            gid: r.u32("gid")?,
            capabilities: r.u64("capabilities")?,
            cgroup: r.text("cgroup", MAX_TEXT)?,
            oom_score: r.u32("oom_score")?.cast_signed(),
            limits: r.list("limits", MAX_LIST, |r| {
                Ok(Limit { resource: r.u32("resource")?, value: r.u64("limit")? })
            })?,
            listeners: r.list("listeners", MAX_FDS, |r| r.text("listener", MAX_TEXT))?,
        })
    }
}

impl Address {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Tcp(port) => {
                w.u32(0);
                w.u32(u32::from(*port));
            }
            Self::Unix { path, uid, mode } => {
                w.u32(1);
                w.text(path);
                w.u32(*uid);
                w.u32(*mode);
            }
        }
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        match r.u32("address")? {
            0 => {
                let tag = r.u32("port")?;
                let port = u16::try_from(tag);
                Ok(Self::Tcp(port.map_err(|_range| CodecError::Tag { field: "port", tag })?))
            }
            1 => Ok(Self::Unix {
                path: r.text("path", MAX_TEXT)?,
                uid: r.u32("uid")?,
                mode: r.u32("mode")?,
            }),
            tag => Err(CodecError::Tag { field: "address", tag }),
        }
    }
}

impl Child {
    fn encode(&self, w: &mut Writer) {
        w.text(&self.name);
        w.u32(self.pid);
        w.u64(self.start_time);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self {
            name: r.text("name", MAX_TEXT)?,
            pid: r.u32("pid")?,
            start_time: r.u64("start_time")?,
        })
    }
}

impl Event {
    /// The byte form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        match self {
            Self::Spawned(child) => {
                w.u32(0);
                child.encode(&mut w);
            }
            Self::Refused { name, reason } => {
                w.u32(1);
                w.text(name);
                w.text(reason);
            }
            Self::Exited { name, pid, exit } => {
                w.u32(2);
                w.text(name);
                w.u32(*pid);
                let (tag, value) = match exit {
                    Exit::Code(code) => (0, *code),
                    Exit::Signal(signal) => (1, *signal),
                };
                w.u32(tag);
                w.u32(value);
            }
            Self::Child(child) => {
                w.u32(3);
                child.encode(&mut w);
            }
            Self::Children(count) => {
                w.u32(4);
                w.u32(*count);
            }
            Self::Listening(name) => {
                w.u32(5);
                w.text(name);
            }
        }
        w.finish()
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(bytes);
        let event = match r.u32("event")? {
            0 => Self::Spawned(Child::decode(&mut r)?),
            1 => Self::Refused {
                name: r.text("name", MAX_TEXT)?,
                reason: r.text("reason", MAX_TEXT)?,
            },
            2 => {
                let (name, pid) = (r.text("name", MAX_TEXT)?, r.u32("pid")?);
                let exit = match (r.u32("exit")?, r.u32("status")?) {
                    (0, code) => Exit::Code(code),
                    (1, signal) => Exit::Signal(signal),
                    (tag, _) => return Err(CodecError::Tag { field: "exit", tag }),
                };
                Self::Exited { name, pid, exit }
            }
            3 => Self::Child(Child::decode(&mut r)?),
            4 => Self::Children(r.u32("count")?),
            5 => Self::Listening(r.text("name", MAX_TEXT)?),
            tag => return Err(CodecError::Tag { field: "event", tag }),
        };
        r.end()?;
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_comes_back() {
        let spawn = Spawn {
            name: "apid".to_owned(),
            program: "/usr/bin/apid".to_owned(),
            args: vec!["apid".to_owned()],
            env: vec!["PATH=/usr/bin".to_owned()],
            uid: 50,
            gid: 50,
            oom_score: -998,
            limits: vec![Limit { resource: 7, value: 1024 }],
            listeners: vec!["api".to_owned()],
            ..Spawn::default()
        };
        let unix = Address::Unix { path: "/run/a".to_owned(), uid: 50, mode: 0o600 };
        for request in [
            Request::Spawn(Box::new(spawn)),
            Request::Signal { name: "apid".to_owned(), signal: 15 },
            Request::List,
            Request::Listen { name: "api".to_owned(), address: Address::Tcp(50000) },
            Request::Listen { name: "x".to_owned(), address: unix },
            Request::End(Ending::PowerOff),
        ] {
            assert_eq!(Request::decode(&request.encode()), Ok(request));
        }
    }

    #[test]
    fn every_event_comes_back() {
        let child = Child { name: "apid".to_owned(), pid: 9, start_time: 77 };
        for event in [
            Event::Spawned(child.clone()),
            Event::Refused { name: "a".to_owned(), reason: "no".to_owned() },
            Event::Exited { name: "a".to_owned(), pid: 9, exit: Exit::Signal(9) },
            Event::Child(child),
            Event::Children(1),
            Event::Listening("api".to_owned()),
        ] {
            assert_eq!(Event::decode(&event.encode()), Ok(event));
        }
    }

    #[test]
    fn hostile_messages_are_refused() {
        assert_eq!(
            Request::decode(&[9, 0, 0, 0]),
            Err(CodecError::Tag { field: "request", tag: 9 })
        );
        let mut long = Request::List.encode();
        long.push(0);
        assert_eq!(Request::decode(&long), Err(CodecError::Trailing(1)));
        let endless = [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];
        assert!(matches!(Request::decode(&endless), Err(CodecError::TooLong { .. })));
    }
}
