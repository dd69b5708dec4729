//! `osctl gen secureboot`: keys for signed boot.
//!
//! The keys themselves can be made; the signed lists of keys that a firmware enrols come with the
//! images that they are for.

use std::path::PathBuf;

use clap::Subcommand;
use config::pki::authority::{AUTHORITY_LIFETIME, Root};
use config::pki::{Authority, PrivateKey, pem};

use super::{Existing, put};
use crate::cli::Cx;
use crate::exit::{Exit, usage};
use crate::human::now;

/// Make keys for signed boot
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl gen secureboot uki --common-name 'Prod boot key'\n  \
    osctl gen secureboot pcr -o keys")]
pub(crate) struct Args {
    /// Folder for the files
    #[arg(short, long, value_name = "FOLDER", default_value = "_out", global = true)]
    output: PathBuf,
    #[command(subcommand)]
    what: What,
}

/// What can be made.
#[derive(Debug, Subcommand)]
enum What {
    /// Make the key and certificate that sign boot images
    #[command(after_help = "Example:\n  osctl gen secureboot uki\n\n\
        Writes uki-signing-key.pem, uki-signing-cert.pem and uki-signing-cert.der.")]
    Uki {
        /// Name in the certificate's subject
        #[arg(long, value_name = "NAME", default_value = "Test UKI Signing Key")]
        common_name: String,
    },
    /// Make the key that signs what a TPM is to have measured
    #[command(after_help = "Example:\n  osctl gen secureboot pcr\n\nWrites pcr-signing-key.pem.")]
    Pcr,
    /// Not in this version: the signed lists of keys that a firmware enrols
    #[command(after_help = "Example:\n  osctl gen secureboot database")]
    Database {
        /// Certificate that is enrolled
        #[arg(long, value_name = "FILE")]
        enrolled_certificate: Option<PathBuf>,
        /// Certificate of the key that signs the lists
        #[arg(long, value_name = "FILE")]
        signing_certificate: Option<PathBuf>,
        /// The key that signs the lists
        #[arg(long, value_name = "FILE")]
        signing_key: Option<PathBuf>,
        /// Also enrol the certificates that most firmware comes with
        #[arg(long)]
        include_well_known_uefi_certs: bool,
    },
}

/// Runs the command. Firmware and TPMs take RSA, so the keys are no others.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let file = |name: &str| args.output.join(name);
    match &args.what {
        What::Uki { common_name } => {
            let [key, text, der] =
                ["uki-signing-key.pem", "uki-signing-cert.pem", "uki-signing-cert.der"].map(file);
            existing.allow(&[&key, &text, &der])?;
            let root =
                Root { organization: Some(common_name), names: &[], lifetime: AUTHORITY_LIFETIME };
            let authority = Authority::of_key(PrivateKey::generate_rsa()?, &root, now())?;
            put(&text, authority.certificate().as_bytes(), cx)?;
            put(&der, &pem::certificate(authority.certificate())?, cx)?;
            put(&key, authority.key().pem().expose().as_bytes(), cx)?;
        }
        What::Pcr => {
            let key = file("pcr-signing-key.pem");
            existing.allow(&[&key])?;
            put(&key, PrivateKey::generate_rsa_2048()?.pem().expose().as_bytes(), cx)?;
        }
        What::Database { .. } => {
            return Err(usage(
                "gen secureboot database: signed key lists are not in this version; the keys and \
                 certificates of `uki` and `pcr` are what they will be made from",
            ));
        }
    }
    Ok(Exit::Done)
}
