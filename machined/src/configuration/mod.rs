//! The machine's configuration: where it comes from at boot, and how a client changes it.
//!
//! `apply` decides what a change means, `source` looks for a configuration at boot. Here is the one
//! that holds it: on disk, and as the resources that controllers read. What follows from a
//! configuration is theirs.

mod apply;
pub(crate) mod source;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use config::{Config, change, fault};
use cosi::{Id, State};
use resources::config::{ConfigEffect, ConfigEffects, MachineConfig};
use resources::namespace;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use types::{Mode, Secret};

pub(crate) use apply::{ApplyMode, Decision};

use crate::power::{Power, PowerError};

/// The owner of the resources that are written here.
const OWNER: &str = "config.Configuration";
/// Name of the file in the folder that survives a restart of machined.
const FILE: &str = "config.yaml";
/// Read and write for root alone: it holds the keys of the cluster.
const FILE_MODE: u32 = 0o600;
/// The id of the resource that names fields without effect.
const EFFECTS: &str = "machine-config";

/// A change that a client asks for.
#[derive(Debug)]
pub(crate) struct Apply {
    pub(crate) bytes: Vec<u8>,
    pub(crate) mode: ApplyMode,
    pub(crate) run: Run,
    pub(crate) actor: String,
}

/// Whether a change is made or only described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Real,
    Dry,
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) mode: ApplyMode,
    pub(crate) warnings: Vec<String>,
    pub(crate) details: String,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    #[error("the machine is still looking for its configuration: try again in a moment")]
    Looking,
    #[error("another configuration is being applied")]
    Busy,
    #[error("the machine is ending: apply the configuration after it has started again")]
    Ending,
    #[error("configuration is not valid:\n{0}")]
    Invalid(String),
    #[error(
        "configuration has no document with machine and cluster, which a configured node needs"
    )]
    Partial,
    #[error(
        "the change of {} needs a reboot, which mode {mode} does not make: use mode auto, reboot or \
         staged", .sections.join(", ")
    )]
    NeedsReboot { sections: Vec<String>, mode: &'static str },
    #[error("mode try needs a configured node, whose configuration it can go back to")]
    NoWayBack,
    #[error("write {}", .path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: linux::KernelError,
    },
    #[error("store the configuration")]
    Store(#[source] cosi::Error),
    #[error("reboot")]
    Reboot(#[source] PowerError),
}

/// Holds the configuration; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Configuration(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    mode: Mode,
    state: State,
    folder: PathBuf,
    power: Power,
    /// Held while a change is made, so that there is one at a time.
    turn: tokio::sync::Mutex<()>,
    active: watch::Sender<Option<Config>>,
    /// Whether all sources were asked. Until then nobody knows what the machine is, and nobody may
    /// say it: a configured node whose machined starts again is not in maintenance.
    settled: AtomicBool,
    /// The task that takes a tried configuration back.
    rollback: Mutex<Option<AbortHandle>>,
}

impl Configuration {
    /// A machine without a configuration yet, whose folder is `folder`.
    pub(crate) fn new(mode: Mode, state: State, folder: &Path, power: Power) -> Self {
        Self(Arc::new(Shared {
            mode,
            state,
            folder: folder.to_owned(),
            power,
            turn: tokio::sync::Mutex::default(),
            active: watch::Sender::new(None),
            settled: AtomicBool::new(false),
            rollback: Mutex::default(),
        }))
    }

    /// The configuration in force now, and each one after it.
    pub(crate) fn follow(&self) -> watch::Receiver<Option<Config>> {
        self.0.active.subscribe()
    }

    /// Whether there is a configuration that says what the machine is.
    pub(crate) fn is_complete(&self) -> bool {
        self.0.active.borrow().as_ref().is_some_and(Config::is_complete)
    }

    /// All sources were asked: what is not known now has to come from a client.
    pub(crate) fn settle(&self) {
        self.0.settled.store(true, Ordering::SeqCst);
    }

    /// Whether no source had a complete configuration, and no client has brought one since.
    pub(crate) fn in_maintenance(&self) -> bool {
        self.0.settled.load(Ordering::SeqCst) && !self.is_complete()
    }

    /// Waits until there is a complete configuration.
    pub(crate) async fn complete(&self) {
        let mut active = self.follow();
        let is_complete =
            |active: &Option<Config>| active.as_ref().is_some_and(Config::is_complete);
        // The sender lives as long as self, so this ends by a configuration alone.
        let gone = active.wait_for(is_complete).await.is_err();
        debug_assert!(!gone, "the sender lives as long as self");
    }

    /// Puts a configuration that was found at boot in force. It is written to the folder unless it
    /// came from there.
    pub(crate) fn adopt(&self, config: Config, origin: source::Origin) -> Result<(), ApplyError> {
        if origin != source::Origin::State {
            self.persist(&config)?;
        }
        self.announce(MachineConfig::PERSISTENT, &config)?;
        self.put_in_force(config)
    }

    /// Makes the change that a client asks for, or describes it.
    ///
    /// # Errors
    /// When the change is refused; nothing has changed then.
    pub(crate) async fn apply(&self, apply: Apply) -> Result<Applied, ApplyError> {
        let _turn = self.0.turn.try_lock().map_err(|_held| ApplyError::Busy)?;
        if !self.0.settled.load(Ordering::SeqCst) {
            return Err(ApplyError::Looking);
        }
        if self.0.power.is_ending() {
            return Err(ApplyError::Ending);
        }
        let (config, warnings) = Config::decode(&apply.bytes)
            .map_err(|faults| ApplyError::Invalid(fault::summary(&faults)))?;
        let maintenance = self.in_maintenance();
        if !maintenance && !config.is_complete() {
            return Err(ApplyError::Partial);
        }
        let faults = config::validate(&config, self.0.mode);
        if !faults.is_empty() {
            return Err(ApplyError::Invalid(fault::summary(&faults)));
        }
        let old = self.0.active.borrow().clone();
        let change = match &old {
            Some(old) if !maintenance => change::plan(old, &config),
            _ => config::Change::Immediate,
        };
        let decision = apply::decide(apply.mode, change, maintenance)?;
        let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        if apply.run == Run::Dry {
            let diff = change::diff(old.as_ref(), &config);
            let details = decision.described(&diff);
            return Ok(Applied { mode: decision.mode, warnings: told, details });
        }
        if decision.mode == ApplyMode::Reboot && self.0.mode == Mode::Container {
            return Err(ApplyError::Reboot(PowerError::Container));
        }
        self.carry_out(&decision, config, old, &apply.actor)?;
        Ok(Applied { mode: decision.mode, warnings: told, details: decision.done() })
    }

    fn carry_out(
        &self,
        decision: &Decision,
        config: Config,
        old: Option<Config>,
        actor: &str,
    ) -> Result<(), ApplyError> {
        if let Some(running) = self.rollback().take() {
            running.abort();
        }
        if let ApplyMode::Try(after) = decision.mode {
            let old = old.ok_or(ApplyError::NoWayBack)?;
            self.put_in_force(config)?;
            self.take_back(old, after);
            return Ok(());
        }
        self.persist(&config)?;
        self.announce(MachineConfig::PERSISTENT, &config)?;
        match decision.mode {
            ApplyMode::Staged | ApplyMode::Try(_) => Ok(()),
            ApplyMode::Reboot => self.0.power.reboot(actor).map_err(ApplyError::Reboot),
            ApplyMode::NoReboot | ApplyMode::Auto => self.put_in_force(config),
        }
    }

    fn rollback(&self) -> std::sync::MutexGuard<'_, Option<AbortHandle>> {
        self.0.rollback.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts `old` in force again after the time, unless another change comes first.
    fn take_back(&self, old: Config, after: Duration) {
        let configuration = self.clone();
        let task = tokio::spawn(async move {
            tokio::time::sleep(after).await;
            tracing::info!("configuration: the tried one is taken back");
            if let Err(error) = configuration.put_in_force(old) {
                tracing::error!("configuration: take back the tried one: {error}");
            }
        });
        *self.rollback() = Some(task.abort_handle());
    }

    fn persist(&self, config: &Config) -> Result<(), ApplyError> {
        let path = self.0.folder.join(FILE);
        linux::fs::write_atomic(&path, config.bytes(), FILE_MODE)
            .map_err(|source| ApplyError::Write { path, source })
    }

    fn put_in_force(&self, config: Config) -> Result<(), ApplyError> {
        let fields = config
            .without_effect()
            .into_iter()
            .map(|warning| ConfigEffect { path: warning.subject(), message: warning.text });
        let effects = ConfigEffects { fields: fields.collect() };
        if !effects.fields.is_empty() {
            let count = effects.fields.len();
            tracing::warn!(
                "configuration: {count} parts have no effect in this version, which the resource ConfigEffects lists"
            );
        }
        let state = &self.0.state;
        state.put(namespace::CONFIG, EFFECTS, OWNER, effects).map_err(ApplyError::Store)?;
        self.announce(MachineConfig::ACTIVE, &config)?;
        self.0.active.send_replace(Some(config));
        Ok(())
    }

    fn announce(&self, id: &'static str, config: &Config) -> Result<(), ApplyError> {
        let text = String::from_utf8_lossy(config.bytes()).into_owned();
        let spec = MachineConfig { text: Secret::new(text) };
        let id = Id::from(id);
        self.0.state.put(namespace::CONFIG, id, OWNER, spec).map_err(ApplyError::Store)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
