//! Keys and certificates of the machine API.
//!
//! The authority comes from the configuration, or before there is one is made here; the node's own
//! certificates follow from it and from the node's names.

mod api_certificates;
mod cert_san;
mod maintenance_root;
mod os_root;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosi::Controller;
use linux::KernelError;
use linux::time::Clock;
use types::paths;

/// Read and write for root alone.
const KEY_MODE: u32 = 0o600;
/// Largest file that is kept here, in bytes; a key and a certificate are a few hundred each.
const LARGEST: usize = 64 << 10;

/// Every controller of this group, in the order of their names.
pub(super) fn controllers() -> Vec<Box<dyn Controller>> {
    let folder = PathBuf::from(paths::STATE);
    vec![
        Box::new(api_certificates::ApiCertificatesController::new(folder.clone())),
        Box::new(cert_san::CertSanController),
        Box::new(maintenance_root::MaintenanceRootController::new(folder)),
        Box::new(os_root::OsRootController),
    ]
}

/// The wall clock.
fn now() -> SystemTime {
    UNIX_EPOCH + linux::time::now(Clock::Realtime)
}

/// The text of a file that an earlier machined of this boot has kept.
fn kept(path: &Path) -> Option<String> {
    let bytes = linux::fs::read_bounded(path, LARGEST).ok()?;
    String::from_utf8(bytes).ok()
}

/// Keeps a text for a later machined of this boot.
fn keep(path: &Path, text: &str) -> Result<(), KernelError> {
    linux::fs::write_atomic(path, text.as_bytes(), KEY_MODE)
}

/// When a certificate of that lifetime is to be renewed: at half of it.
fn half(lifetime: Duration) -> Duration {
    lifetime / 2
}
