//! The kernel arguments that are ours: `holdfast.KEY`, with `talos.KEY` as an alias, and `panic`.
//!
//! init itself acts on two of them. The others are machined's and netd's, who read them again; here
//! they are only known by name, so that a misspelt one is noticed in one place.

use linux::boot::Argument;

/// The names after the prefix, in alphabetical order.
const KNOWN: [&str; 26] = [
    "auditd.disabled",
    "config",
    "config.early",
    "config.inline",
    "config.oauth.audience",
    "config.oauth.client_id",
    "config.oauth.client_secret",
    "config.oauth.device_auth_url",
    "config.oauth.extra_variable",
    "config.oauth.scope",
    "config.oauth.token_url",
    "dashboard.console",
    "dashboard.disabled",
    "debugshell",
    "device.settle_time",
    "environment",
    "events.sink",
    "experimental.wipe",
    "fips140",
    "halt_if_installed",
    "hostname",
    "logging.kernel",
    "network.interface.ignore",
    "platform",
    "shutdown",
    "unified_cgroup_hierarchy",
];

/// The names of our arguments begin with one of these.
const PREFIXES: [&str; 2] = ["holdfast.", "talos."];

/// What happens after a failure that init cannot get over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum OnFailure {
    /// The machine restarts after some seconds, time enough to read the console.
    #[default]
    RebootSoon,
    /// It restarts at once: a negative `panic`, as tests and boot loaders with a fallback use it.
    RebootNow,
    /// It stays up for somebody to look at: `panic=0`.
    Stay,
}

/// What "power off" comes to: `holdfast.shutdown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PowerOff {
    /// The machine switches itself off.
    #[default]
    Off,
    /// The processors stop and power stays on, for machines that cannot or must not switch off.
    Halt,
}

/// What the kernel's command line says to init.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Arguments {
    /// `panic`.
    pub(crate) on_failure: OnFailure,
    /// `holdfast.shutdown`.
    pub(crate) power_off: PowerOff,
    /// Arguments that look like ours and are not, or have a value that is none, as they stand.
    pub(crate) unknown: Vec<String>,
}

impl Arguments {
    /// Reads the arguments; the last of several wins, as with the kernel's own.
    pub(crate) fn of(line: &[Argument]) -> Self {
        let mut found = Self::default();
        for argument in line {
            found.take(argument);
        }
        found
    }

    fn take(&mut self, argument: &Argument) {
        let value = argument.value.as_deref();
        let known = match (own(&argument.key), argument.key.as_str()) {
            (Some("shutdown"), _) => match value {
                Some("poweroff") => replace(&mut self.power_off, PowerOff::Off),
                Some("halt") => replace(&mut self.power_off, PowerOff::Halt),
                _ => false,
            },
            (Some(name), _) => KNOWN.contains(&name),
            (None, "panic") => match value.and_then(|text| text.parse::<i64>().ok()) {
                Some(0) => replace(&mut self.on_failure, OnFailure::Stay),
                Some(..0) => replace(&mut self.on_failure, OnFailure::RebootNow),
                Some(_) => replace(&mut self.on_failure, OnFailure::RebootSoon),
                None => false,
            },
            (None, _) => true,
        };
        if !known {
            let value = value.map(|value| format!("={value}")).unwrap_or_default();
            self.unknown.push(format!("{}{value}", argument.key));
        }
    }
}

/// The name after our prefix.
fn own(key: &str) -> Option<&str> {
    PREFIXES.into_iter().find_map(|prefix| key.strip_prefix(prefix))
}

/// Sets the value; always true, for "the argument is known".
fn replace<T>(place: &mut T, value: T) -> bool {
    *place = value;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &Arguments) {
        assert_eq!(&Arguments::of(&linux::boot::parse(line)), expected, "{line}");
    }

    #[test]
    fn panic_decides_what_follows_a_failure() {
        let on = |on_failure| Arguments { on_failure, ..Arguments::default() };
        check("console=ttyS0", &on(OnFailure::RebootSoon));
        check("panic=0", &on(OnFailure::Stay));
        check("panic=-1", &on(OnFailure::RebootNow));
        check("panic=0 panic=30", &on(OnFailure::RebootSoon));
    }

    #[test]
    fn both_prefixes_are_ours() {
        let halt = Arguments { power_off: PowerOff::Halt, ..Arguments::default() };
        check("holdfast.shutdown=halt", &halt);
        check("talos.shutdown=poweroff holdfast.platform=metal talos.shutdown=halt", &halt);
        check("talos.config.early=x holdfast.config=metal-iso", &Arguments::default());
    }

    #[test]
    fn what_looks_like_ours_and_is_not_is_named() {
        let unknown = ["holdfast.shutdwon=halt", "talos.", "talos.shutdown=later", "panic=soon"];
        check(
            &format!("quiet x.y=1 {}", unknown.join(" ")),
            &Arguments { unknown: unknown.map(str::to_owned).to_vec(), ..Arguments::default() },
        );
    }

    #[test]
    fn names_are_sorted_so_that_none_is_there_twice() {
        assert!(KNOWN.is_sorted_by(|a, b| a < b));
    }
}
