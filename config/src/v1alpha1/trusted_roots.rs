//! TrustedRootsConfig: further authorities that the machine trusts as a client.

use crate::field::section;

section! {
    /// Further authorities.
    pub struct TrustedRootsConfig {
        /// What they are called here.
        "name" => name: Option<String>,
        /// Certificates, PEM.
        "certificates" => certificates: Option<String>,
    }
}
