//! Kernel tier: the client in its sandbox, against a server at the other end of a pair of links, in
//! a fresh network namespace.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::mpsc;
use std::time::Duration;

use dhcproto::v4::{DhcpOption, Message, MessageType, OptionCode};
use dhcproto::{Decodable, Encodable};
use linux::namespace::{self, Namespace};
use linux::netlink::route::Connection;
use linux::packet::{BROADCAST, Socket, udp};

use super::lease::{self, Lease};
use super::link::{self, Link};
use super::message::Own;

/// How long a lease may take: a new link drops packets for some milliseconds, and the client asks
/// again after about 1, 2 and 4 s.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the server looks for packets.
const LOOK: Duration = Duration::from_millis(5);
const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);

/// Runs a client until it has a lease; nothing where the kernel does not permit it.
fn lease(before: Option<Ipv4Addr>) -> Option<(Lease, Vec<MessageType>)> {
    let run = move || {
        if let Err(error) = namespace::leave(&[Namespace::Network]) {
            println!("skipped: {error}");
            return None;
        }
        let mut connection = Connection::open().unwrap();
        connection.add_pair("client", "server").unwrap();
        let links = connection.links().unwrap();
        let find = |name: &str| links.iter().find(|link| link.name == name).unwrap();
        let (client, server) = (find("client"), find("server"));
        connection.set_up(server.index).unwrap();
        connection.set_up(client.index).unwrap();
        let hardware = client.address.as_slice().try_into().unwrap();
        let own = Own { hardware, id: None, hostname: "node".to_owned() };
        let link = Link { name: client.name.clone(), index: client.index, own };
        crate::sandbox::enter().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Some(runtime.block_on(meet(link, before, server.index)))
    };
    std::thread::spawn(run).join().unwrap()
}

async fn meet(link: Link, before: Option<Ipv4Addr>, server: u32) -> (Lease, Vec<MessageType>) {
    let socket = Socket::open(server, 67).unwrap();
    let (sender, reports) = mpsc::channel();
    let report = move |lease: Option<Lease>| sender.send(lease).unwrap();
    let client = tokio::spawn(link::run(link, before, report));
    let mut heard = Vec::new();
    let serve = async {
        loop {
            heard.extend(answer(&socket));
            match reports.try_recv() {
                Ok(Some(lease)) => break lease,
                Ok(None) | Err(_) => tokio::time::sleep(LOOK).await,
            }
        }
    };
    let lease = tokio::time::timeout(PATIENCE, serve).await.expect("a lease in time");
    client.abort();
    (lease, heard)
}

/// Answers one message, if there is one, and says which it was.
fn answer(socket: &Socket) -> Option<MessageType> {
    let mut buffer = [0; 1500];
    let datagram = udp::parse(socket.receive(&mut buffer).unwrap()?).expect("UDP");
    let asked = Message::from_bytes(datagram.payload).expect("a message");
    let kind = asked.opts().msg_type().expect("a kind");
    assert_eq!(
        asked.opts().get(OptionCode::Hostname),
        Some(&DhcpOption::Hostname("node".to_owned()))
    );
    let mut reply = lease::tests::answer(match kind {
        MessageType::Discover => MessageType::Offer,
        _ => MessageType::Ack,
    });
    reply.set_opcode(dhcproto::v4::Opcode::BootReply);
    reply.set_xid(asked.xid()).set_chaddr(asked.chaddr());
    let datagram = udp::build(&udp::Datagram {
        source: SocketAddrV4::new([10, 0, 2, 2].into(), 67),
        destination: SocketAddrV4::new(Ipv4Addr::BROADCAST, 68),
        payload: &reply.to_vec().expect("encoded"),
    });
    socket.send(BROADCAST, &datagram.expect("a datagram")).unwrap();
    Some(kind)
}

#[test]
fn a_server_is_found_and_its_offer_taken() {
    let Some((lease, heard)) = lease(None) else { return };
    assert_eq!((lease.address, lease.prefix), (ADDRESS, 24));
    assert_eq!(heard.first(), Some(&MessageType::Discover));
    assert_eq!(heard.last(), Some(&MessageType::Request));
}

#[test]
fn an_earlier_address_is_asked_for_without_a_search() {
    let Some((lease, heard)) = lease(Some(ADDRESS)) else { return };
    assert_eq!(lease.address, ADDRESS);
    assert!(heard.iter().all(|kind| *kind == MessageType::Request), "{heard:?}");
}
