//! The children that machined has asked for, and what init holds of each.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use linux::KernelError;
use linux::capability::{Set, Sets};
use linux::process::{self, Ended, Limit, Privileges, Resource, Spec};
use linux::signal::Signal;
use types::init::{Child, Event, Exit, MAX_CHILDREN, Spawn};
use types::uid;

use super::fit::Means;
use super::listeners::Listeners;
use crate::boot::cgroups::Cgroups;

/// The one folder with programs in the image.
pub(super) const PATH: &str = "PATH=/usr/bin";

/// Why a process is not started, or not signalled.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChildError {
    /// A child is spoken of by its name.
    #[error("a process needs a name")]
    Name,
    /// One live child per name.
    #[error("runs already, as process {0}")]
    Running(u32),
    /// [`MAX_CHILDREN`].
    #[error("too many processes run already")]
    Full,
    /// No child of that name lives.
    #[error("does not run")]
    Absent,
    /// A socket that nobody has asked to hold.
    #[error("no socket {0:?} is held")]
    Listener(String),
    /// No pipe for its output.
    #[error("make a pipe")]
    Pipe(#[source] std::io::Error),
    /// The kernel refuses.
    #[error("{step}")]
    Kernel {
        /// What was to be done.
        step: &'static str,
        /// Why it could not.
        #[source]
        source: KernelError,
    },
}

fn at(step: &'static str) -> impl Fn(KernelError) -> ChildError {
    move |source| ChildError::Kernel { step, source }
}

/// A live child.
#[derive(Debug)]
pub(super) struct Held {
    /// What machined knows of it.
    pub(super) child: Child,
    /// Names the process for ever.
    pub(super) pidfd: OwnedFd,
    /// What the child writes. machined reads a duplicate; this one keeps the pipe open, and the
    /// child alive, while machined is away.
    pub(super) output: OwnedFd,
}

/// The children by name.
#[derive(Debug)]
pub(super) struct Children {
    held: Vec<Held>,
    cgroups: Cgroups,
    means: Means,
}

impl Children {
    pub(super) fn new(cgroups: Cgroups) -> Self {
        Self { held: Vec::new(), cgroups, means: Means::find() }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.held.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Starts a process and holds it.
    pub(super) fn spawn(
        &mut self,
        spawn: &Spawn,
        sockets: &Listeners,
    ) -> Result<&Held, ChildError> {
        self.admit(&spawn.name)?;
        let socket =
            |name: &'_ String| sockets.get(name).ok_or_else(|| ChildError::Listener(name.clone()));
        let inherited: Vec<_> = spawn.listeners.iter().map(socket).collect::<Result<_, _>>()?;
        let limits = limits(spawn, self.means)?;
        let cgroup = self.cgroups.prepare(&spawn.cgroup).map_err(at("control group"))?;
        let (output, input) = std::io::pipe().map_err(ChildError::Pipe)?;
        let started = process::spawn(&Spec {
            program: Path::new(&spawn.program),
            arguments: &spawn.args,
            environment: &environment(&spawn.env),
            uid: spawn.uid,
            gid: spawn.gid,
            capabilities: Sets::of(spawn.uid, Set::from_bits(spawn.capabilities)),
            privileges: privileges(spawn.uid),
            cgroup: cgroup.as_deref(),
            oom_score_adj: Some(self.means.score(spawn.oom_score)),
            limits: &limits,
            inherited: &inherited,
            stdout: input.as_fd(),
            stderr: input.as_fd(),
        })
        .map_err(at("start"))?;
        let child =
            Child { name: spawn.name.clone(), pid: started.pid, start_time: started.start_time };
        let held = Held { child, pidfd: started.pidfd, output: output.into() };
        Ok(self.held.push_mut(held))
    }

    fn admit(&self, name: &str) -> Result<(), ChildError> {
        if name.is_empty() {
            return Err(ChildError::Name);
        }
        if let Some(held) = self.find(name) {
            return Err(ChildError::Running(held.child.pid));
        }
        if self.held.len() >= MAX_CHILDREN {
            return Err(ChildError::Full);
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<&Held> {
        self.held.iter().find(|held| held.child.name == name)
    }

    /// Sends a signal to a child.
    pub(super) fn signal(&self, name: &str, signal: u32) -> Result<(), ChildError> {
        let held = self.find(name).ok_or(ChildError::Absent)?;
        let signal = Signal::try_from(signal).map_err(at("signal"))?;
        process::signal(&held.pidfd, signal).map_err(at("signal"))
    }

    /// Lets go of a process that has ended, if it is one of ours.
    pub(super) fn ended(&mut self, ended: Ended) -> Option<Event> {
        let index = self.held.iter().position(|held| held.child.pid == ended.pid)?;
        let name = self.held.swap_remove(index).child.name;
        let exit = match ended.exit {
            process::Exit::Code(code) => Exit::Code(code.into()),
            process::Exit::Signal(signal) => Exit::Signal(signal.into()),
        };
        Some(Event::Exited { name, pid: ended.pid, exit })
    }
}

/// What was asked for, and the path of programs unless it names one.
fn environment(asked: &[String]) -> Vec<String> {
    let path = (!asked.iter().any(|variable| variable.starts_with("PATH="))).then_some(PATH);
    path.map(str::to_owned).into_iter().chain(asked.iter().cloned()).collect()
}

/// A service of root may start containers, whose programs have bits of their own; all others never
/// get more than they have.
const fn privileges(user: u32) -> Privileges {
    match user {
        uid::ROOT => Privileges::ByExec,
        _ => Privileges::NeverMore,
    }
}

fn limits(spawn: &Spawn, means: Means) -> Result<Vec<Limit>, ChildError> {
    let limit = |asked: &types::init::Limit| {
        let resource = Resource::try_from(asked.resource).map_err(at("limits"))?;
        Ok(means.limit(resource, asked.value))
    };
    spawn.limits.iter().map(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process of its own kind that nobody has to wait for.
    fn held(name: &str, pid: u32) -> Held {
        let fd = || OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
        let child = Child { name: name.to_owned(), pid, start_time: 1 };
        Held { child, pidfd: fd(), output: fd() }
    }

    fn children(names: &[&str]) -> Children {
        let held = names.iter().zip(10..).map(|(name, pid)| held(name, pid)).collect();
        Children { held, cgroups: Cgroups::Absent, means: Means::All }
    }

    #[test]
    fn a_name_belongs_to_one_live_child() {
        let mut children = children(&["apid", "netd"]);
        assert!(matches!(children.admit("apid"), Err(ChildError::Running(10))));
        assert!(matches!(children.admit(""), Err(ChildError::Name)));
        let exit = process::Exit::Signal(Signal::KILL);
        assert_eq!(
            children.ended(Ended { pid: 10, exit }),
            Some(Event::Exited { name: "apid".to_owned(), pid: 10, exit: Exit::Signal(9) })
        );
        children.admit("apid").unwrap();
        assert_eq!(children.ended(Ended { pid: 10, exit }), None);
        assert_eq!(children.len(), 1);
    }

    #[test]
    fn the_number_of_children_is_bounded() {
        let names: Vec<String> = (0..MAX_CHILDREN).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(matches!(children(&names).admit("more"), Err(ChildError::Full)));
    }

    #[test]
    fn the_environment_is_what_was_asked_for_and_a_path() {
        let asked = ["A=1".to_owned()];
        assert_eq!(environment(&asked), [PATH, "A=1"]);
        let asked = ["PATH=/opt".to_owned()];
        assert_eq!(environment(&asked), asked);
    }

    #[test]
    fn unknown_limits_signals_and_sockets_are_refused() {
        let limit = types::init::Limit { resource: 99, value: 1 };
        let spawn = Spawn { limits: vec![limit], ..Spawn::default() };
        limits(&spawn, Means::All).unwrap_err();
        assert!(matches!(children(&[]).signal("apid", 15), Err(ChildError::Absent)));
        let error = children(&["apid"]).signal("apid", 65).unwrap_err();
        assert_eq!(crate::error::chain(&error), "signal: 65: not a signal number");
    }
}
