//! VolumeConfig: a volume of the system; and what all kinds of volumes share.

use types::Secret;

use crate::field::{choice, section};
use crate::value::Size;

section! {
    /// Says where a volume of the system is and how it is encrypted.
    pub struct VolumeConfig as "block.VolumeConfigV1Alpha1" {
        /// Which volume: `STATE`, `EPHEMERAL` or `IMAGECACHE`.
        "name" => name: Option<String> { example: "EPHEMERAL" },
        /// On which disk, and how large.
        "provisioning" => provisioning: Option<Provisioning>,
        /// How it is encrypted. Without it, it is not.
        "encryption" => encryption: Option<Encryption>,
        /// How it is mounted.
        "mount" => mount: Option<SystemMount>,
    }
}

section! {
    /// Where a volume is made, and how large.
    pub struct Provisioning as "block.ProvisioningSpec" {
        /// Which disk.
        "diskSelector" => disk_selector: Option<DiskSelector>,
        /// Whether it takes all the space there is, up to `maxSize`.
        "grow" => grow: Option<bool>,
        /// Space that there must be.
        "minSize" => min_size: Option<Size> { example: "10GiB" },
        /// Space that it takes at most: an amount, a percentage of the disk, or with `-` in front what is left.
        "maxSize" => max_size: Option<Size> { example: "50GiB" },
    }
}

section! {
    /// What a disk must be.
    pub struct DiskSelector as "block.DiskSelector" {
        /// A CEL expression over `disk` that holds for it.
        "match" => matches: Option<String> { example: "disk.size > 120u * GB && disk.size < 1u * TB" },
    }
}

section! {
    /// How a volume of the system is mounted.
    pub struct SystemMount as "block.MountSpec" {
        /// Whether device nodes and set-user-ID programs on it have no force.
        "secure" => secure: Option<bool> { default: "true" },
    }
}

section! {
    /// How a volume is encrypted.
    pub struct Encryption as "block.EncryptionSpec" {
        /// The format.
        "provider" => provider: Option<EncryptionProvider> { example: "luks2" },
        /// Keys that open it, each by itself.
        "keys" => keys: Vec<EncryptionKey> { example: "[{slot: 0, tpm: {}}]" },
        /// The cipher.
        "cipher" => cipher: Option<Cipher> { default: "aes-xts-plain64" },
        /// Bits of the key. Without it the cipher decides.
        "keySize" => key_size: Option<u32> { example: "512" },
        /// Bytes of a sector. Without it the disk decides.
        "blockSize" => block_size: Option<u64> { example: "4096" },
        /// Options of dm-crypt for speed.
        "options" => options: Vec<String> { example: "[no_read_workqueue, no_write_workqueue]" },
    }
}

choice! {
    /// Formats of encryption.
    pub enum EncryptionProvider {
        /// LUKS 2.
        Luks2 = "luks2",
    }
}

choice! {
    /// Ciphers.
    pub enum Cipher {
        /// AES, for processors that know it.
        AesXts = "aes-xts-plain64",
        /// Adiantum with 12 rounds, for those that do not.
        Xchacha12 = "xchacha12,aes-adiantum-plain64",
        /// Adiantum with 20 rounds.
        Xchacha20 = "xchacha20,aes-adiantum-plain64",
    }
}

section! {
    /// A key: exactly one of `static`, `nodeID`, `kms` and `tpm`.
    pub struct EncryptionKey as "block.EncryptionKey" {
        /// Its place in the header, each only once.
        "slot" => slot: Option<u32> { default: "0" },
        /// A passphrase from here.
        "static" => passphrase: Option<StaticKey>,
        /// Derived from the machine's identity and the volume's name.
        "nodeID" => node_id: Option<NodeIdKey>,
        /// Sealed by a server.
        "kms" => kms: Option<KmsKey>,
        /// Sealed by the machine's TPM.
        "tpm" => tpm: Option<TpmKey>,
        /// Whether it opens only together with the volume STATE of this machine.
        "lockToState" => lock_to_state: Option<bool> { default: "false" },
    }
}

section! {
    /// A passphrase.
    pub struct StaticKey as "block.EncryptionKeyStatic" {
        /// The passphrase.
        "passphrase" => passphrase: Option<Secret<String>>,
    }
}

section! {
    /// A key from the machine's identity; there is nothing to say about it.
    pub struct NodeIdKey as "block.EncryptionKeyNodeID" {}
}

section! {
    /// A server that seals keys.
    pub struct KmsKey as "block.EncryptionKeyKMS" {
        /// Its URL.
        "endpoint" => endpoint: Option<String> { example: "https://192.168.88.21:4443" },
    }
}

section! {
    /// The machine's TPM.
    pub struct TpmKey as "block.EncryptionKeyTPM" {
        /// What the key depends on.
        "options" => options: Option<TpmOptions>,
        /// Whether a key is sealed only if SecureBoot is on.
        "checkSecurebootStatusOnEnroll" => check_secureboot_on_enroll: Option<bool> { default: "false" },
    }
}

section! {
    /// What a key in the TPM depends on.
    pub struct TpmOptions as "block.EncryptionKeyTPMOptions" {
        /// Registers whose values must be those of when it was sealed, 0 to 23.
        "pcrs" => pcrs: Vec<u8> { default: "[7]" },
    }
}
