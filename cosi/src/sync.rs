//! What the store's core is synchronised by: the standard library's, or with the feature `loom` those of loom, which
//! tries every order in which a few threads can take their steps.
//!
//! The rest of the crate takes the standard library's; it is never run under loom.

#[cfg(not(feature = "loom"))]
pub(crate) use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, atomic::AtomicBool};

#[cfg(not(feature = "loom"))]
pub(crate) use futures_util::task::AtomicWaker;

#[cfg(feature = "loom")]
pub(crate) use self::tried::AtomicWaker;
#[cfg(feature = "loom")]
pub(crate) use loom::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, atomic::AtomicBool};

#[cfg(feature = "loom")]
mod tried {
    use std::{fmt, task::Waker};

    /// Loom's, with the verbs of the other.
    #[derive(Default)]
    pub(crate) struct AtomicWaker(loom::future::AtomicWaker);

    impl AtomicWaker {
        pub(crate) fn register(&self, waker: &Waker) {
            self.0.register_by_ref(waker);
        }

        pub(crate) fn wake(&self) {
            self.0.wake();
        }
    }

    impl fmt::Debug for AtomicWaker {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("AtomicWaker")
        }
    }
}
