//! Tests that boot what was built and act only through osctl and the API.
//!
//! The rigs: [`vm`] boots the image in QEMU, [`container`] runs it in Docker. [`operator`] is what a
//! person would do at the keyboard, the same for both. Where a node is looked at from outside (its
//! processes by the host, QEMU's serial line), the test says so. Nothing here knows how a node works.

#![forbid(unsafe_code)]

pub mod artefacts;
pub mod container;
pub mod hostile;
pub mod iso;
pub mod operator;
pub mod osctl;
pub mod program;
pub mod random;
pub mod vm;
pub mod wait;

/// Tells whoever runs the tests something that is no failure.
pub fn say(text: &str) {
    #[expect(clippy::print_stderr, reason = "this crate's only output, to a person")]
    {
        eprintln!("{text}");
    }
}
