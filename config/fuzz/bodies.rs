//! What each fuzz target does with its bytes: a panic is a finding.
//!
//! The tests include this file and run it over the corpus, so what was found once stays found.

#![allow(dead_code, reason = "each target uses one of them")]

use config::patch::{self, NoPatch, Patch, PatchError};
use config::{Config, Fault, change, pki, validate};
use types::Mode;

/// Stands between the configuration and the patch.
pub(crate) const SEPARATOR: &str = "\n=====\n";

/// Faults are told, each with its place; a configuration that is taken is written and read again as
/// the same, is valid or not without end, and differs in nothing from itself.
pub(crate) fn decode(bytes: &[u8]) {
    let config = match Config::decode(bytes) {
        Ok((config, _)) => config,
        Err(faults) => return placed(&faults),
    };
    assert_eq!(config.bytes(), bytes);
    for mode in [Mode::Metal, Mode::Cloud, Mode::Container, Mode::MetalAgent] {
        let faults = validate(&config, mode);
        assert!(faults.iter().all(|fault| fault.place.line > 0), "no place: {faults:?}");
    }
    let written = config.encode();
    let again = Config::decode(written.as_bytes());
    let again = again.unwrap_or_else(|faults| panic!("{faults:?}\n{written}")).0;
    assert_eq!(again.encode(), written);
    assert_eq!(again.redacted().lines().count(), written.lines().count());
    assert_eq!(change::diff(Some(&config), &again), "");
    assert!(change::differences(&config, &again).is_empty());
}

/// There are some, and each has a place.
fn placed(faults: &[Fault]) {
    assert!(!faults.is_empty());
    assert!(faults.iter().all(|fault| fault.place.line > 0), "no place: {faults:?}");
}

/// A patch is refused with places or makes a configuration; what leads from the one to the other does.
pub(crate) fn patch(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some((text, changes)) = text.split_once(SEPARATOR) else { return };
    let patch = match Patch::decode(changes.as_bytes()) {
        Ok(patch) => patch,
        Err(faults) => return placed(&faults),
    };
    let Ok((config, _)) = Config::decode(text.as_bytes()) else { return };
    let patched = match patch::apply(&config, &[patch]) {
        Ok(patched) => patched,
        Err(PatchError::Unfit { fault, .. }) => return placed(&[*fault]),
        Err(PatchError::Result(faults)) => return placed(&faults),
        Err(PatchError::Nothing) => return,
    };
    let written = patched.encode();
    let again = Config::decode(written.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(again.0.encode(), written);
    leads(&config, &patched);
    leads(&patched, &config);
}

/// The patch between two configurations makes the second of the first.
pub(crate) fn leads(from: &Config, to: &Config) {
    let differ = !change::differences(from, to).is_empty();
    let between = match patch::between(from, to) {
        Ok(between) => between,
        Err(NoPatch::Root | NoPatch::Marker) => return,
    };
    assert_eq!(between.is_empty(), !differ, "{between}");
    if differ {
        let patch = Patch::decode(between.as_bytes());
        let patch = patch.unwrap_or_else(|faults| panic!("{faults:?}\n{between}"));
        let reached =
            patch::apply(from, &[patch]).unwrap_or_else(|error| panic!("{error}\n{between}"));
        let rest = change::differences(&reached, to);
        assert!(rest.is_empty(), "{rest:?}\n{between}");
    }
}

/// Each document with an expression is decoded and validated with this one: that is where expressions
/// are parsed and their types checked.
pub(crate) fn cel(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Double quotes hold any text; JSON's escapes are YAML's.
    let quoted: String = text.chars().map(escape).collect();
    for document in [
        format!(
            "{{kind: OOMConfig, triggerExpression: \"{quoted}\", cgroupRankingExpression: \"{quoted}\""
        ),
        format!(
            "{{kind: VolumeConfig, name: EPHEMERAL, provisioning: {{diskSelector: {{match: \"{quoted}\"}}}}"
        ),
        format!(
            "{{kind: ExistingVolumeConfig, name: a, discovery: {{volumeSelector: {{match: \"{quoted}\"}}}}"
        ),
        format!("{{kind: LinkAliasConfig, name: a, selector: {{match: \"{quoted}\"}}"),
    ] {
        let document = format!("{document}, apiVersion: v1alpha1}}");
        match Config::decode(document.as_bytes()) {
            Ok((config, _)) => {
                let faults = validate(&config, Mode::Metal);
                assert!(faults.iter().all(|fault| fault.place.line > 0), "no place: {faults:?}");
            }
            Err(faults) => placed(&faults),
        }
    }
}

/// A character inside double quotes.
fn escape(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() || !c.is_ascii() => format!("\\U{:08x}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Blocks are read and written again as the same; keys and certificates are read or refused.
pub(crate) fn pem(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(blocks) = pki::pem::read(text) {
        for block in &blocks {
            let written = pki::pem::write(&block.label, &block.der);
            let again =
                pki::pem::read(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(again.len(), 1, "{written}");
            assert_eq!((&again[0].label, &*again[0].der), (&block.label, &*block.der));
        }
    }
    let certificate = pki::pem::certificate(text);
    assert!(certificate.is_err() || pki::pem::certificates(text).is_ok());
    if let Ok(key) = pki::key::PrivateKey::from_pem(text) {
        let again = pki::key::PrivateKey::from_pem(key.pem().expose());
        assert!(again.is_ok_and(|again| again.public_key_der().ok() == key.public_key_der().ok()));
    }
    drop(pki::authority::Authority::from_pem(text, text));
}
