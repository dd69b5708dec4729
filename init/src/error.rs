//! Why PID 1 cannot go on.

use linux::KernelError;

/// Why PID 1 cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InitError {
    /// This is no place that init knows.
    #[error("boot: neither /rootfs.sqsh nor /usr/bin/machined is here")]
    Nowhere,
    /// A step of the boot without which there is no node.
    #[error("boot: {step}")]
    Step {
        /// What was to be done.
        step: &'static str,
        /// Why it could not.
        #[source]
        source: KernelError,
    },
    /// The poll loop has lost its eyes or ears.
    #[error("watch signals and machined")]
    Watch(#[source] KernelError),
    /// A mistake of ours.
    #[error("init has panicked")]
    Panic,
}

/// Names the step of the boot that a call was part of.
pub(crate) trait Step<T> {
    /// The same, with the step's name on the refusal.
    fn step(self, step: &'static str) -> Result<T, InitError>;
}

impl<T> Step<T> for linux::Result<T> {
    fn step(self, step: &'static str) -> Result<T, InitError> {
        self.map_err(|source| InitError::Step { step, source })
    }
}

/// The error and its causes, joined by `: `.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_names_step_call_and_cause() {
        let refused = linux::fs::magic("/nonexistent".as_ref()).step("look at /").unwrap_err();
        let text = chain(&refused);
        assert!(text.starts_with("boot: look at /: statfs /nonexistent: No such file"), "{text}");
    }
}
