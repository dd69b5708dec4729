//! Listening sockets.

use std::net::{Ipv6Addr, SocketAddrV6};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use rustix::process::{Gid, Uid};

use crate::error::{Calling, KernelError, Result};

/// How many connections the kernel completes before they are accepted; the default limit of the
/// kernel (`net.core.somaxconn`) is larger, so this one is in force.
const BACKLOG: i32 = 128;

/// A listening stream socket at `path` with this owner and these permission bits; nonblocking.
///
/// A socket that is there already, left by a process that ended, is removed first. Nobody but this
/// process's user can connect before owner and mode are in place.
///
/// # Errors
/// When the folder is missing, or something other than a socket is in the way.
pub fn listen_unix(path: &Path, mode: u32, uid: u32, gid: u32) -> Result<OwnedFd> {
    let name = path.display();
    match rustix::fs::lstat(path) {
        Ok(found) if rustix::fs::FileType::from_raw_mode(found.st_mode).is_socket() => {
            rustix::fs::unlink(path).calling("unlink", &name)?;
        }
        Ok(_) => return Err(KernelError::form(name, "not a socket, but in its place")),
        Err(rustix::io::Errno::NOENT) => {}
        Err(source) => return Err(source).calling("lstat", name),
    }
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
        .calling("socket", "AF_UNIX")?;
    // bind(2) gives the file the mode of the socket itself (net/unix/af_unix.c, unix_bind_bsd).
    rustix::fs::fchmod(&socket, Mode::RUSR | Mode::WUSR).calling("fchmod", "AF_UNIX")?;
    rustix::net::bind(&socket, &SocketAddrUnix::new(path).calling("bind", &name)?)
        .calling("bind", &name)?;
    rustix::fs::chownat(
        CWD,
        path,
        Some(Uid::from_raw(uid)),
        Some(Gid::from_raw(gid)),
        AtFlags::SYMLINK_NOFOLLOW,
    )
    .calling("chown", &name)?;
    rustix::fs::chmod(path, Mode::from_bits_truncate(mode)).calling("chmod", &name)?;
    rustix::net::listen(&socket, BACKLOG).calling("listen", name)?;
    Ok(socket)
}

/// A listening TCP socket on every address of this machine, IPv4 and IPv6; nonblocking, with
/// `SO_REUSEADDR`.
///
/// On a kernel without IPv6 it listens on IPv4 alone. Port 0 takes any free port.
///
/// # Errors
/// When the port is taken.
pub fn listen_tcp(port: u16) -> Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let open = |family| rustix::net::socket_with(family, SocketType::STREAM, flags, None);
    let name = format!("[::]:{port}");
    let (socket, address) = match open(AddressFamily::INET6) {
        Ok(socket) => {
            rustix::net::sockopt::set_ipv6_v6only(&socket, false)
                .calling("setsockopt", "IPV6_V6ONLY")?;
            (socket, std::net::SocketAddr::V6(SocketAddrV6::new(Ipv6Addr::UNSPECIFIED, port, 0, 0)))
        }
        Err(rustix::io::Errno::AFNOSUPPORT) => {
            let address = std::net::SocketAddr::from(([0, 0, 0, 0], port));
            (open(AddressFamily::INET).calling("socket", "AF_INET")?, address)
        }
        Err(source) => return Err(source).calling("socket", "AF_INET6"),
    };
    rustix::net::sockopt::set_socket_reuseaddr(&socket, true)
        .calling("setsockopt", "SO_REUSEADDR")?;
    rustix::net::bind(&socket, &address).calling("bind", &name)?;
    rustix::net::listen(&socket, BACKLOG).calling("listen", name)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_unix_listener_has_its_mode_and_replaces_a_stale_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let (uid, gid) = (crate::process::uid(), rustix::process::getegid().as_raw());
        drop(listen_unix(&path, 0o666, uid, gid).unwrap());
        UnixStream::connect(&path).unwrap_err();
        let _listener = listen_unix(&path, 0o660, uid, gid).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn does_not_replace_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "x").unwrap();
        listen_unix(&path, 0o600, 0, 0).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }

    #[test]
    fn a_tcp_listener_takes_both_families() {
        let listener = TcpListener::from(listen_tcp(0).unwrap());
        let port = listener.local_addr().unwrap().port();
        TcpStream::connect(("127.0.0.1", port)).unwrap();
    }
}
