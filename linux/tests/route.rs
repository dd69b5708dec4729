//! Kernel tier: links, addresses and routes in a fresh network namespace.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends at the first surprise"
)]

use std::net::IpAddr;
use std::os::fd::AsFd;
use std::time::Duration;

use linux::ethtool;
use linux::namespace::{self, Namespace};
use linux::netlink::route::{Address, Changes, Connection, Family, Link, Monitor, Route};
use linux::netlink::uevent::{Received, Uevents};
use linux::poll::{self, Interest};

/// Runs `test` on a thread in a network namespace of its own.
fn in_namespace(test: impl FnOnce(Connection) + Send + 'static) {
    let run = move || match namespace::leave(&[Namespace::Network]) {
        Ok(()) => test(Connection::open().unwrap()),
        Err(error) => println!("skipped: {error}"),
    };
    std::thread::spawn(run).join().unwrap();
}

fn link(connection: &mut Connection, name: &str) -> Link {
    let links = connection.links().unwrap();
    links.into_iter().find(|link| link.name == name).unwrap_or_else(|| panic!("no link {name}"))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_fresh_namespace_has_a_loopback_that_is_down() {
    in_namespace(|mut connection| {
        let lo = link(&mut connection, "lo");
        assert!(lo.is_loopback() && !lo.is_up());
        assert_eq!((lo.index, lo.layer, lo.mtu), (1, 772, 65536));
        assert_eq!(connection.addresses().unwrap(), []);
        connection.set_up(lo.index).unwrap();
        assert!(link(&mut connection, "lo").is_up());
        let addresses = connection.addresses().unwrap();
        let local = addresses.iter().find(|address| address.address == ip("127.0.0.1")).unwrap();
        assert_eq!((local.prefix, local.scope, local.flags & 0x80), (8, 254, 0x80));
        assert_eq!(connection.unreadable(), 0);
    });
}

#[test]
fn sets_up_a_pair_with_addresses_and_routes() {
    in_namespace(|mut connection| {
        connection.add_pair("one", "two").unwrap();
        assert!(connection.add_pair("one", "three").unwrap_err().is_present());
        let (one, two) = (link(&mut connection, "one"), link(&mut connection, "two"));
        assert_eq!((one.kind.as_str(), one.lower, one.address.len()), ("veth", Some(two.index), 6));
        connection.set_mtu(one.index, 1400).unwrap();
        connection.set_up(one.index).unwrap();
        connection.set_up(two.index).unwrap();
        let one = link(&mut connection, "one");
        assert!(one.carrier && one.is_up(), "{one:?}");
        assert_eq!(one.mtu, 1400);

        let mut address = Address::new(one.index, ip("10.5.0.2"), 24);
        address.priority = 77;
        connection.add_address(&address).unwrap();
        assert!(connection.add_address(&address).unwrap_err().is_present());
        let v6 = Address { flags: 0x02, ..Address::new(one.index, ip("fd00::2"), 64) };
        connection.add_address(&v6).unwrap();
        let addresses = connection.addresses().unwrap();
        let found = addresses.iter().find(|found| found.address == address.address).unwrap();
        assert_eq!((found.link, found.prefix, found.priority), (one.index, 24, 77));
        assert!(addresses.iter().any(|found| found.address == v6.address && found.prefix == 64));

        check_routes(&mut connection, one.index);

        connection.delete_address(&address).unwrap();
        assert!(connection.delete_address(&address).unwrap_err().is_absent());
        connection.set_down(one.index).unwrap();
        connection.delete_link(one.index).unwrap();
        assert!(connection.delete_link(one.index).unwrap_err().is_absent());
        assert_eq!(
            connection.links().unwrap().iter().filter(|link| link.kind == "veth").count(),
            0
        );
        assert_eq!(connection.unreadable(), 0);
    });
}

fn check_routes(connection: &mut Connection, link: u32) {
    let routes = connection.routes().unwrap();
    let network =
        routes.iter().find(|route| route.destination == Some((ip("10.5.0.0"), 24))).unwrap();
    assert_eq!((network.priority, network.protocol, network.scope), (77, 2, 253));
    assert!(
        routes
            .iter()
            .any(|route| route.table == 255 && route.destination == Some((ip("10.5.0.2"), 32)))
    );

    let gateway = Some(ip("10.5.0.1"));
    let default = Route {
        gateway,
        link: Some(link),
        priority: 1024,
        mtu: Some(1300),
        ..Route::new(Family::V4)
    };
    connection.add_route(&default).unwrap();
    assert!(connection.add_route(&default).unwrap_err().is_present());
    connection.replace_route(&default).unwrap();
    let v6 = Route {
        gateway: Some(ip("fd00::1")),
        link: Some(link),
        priority: 5,
        ..Route::new(Family::V6)
    };
    connection.add_route(&v6).unwrap();
    let found: Vec<Route> = connection.routes().unwrap();
    let found_default = |family| {
        found.iter().find(|route| route.family == family && route.gateway.is_some()).unwrap()
    };
    assert_eq!(found_default(Family::V4), &default);
    assert_eq!(found_default(Family::V6).gateway, v6.gateway);
    assert_eq!(found_default(Family::V6).priority, 5);

    let unreachable = Route { gateway: Some(ip("192.0.2.1")), ..Route::new(Family::V4) };
    let error = connection.add_route(&Route { priority: 9, ..unreachable }).unwrap_err();
    assert!(error.to_string().starts_with("RTM_NEWROUTE default via 192.0.2.1: "), "{error}");
    connection.delete_route(&default).unwrap();
    assert!(connection.delete_route(&default).unwrap_err().is_absent());
}

#[test]
fn the_monitor_tells_what_changed() {
    in_namespace(|mut connection| {
        let mut monitor = Monitor::open().unwrap();
        assert_eq!(monitor.read().unwrap(), Changes::default());
        connection.add_pair("one", "two").unwrap();
        let ready =
            poll::wait(&[(monitor.as_fd(), Interest::Read)], Some(Duration::from_secs(5))).unwrap();
        assert_eq!(ready.len(), 1);
        assert_eq!(monitor.read().unwrap(), Changes { links: true, ..Changes::default() });
        let one = link(&mut connection, "one").index;
        connection.add_address(&Address::new(one, ip("10.5.0.2"), 24)).unwrap();
        assert!(monitor.read().unwrap().addresses);
        assert!(!monitor.read().unwrap().any());
    });
}

#[test]
fn devices_tell_that_they_come() {
    in_namespace(|mut connection| {
        let mut uevents = Uevents::open().unwrap();
        connection.add_pair("one", "two").unwrap();
        let added = std::iter::from_fn(|| uevents.read().unwrap()).any(|received| match received {
            Received::Event(event) => {
                event.action == "add"
                    && event.properties.get("INTERFACE").is_some_and(|name| name == "one")
            }
            Received::Unreadable | Received::Overrun => false,
        });
        assert!(added);
        assert_eq!(ethtool::load("one").unwrap().driver, "veth");
    });
}
