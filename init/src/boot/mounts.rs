//! The file systems of a node, as tables, and how they are mounted.
//!
//! Files on a disk are not here: machined knows the disks.

use std::path::Path;

use linux::KernelError;
use linux::fs;
use linux::mount::{self, Flags, Spec};

use crate::error::{InitError, chain};
use crate::log::Log;

/// Whether a node can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// There is no node without it.
    Must,
    /// Not every kernel and firmware has it, and then nobody misses it.
    IfKnown,
    /// It should be there, but an engine may not let us.
    IfAllowed,
}

/// One file system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    kind: &'static str,
    target: &'static str,
    flags: Flags,
    options: &'static [(&'static str, &'static str)],
    need: Need,
}

const fn must(kind: &'static str, target: &'static str) -> Row {
    let flags = Flags::NO_SUID.with(Flags::NO_DEV).with(Flags::NO_EXEC);
    Row { kind, target, flags, options: &[], need: Need::Must }
}

const fn if_known(kind: &'static str, target: &'static str) -> Row {
    Row { need: Need::IfKnown, ..must(kind, target) }
}

impl Row {
    const fn options(self, options: &'static [(&'static str, &'static str)]) -> Self {
        Self { options, ..self }
    }

    const fn flags(self, flags: Flags) -> Self {
        Self { flags, ..self }
    }

    const fn if_allowed(self) -> Self {
        Self { need: Need::IfAllowed, ..self }
    }
}

const PROC: Row = must("proc", "/proc");
const SYS: Row = must("sysfs", "/sys");
/// Devices are what it is for.
const DEV: Row = must("devtmpfs", "/dev")
    .flags(Flags::NO_SUID.with(Flags::NO_EXEC))
    .options(&[("mode", "0755")]);
const RUN: Row = must("tmpfs", "/run").options(&[("mode", "0755")]);
const TMP: Row = must("tmpfs", "/tmp").options(&[("mode", "1777")]);
const SYSTEM: Row = must("tmpfs", "/system").options(&[("mode", "0755")]);
/// Programs of containers are below it, so they can be executed and have their bits.
const VAR: Row = must("tmpfs", "/var").flags(Flags::NONE).options(&[("mode", "0755")]);
const SHM: Row = must("tmpfs", "/dev/shm").options(&[("mode", "1777")]);
/// Group 5 is `tty` everywhere; the modes are those of `pts(4)`.
const PTS: Row = must("devpts", "/dev/pts").flags(Flags::NO_SUID.with(Flags::NO_EXEC)).options(&[
    ("gid", "5"),
    ("mode", "0620"),
    ("ptmxmode", "0666"),
]);
/// Delegation by namespace, and protection of memory that reaches below the group that has it
/// (kernel documentation, `admin-guide/cgroup-v2`).
const CGROUP: Row = must("cgroup2", linux::cgroup::ROOT)
    .options(&[("nsdelegate", ""), ("memory_recursiveprot", "")]);

/// What the initramfs needs, and hands on to the real root.
pub(super) const HANDED_ON: &[Row] = &[DEV, PROC, SYS];

/// What a machine has. Those that the initramfs has handed on are there already.
pub(super) const MACHINE: &[Row] = &[
    DEV,
    PROC,
    SYS,
    RUN,
    TMP,
    SYSTEM,
    VAR,
    PTS,
    SHM,
    if_known("mqueue", "/dev/mqueue"),
    if_known("hugetlbfs", "/dev/hugepages").flags(Flags::NO_SUID.with(Flags::NO_DEV)),
    CGROUP,
    if_known("securityfs", "/sys/kernel/security"),
    if_known("tracefs", "/sys/kernel/tracing"),
    if_known("bpf", "/sys/fs/bpf").options(&[("mode", "0700")]),
    if_known("pstore", "/sys/fs/pstore"),
    if_known("efivarfs", "/sys/firmware/efi/efivars"),
];

/// What a container has, where its engine has not seen to it.
pub(super) const CONTAINER: &[Row] = &[
    PROC.if_allowed(),
    SYS.if_allowed(),
    RUN.if_allowed(),
    TMP.if_allowed(),
    SYSTEM.if_allowed(),
    VAR.if_allowed(),
];

impl Row {
    pub(super) const fn target(&self) -> &'static str {
        self.target
    }
}

/// Mounts what is not there yet, in the order of the table.
pub(super) fn mount_all(rows: &[Row], log: &Log) -> Result<(), InitError> {
    for row in rows {
        let Err(refused) = mount_one(row) else { continue };
        match verdict(row.need, &refused) {
            Verdict::Fail => return Err(InitError::Step { step: "mount", source: refused }),
            Verdict::Say => {
                log.warn(format_args!("{}; {} stays as it is", chain(&refused), row.target));
            }
            Verdict::Fine => {}
        }
    }
    Ok(())
}

/// Mounts one, unless something is mounted there already.
fn mount_one(row: &Row) -> linux::Result<()> {
    let target = Path::new(row.target);
    if !target.is_dir() {
        // Below /dev folders can be made; on a read-only root, or in sysfs, this is where it ends.
        fs::make_folder(target, 0o755)?;
    }
    if is_mount_point(target)? {
        return Ok(());
    }
    let mounted = mount::mount(&Spec {
        kind: row.kind,
        source: row.kind,
        target,
        flags: row.flags,
        options: row.options,
    });
    mounted.map(drop)
}

/// Whether something is mounted on the folder: it is on another device than the folder it is in.
///
/// The mount table would say so too, but before `/proc` there is none.
fn is_mount_point(folder: &Path) -> linux::Result<bool> {
    let parent = folder.parent().unwrap_or(folder);
    Ok(fs::metadata(folder)?.device != fs::metadata(parent)?.device)
}

/// What a refused mount means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    Say,
    Fail,
}

/// need       | unknown or forbidden to make room for | any other reason
/// -----------|---------------------------------------|-----------------
/// must       | fail                                  | fail
/// if known   | fine                                  | say
/// if allowed | say                                   | say
fn verdict(need: Need, refused: &KernelError) -> Verdict {
    match need {
        Need::Must => Verdict::Fail,
        // ENODEV for an unknown file system; ENOENT and EPERM for a folder that sysfs lacks.
        Need::IfKnown if refused.is_absent() || refused.is_forbidden() => Verdict::Fine,
        Need::IfKnown | Need::IfAllowed => Verdict::Say,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_must_be_there_stops_the_boot() {
        let unknown = mount::mount(&Spec {
            kind: "nosuchfs",
            source: "none",
            target: Path::new("/nonexistent"),
            flags: Flags::NONE,
            options: &[],
        })
        .unwrap_err();
        assert_eq!(verdict(Need::Must, &unknown), Verdict::Fail);
        assert_eq!(verdict(Need::IfAllowed, &unknown), Verdict::Say);
        // Without privileges it is forbidden, with them unknown.
        assert_eq!(verdict(Need::IfKnown, &unknown), Verdict::Fine);
        let other = fs::read_bounded(Path::new("/"), 1).unwrap_err();
        assert_eq!(verdict(Need::IfKnown, &other), Verdict::Say);
    }

    #[test]
    fn mount_points_are_seen() {
        assert!(is_mount_point(Path::new("/proc")).unwrap());
        assert!(!is_mount_point(Path::new("/proc/sys/kernel")).unwrap());
    }

    #[test]
    fn a_table_mounts_parents_first() {
        for table in [HANDED_ON, MACHINE, CONTAINER] {
            for (index, row) in table.iter().enumerate() {
                let later = table.iter().skip(index + 1);
                assert!(
                    later.clone().all(|l| !Path::new(row.target).starts_with(l.target)),
                    "{row:?}"
                );
            }
        }
    }
}
