//! TrustedRootsConfig: further authorities that the machine trusts as a client.

use crate::field::section;

section! {
    /// Makes the machine trust further authorities when it connects to others.
    pub struct TrustedRootsConfig as "security.TrustedRootsConfigV1Alpha1" {
        /// What they are called here.
        "name" => name: Option<String> { required: true, example: "company" },
        /// Their certificates, PEM.
        "certificates" => certificates: Option<String> { example: "-----BEGIN CERTIFICATE-----" },
    }
}
