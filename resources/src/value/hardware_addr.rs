//! Hardware addresses of links: bytes in protobuf, `aa:bb:cc:dd:ee:ff` in YAML.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::wire::{Bytes, through};

/// Longest address in bytes: MAX_ADDR_LEN of linux/netdevice.h.
const MAX_LEN: usize = 32;

/// The address of a link on its medium: 6 bytes on Ethernet, other media have more or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HardwareAddr(pub Vec<u8>);

/// The text is no hardware address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no hardware address: pairs of hexadecimal digits with colons between are")]
pub struct BadHardwareAddr(pub String);

impl fmt::Display for HardwareAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index > 0 { ":" } else { "" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}

impl FromStr for HardwareAddr {
    type Err = BadHardwareAddr;

    fn from_str(text: &str) -> Result<Self, BadHardwareAddr> {
        let byte = |pair: &str| match pair.as_bytes() {
            [high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                u8::from_str_radix(pair, 16).ok()
            }
            _ => None,
        };
        text.split(':')
            .map(byte)
            .collect::<Option<Vec<u8>>>()
            .filter(|bytes| bytes.len() <= MAX_LEN)
            .map(Self)
            .ok_or_else(|| BadHardwareAddr(text.to_owned()))
    }
}

impl Serialize for HardwareAddr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

through!(HardwareAddr as Bytes, |addr: &HardwareAddr| Bytes(addr.0.clone()), |bytes: Bytes| Ok(
    Self(bytes.0)
));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back() {
        let addr: HardwareAddr = "52:54:00:AB:cd:ef".parse().unwrap();
        assert_eq!(addr.0, [0x52, 0x54, 0, 0xab, 0xcd, 0xef]);
        assert_eq!(addr.to_string(), "52:54:00:ab:cd:ef");
        for bad in ["", "5", "52:54:0", "52-54", "+1:00", "52:54:"] {
            assert_eq!(bad.parse::<HardwareAddr>(), Err(BadHardwareAddr(bad.to_owned())));
        }
        vec!["00"; MAX_LEN + 1].join(":").parse::<HardwareAddr>().unwrap_err();
    }
}
