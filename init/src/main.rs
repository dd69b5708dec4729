//! PID 1 as a program of its own, for the initramfs.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    init::run()
}
