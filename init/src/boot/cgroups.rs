//! The control groups that init itself needs: one for each process that it starts.
//!
//! Version 2 only. On a host with version 1, or where the hierarchy cannot be written, processes
//! stay in init's group: a container then has its engine's limits as a whole. How much a group may
//! have is machined's to set.

use std::path::PathBuf;

use linux::cgroup::{self, Group, Version};

use crate::error::chain;
use crate::log::Log;

/// init's own group. The root of a container's hierarchy is an ordinary group outside, which must
/// have no process of its own before it can give controllers to those below (cgroups(7), "no
/// internal processes").
const INIT: &str = "init";

/// Whether processes can have groups of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cgroups {
    /// They can.
    Unified,
    /// They all stay in init's.
    Absent,
}

impl Cgroups {
    /// Finds out, and prepares the root.
    pub(crate) fn set_up(log: &Log) -> Self {
        let found = match cgroup::detect() {
            Version::V2 => move_in(log),
            Version::V1 => {
                log.info("control groups of version 1: processes get none of their own");
                return Self::Absent;
            }
            Version::None => {
                log.info("no control groups: processes get none of their own");
                return Self::Absent;
            }
        };
        match found {
            Ok(()) => Self::Unified,
            Err(error) => {
                let error = chain(&error);
                log.warn(format_args!("{error}; processes get no control groups of their own"));
                Self::Absent
            }
        }
    }

    /// Makes the group at `path` below the root ready for a process, and returns its folder;
    /// nothing for an empty path, or where there are none.
    ///
    /// Groups above it give on all controllers that they have. One that holds processes of its own
    /// cannot, which costs the limits below it, not the process.
    pub(crate) fn prepare(self, path: &str) -> linux::Result<Option<PathBuf>> {
        if path.is_empty() || self == Self::Absent {
            return Ok(None);
        }
        let group = Group::at(path)?;
        group.create()?;
        for above in above(path) {
            give_on(&Group::at(above)?).ok();
        }
        Ok(Some(group.path().to_owned()))
    }
}

/// The groups that contain the one at `path`, outermost first, without the root.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let path = path.trim_matches('/');
    path.match_indices('/').filter_map(|(end, _)| path.get(..end))
}

fn move_in(log: &Log) -> linux::Result<()> {
    let own = Group::at(INIT)?;
    own.create()?;
    own.add(std::process::id())?;
    if let Err(error) = give_on(&Group::at("")?) {
        // Groups still tell processes apart, and some of the controllers may have been given.
        log.warn(format_args!("{}; not all limits will work", chain(&error)));
    }
    Ok(())
}

/// Gives all controllers of a group to those below it.
fn give_on(group: &Group) -> linux::Result<()> {
    let controllers = group.controllers()?;
    // One at a time: a controller that is refused keeps none of the others away.
    let given: Vec<_> = controllers.iter().map(|name| group.enable(&[name])).collect();
    given.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_above_come_outermost_first() {
        let above = |path| above(path).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(above("a/b/c"), ["a", "a/b"]);
        assert_eq!(above("/a/b/"), ["a"]);
        assert_eq!(above("a"), Vec::<String>::new());
    }

    #[test]
    fn without_groups_nothing_is_prepared() {
        assert_eq!(Cgroups::Absent.prepare("system/apid").unwrap(), None);
        assert_eq!(Cgroups::Unified.prepare("").unwrap(), None);
        Cgroups::Unified.prepare("../escape").unwrap_err();
    }
}
