//! Loop devices, which make a block device of a file: `loop(4)`.
#![expect(unsafe_code, reason = "ioctl has no safe wrapper")]

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::error::{Calling, KernelError, Result};

/// `LOOP_CONFIGURE` and `LOOP_CTL_GET_FREE` of `linux/loop.h`.
const LOOP_CONFIGURE: libc::Ioctl = 0x4C0A;
const LOOP_CTL_GET_FREE: libc::Ioctl = 0x4C82;
const LO_FLAGS_READ_ONLY: u32 = 1;
const LO_FLAGS_AUTOCLEAR: u32 = 4;

/// Another process can take the free device between the two calls; at boot there is no other.
const ATTEMPTS: usize = 8;

/// `struct loop_info64` of `linux/loop.h`.
#[repr(C)]
struct LoopInfo {
    device: u64,
    inode: u64,
    rdevice: u64,
    offset: u64,
    size_limit: u64,
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; 64],
    crypt_name: [u8; 64],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

/// `struct loop_config` of `linux/loop.h`.
#[repr(C)]
struct LoopConfig {
    fd: u32,
    block_size: u32,
    info: LoopInfo,
    reserved: [u64; 8],
}

const _: () = assert!(size_of::<LoopConfig>() == 304, "struct loop_config of linux/loop.h");

/// A loop device, which the kernel frees when nobody holds it or has it mounted any more.
#[derive(Debug)]
pub struct Loop {
    /// Its node, `/dev/loopN`.
    pub path: String,
    /// Keeps it until it is mounted.
    pub device: OwnedFd,
}

/// A read-only block device with the content of `file`.
///
/// # Errors
/// When the kernel lacks loop devices, or `/dev` does not show them.
pub fn attach_read_only(file: &Path) -> Result<Loop> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let backing = rustix::fs::open(file, flags, Mode::empty()).calling("open", file.display())?;
    let control = "/dev/loop-control";
    let controller = rustix::fs::open(control, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())
        .calling("open", control)?;
    for _ in 0..ATTEMPTS {
        let path = format!("/dev/loop{}", free_number(&controller)?);
        let device =
            rustix::fs::open(path.as_str(), flags, Mode::empty()).calling("open", &path)?;
        match configure(&device, &backing) {
            Ok(()) => return Ok(Loop { path, device }),
            Err(Errno::BUSY) => {}
            Err(source) => return Err(source).calling("LOOP_CONFIGURE", path),
        }
    }
    Err(KernelError::call("LOOP_CONFIGURE", file.display(), Errno::BUSY))
}

fn free_number(controller: impl AsFd) -> Result<u32> {
    // SAFETY: LOOP_CTL_GET_FREE takes no argument and returns a number; it touches no memory of
    // ours.
    let number = unsafe { libc::ioctl(controller.as_fd().as_raw_fd(), LOOP_CTL_GET_FREE) };
    if number < 0 {
        return Err(std::io::Error::last_os_error())
            .calling("LOOP_CTL_GET_FREE", "/dev/loop-control");
    }
    Ok(number.unsigned_abs())
}

fn configure(device: impl AsFd, backing: impl AsFd) -> rustix::io::Result<()> {
    let config = LoopConfig {
        fd: backing.as_fd().as_raw_fd().unsigned_abs(),
        block_size: 0,
        info: LoopInfo {
            device: 0,
            inode: 0,
            rdevice: 0,
            offset: 0,
            size_limit: 0,
            number: 0,
            encrypt_type: 0,
            encrypt_key_size: 0,
            flags: LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR,
            file_name: [0; 64],
            crypt_name: [0; 64],
            encrypt_key: [0; 32],
            init: [0; 2],
        },
        reserved: [0; 8],
    };
    // SAFETY: LOOP_CONFIGURE reads one struct loop_config, whose layout and size `config` has
    // (asserted above), and writes nothing; both descriptors are open for the time of their
    // borrows.
    let done =
        unsafe { libc::ioctl(device.as_fd().as_raw_fd(), LOOP_CONFIGURE, &raw const config) };
    if done == 0 {
        return Ok(());
    }
    Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO))
}
