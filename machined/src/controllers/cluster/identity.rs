//! Gives the node its identity: 32 random bytes, made once.
//!
//! reads    nothing
//! writes   `Identity` `local` in `cluster`
//! touches  `node-identity.yaml` in STATE
//!
//! At this version STATE does not outlive a reboot, and so neither does the identity.

use std::path::PathBuf;

use cosi::{BoxError, Context, Controller, Declaration, exclusive};
use resources::cluster::Identity;
use resources::namespace::CLUSTER;

const DECLARATION: Declaration =
    Declaration { name: "cluster.NodeIdentity", inputs: &[], outputs: &[exclusive::<Identity>()] };

/// Digits of the identity's text.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What stands before the identity in its file.
const KEY: &str = "nodeId: ";

/// The controller.
#[derive(Debug)]
pub(super) struct IdentityController {
    folder: PathBuf,
}

impl IdentityController {
    /// Keeps the identity in that folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn load_or_make(&self) -> Result<String, BoxError> {
        let path = self.folder.join("node-identity.yaml");
        let kept = linux::fs::read_bounded(&path, 4096).unwrap_or_default();
        let kept = String::from_utf8_lossy(&kept).trim().strip_prefix(KEY).map(str::to_owned);
        if let Some(kept) = kept.filter(|kept| !kept.is_empty()) {
            return Ok(kept);
        }
        let mut bytes = [0; 32];
        linux::random::fill(&mut bytes)?;
        let made = base62(&bytes);
        linux::fs::write_atomic(&path, format!("{KEY}{made}\n").as_bytes(), 0o600)?;
        Ok(made)
    }
}

impl Controller for IdentityController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let node_id = self.load_or_make()?;
        cx.put(CLUSTER, Identity::ID, Identity { node_id })?;
        Ok(())
    }
}

/// The bytes as one number in base 62, as long division by 62 gives its digits.
fn base62(bytes: &[u8; 32]) -> String {
    let mut number = bytes.to_vec();
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        digits.push(DIGITS.get(rest as usize).copied().unwrap_or(b'0'));
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_base_62() {
        let mut bytes = [0; 32];
        bytes[31] = 61;
        assert_eq!(base62(&bytes), "z");
        bytes[31] = 62;
        assert_eq!(base62(&bytes), "10");
        assert_eq!(base62(&[0xff; 32]).len(), 43);
    }

    #[test]
    fn an_identity_is_made_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let controller = IdentityController::new(folder.path().to_owned());
        let made = controller.load_or_make().expect("an identity");
        assert_eq!(controller.load_or_make().expect("an identity"), made);
    }
}
