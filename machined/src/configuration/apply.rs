//! What a client's change means: which way it is made, and how that reads.
//!
//! All of it is a function of the mode asked for, of what lies between the two configurations, and
//! of whether the node has one at all.

use std::fmt::Write;
use std::time::Duration;

use config::Change;

use super::ApplyError;

/// How a change is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApplyMode {
    /// Store it and reboot.
    Reboot,
    /// At once if that is possible, else with a reboot.
    Auto,
    /// At once, or not at all.
    NoReboot,
    /// Store it for the next boot.
    Staged,
    /// At once, without storing it; taken back after the time.
    Try(Duration),
}

impl ApplyMode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reboot => "reboot",
            Self::Auto => "auto",
            Self::NoReboot => "no-reboot",
            Self::Staged => "staged",
            Self::Try(_) => "try",
        }
    }
}

/// The way that was chosen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Never [`ApplyMode::Auto`].
    pub(crate) mode: ApplyMode,
    /// Why `auto` became a reboot.
    reason: Option<String>,
}

/// Chooses the way.
///
/// asked for | in maintenance | change at once | change needs a reboot
/// ----------|----------------|----------------|----------------------
/// reboot    | no-reboot      | reboot         | reboot
/// auto      | no-reboot      | no-reboot      | reboot, with the reason
/// no-reboot | no-reboot      | no-reboot      | refused
/// staged    | staged         | staged         | staged
/// try       | refused        | try            | refused
///
/// # Errors
/// Where the table says so.
pub(crate) fn decide(
    mode: ApplyMode,
    change: Change,
    maintenance: bool,
) -> Result<Decision, ApplyError> {
    let plain = |mode| Ok(Decision { mode, reason: None });
    match (mode, change) {
        (ApplyMode::Reboot | ApplyMode::Auto, _) if maintenance => plain(ApplyMode::NoReboot),
        // A node that has left maintenance does not go back to it.
        (ApplyMode::Try(_), _) if maintenance => Err(ApplyError::NoWayBack),
        (ApplyMode::Staged | ApplyMode::Reboot, _) => plain(mode),
        (ApplyMode::Auto, Change::Immediate) => plain(ApplyMode::NoReboot),
        (ApplyMode::Auto, Change::NeedsReboot(sections)) => {
            let reason = format!("change of {} needs a reboot", sections.join(", "));
            Ok(Decision { mode: ApplyMode::Reboot, reason: Some(reason) })
        }
        (ApplyMode::NoReboot | ApplyMode::Try(_), Change::Immediate) => plain(mode),
        (ApplyMode::NoReboot, Change::NeedsReboot(_)) if maintenance => plain(mode),
        (ApplyMode::NoReboot | ApplyMode::Try(_), Change::NeedsReboot(sections)) => {
            Err(ApplyError::NeedsReboot { sections, mode: mode.as_str() })
        }
    }
}

impl Decision {
    /// What was done. Clients and scripts look for these sentences.
    pub(crate) fn done(&self) -> String {
        let mut text = match self.mode {
            ApplyMode::Reboot => "Applied configuration with a reboot",
            ApplyMode::Staged => "Staged configuration to be applied after the next reboot",
            ApplyMode::NoReboot | ApplyMode::Auto | ApplyMode::Try(_) => {
                "Applied configuration without a reboot"
            }
        }
        .to_owned();
        if let Some(reason) = &self.reason {
            text.push_str(": ");
            text.push_str(reason);
        }
        if let ApplyMode::Try(after) = self.mode {
            let seconds = after.as_secs();
            text.push_str(&format!(
                "\nThe configuration will be reverted in {seconds} s unless another one is applied"
            ));
        }
        text
    }

    /// What would be done, with the diff.
    pub(crate) fn described(&self, diff: &str) -> String {
        let mut text = String::from("Dry run summary:\n");
        let changes = if diff.is_empty() { "No changes." } else { diff };
        let written =
            write!(text, "{} (skipped in dry-run).\nConfig diff:\n\n{changes}", self.done());
        debug_assert!(written.is_ok(), "text takes all that is written");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reboot() -> Change {
        Change::NeedsReboot(vec!["machine.files".to_owned()])
    }

    #[test]
    fn maintenance_needs_no_reboot() {
        for mode in [ApplyMode::Reboot, ApplyMode::Auto, ApplyMode::NoReboot] {
            let decision = decide(mode, reboot(), true).expect("taken");
            assert_eq!(decision.mode, ApplyMode::NoReboot);
        }
    }

    #[test]
    fn auto_reboots_only_where_it_must_and_says_why() {
        let decision = decide(ApplyMode::Auto, Change::Immediate, false).expect("taken");
        assert_eq!(decision.done(), "Applied configuration without a reboot");
        let decision = decide(ApplyMode::Auto, reboot(), false).expect("taken");
        assert_eq!(
            decision.done(),
            "Applied configuration with a reboot: change of machine.files needs a reboot"
        );
    }

    #[test]
    fn what_needs_a_reboot_is_refused_without_one() {
        for mode in [ApplyMode::NoReboot, ApplyMode::Try(Duration::from_secs(60))] {
            let refused = decide(mode, reboot(), false).expect_err("refused").to_string();
            assert!(refused.starts_with("the change of machine.files needs a reboot"), "{refused}");
        }
    }

    #[test]
    fn a_dry_run_describes_and_shows_the_diff() {
        let decision = decide(ApplyMode::Staged, reboot(), false).expect("taken");
        assert_eq!(
            decision.described(""),
            "Dry run summary:\nStaged configuration to be applied after the next reboot (skipped \
             in dry-run).\nConfig diff:\n\nNo changes."
        );
    }
}
