//! Builds every artefact: kernel, programs, root, initramfs, OCI archive.

#![forbid(unsafe_code)]

fn main() {}
