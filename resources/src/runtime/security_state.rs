//! What protects the machine.

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    value::choices,
    wire::message,
};

choices! {
    /// How far SELinux goes.
    pub enum SelinuxState {
        Disabled = 0 "disabled",
        Permissive = 1 "enabled, permissive",
        Enforcing = 2 "enabled, enforcing",
    }
}

choices! {
    /// How far FIPS mode goes.
    pub enum FipsState {
        Disabled = 0 "disabled",
        Enabled = 1 "enabled",
        Strict = 2 "enabled, strict",
    }
}

/// Protections that are active. The id is `securitystate`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityState {
    /// Whether the firmware checked what it started.
    pub secure_boot: bool,
    /// Who signed the kernel image.
    #[serde(skip_serializing_if = "empty")]
    pub uki_signing_key_fingerprint: String,
    /// Who signed the measurements that open the disk.
    #[serde(skip_serializing_if = "empty")]
    pub pcr_signing_key_fingerprint: String,
    /// SELinux.
    #[serde(skip_serializing_if = "empty")]
    pub selinux_state: SelinuxState,
    /// FIPS mode.
    #[serde(skip_serializing_if = "empty")]
    pub fips_state: FipsState,
    /// Whether the kernel came as a unified image.
    #[serde(rename = "bootedWithUKI", skip_serializing_if = "empty")]
    pub booted_with_uki: bool,
    /// Whether the kernel refuses unsigned modules.
    #[serde(skip_serializing_if = "empty")]
    pub module_signature_enforced: bool,
}

message!(SecurityState as "runtime.SecurityStateSpec" {
    1: secure_boot, 2: uki_signing_key_fingerprint, 3: pcr_signing_key_fingerprint,
    4: selinux_state, 5: booted_with_uki, 6: fips_state, 7: module_signature_enforced,
});

impl SecurityState {
    /// The id of the only one.
    pub const ID: &str = "securitystate";
}

spec!(
    SecurityState,
    "SecurityStates.talos.dev",
    namespace::RUNTIME,
    Definition::new().columns(&[
        ("SecureBoot", "{.secureBoot}"),
        ("UKISigningKeyFingerprint", "{.ukiSigningKeyFingerprint}"),
        ("PCRSigningKeyFingerprint", "{.pcrSigningKeyFingerprint}"),
        ("SELinuxState", "{.selinuxState}"),
        ("ModuleSignatureEnforced", "{.moduleSignatureEnforced}")
    ])
);
