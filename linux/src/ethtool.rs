//! What hardware a link is: `SIOCETHTOOL` of `linux/ethtool.h`, and sysfs.
//!
//! Reads only. Virtual links have little of it.
#![expect(unsafe_code, reason = "ioctl has no safe wrapper")]

use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;

use rustix::net::{AddressFamily, SocketFlags, SocketType};

use crate::error::{Calling, KernelError, Result};
use crate::fs::read_bounded;

/// `ETHTOOL_GSET` and `ETHTOOL_GDRVINFO`. The first is the old form of link settings, which the
/// kernel makes of the new one and which has all that is asked for here.
const GET_SETTINGS: u32 = 0x1;
const GET_DRIVER: u32 = 0x3;

/// Sizes of `struct ethtool_cmd` and `struct ethtool_drvinfo`.
const SETTINGS: usize = 44;
const DRIVER: usize = 196;

/// `SIOCETHTOOL` of `linux/sockios.h`.
const SIOCETHTOOL: libc::Ioctl = 0x8946;

/// `SPEED_UNKNOWN`, −1.
const UNKNOWN_SPEED: u32 = u32::MAX;

/// How two ends take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplex {
    /// One at a time.
    Half,
    /// Both at once.
    Full,
}

/// A link's hardware; what it does not say is `None` or empty.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Hardware {
    /// Name of the driver.
    pub driver: String,
    /// Version of the driver, for those in the kernel's tree that of the kernel.
    pub driver_version: String,
    /// Version of the firmware.
    pub firmware_version: String,
    /// Where it is on its bus: `0000:00:03.0`.
    pub bus_path: String,
    /// Vendor on the PCI bus, `0x1af4`.
    pub vendor_id: Option<String>,
    /// Product of that vendor, `0x1000`.
    pub product_id: Option<String>,
    /// Speed in megabits per second, while there is a carrier.
    pub speed_mbit: Option<u32>,
    /// Whether both ends can speak at once, while there is a carrier.
    pub duplex: Option<Duplex>,
    /// What it plugs into, `PORT_…`: 0 twisted pair, 1 AUI, 2 MII, 3 fibre, 4 BNC, 5 direct attach,
    /// 0xef none, 0xff other.
    pub port: Option<u8>,
}

/// The hardware of the link of this name.
///
/// # Errors
/// When there is no such link ([`KernelError::is_absent`]).
pub fn load(name: &str) -> Result<Hardware> {
    let socket = rustix::net::socket_with(
        AddressFamily::INET,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        None,
    )
    .calling("socket", "AF_INET")?;
    let driver = optional(ask::<DRIVER>(&socket, name, GET_DRIVER))?;
    let settings = optional(ask::<SETTINGS>(&socket, name, GET_SETTINGS))?;
    let text = |at: usize| driver.as_ref().map(|answer| text(answer, at)).unwrap_or_default();
    let bus_path = text(100);
    let pci = |file: &str| {
        let path = Path::new("/sys/bus/pci/devices").join(&bus_path).join(file);
        let content = read_bounded(&path, 64).ok().filter(|_| !bus_path.is_empty())?;
        Some(String::from_utf8_lossy(&content).trim().to_owned())
    };
    Ok(Hardware {
        driver: text(4),
        driver_version: text(36),
        firmware_version: text(68),
        vendor_id: pci("vendor"),
        product_id: pci("device"),
        bus_path,
        speed_mbit: settings.as_ref().and_then(speed),
        duplex: settings.as_ref().and_then(|answer| duplex(answer[14])),
        port: settings.as_ref().map(|answer| answer[15]),
    })
}

/// The two halves of the speed are apart for historical reasons.
fn speed(answer: &[u8; SETTINGS]) -> Option<u32> {
    let (low, high) = (
        u16::from_ne_bytes([answer[12], answer[13]]),
        u16::from_ne_bytes([answer[28], answer[29]]),
    );
    let speed = u32::from(high) << 16 | u32::from(low);
    // Some drivers say 0 or 65535 without a carrier.
    (speed != UNKNOWN_SPEED && speed != u32::from(u16::MAX) && speed != 0).then_some(speed)
}

fn duplex(code: u8) -> Option<Duplex> {
    match code {
        0 => Some(Duplex::Half),
        1 => Some(Duplex::Full),
        _ => None,
    }
}

/// A field of 32 bytes, ended by a NUL.
fn text(answer: &[u8; DRIVER], at: usize) -> String {
    let field = answer.get(at..at + 32).unwrap_or_default();
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned()
}

/// A question that the driver does not answer is no error.
fn optional<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Err(error) if matches!(error.errno(), Some(libc::EOPNOTSUPP | libc::EINVAL)) => Ok(None),
        other => other.map(Some),
    }
}

/// The answer, aligned as the structs are.
#[repr(C, align(8))]
struct Buffer<const N: usize>([u8; N]);

/// `struct ifreq` with its pointer, padded to the size of its union.
#[repr(C)]
struct Request {
    name: [u8; 16],
    data: *mut libc::c_void,
    padding: [u64; 2],
}

const _: () =
    assert!(size_of::<Request>() == size_of::<libc::ifreq>(), "struct ifreq of linux/if.h");

fn ask<const N: usize>(socket: impl AsFd, name: &str, question: u32) -> Result<[u8; N]> {
    let mut answer = Buffer([0; N]);
    answer.0.iter_mut().zip(question.to_ne_bytes()).for_each(|(to, from)| *to = from);
    let mut request = Request { name: [0; 16], data: (&raw mut answer).cast(), padding: [0; 2] };
    // The last byte stays NUL.
    if name.len() >= request.name.len() {
        return Err(KernelError::form(name, "longer than a name of a link"));
    }
    request.name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    // SAFETY: SIOCETHTOOL reads an ifreq, whose size `request` has (asserted above), and for the
    // two questions asked writes at most the N bytes of their struct at `data`, which is `answer`;
    // both outlive the call.
    match unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), SIOCETHTOOL, &raw mut request) } {
        0 => Ok(answer.0),
        _ => Err(std::io::Error::last_os_error()).calling("SIOCETHTOOL", name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_the_halves_of_the_speed() {
        let mut answer = [0; SETTINGS];
        assert_eq!(speed(&answer), None);
        answer[12..14].copy_from_slice(&1000_u16.to_ne_bytes());
        assert_eq!(speed(&answer), Some(1000));
        answer[28..30].copy_from_slice(&1_u16.to_ne_bytes());
        assert_eq!(speed(&answer), Some(66_536));
        answer[12..14].copy_from_slice(&[0xff; 2]);
        answer[28..30].copy_from_slice(&[0xff; 2]);
        assert_eq!(speed(&answer), None);
    }

    #[test]
    fn the_loopback_has_no_hardware() {
        let hardware = load("lo").unwrap();
        assert_eq!((hardware.speed_mbit, hardware.vendor_id), (None, None));
        assert!(load("nosuchlink").unwrap_err().is_absent());
        load("a-name-that-is-too-long").unwrap_err();
    }
}
