//! What a server grants.

use std::net::Ipv4Addr;
use std::time::Duration;

use dhcproto::v4::{DhcpOption, Message, OptionCode};

/// Shortest lease that is believed: below it the client would do nothing but renew.
const SHORTEST: Duration = Duration::from_secs(30);
/// Smallest MTU that a link must carry (RFC 791); less is a mistake or an attack.
const SMALLEST_MTU: u16 = 576;

/// A lease: an address and what comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) address: Ipv4Addr,
    pub(crate) prefix: u8,
    pub(crate) server: Ipv4Addr,
    /// Destination, prefix length, gateway; the gateway is unspecified for what is on the link.
    pub(crate) routes: Vec<(Ipv4Addr, u8, Ipv4Addr)>,
    pub(crate) name_servers: Vec<Ipv4Addr>,
    pub(crate) time_servers: Vec<Ipv4Addr>,
    pub(crate) hostname: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) search_domains: Vec<String>,
    pub(crate) mtu: Option<u16>,
    /// After these times from the grant: renew, rebind, give up. None for a lease without end.
    pub(crate) times: Option<Times>,
}

/// The times of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) renew: Duration,
    pub(crate) rebind: Duration,
    pub(crate) end: Duration,
}

impl Lease {
    /// The lease that a message offers or acknowledges; none if it lacks address or server.
    pub(crate) fn of(message: &Message) -> Option<Self> {
        let options = message.opts();
        let address = message.yiaddr();
        let server = match options.get(OptionCode::ServerIdentifier) {
            Some(DhcpOption::ServerIdentifier(server)) => *server,
            _ => return None,
        };
        if address.is_unspecified() || address.is_broadcast() || address.is_multicast() {
            return None;
        }
        let addresses = |code| match options.get(code) {
            Some(
                DhcpOption::Router(found)
                | DhcpOption::DomainNameServer(found)
                | DhcpOption::NtpServers(found),
            ) => found.clone(),
            _ => Vec::new(),
        };
        let text = |code| match options.get(code) {
            Some(DhcpOption::Hostname(found) | DhcpOption::DomainName(found)) => {
                let found = found.trim_end_matches(['\0', '.']);
                (!found.is_empty() && found.chars().all(is_name)).then(|| found.to_owned())
            }
            _ => None,
        };
        let mtu = match options.get(OptionCode::InterfaceMtu) {
            Some(DhcpOption::InterfaceMtu(mtu)) if *mtu >= SMALLEST_MTU => Some(*mtu),
            _ => None,
        };
        Some(Self {
            address,
            prefix: prefix(message),
            server,
            routes: routes(message, &addresses(OptionCode::Router)),
            name_servers: addresses(OptionCode::DomainNameServer),
            time_servers: addresses(OptionCode::NtpServers),
            hostname: text(OptionCode::Hostname),
            domain: text(OptionCode::DomainName),
            search_domains: search_domains(message),
            mtu,
            times: times(message),
        })
    }
}

/// What a host or domain name may hold; anything else comes from a broken or hostile server.
fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_')
}

/// The length of the mask; without one, or with holes in it, the address stands alone.
fn prefix(message: &Message) -> u8 {
    match message.opts().get(OptionCode::SubnetMask) {
        Some(DhcpOption::SubnetMask(mask)) => {
            let bits = u32::from(*mask);
            let ones = bits.leading_ones();
            if bits.checked_shl(ones).unwrap_or(0) == 0 {
                u8::try_from(ones).unwrap_or(32)
            } else {
                32
            }
        }
        _ => 32,
    }
}

/// Classless routes where there are any, and then no router (RFC 3442); else the first router.
fn routes(message: &Message, routers: &[Ipv4Addr]) -> Vec<(Ipv4Addr, u8, Ipv4Addr)> {
    match message.opts().get(OptionCode::ClasslessStaticRoute) {
        Some(DhcpOption::ClasslessStaticRoute(routes)) if !routes.is_empty() => routes
            .iter()
            .map(|(net, gateway)| (net.network(), net.prefix_len(), *gateway))
            .collect(),
        _ => {
            routers.first().map(|router| (Ipv4Addr::UNSPECIFIED, 0, *router)).into_iter().collect()
        }
    }
}

fn search_domains(message: &Message) -> Vec<String> {
    match message.opts().get(OptionCode::DomainSearch) {
        Some(DhcpOption::DomainSearch(names)) => {
            let names = names.iter().map(|name| name.to_string().trim_end_matches('.').to_owned());
            names.filter(|name| !name.is_empty() && name.chars().all(is_name)).collect()
        }
        _ => Vec::new(),
    }
}

/// Half and seven eighths of the lease unless the server says otherwise (RFC 2131 section 4.4.5);
/// what it says must be in order.
fn times(message: &Message) -> Option<Times> {
    let options = message.opts();
    let seconds = |code| match options.get(code) {
        Some(
            DhcpOption::AddressLeaseTime(seconds)
            | DhcpOption::Renewal(seconds)
            | DhcpOption::Rebinding(seconds),
        ) => Some(*seconds),
        _ => None,
    };
    let lease = seconds(OptionCode::AddressLeaseTime).filter(|seconds| *seconds != u32::MAX)?;
    let end = Duration::from_secs(lease.into()).max(SHORTEST);
    let said = |code| seconds(code).map(|seconds| Duration::from_secs(seconds.into()));
    let rebind = said(OptionCode::Rebinding).filter(|time| *time < end && *time > Duration::ZERO);
    let rebind = rebind.unwrap_or(end / 8 * 7);
    let renew = said(OptionCode::Renewal).filter(|time| *time < rebind && *time > Duration::ZERO);
    let renew = renew.unwrap_or((end / 2).min(rebind));
    Some(Times { renew, rebind, end })
}

#[cfg(test)]
pub(crate) mod tests {
    use dhcproto::v4::MessageType;

    use super::*;

    /// An answer as a small network's server sends it.
    pub(crate) fn answer(kind: MessageType) -> Message {
        let mut message = Message::default();
        message.set_yiaddr([10, 0, 2, 15]);
        for option in [
            DhcpOption::MessageType(kind),
            DhcpOption::ServerIdentifier([10, 0, 2, 2].into()),
            DhcpOption::SubnetMask([255, 255, 255, 0].into()),
            DhcpOption::Router(vec![[10, 0, 2, 2].into()]),
            DhcpOption::DomainNameServer(vec![[10, 0, 2, 3].into()]),
            DhcpOption::AddressLeaseTime(86_400),
        ] {
            message.opts_mut().insert(option);
        }
        message
    }

    #[test]
    fn a_lease_is_read() {
        let lease = Lease::of(&answer(MessageType::Ack)).expect("a lease");
        assert_eq!((lease.address, lease.prefix), ([10, 0, 2, 15].into(), 24));
        assert_eq!(lease.routes, [([0, 0, 0, 0].into(), 0, [10, 0, 2, 2].into())]);
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let times = Times { renew: hours(12), rebind: hours(21), end: hours(24) };
        assert_eq!(lease.times, Some(times));
    }

    #[test]
    fn an_answer_without_address_or_server_is_no_lease() {
        let mut message = answer(MessageType::Offer);
        message.set_yiaddr([0, 0, 0, 0]);
        assert_eq!(Lease::of(&message), None);
        let mut message = answer(MessageType::Offer);
        message.opts_mut().remove(OptionCode::ServerIdentifier);
        assert_eq!(Lease::of(&message), None);
    }

    #[test]
    fn what_a_server_may_not_say_is_not_believed() {
        let mut message = answer(MessageType::Ack);
        for option in [
            DhcpOption::SubnetMask([255, 0, 255, 0].into()),
            DhcpOption::InterfaceMtu(60),
            DhcpOption::Hostname("bad name\n".to_owned()),
            DhcpOption::AddressLeaseTime(1),
            DhcpOption::Renewal(0),
            DhcpOption::Rebinding(5_000_000),
        ] {
            message.opts_mut().insert(option);
        }
        let lease = Lease::of(&message).expect("a lease");
        assert_eq!((lease.prefix, lease.mtu, lease.hostname), (32, None, None));
        let times = lease.times.expect("an end");
        assert_eq!(times.end, SHORTEST);
        assert!(times.renew < times.rebind && times.rebind < times.end);
    }

    #[test]
    fn a_lease_without_end_is_never_renewed() {
        let mut message = answer(MessageType::Ack);
        message.opts_mut().insert(DhcpOption::AddressLeaseTime(u32::MAX));
        assert_eq!(Lease::of(&message).expect("a lease").times, None);
    }
}
