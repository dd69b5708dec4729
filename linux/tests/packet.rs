//! Kernel tier: datagrams between two links without addresses, in a fresh network namespace.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsFd;
use std::time::Duration;

use linux::namespace::{self, Namespace};
use linux::netlink::route::Connection;
use linux::packet::udp::{self, Datagram};
use linux::packet::{BROADCAST, Socket};
use linux::poll::{self, Interest};

#[test]
fn only_the_port_of_the_filter_gets_through() {
    let run = || {
        if let Err(error) = namespace::leave(&[Namespace::Network]) {
            println!("skipped: {error}");
            return;
        }
        let mut connection = Connection::open().unwrap();
        connection.add_pair("one", "two").unwrap();
        let index = |connection: &mut Connection, name: &str| {
            connection.links().unwrap().into_iter().find(|link| link.name == name).unwrap().index
        };
        let (one, two) = (index(&mut connection, "one"), index(&mut connection, "two"));
        connection.set_up(one).unwrap();
        connection.set_up(two).unwrap();
        let (server, client) = (Socket::open(one, 67).unwrap(), Socket::open(two, 68).unwrap());

        // A link that has just come up drops what is sent until its carrier has settled, some
        // milliseconds.
        let arrived = (0..50).any(|_| {
            for port in [67, 69, 68] {
                let datagram = Datagram {
                    source: SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, 1), 67),
                    destination: SocketAddrV4::new(Ipv4Addr::BROADCAST, port),
                    payload: b"offer",
                };
                server.send(BROADCAST, &udp::build(&datagram).unwrap()).unwrap();
            }
            let wait = Some(Duration::from_millis(100));
            !poll::wait(&[(client.as_fd(), Interest::Read)], wait).unwrap().is_empty()
        });
        assert!(arrived);
        let mut buffer = [0; 1500];
        let datagram = udp::parse(client.receive(&mut buffer).unwrap().unwrap()).unwrap();
        assert_eq!((datagram.destination.port(), datagram.payload), (68, &b"offer"[..]));
        assert_eq!(client.receive(&mut buffer).unwrap(), None);
        assert_eq!(server.receive(&mut buffer).unwrap(), None);
        assert!(Socket::open(999, 68).unwrap_err().is_absent());
    };
    std::thread::spawn(run).join().unwrap();
}
