//! `machine.systemDiskEncryption`: the system's partitions under LUKS. Deprecated in favour of
//! VolumeConfig.

use crate::field::section;
use crate::v1alpha1::volume::{KmsKey, NodeIdKey, StaticKey};

section! {
    /// Which partitions are encrypted.
    pub struct SystemEncryption {
        /// STATE.
        "state" => state: Option<Encryption>,
        /// EPHEMERAL.
        "ephemeral" => ephemeral: Option<Encryption>,
    }
}

section! {
    /// How a partition is encrypted.
    pub struct Encryption {
        /// The format, `luks2`.
        "provider" => provider: Option<String>,
        /// Keys that open it.
        "keys" => keys: Vec<EncryptionKey>,
        /// Cipher, as cryptsetup names it.
        "cipher" => cipher: Option<String>,
        /// Bits of the key.
        "keySize" => key_size: Option<u32>,
        /// Bytes of a sector.
        "blockSize" => block_size: Option<u64>,
        /// Performance options of dm-crypt.
        "options" => options: Vec<String>,
    }
}

section! {
    /// One key; exactly one kind of it.
    pub struct EncryptionKey {
        /// Slot in the LUKS header.
        "slot" => slot: Option<u32> { default: "0" },
        /// A passphrase in the configuration.
        "static" => passphrase: Option<StaticKey>,
        /// Derived from the node's identity.
        "nodeID" => node_id: Option<NodeIdKey>,
        /// Sealed by a server.
        "kms" => kms: Option<KmsKey>,
        /// Sealed by the TPM.
        "tpm" => tpm: Option<TpmKey>,
    }
}

section! {
    /// The TPM.
    pub struct TpmKey {
        /// Whether enrolment insists on SecureBoot.
        "checkSecurebootStatusOnEnroll" => check_secureboot_on_enroll: Option<bool> { default: "false" },
    }
}
