//! A bundle's file, as clients of the contract keep it, and a bundle out of a control plane's
//! configuration.
//!
//! Whatever is wrong with either is told at once, each fault with its field and place; no fault shows
//! a value.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use types::Secret;

use super::{Bundle, Cipher, is_token};
use crate::document::Config;
use crate::fault::{Fault, Place};
use crate::field::{Context, Field, section};
use crate::locate;
use crate::pki::{Authority, PrivateKey};
use crate::value::{CertificateAndKey, KeyOnly, Pem, PemKey};
use crate::yaml::read;
use crate::yaml::tree::Show;

section! {
    /// The file. Its keys are lower case throughout.
    pub struct SecretsFile {
        /// Identity at a discovery service.
        "cluster" => cluster: Option<Membership>,
        /// What Kubernetes keeps secret.
        "secrets" => secrets: Option<Kubernetes>,
        /// How machines join.
        "trustdinfo" => trust: Option<Trust>,
        /// Authorities and keys.
        "certs" => certs: Option<Certificates>,
    }
}

section! {
    /// Identity at a discovery service.
    pub struct Membership {
        /// Names the cluster.
        "id" => id: Option<String>,
        /// Encrypts what is told.
        "secret" => secret: Option<Secret<String>>,
    }
}

section! {
    /// What Kubernetes keeps secret: a token, and the key of one of two ciphers.
    pub struct Kubernetes {
        /// Lets a kubelet join.
        "bootstraptoken" => token: Option<Secret<String>>,
        /// Key of the older cipher.
        "aescbcencryptionsecret" => aescbc: Option<Secret<String>>,
        /// Key of the newer cipher.
        "secretboxencryptionsecret" => secretbox: Option<Secret<String>>,
    }
}

section! {
    /// How machines join.
    pub struct Trust {
        /// Lets a machine ask for its certificate.
        "token" => token: Option<Secret<String>>,
    }
}

section! {
    /// Authorities and keys.
    pub struct Certificates {
        /// etcd's authority.
        "etcd" => etcd: Option<CertificateAndKey>,
        /// Kubernetes' authority.
        "k8s" => kubernetes: Option<CertificateAndKey>,
        /// The authority of the aggregation layer.
        "k8saggregator" => aggregator: Option<CertificateAndKey>,
        /// Signs the tokens of service accounts.
        "k8sserviceaccount" => service_account: Option<KeyOnly>,
        /// The authority of the machine API.
        "os" => os: Option<CertificateAndKey>,
    }
}

/// What the parts of a bundle are called where they come from, in the order of [`Parts`].
struct Names {
    cluster_id: &'static str,
    cluster_secret: &'static str,
    bootstrap_token: &'static str,
    /// The section that holds the key of one cipher.
    ciphers: &'static str,
    aescbc: &'static str,
    secretbox: &'static str,
    machine_token: &'static str,
    os: &'static str,
    kubernetes: &'static str,
    etcd: &'static str,
    aggregator: &'static str,
    service_account: &'static str,
}

const IN_FILE: Names = Names {
    cluster_id: "cluster.id",
    cluster_secret: "cluster.secret",
    bootstrap_token: "secrets.bootstraptoken",
    ciphers: "secrets",
    aescbc: "secrets.aescbcencryptionsecret",
    secretbox: "secrets.secretboxencryptionsecret",
    machine_token: "trustdinfo.token",
    os: "certs.os",
    kubernetes: "certs.k8s",
    etcd: "certs.etcd",
    aggregator: "certs.k8saggregator",
    service_account: "certs.k8sserviceaccount",
};

const IN_CONFIG: Names = Names {
    cluster_id: "cluster.id",
    cluster_secret: "cluster.secret",
    bootstrap_token: "cluster.token",
    ciphers: "cluster",
    aescbc: "cluster.aescbcEncryptionSecret",
    secretbox: "cluster.secretboxEncryptionSecret",
    machine_token: "machine.token",
    os: "machine.ca",
    kubernetes: "cluster.ca",
    etcd: "cluster.etcd.ca",
    aggregator: "cluster.aggregatorCA",
    service_account: "cluster.serviceAccount",
};

/// The parts of a bundle, none of them checked.
#[derive(Default)]
struct Parts {
    cluster_id: Option<String>,
    cluster_secret: Option<Secret<String>>,
    bootstrap_token: Option<Secret<String>>,
    aescbc: Option<Secret<String>>,
    secretbox: Option<Secret<String>>,
    machine_token: Option<Secret<String>>,
    os: Option<CertificateAndKey>,
    kubernetes: Option<CertificateAndKey>,
    etcd: Option<CertificateAndKey>,
    aggregator: Option<CertificateAndKey>,
    service_account: Option<KeyOnly>,
}

impl Bundle {
    /// The bundle's file, secrets included.
    #[must_use]
    pub fn encode(&self) -> String {
        let (aescbc, secretbox) = match self.cipher {
            Cipher::AesCbc => (Some(self.encryption_key.clone()), None),
            Cipher::Secretbox => (None, Some(self.encryption_key.clone())),
        };
        let file = SecretsFile {
            cluster: Some(Membership {
                id: Some(self.cluster_id.clone()),
                secret: Some(self.cluster_secret.clone()),
            }),
            secrets: Some(Kubernetes {
                token: Some(self.bootstrap_token.clone()),
                aescbc,
                secretbox,
            }),
            trust: Some(Trust { token: Some(self.machine_token.clone()) }),
            certs: Some(Certificates {
                etcd: Some(pair(&self.etcd)),
                kubernetes: Some(pair(&self.kubernetes)),
                aggregator: Some(pair(&self.aggregator)),
                service_account: Some(KeyOnly {
                    key: Some(PemKey(self.service_account.pem().clone())),
                }),
                os: Some(pair(&self.os)),
            }),
        };
        file.encode().map(|tree| tree.to_yaml(Show::Secrets)).unwrap_or_default()
    }

    /// Reads a bundle's file. `now` tells whether an authority has ended.
    ///
    /// # Errors
    /// All faults of the text and of what it holds.
    pub fn decode(bytes: &[u8], now: SystemTime) -> Result<Self, Vec<Fault>> {
        let nodes = read::stream(bytes)?;
        let Some(node) = nodes.first() else {
            return Err(vec![Fault::at(Place::START, "there is no document in it")]);
        };
        let mut faults = Vec::new();
        let file = SecretsFile::decode(node, &mut Context::new("", &mut faults));
        if !faults.is_empty() {
            return Err(faults);
        }
        let SecretsFile { cluster, secrets, trust, certs } = file.unwrap_or_default();
        let (cluster, secrets) = (cluster.unwrap_or_default(), secrets.unwrap_or_default());
        let certs = certs.unwrap_or_default();
        let parts = Parts {
            cluster_id: cluster.id,
            cluster_secret: cluster.secret,
            bootstrap_token: secrets.token,
            aescbc: secrets.aescbc,
            secretbox: secrets.secretbox,
            machine_token: trust.unwrap_or_default().token,
            os: certs.os,
            kubernetes: certs.kubernetes,
            etcd: certs.etcd,
            aggregator: certs.aggregator,
            service_account: certs.service_account,
        };
        assemble(parts, &IN_FILE, now).map_err(|mut faults| {
            for fault in &mut faults {
                fault.place = locate::place(&nodes, "", &fault.path);
            }
            faults
        })
    }

    /// The bundle of the cluster that a control plane's configuration belongs to.
    ///
    /// # Errors
    /// All that it lacks: a worker has no keys.
    pub fn from_control_plane(config: &Config, now: SystemTime) -> Result<Self, Vec<Fault>> {
        let machine = config.machine().cloned().unwrap_or_default();
        let cluster = config.cluster().cloned().unwrap_or_default();
        let parts = Parts {
            cluster_id: cluster.id,
            cluster_secret: cluster.secret,
            bootstrap_token: cluster.token,
            aescbc: cluster.aescbc_encryption_secret,
            secretbox: cluster.secretbox_encryption_secret,
            machine_token: machine.token,
            os: machine.ca,
            kubernetes: cluster.ca,
            etcd: cluster.etcd.and_then(|etcd| etcd.ca),
            aggregator: cluster.aggregator_ca,
            service_account: cluster.service_account,
        };
        assemble(parts, &IN_CONFIG, now).map_err(|faults| config.locate(faults))
    }
}

/// An authority as documents hold it.
fn pair(authority: &Authority) -> CertificateAndKey {
    CertificateAndKey {
        certificate: Some(Pem(authority.certificate().to_owned())),
        key: Some(PemKey(authority.key().pem().clone())),
    }
}

/// What is wrong with the parts, by the name of the field.
#[derive(Default)]
struct Report(Vec<Fault>);

impl Report {
    fn wrong(&mut self, path: &str, rule: impl Into<String>) {
        self.0.push(Fault { path: path.to_owned(), ..Fault::at(Place::default(), rule) });
    }

    /// A part that has to be there, and to keep a rule.
    fn need<T>(
        &mut self,
        path: &str,
        part: Option<T>,
        rule: &str,
        holds: impl FnOnce(&T) -> bool,
    ) -> Option<T> {
        match part {
            None => self.wrong(path, "must be set"),
            Some(part) if holds(&part) => return Some(part),
            Some(_) => self.wrong(path, rule),
        }
        None
    }

    /// An authority with its key, which has not ended.
    fn authority(
        &mut self,
        path: &str,
        part: Option<CertificateAndKey>,
        now: SystemTime,
    ) -> Option<Authority> {
        let part = part.unwrap_or_default();
        let (Some(certificate), Some(key)) = (part.certificate, part.key) else {
            self.wrong(path, "must have a certificate and its key");
            return None;
        };
        match Authority::from_pem(&certificate.0, key.0.expose()) {
            Ok(authority) if authority.has_ended(now) => {
                self.wrong(path, "the certificate has ended");
                None
            }
            Ok(authority) => Some(authority),
            Err(error) => {
                self.wrong(path, error.to_string());
                None
            }
        }
    }

    /// The key of the one cipher.
    fn cipher(
        &mut self,
        names: &Names,
        aescbc: Option<Secret<String>>,
        secretbox: Option<Secret<String>>,
    ) -> Option<(Cipher, Secret<String>)> {
        let length = |key: &Secret<String>| STANDARD.decode(key.expose()).map(|key| key.len()).ok();
        match (aescbc, secretbox) {
            (None, None) => {
                self.wrong(names.ciphers, "must have an encryption secret");
                None
            }
            (Some(_), Some(_)) => {
                self.wrong(names.aescbc, "must not be set beside the secretbox one");
                None
            }
            (Some(key), None) => self
                .need(names.aescbc, Some(key), "must be base64 of 16, 24 or 32 bytes", |key| {
                    matches!(length(key), Some(16 | 24 | 32))
                })
                .map(|key| (Cipher::AesCbc, key)),
            (None, Some(key)) => self
                .need(names.secretbox, Some(key), "must be base64 of 32 bytes", |key| {
                    length(key) == Some(32)
                })
                .map(|key| (Cipher::Secretbox, key)),
        }
    }
}

/// The bundle of checked parts.
fn assemble(parts: Parts, names: &Names, now: SystemTime) -> Result<Bundle, Vec<Fault>> {
    const EMPTY: &str = "must not be empty";
    const TOKEN: &str = "must be 6 and 16 lower-case letters or digits with a dot between";
    let mut report = Report::default();
    let some = |text: &Secret<String>| !text.expose().is_empty();
    let id = report.need(names.cluster_id, parts.cluster_id, EMPTY, |id| !id.is_empty());
    let secret = report.need(names.cluster_secret, parts.cluster_secret, EMPTY, some);
    let bootstrap = report.need(names.bootstrap_token, parts.bootstrap_token, TOKEN, |token| {
        is_token(token.expose())
    });
    let cipher = report.cipher(names, parts.aescbc, parts.secretbox);
    let token = report.need(names.machine_token, parts.machine_token, EMPTY, some);
    let os = report.authority(names.os, parts.os, now);
    let kubernetes = report.authority(names.kubernetes, parts.kubernetes, now);
    let etcd = report.authority(names.etcd, parts.etcd, now);
    let aggregator = report.authority(names.aggregator, parts.aggregator, now);
    let key = parts.service_account.and_then(|part| part.key);
    let key = report.need(names.service_account, key, "", |_| true);
    let service_account = key.and_then(|key| match PrivateKey::from_pem(key.0.expose()) {
        Ok(key) => Some(key),
        Err(error) => {
            report.wrong(names.service_account, error.to_string());
            None
        }
    });
    let bundle = (|| {
        let (cipher, encryption_key) = cipher?;
        Some(Bundle {
            cluster_id: id?,
            cluster_secret: secret?,
            bootstrap_token: bootstrap?,
            cipher,
            encryption_key,
            machine_token: token?,
            os: os?,
            kubernetes: kubernetes?,
            etcd: etcd?,
            aggregator: aggregator?,
            service_account: service_account?,
        })
    })();
    bundle.ok_or(report.0)
}

#[cfg(test)]
mod tests;
