//! Makes the authority of maintenance mode, once per boot.
//!
//! reads    nothing
//! writes   `MaintenanceRoot` `maintenance` in `secrets`
//! touches  `maintenance-ca.crt`, `maintenance-ca.key` in STATE, so that a restarted machined goes on
//!          with the same authority

use std::path::PathBuf;

use ::config::pki::authority::Authority;
use cosi::{BoxError, Context, Controller, Declaration, exclusive};
use resources::namespace::SECRETS;
use resources::secrets::MaintenanceRoot;
use resources::value::CertificateAndKey;

const DECLARATION: Declaration = Declaration {
    name: "secrets.MaintenanceRoot",
    inputs: &[],
    outputs: &[exclusive::<MaintenanceRoot>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct MaintenanceRootController {
    folder: PathBuf,
}

impl MaintenanceRootController {
    /// Keeps the authority in that folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn load_or_make(&self) -> Result<CertificateAndKey, BoxError> {
        let crt_path = self.folder.join("maintenance-ca.crt");
        let key_path = self.folder.join("maintenance-ca.key");
        if let (Some(crt), Some(key)) = (super::kept(&crt_path), super::kept(&key_path))
            && Authority::from_pem(&crt, &key).is_ok()
        {
            return Ok(CertificateAndKey::new(crt, key));
        }
        let authority = Authority::generate(None, super::now())?;
        let key = authority.key().pem().expose().clone();
        super::keep(&key_path, &key)?;
        super::keep(&crt_path, authority.certificate())?;
        Ok(CertificateAndKey::new(authority.certificate().to_owned(), key))
    }
}

impl Controller for MaintenanceRootController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let ca = Some(self.load_or_make()?);
        cx.put(SECRETS, MaintenanceRoot::ID, MaintenanceRoot { ca })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_machined_goes_on_with_the_first_ones_authority() {
        let folder = tempfile::tempdir().expect("a folder");
        let make = || {
            let controller = MaintenanceRootController::new(folder.path().to_owned());
            controller.load_or_make().expect("an authority")
        };
        assert_eq!(make(), make());
        std::fs::write(folder.path().join("maintenance-ca.key"), "damaged").expect("written");
        make();
    }
}
