//! Files are read as they are written, and whatever is wrong with one is named.

use std::time::Duration;

use super::*;
use crate::fault::summary;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

#[test]
fn a_file_is_read_as_it_is_written() {
    for cipher in [Cipher::Secretbox, Cipher::AesCbc] {
        let bundle = Bundle::with_cipher(cipher, now()).unwrap();
        let text = bundle.encode();
        let read = Bundle::decode(text.as_bytes(), now()).unwrap();
        assert_eq!(read.cipher, cipher);
        assert_eq!(read.encode(), text);
    }
}

#[test]
fn the_file_of_another_client_is_read_and_kept() {
    // Ed25519, EC and RSA keys, each under the label that such files have.
    let text = include_str!("../../../../testdata/secrets/foreign.yaml");
    let bundle = Bundle::decode(text.as_bytes(), now()).unwrap();
    assert!(bundle.os.key().pem().expose().starts_with("-----BEGIN ED25519 PRIVATE KEY-----"));
    assert!(bundle.service_account.pem().expose().starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    assert_eq!(bundle.encode(), text);
}

/// The faults of a good file in which one text stands for another.
fn check(from: &str, to: &str, expected: &str) {
    let good = include_str!("../../../../testdata/secrets/foreign.yaml");
    assert!(good.contains(from), "{from}");
    let bad = good.replacen(from, to, 1);
    let faults = Bundle::decode(bad.as_bytes(), now()).unwrap_err();
    assert_eq!(summary(&faults), expected);
}

#[test]
fn whatever_is_wrong_is_named() {
    check(
        "    secret: ",
        "    secrt: ",
        "3:5: cluster.secrt: unknown field, did you mean \"secret\"?",
    );
    check("    id: ", "    id: \"\" # ", "2:5: cluster.id: must not be empty");
    check(
        "    bootstraptoken: ",
        "    bootstraptoken: x",
        "5:5: secrets.bootstraptoken: must be 6 and 16 lower-case letters or digits with a dot between",
    );
    check(
        "    secretboxencryptionsecret: ",
        "    secretboxencryptionsecret: x",
        "6:5: secrets.secretboxencryptionsecret: must be base64 of 32 bytes",
    );
    check(
        "    secretboxencryptionsecret: ",
        "    # ",
        "4:1: secrets: must have an encryption secret",
    );
    check(
        "    secretboxencryptionsecret: ",
        "    aescbcencryptionsecret: AAAA\n    secretboxencryptionsecret: ",
        "6:5: secrets.aescbcencryptionsecret: must not be set beside the secretbox one",
    );
    check(
        "trustdinfo:\n    token:",
        "trustdinfo:\n    # token:",
        "7:1: trustdinfo.token: must be set",
    );
}

#[test]
fn an_empty_file_lacks_everything() {
    let faults = Bundle::decode(b"{}", now()).unwrap_err();
    assert_eq!(faults.len(), 10, "{}", summary(&faults));
    Bundle::decode(b"", now()).unwrap_err();
    Bundle::decode(b"- a", now()).unwrap_err();
}

#[test]
fn a_key_of_another_authority_and_an_old_one_are_refused() {
    let bundle = Bundle::generate(now()).unwrap();
    let text = bundle.encode();
    let other = STANDARD.encode(PrivateKey::generate().unwrap().pem().expose());
    let own = STANDARD.encode(bundle.os.key().pem().expose());
    let faults = Bundle::decode(text.replace(&own, &other).as_bytes(), now()).unwrap_err();
    assert_eq!(summary(&faults), "21:5: certs.os: certificate and key do not belong together");
    let later = now() + crate::pki::authority::AUTHORITY_LIFETIME + Duration::from_secs(1);
    let faults = Bundle::decode(text.as_bytes(), later).unwrap_err();
    let ended = |fault: &&Fault| fault.rule == "the certificate has ended";
    assert_eq!(faults.iter().filter(ended).count(), 4, "{}", summary(&faults));
}
