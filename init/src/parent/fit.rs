//! What is asked for a process, made to fit what init itself may give.
//!
//! In a machine init may give anything. In a container it may lack `CAP_SYS_RESOURCE`, and then
//! the kernel refuses to lower an OOM score or to raise a limit; a service with less is better
//! than none.

use linux::capability::Set;
use linux::process::{Limit, Resource};

/// What init may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// Any score and any limit.
    All,
    /// No score below this one, which is init's own, and no limit above init's.
    AtLeast(i16),
}

impl Means {
    /// Looks at this process; where `/proc` does not tell, the kernel will.
    pub(super) fn find() -> Self {
        let status = linux::proc::load_status(std::process::id());
        let may = status.map_or(Set::ALL, |status| status.capabilities.permitted);
        let own = linux::fs::read_bounded("/proc/self/oom_score_adj".as_ref(), 16)
            .ok()
            .and_then(|text| String::from_utf8(text).ok()?.trim().parse().ok());
        Self::of(may, own.unwrap_or(0))
    }

    fn of(may: Set, own_score: i16) -> Self {
        if may.contains(Set::SYS_RESOURCE) { Self::All } else { Self::AtLeast(own_score) }
    }

    /// The OOM score that a process gets when this one is asked for.
    pub(super) fn score(self, asked: i32) -> i16 {
        // The range of the kernel (proc_pid_oom_score_adj(5)).
        let asked = i16::try_from(asked.clamp(-1000, 1000)).unwrap_or(0);
        match self {
            Self::All => asked,
            Self::AtLeast(own) => asked.max(own),
        }
    }

    /// The limit that a process gets when this value is asked for; the largest number is none.
    pub(super) fn limit(self, resource: Resource, asked: u64) -> Limit {
        let own = linux::process::limit(resource).hard.unwrap_or(u64::MAX);
        let value = match self {
            Self::All => asked,
            Self::AtLeast(_) => asked.min(own),
        };
        let value = (value != u64::MAX).then_some(value);
        Limit { resource, soft: value, hard: value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_lowered_only_by_who_may() {
        assert_eq!(Means::All.score(-998), -998);
        assert_eq!(Means::All.score(70_000), 1000);
        assert_eq!(Means::AtLeast(0).score(-998), 0);
        assert_eq!(Means::AtLeast(-500).score(-998), -500);
        assert_eq!(Means::AtLeast(0).score(300), 300);
    }

    #[test]
    fn limits_are_raised_only_by_who_may() {
        let own = linux::process::limit(Resource::OpenFiles).hard.unwrap();
        let limit = |means: Means, asked| means.limit(Resource::OpenFiles, asked).hard;
        assert_eq!(limit(Means::All, own + 1), Some(own + 1));
        assert_eq!(limit(Means::All, u64::MAX), None);
        assert_eq!(limit(Means::AtLeast(0), own + 1), Some(own));
        assert_eq!(limit(Means::AtLeast(0), 1), Some(1));
    }

    #[test]
    fn means_are_a_capability() {
        assert_eq!(Means::of(Set::ALL, -5), Means::All);
        assert_eq!(Means::of(Set::ALL.without(Set::SYS_RESOURCE), -5), Means::AtLeast(-5));
    }
}
