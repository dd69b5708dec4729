//! How much a socket holds for a reader that is busy, `socket(7)`.

use std::os::fd::AsFd;

use crate::error::{Calling, Result};

/// Asks for room for `bytes` of what is sent and not yet read, overhead of the kernel included.
///
/// The kernel doubles the number and cuts it at twice `net.core.wmem_max`, which is 208 KiB unless
/// somebody changed it.
///
/// # Errors
/// When the descriptor is no socket.
pub fn set_send_buffer(socket: impl AsFd, bytes: usize) -> Result<()> {
    rustix::net::sockopt::set_socket_send_buffer_size(socket, bytes)
        .calling("setsockopt", "SO_SNDBUF")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::{pair, send};

    #[test]
    fn a_larger_buffer_takes_more() {
        let count = |bytes: usize| {
            let (here, _there) = pair().unwrap();
            set_send_buffer(&here, bytes).unwrap();
            (0..10_000).take_while(|_| send(&here, &[0; 64], &[]).is_ok()).count()
        };
        let (small, large) = (count(8 << 10), count(128 << 10));
        assert!(large > 4 * small, "{small} {large}");
    }
}
