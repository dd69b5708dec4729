//! How many may be at the door: in all, and from one place.
//!
//! Whoever comes above that is sent away at once, which costs an accept and a close.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections in all. Each has at most a megabyte on the way, and mostly nothing.
const ALL: usize = 1024;

/// Connections of one address, or one IPv6 network of 64 bits, which one machine can fill alone.
const ONE: usize = 256;

/// Counts who is there.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<BTreeMap<IpAddr, usize>>);

/// A place at the door; free again when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    of: IpAddr,
}

impl Crowd {
    /// A place for somebody from `address`, if there is one.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let of = neighbourhood(address);
        let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = present.values().sum();
        let one = present.get(&of).copied().unwrap_or(0);
        if all >= ALL || one >= ONE {
            return None;
        }
        present.insert(of, one + 1);
        drop(present);
        Some(Place { crowd: Arc::clone(self), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut present = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = present.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                present.remove(&self.of);
            }
        }
    }
}

/// What one machine has for itself.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_does_not_fill_the_house() {
        let crowd = Arc::new(Crowd::default());
        let from = |text: &str| text.parse::<IpAddr>().unwrap();
        let loud: Vec<_> = (0..ONE).map(|_| crowd.enter(from("10.0.0.1")).unwrap()).collect();
        assert!(crowd.enter(from("10.0.0.1")).is_none());
        assert!(crowd.enter(from("::ffff:10.0.0.1")).is_none(), "the same address");
        let quiet = crowd.enter(from("10.0.0.2")).unwrap();
        drop(loud);
        assert!(crowd.enter(from("10.0.0.1")).is_some());
        let network: Vec<_> =
            (0..ONE).map(|n| crowd.enter(from(&format!("fd00::{n:x}"))).unwrap()).collect();
        assert!(crowd.enter(from("fd00::ffff:1")).is_none());
        assert!(crowd.enter(from("fd00:0:0:1::1")).is_some());
        drop((network, quiet));
        assert!(crowd.0.lock().unwrap().is_empty());
    }

    #[test]
    fn the_house_has_an_end() {
        let crowd = Arc::new(Crowd::default());
        let places: Vec<_> = (0_u32..)
            .take(ALL)
            .map(|n| crowd.enter(std::net::Ipv4Addr::from_bits(n).into()).unwrap())
            .collect();
        assert!(crowd.enter(IpAddr::from([10, 1, 0, 0])).is_none());
        assert_eq!(places.len(), ALL);
    }
}
