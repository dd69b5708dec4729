//! IPv4 (RFC 791) and UDP (RFC 768) headers.
//!
//! No fragments: what is sent fits a link, and what comes in fragments is not for a DHCP client.

use std::net::{Ipv4Addr, SocketAddrV4};

/// Lengths of the headers, the one of IPv4 without options.
const IP: usize = 20;
const UDP: usize = 8;

/// `IPPROTO_UDP`.
const PROTOCOL: u8 = 17;

/// The time to live of RFC 1122, section 3.2.1.7, as IANA recommends it.
const TIME_TO_LIVE: u8 = 64;

/// A UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Who sends it.
    pub source: SocketAddrV4,
    /// To whom.
    pub destination: SocketAddrV4,
    /// What.
    pub payload: &'a [u8],
}

/// The datagram with both headers and their checksums; `None` when the payload is longer than 65507
/// bytes.
#[must_use]
pub fn build(datagram: &Datagram<'_>) -> Option<Vec<u8>> {
    let udp_length = u16::try_from(UDP + datagram.payload.len()).ok()?;
    let total = u16::try_from(IP + UDP + datagram.payload.len()).ok()?;
    let (source, destination) = (datagram.source.ip().octets(), datagram.destination.ip().octets());

    let mut ip = [0; IP];
    // Version 4, five words of header; no service; no identification, since it is never fragmented
    // (RFC 6864); "don't fragment".
    write(&mut ip, 0, &[0x45, 0]);
    write(&mut ip, 2, &total.to_be_bytes());
    write(&mut ip, 6, &[0x40, 0, TIME_TO_LIVE, PROTOCOL]);
    write(&mut ip, 12, &source);
    write(&mut ip, 16, &destination);
    let checksum = !sum(&[&ip]);
    write(&mut ip, 10, &checksum.to_be_bytes());

    let mut udp = [0; UDP];
    write(&mut udp, 0, &datagram.source.port().to_be_bytes());
    write(&mut udp, 2, &datagram.destination.port().to_be_bytes());
    write(&mut udp, 4, &udp_length.to_be_bytes());
    let length = udp_length.to_be_bytes();
    let checksum = !sum(&[&source, &destination, &[0, PROTOCOL], &length, &udp, datagram.payload]);
    // 0 would mean that there is none.
    let checksum = if checksum == 0 { u16::MAX } else { checksum };
    write(&mut udp, 6, &checksum.to_be_bytes());

    Some([&ip[..], &udp, datagram.payload].concat())
}

/// The UDP datagram in an IPv4 datagram; `None` for anything else, or one whose lengths or header
/// checksum are wrong.
///
/// The UDP checksum is not looked at: between virtual machines of one host the sender leaves it to
/// hardware that does not exist, and what matters is checked by the link and by the protocol above.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Datagram<'_>> {
    let first = *bytes.first()?;
    let header = usize::from(first & 0x0f) * 4;
    let ip = bytes.get(..header)?;
    if first >> 4 != 4 || header < IP || sum(&[ip]) != u16::MAX || *ip.get(9)? != PROTOCOL {
        return None;
    }
    // More fragments, or not the first.
    if read(ip, 6)? & 0x3fff != 0 {
        return None;
    }
    // A link pads short frames, so there may be more than the total length.
    let udp = bytes.get(header..usize::from(read(ip, 2)?))?;
    let payload = udp.get(UDP..usize::from(read(udp, 4)?))?;
    Some(Datagram {
        source: SocketAddrV4::new(address(ip, 12)?, read(udp, 0)?),
        destination: SocketAddrV4::new(address(ip, 16)?, read(udp, 2)?),
        payload,
    })
}

/// The one's complement sum of RFC 1071 over parts of which only the last may have an odd length.
fn sum(parts: &[&[u8]]) -> u16 {
    let mut total: u32 = 0;
    for pair in parts.iter().flat_map(|part| part.chunks(2)) {
        let word = match *pair {
            [high, low] => u16::from_be_bytes([high, low]),
            [high] => u16::from_be_bytes([high, 0]),
            _ => 0,
        };
        total += u32::from(word);
        // Folded at once, so that it never overflows.
        total = (total & 0xffff) + (total >> 16);
    }
    u16::try_from(total).unwrap_or(u16::MAX)
}

fn write(header: &mut [u8], at: usize, bytes: &[u8]) {
    header.iter_mut().skip(at).zip(bytes).for_each(|(to, from)| *to = *from);
}

fn read(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn address(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(octets.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn datagram(payload: &[u8]) -> Datagram<'_> {
        Datagram {
            source: SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 68),
            destination: SocketAddrV4::new(Ipv4Addr::BROADCAST, 67),
            payload,
        }
    }

    #[test]
    fn the_header_checksum_is_that_of_a_known_packet() {
        // The worked example of RFC 1071, section 3.
        assert_eq!(sum(&[&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]]), 0xddf2);
        // A header whose checksum is known to be 0xb861.
        let header = [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8,
            0, 0xc7,
        ];
        assert_eq!(sum(&[&header]), u16::MAX);
    }

    #[test]
    fn both_checksums_sum_to_all_ones() {
        for payload in [&b"even"[..], b"odd", b""] {
            let bytes = build(&datagram(payload)).unwrap();
            let (ip, udp) = bytes.split_at(IP);
            assert_eq!(sum(&[ip]), u16::MAX);
            let length = u16::try_from(udp.len()).unwrap().to_be_bytes();
            assert_eq!(sum(&[&ip[12..20], &[0, PROTOCOL], &length, udp]), u16::MAX);
        }
    }

    #[test]
    fn refuses_what_is_not_a_whole_udp_datagram() {
        let good = build(&datagram(b"hello")).unwrap();
        let padded = [&good[..], &[0; 20]].concat();
        assert_eq!(parse(&padded), Some(datagram(b"hello")));
        for length in 0..good.len() {
            assert_eq!(parse(&good[..length]), None, "cut to {length}");
        }
        for at in 0..IP {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(parse(&bad), None, "byte {at} changed");
        }
        assert_eq!(build(&datagram(&vec![0; 65508])), None);
        assert!(build(&datagram(&vec![0; 65507])).is_some());
    }

    proptest! {
        #[test]
        fn what_is_built_parses(payload in proptest::collection::vec(any::<u8>(), 0..600), a: u32, b: u32, p: u16, q: u16) {
            let datagram = Datagram {
                source: SocketAddrV4::new(a.into(), p),
                destination: SocketAddrV4::new(b.into(), q),
                payload: &payload,
            };
            let bytes = build(&datagram).unwrap();
            prop_assert_eq!(parse(&bytes), Some(datagram));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            prop_assert!(parse(&bytes).is_none_or(|datagram| datagram.payload.len() < bytes.len()));
        }
    }
}
