//! The end: of every process, of the file systems, and of the machine.
//!
//! Nothing else in init ends a machine. Each step has a deadline and says what it does; what does
//! not end in its time is left, since the next power cut would not wait either.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use linux::mount::table::{self, Entry};
use linux::mount::{self, Flags, Unmount};
use linux::power::{self, Power};
use linux::signal::{Signal, SignalFd};
use linux::time::Deadline;
use linux::{poll, process};

use crate::Life;
use crate::arguments::{Arguments, OnFailure};
use crate::boot::Place;
use crate::end::{End, Next, Phase};
use crate::error::chain;
use crate::log::Log;
use crate::parent::Parent;
use crate::within::within;

/// How long dirty pages may take to reach the disks: a busy hard disk writes a gigabyte in ten
/// seconds.
const SYNC_LIMIT: Duration = Duration::from_secs(30);

/// How long unmounting may take; with dirty pages written, each takes milliseconds.
const UNMOUNT_LIMIT: Duration = Duration::from_secs(10);

/// How often those are counted whose end nobody tells init of.
const RECOUNT: Duration = Duration::from_millis(50);

/// How long the reason of a failure stays readable on the console before the machine restarts.
const READING_TIME: Duration = Duration::from_secs(10);

/// Ends everything. Comes back in a container, where the exit code tells the engine whether this
/// was in order, and in a machine that cannot be ended.
pub(crate) fn finish(life: Life, end: End) -> ExitCode {
    let Life { log, place, parent } = life;
    if let End::Failed(error) = &end {
        log.error(chain(error));
    }
    let arguments = parent.as_ref().map_or_else(read_arguments, |p| p.arguments().clone());
    if let Some(parent) = parent {
        end_processes(parent, &log);
    }
    match place {
        Some(Place::Initramfs | Place::Machine) => {
            settle_disks(&log);
            end_machine(&end, &arguments, &log);
            ExitCode::FAILURE
        }
        // Where we do not know whose machine it is, we do not end it.
        Some(Place::Container) | None => match end {
            End::Reboot | End::PowerOff | End::Halt => ExitCode::SUCCESS,
            End::Failed(_) => ExitCode::FAILURE,
        },
    }
}

/// The arguments of a machine whose boot did not get as far as reading them.
fn read_arguments() -> Arguments {
    linux::boot::load().map(|line| Arguments::of(&line)).unwrap_or_default()
}

/// Goes through the phases of [`crate::end`].
fn end_processes(mut parent: Parent, log: &Log) {
    parent.begin_to_end();
    let mut phase = Phase::AskChildren;
    loop {
        enter(phase, &parent, log);
        let deadline = Deadline::after(phase.limit());
        let next = loop {
            match phase.next(parent.left(), deadline.passed()) {
                Next::Wait => {
                    let wait = deadline.remaining().min(RECOUNT);
                    if let Err(error) = parent.turn(Some(wait), log) {
                        log.error(format_args!("{}; not waiting", chain(&error)));
                        break phase.next(parent.left(), true);
                    }
                }
                next => break next,
            }
        };
        match next {
            Next::Phase(next) => phase = next,
            Next::Wait | Next::Over => break,
        }
    }
    match parent.left().any {
        0 => log.info("all processes have ended"),
        left => log.error(format_args!("{left} processes do not end; going on")),
    }
}

fn enter(phase: Phase, parent: &Parent, log: &Log) {
    let (names, limit) = (parent.names().join(", "), phase.limit());
    match phase {
        Phase::AskChildren if names.is_empty() => {}
        Phase::AskChildren => {
            log.info(format_args!("ending {names}, within {limit:?}"));
            parent.signal_children(Signal::TERM, log);
        }
        Phase::KillChildren => {
            log.warn(format_args!("killing {names}"));
            parent.signal_children(Signal::KILL, log);
        }
        Phase::AskMachined => {
            log.info(format_args!("ending machined, within {limit:?}"));
            parent.signal_machined(Signal::TERM, log);
        }
        Phase::KillMachined => {
            log.warn("killing machined");
            parent.signal_machined(Signal::KILL, log);
        }
        Phase::KillAll => {
            if let Err(error) = process::signal_all(Signal::KILL) {
                log.warn(chain(&error));
            }
        }
    }
}

/// Writes what is dirty, and takes the file systems off their disks.
fn settle_disks(log: &Log) {
    if !within(SYNC_LIMIT, power::sync) {
        log.error(format_args!("sync takes longer than {SYNC_LIMIT:?}; going on"));
    }
    let table = match table::load() {
        Ok(table) => table,
        Err(error) => {
            log.warn(format_args!("{}; nothing is unmounted", chain(&error)));
            return;
        }
    };
    let steps = plan(&table);
    if steps.is_empty() {
        return;
    }
    let work = move || {
        // Refusals are said by the thread that acts, since it may be left behind.
        let mut log = Log::to_stderr();
        log.turn_to_kernel();
        steps.iter().for_each(|step| unmount(step, &log));
    };
    if !within(UNMOUNT_LIMIT, work) {
        log.error(format_args!("unmounting takes longer than {UNMOUNT_LIMIT:?}; going on"));
    }
}

/// A mount that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    target: String,
    /// Whether there is a disk below it, so that going on without is worth a word and a try.
    on_disk: bool,
}

/// Mounts to undo, the latest first: those of disks, and those that lie on them and would keep
/// them busy.
///
/// The root stays, being read-only, and so do the kernel's own file systems and the memory that
/// goes with the machine.
fn plan(table: &[Entry]) -> Vec<Step> {
    // The layers of an overlay are on a disk, wherever it shows them.
    let on_disk = |entry: &&Entry| {
        entry.target != "/" && (entry.source.starts_with("/dev/") || entry.kind == "overlay")
    };
    let disks: Vec<&Path> =
        table.iter().filter(on_disk).map(|entry| Path::new(&entry.target)).collect();
    table
        .iter()
        .rev()
        .filter(|entry| disks.iter().any(|disk| Path::new(&entry.target).starts_with(disk)))
        .map(|entry| Step { target: entry.target.clone(), on_disk: on_disk(&entry) })
        .collect()
}

fn unmount(step: &Step, log: &Log) {
    let target = Path::new(&step.target);
    let Err(busy) = mount::unmount(target, Unmount::Plain) else { return };
    if !step.on_disk {
        return;
    }
    let remounted = mount::remount(target, Flags::READ_ONLY);
    match remounted {
        Ok(()) => log.warn(format_args!("{}; it is read-only now", chain(&busy))),
        Err(error) => {
            log.error(format_args!("{}; {}; going on", chain(&busy), chain(&error)));
        }
    }
}

/// Calls `reboot(2)`, after a failure when the operator has read why.
fn end_machine(end: &End, arguments: &Arguments, log: &Log) {
    let power = match end {
        End::Reboot => Power::Restart,
        End::PowerOff => Power::Off,
        End::Halt => Power::Halt,
        End::Failed(_) => {
            match arguments.on_failure {
                OnFailure::RebootNow => {}
                OnFailure::RebootSoon => {
                    log.error(format_args!("restarting in {READING_TIME:?}"));
                    rest(Some(READING_TIME), log);
                }
                OnFailure::Stay => {
                    log.error("staying up because of panic=0");
                    rest(None, log);
                }
            }
            Power::Restart
        }
    };
    log.info(format_args!("reboot(2): {power:?}"));
    if let Err(error) = power::reboot(power) {
        log.error(chain(&error));
    }
}

/// Waits, for ever without a limit, or until Ctrl-Alt-Del where the kernel has a keyboard.
fn rest(limit: Option<Duration>, log: &Log) {
    let signals = linux::signal::block_all().and_then(|()| SignalFd::new(&[Signal::INT]));
    let signals = match signals {
        Ok(signals) => signals,
        Err(error) => {
            log.error(chain(&error));
            return;
        }
    };
    let deadline = limit.map(Deadline::after);
    while deadline.is_none_or(|deadline| !deadline.passed()) {
        let remaining = deadline.map(Deadline::remaining);
        let watched = [(std::os::fd::AsFd::as_fd(&signals), poll::Interest::Read)];
        match poll::wait(&watched, remaining) {
            Ok(ready) if ready.is_empty() => {}
            Ok(_) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_and_what_lies_on_them_go_latest_first() {
        let table = table::parse(
            b"1 0 7:0 / / ro - squashfs /dev/loop0 ro\n\
              2 1 0:5 / /dev rw - devtmpfs devtmpfs rw\n\
              3 1 0:20 / /proc rw - proc proc rw\n\
              4 1 0:21 / /run rw - tmpfs tmpfs rw\n\
              5 1 254:1 / /var rw - xfs /dev/vda1 rw\n\
              6 5 0:30 / /var/lib/pod/secret rw - tmpfs tmpfs rw\n\
              7 4 0:31 / /run/containerd/x/rootfs rw - overlay overlay rw\n\
              8 5 254:1 /log /var/bind rw - xfs /dev/vda1 rw\n",
        )
        .unwrap();
        let steps = plan(&table);
        let steps: Vec<_> = steps.iter().map(|step| (step.target.as_str(), step.on_disk)).collect();
        assert_eq!(
            steps,
            [
                ("/var/bind", true),
                ("/run/containerd/x/rootfs", true),
                ("/var/lib/pod/secret", false),
                ("/var", true)
            ]
        );
    }

    #[test]
    fn without_a_disk_nothing_is_unmounted() {
        let table = table::parse(b"1 0 7:0 / / ro - squashfs /dev/loop0 ro\n").unwrap();
        assert_eq!(plan(&table), []);
    }
}
