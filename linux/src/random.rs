//! The kernel's random numbers: `random(4)`, `getrandom(2)`.
#![expect(unsafe_code, reason = "RNDADDENTROPY has no safe wrapper")]

use std::os::fd::AsRawFd;

use rustix::rand::GetRandomFlags;

use crate::error::{Calling, KernelError, Result};

/// `RNDADDENTROPY` of `linux/random.h`: `_IOW('R', 3, int[2])`.
const RNDADDENTROPY: libc::Ioctl = 0x4008_5203;

/// The most that one seed adds: four times what the pool holds (`lib/crypto` BLAKE2s, 32 bytes) is
/// as good as more.
const MAX_SEED: usize = 512;

/// `struct rand_pool_info` with its buffer.
#[repr(C)]
struct PoolInfo {
    entropy_bits: libc::c_int,
    size: libc::c_int,
    buffer: [u8; MAX_SEED],
}

/// Whether numbers are unpredictable yet; before that, [`fill`] waits.
#[must_use]
pub fn is_ready() -> bool {
    rustix::rand::getrandom(&mut [0_u8; 1][..], GetRandomFlags::NONBLOCK).is_ok()
}

/// Fills the buffer with unpredictable bytes. Early at boot it waits, with a seed or a hardware
/// source not for long.
///
/// # Errors
/// Never on Linux since 5.6; passed on all the same.
pub fn fill(buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        filled += rustix::io::retry_on_intr(|| {
            rustix::rand::getrandom(&mut *rest, GetRandomFlags::empty())
        })
        .calling("getrandom", "bytes")?;
    }
    Ok(())
}

/// Mixes a seed into the pool; `entropy_bits` says how much of it an adversary cannot know, 0 for
/// nothing.
///
/// # Errors
/// Without `CAP_SYS_ADMIN`; [`KernelError::Form`] for a seed longer than 512 bytes.
pub fn add_entropy(seed: &[u8], entropy_bits: u16) -> Result<()> {
    let mut info = PoolInfo { entropy_bits: entropy_bits.into(), size: 0, buffer: [0; MAX_SEED] };
    let Some(space) = info.buffer.get_mut(..seed.len()) else {
        return Err(KernelError::form("seed", "longer than its bound"));
    };
    space.copy_from_slice(seed);
    info.size = i32::try_from(seed.len()).unwrap_or(0);
    let path = "/dev/urandom";
    let device = std::fs::File::options().write(true).open(path).calling("open", path)?;
    // SAFETY: RNDADDENTROPY reads a rand_pool_info and the `size` bytes after it, all within
    // `info`, and writes nothing; the descriptor is open for the time of the call.
    match unsafe { libc::ioctl(device.as_raw_fd(), RNDADDENTROPY, &raw const info) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()).calling("RNDADDENTROPY", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_and_seeds() {
        assert!(is_ready());
        let mut bytes = [0; 300];
        fill(&mut bytes).unwrap();
        assert!(bytes.iter().any(|byte| *byte != 0));
        add_entropy(&[0; MAX_SEED + 1], 0).unwrap_err();
        match add_entropy(b"seed", 0) {
            Ok(()) => {}
            Err(error) => println!("skipped: {error}"),
        }
    }
}
