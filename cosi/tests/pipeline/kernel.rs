//! A fake kernel: a link that comes and goes, and the addresses on it.
//!
//! Some addresses are the kernel's own and nobody else's to remove, so it cannot be asked which ones are ours.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use cosi::{
    Waker,
    sim::{Interrupted, Outside},
};

/// An address that the kernel gives the link by itself.
pub(crate) const OWN: &str = "fe80::1";

/// Addresses and their prefixes.
pub(crate) type Table = BTreeMap<String, u32>;

#[derive(Clone)]
pub(crate) struct Kernel {
    outside: Outside,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    link: bool,
    table: Table,
    /// Told of the next change of the link, once.
    waiter: Option<Waker>,
}

impl Inner {
    fn new(link: bool) -> Self {
        let table = if link { Table::from([(OWN.to_owned(), 64)]) } else { Table::new() };
        Self { link, table, waiter: None }
    }
}

impl Kernel {
    pub(crate) fn new(outside: Outside) -> Self {
        Self { outside, inner: Arc::new(Mutex::new(Inner::new(false))) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Everything as after power on, with the link up.
    pub(crate) fn reboot(&self) {
        *self.lock() = Inner::new(true);
    }

    /// Takes the link up or down, and tells which.
    pub(crate) fn flip_link(&self) -> bool {
        let mut inner = self.lock();
        let waiter = inner.waiter.take();
        *inner = Inner::new(!inner.link);
        let link = inner.link;
        drop(inner);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
        link
    }

    pub(crate) fn raise_link(&self) {
        if !self.lock().link {
            self.flip_link();
        }
    }

    /// Asks to be woken by the next change of the link. That is one call; those who want more ask again.
    pub(crate) fn wake(&self, waker: &Waker) -> Result<(), Interrupted> {
        self.outside.look("kernel.listen", || self.lock().waiter = Some(waker.clone()))
    }

    /// The addresses, if the link is up.
    pub(crate) fn look(&self) -> Result<Option<Table>, Interrupted> {
        self.outside.look("kernel.dump", || self.table())
    }

    pub(crate) fn table(&self) -> Option<Table> {
        let inner = self.lock();
        inner.link.then(|| inner.table.clone())
    }

    /// Adds an address. It goes with the link.
    pub(crate) fn add(&self, address: &str, prefix: u32) -> Result<(), Interrupted> {
        let details = || format!("{address}/{prefix}");
        self.outside.change("kernel.add", details, || {
            let mut inner = self.lock();
            if inner.link {
                inner.table.insert(address.to_owned(), prefix);
            }
        })
    }

    pub(crate) fn remove(&self, address: &str) -> Result<(), Interrupted> {
        let details = || address.to_owned();
        self.outside.change("kernel.remove", details, || {
            self.lock().table.remove(address);
        })
    }
}
