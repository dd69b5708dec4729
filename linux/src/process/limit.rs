//! The resource limits of this process, `getrlimit(2)`, which what it spawns inherits.

use rustix::process::Rlimit;

use super::{Limit, Resource};
use crate::error::{Calling, Result};

/// The limits in force for this process.
#[must_use]
pub fn limit(resource: Resource) -> Limit {
    let found = rustix::process::getrlimit(resource.raw());
    Limit { resource, soft: found.current, hard: found.maximum }
}

/// Sets a limit of this process.
///
/// # Errors
/// For a hard limit above the present one without `CAP_SYS_RESOURCE`, or a soft one above the hard
/// one.
pub fn set_limit(limit: Limit) -> Result<()> {
    let wanted = Rlimit { current: limit.soft, maximum: limit.hard };
    rustix::process::setrlimit(limit.resource.raw(), wanted)
        .calling("setrlimit", format_args!("{:?}", limit.resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_what_it_reads() {
        // Core dumps are of no use to the other tests of this process.
        let found = limit(Resource::Core);
        let none = Limit { soft: Some(0), ..found };
        set_limit(none).unwrap();
        assert_eq!(limit(Resource::Core), none);
        set_limit(Limit { soft: Some(2), hard: Some(1), ..found }).unwrap_err();
    }
}
