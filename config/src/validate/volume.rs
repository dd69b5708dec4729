//! Rules of volumes.

use super::Report;
use crate::cel::Purpose;
use crate::v1alpha1::user_volume::{FilesystemType, UserVolumeType};
use crate::v1alpha1::volume::{Encryption, Provisioning};
use crate::v1alpha1::{
    ExistingVolumeConfig, ExternalVolumeConfig, RawVolumeConfig, SwapVolumeConfig,
    UserVolumeConfig, VolumeConfig,
};
use crate::value::{Amount, Size};

/// Longest name of a volume: with its prefix, as `u-`, it is a label of a partition, which has 36
/// characters (UEFI specification, table 5-6).
const MAX_NAME: usize = 34;
/// Volumes of the system that can be configured.
const SYSTEM: [&str; 3] = ["STATE", "EPHEMERAL", "IMAGECACHE"];
/// Last platform configuration register of a TPM (PC client profile).
const LAST_PCR: u8 = 23;

pub(super) fn system(document: &VolumeConfig, report: &mut Report) {
    let name = document.name.as_deref().unwrap_or_default();
    if !SYSTEM.contains(&name) {
        report.wrong_value("name", name, format!("must be one of {}", SYSTEM.join(", ")));
    }
    if let Some(part) = &document.provisioning {
        if name == "STATE" && *part != Provisioning::default() {
            report.wrong("provisioning", "must be absent for STATE, which has its place");
        }
        sizes(part, report);
        selector(part, Needed::No, report);
    }
    encryption(document.encryption.as_ref(), report);
    let keys = document.encryption.iter().flat_map(|part| &part.keys);
    for (index, _) in keys.enumerate().filter(|(_, key)| key.lock_to_state == Some(true)) {
        if name == "STATE" {
            let path = format!("encryption.keys[{index}].lockToState");
            report.wrong(&path, "must be off for STATE itself");
        }
    }
}

/// What is set must go with what the volume is made of.
pub(super) fn user(document: &UserVolumeConfig, report: &mut Report) {
    volume_name(document.name.as_deref(), report);
    let part = document.provisioning.clone().unwrap_or_default();
    match document.volume_type.unwrap_or(UserVolumeType::Partition) {
        UserVolumeType::Directory => {
            for (key, set) in [
                ("provisioning", document.provisioning.is_some()),
                ("filesystem", document.filesystem.is_some()),
                ("encryption", document.encryption.is_some()),
                ("mount", document.mount.is_some()),
            ] {
                if set {
                    report.wrong(key, "must be absent when volumeType is directory");
                }
            }
        }
        UserVolumeType::Disk => {
            selector(&part, Needed::Yes, report);
            for (key, set) in [
                ("grow", part.grow.is_some()),
                ("minSize", part.min_size.is_some()),
                ("maxSize", part.max_size.is_some()),
            ] {
                if set {
                    let path = format!("provisioning.{key}");
                    report.wrong(&path, "must be absent when volumeType is disk");
                }
            }
        }
        UserVolumeType::Partition => partition(&part, report),
    }
    if let Some(filesystem) = &document.filesystem
        && filesystem.project_quota_support == Some(true)
        && filesystem.kind == Some(FilesystemType::Ext4)
    {
        report.wrong("filesystem.projectQuotaSupport", "must be off unless type is xfs");
    }
    encryption(document.encryption.as_ref(), report);
}

pub(super) fn raw(document: &RawVolumeConfig, report: &mut Report) {
    volume_name(document.name.as_deref(), report);
    partition(&document.provisioning.clone().unwrap_or_default(), report);
    encryption(document.encryption.as_ref(), report);
}

pub(super) fn swap(document: &SwapVolumeConfig, report: &mut Report) {
    volume_name(document.name.as_deref(), report);
    partition(&document.provisioning.clone().unwrap_or_default(), report);
    encryption(document.encryption.as_ref(), report);
}

pub(super) fn existing(document: &ExistingVolumeConfig, report: &mut Report) {
    volume_name(document.name.as_deref(), report);
    let discovery = document.discovery.as_ref();
    let selector = discovery.and_then(|part| part.volume_selector.as_ref()?.matches.as_deref());
    let path = "discovery.volumeSelector.match";
    match selector.filter(|text| !text.is_empty()) {
        None => report.wrong(path, "must be set"),
        Some(text) => report.expression(path, text, Purpose::Volume),
    }
}

pub(super) fn external(document: &ExternalVolumeConfig, report: &mut Report) {
    volume_name(document.name.as_deref(), report);
    if document.filesystem_type.is_none() {
        report.wrong("filesystemType", "must be set");
    }
    let tag = document.mount.as_ref().and_then(|mount| mount.virtiofs.as_ref()?.tag.as_deref());
    if tag.unwrap_or_default().is_empty() {
        report.wrong("mount.virtiofs.tag", "must be set");
    }
}

fn volume_name(name: Option<&str>, report: &mut Report) {
    let name = name.unwrap_or_default();
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !(1..=MAX_NAME).contains(&name.len()) || !name.chars().all(good) {
        let rule = format!("must have 1 to {MAX_NAME} letters, digits and hyphens");
        report.wrong_value("name", name, rule);
    }
}

/// A partition needs a disk and a size.
fn partition(part: &Provisioning, report: &mut Report) {
    selector(part, Needed::Yes, report);
    if part.min_size.is_none() && part.max_size.is_none() {
        report.wrong("provisioning", "must have a minSize or a maxSize");
    }
    sizes(part, report);
}

/// Whether a disk must be named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    Yes,
    No,
}

fn selector(part: &Provisioning, needed: Needed, report: &mut Report) {
    let path = "provisioning.diskSelector.match";
    let text = part.disk_selector.as_ref().and_then(|selector| selector.matches.as_deref());
    match text.filter(|text| !text.is_empty()) {
        Some(text) => report.expression(path, text, Purpose::Disk),
        None if needed == Needed::Yes => report.wrong(path, "must be set"),
        None => {}
    }
}

/// min size | max size         |
/// ---------|------------------|--------------------------
/// bytes    | bytes, not less  | right
/// bytes    | less             | wrong
/// bytes    | other or absent  | right: the disk decides
/// other    | any              | wrong
fn sizes(part: &Provisioning, report: &mut Report) {
    let amount = |size: &Option<Size>| size.as_ref().and_then(Size::amount);
    let path = "provisioning.minSize";
    match (amount(&part.min_size), amount(&part.max_size)) {
        (Some(Amount::Bytes(min)), Some(Amount::Bytes(max))) if min > max => {
            report.wrong(path, "must be at most maxSize");
        }
        (Some(Amount::Bytes(_)) | None, _) => {}
        (Some(_), _) => {
            let text = part.min_size.as_ref().map(Size::as_str).unwrap_or_default();
            report.wrong_value(path, text, "must be an amount of bytes, as 10GiB");
        }
    }
}

/// Keys of which each says what it is, in slots of their own.
fn encryption(part: Option<&Encryption>, report: &mut Report) {
    let Some(part) = part else { return };
    if part.provider.is_none() {
        report.wrong("encryption.provider", "must be set, to luks2");
    }
    if part.keys.is_empty() {
        report.wrong("encryption.keys", "must hold a key");
    }
    for (index, key) in part.keys.iter().enumerate() {
        let path = format!("encryption.keys[{index}]");
        let slot = key.slot.unwrap_or(0);
        if part.keys[..index].iter().any(|other| other.slot.unwrap_or(0) == slot) {
            report.wrong_value(
                &format!("{path}.slot"),
                &slot.to_string(),
                "must not be used twice",
            );
        }
        let passphrase = key.passphrase.is_some();
        if !passphrase && key.node_id.is_none() && key.kms.is_none() && key.tpm.is_none() {
            report.wrong(&path, "must be one of static, nodeID, kms, tpm");
        }
        let registers = key.tpm.iter().flat_map(|tpm| &tpm.options).flat_map(|part| &part.pcrs);
        for (at, register) in registers.enumerate().filter(|(_, number)| **number > LAST_PCR) {
            report.wrong_value(
                &format!("{path}.tpm.options.pcrs[{at}]"),
                &register.to_string(),
                format!("must be from 0 to {LAST_PCR}"),
            );
        }
    }
}
