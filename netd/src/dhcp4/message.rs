//! What the client says, and what it hears.

use std::net::{Ipv4Addr, SocketAddrV4};

use dhcproto::v4::{DhcpOption, Flags, Message, MessageType, Opcode, OptionCode};
use dhcproto::{Decodable, Encodable};
use linux::packet::udp;

/// Ports of server and client (RFC 2131 section 4.1).
const SERVER_PORT: u16 = 67;
pub(super) const CLIENT_PORT: u16 = 68;
/// The largest message that we take: what an Ethernet frame carries.
const LARGEST: u16 = 1500;

/// Who the client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Own {
    /// Hardware address of the link.
    pub(crate) hardware: [u8; 6],
    /// The client identifier, if one is sent.
    pub(crate) id: Option<Vec<u8>>,
    /// The name that is told to the server.
    pub(crate) hostname: String,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Say {
    /// Is there a server?
    Discover,
    /// I take this offer of this server.
    Select { address: Ipv4Addr, server: Ipv4Addr },
    /// I had this address before; may I have it again?
    Reboot { address: Ipv4Addr },
    /// I have this address; let me keep it. To its server, or to any.
    Extend { address: Ipv4Addr, server: Option<Ipv4Addr> },
}

/// The datagram that says it.
pub(crate) fn write(own: &Own, say: &Say, xid: u32, seconds: u16) -> Option<Vec<u8>> {
    let mut message = Message::default();
    message.set_opcode(Opcode::BootRequest).set_xid(xid).set_secs(seconds);
    message.set_chaddr(&own.hardware).set_flags(Flags::default());
    let options = message.opts_mut();
    let kind = if *say == Say::Discover { MessageType::Discover } else { MessageType::Request };
    options.insert(DhcpOption::MessageType(kind));
    options.insert(DhcpOption::MaxMessageSize(LARGEST));
    options.insert(DhcpOption::ParameterRequestList(vec![
        OptionCode::SubnetMask,
        OptionCode::Router,
        OptionCode::DomainNameServer,
        OptionCode::Hostname,
        OptionCode::DomainName,
        OptionCode::InterfaceMtu,
        OptionCode::NtpServers,
        OptionCode::AddressLeaseTime,
        OptionCode::Renewal,
        OptionCode::Rebinding,
        OptionCode::DomainSearch,
        OptionCode::ClasslessStaticRoute,
    ]));
    if let Some(id) = &own.id {
        options.insert(DhcpOption::ClientIdentifier(id.clone()));
    }
    if !own.hostname.is_empty() {
        options.insert(DhcpOption::Hostname(own.hostname.clone()));
    }
    match say {
        Say::Discover => {}
        Say::Select { address, server } => {
            options.insert(DhcpOption::RequestedIpAddress(*address));
            options.insert(DhcpOption::ServerIdentifier(*server));
        }
        Say::Reboot { address } => {
            options.insert(DhcpOption::RequestedIpAddress(*address));
        }
        Say::Extend { address, .. } => {
            message.set_ciaddr(*address);
        }
    }
    let payload = message.to_vec().ok()?;
    let (source, destination) = match say {
        Say::Extend { address, server } => (*address, server.unwrap_or(Ipv4Addr::BROADCAST)),
        Say::Discover | Say::Select { .. } | Say::Reboot { .. } => {
            (Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST)
        }
    };
    udp::build(&udp::Datagram {
        source: SocketAddrV4::new(source, CLIENT_PORT),
        destination: SocketAddrV4::new(destination, SERVER_PORT),
        payload: &payload,
    })
}

/// The answer in a datagram, if it is one to this exchange of this link.
pub(crate) fn read(own: &Own, xid: u32, datagram: &[u8]) -> Option<Message> {
    let datagram = udp::parse(datagram)?;
    if datagram.source.port() != SERVER_PORT || datagram.destination.port() != CLIENT_PORT {
        return None;
    }
    let message = Message::from_bytes(datagram.payload).ok()?;
    // The length is looked at first: dhcproto 0.15 panics on a hardware address of over 16 bytes.
    let ours = message.opcode() == Opcode::BootReply
        && message.xid() == xid
        && usize::from(message.hlen()) == own.hardware.len()
        && message.chaddr() == own.hardware;
    ours.then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        Own { hardware: [2, 0, 0, 0, 0, 1], id: None, hostname: "node".to_owned() }
    }

    fn reply(xid: u32) -> Vec<u8> {
        let mut message = Message::default();
        message.set_opcode(Opcode::BootReply).set_xid(xid).set_chaddr(&own().hardware);
        let payload = message.to_vec().expect("encoded");
        udp::build(&udp::Datagram {
            source: SocketAddrV4::new([10, 0, 2, 2].into(), SERVER_PORT),
            destination: SocketAddrV4::new([10, 0, 2, 15].into(), CLIENT_PORT),
            payload: &payload,
        })
        .expect("a datagram")
    }

    #[test]
    fn only_answers_to_this_exchange_are_read() {
        assert!(read(&own(), 7, &reply(7)).is_some());
        assert!(read(&own(), 8, &reply(7)).is_none());
        let other = Own { hardware: [2, 0, 0, 0, 0, 9], ..own() };
        assert!(read(&other, 7, &reply(7)).is_none());
    }

    #[test]
    fn an_extension_goes_to_the_server_from_the_address() {
        let say =
            Say::Extend { address: [10, 0, 2, 15].into(), server: Some([10, 0, 2, 2].into()) };
        let bytes = write(&own(), &say, 1, 0).expect("a datagram");
        let datagram = udp::parse(&bytes).expect("UDP");
        assert_eq!(*datagram.destination.ip(), Ipv4Addr::new(10, 0, 2, 2));
        assert_eq!(*datagram.source.ip(), Ipv4Addr::new(10, 0, 2, 15));
        let message = Message::from_bytes(datagram.payload).expect("a message");
        assert_eq!(message.ciaddr(), Ipv4Addr::new(10, 0, 2, 15));
        assert_eq!(message.opts().msg_type(), Some(MessageType::Request));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
            // Reading must end, whatever it finds.
            let found = read(&own(), 7, &bytes);
            proptest::prop_assert!(found.is_none() || bytes.len() > 28);
        }

        #[test]
        fn no_damage_breaks_the_reader(at in 0_usize..268, byte in proptest::num::u8::ANY) {
            let mut bytes = reply(7);
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            if let Some(message) = read(&own(), 7, &bytes) {
                // What is read may still be no lease.
                proptest::prop_assert!(super::super::lease::Lease::of(&message).is_none());
            }
        }
    }
}
