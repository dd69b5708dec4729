//! Builds every artefact of a node: kernel, programs, root, initramfs, OCI archive.
//!
//! `image --help` lists the verbs. What is built, from what and how it is cached: `docs/` of this
//! repository and the heads of the modules below. This program knows nothing of a running node.

#![forbid(unsafe_code)]

mod audit;
mod build;
mod cache;
mod cli;
mod cpio;
mod digest;
mod fragments;
mod initramfs;
mod inputs;
mod kernel;
mod manifest;
mod modulekey;
mod oci;
mod programs;
mod progress;
mod rootfs;
mod run;
mod squashfs;
mod third_party;
mod tree;
mod verify;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match build::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::report(&format!("image: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
