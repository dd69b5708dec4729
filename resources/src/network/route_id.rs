//! Ids of routes, alike for those that are wanted and those that are there.

use std::{fmt, net::IpAddr};

use super::{Family, RoutingTable};
use crate::value::IpPrefix;

/// What tells routes apart: `[TABLE/][LINK/]FAMILY/GATEWAY/DESTINATION/METRIC`.
///
/// The table is there when it is not `main`, the link for IPv6, whose gateways are often of every link; what is absent
/// stays empty.
#[derive(Debug)]
pub(super) struct RouteId<'a> {
    pub(super) table: RoutingTable,
    pub(super) link: &'a str,
    pub(super) family: Family,
    pub(super) gateway: Option<IpAddr>,
    pub(super) destination: Option<IpPrefix>,
    pub(super) metric: u32,
}

impl fmt::Display for RouteId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.table != RoutingTable::MAIN {
            write!(f, "{}/", self.table)?;
        }
        if self.family == Family::Inet6 {
            write!(f, "{}/", self.link)?;
        }
        write!(f, "{}/", self.family)?;
        if let Some(gateway) = self.gateway {
            write!(f, "{gateway}")?;
        }
        f.write_str("/")?;
        if let Some(destination) = self.destination {
            write!(f, "{destination}")?;
        }
        write!(f, "/{}", self.metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_parts_stay_empty() {
        let check = |table, family, gateway: &str, destination: &str, expected: &str| {
            let id = RouteId {
                table,
                link: "eth0",
                family,
                gateway: gateway.parse().ok(),
                destination: destination.parse().ok(),
                metric: 1024,
            };
            assert_eq!(id.to_string(), expected);
        };
        check(RoutingTable::MAIN, Family::Inet4, "10.5.0.1", "", "inet4/10.5.0.1//1024");
        check(RoutingTable::MAIN, Family::Inet4, "", "10.5.0.0/24", "inet4//10.5.0.0/24/1024");
        check(RoutingTable::MAIN, Family::Inet6, "fe80::1", "", "eth0/inet6/fe80::1//1024");
        check(RoutingTable::LOCAL, Family::Inet6, "", "::1/128", "local/eth0/inet6//::1/128/1024");
        check(RoutingTable(7), Family::Inet4, "", "", "7/inet4///1024");
    }
}
