//! Where the node's programs meet: sockets and folders that more than one crate names.

/// Folder of the local sockets, on the tmpfs `/run`.
pub const RUN: &str = "/run/holdfast";
/// The machine API, apid to machined.
pub const MACHINE_SOCKET: &str = "/run/holdfast/machine.sock";
/// The resource store, netd and apid to machined.
pub const STATE_SOCKET: &str = "/run/holdfast/state.sock";
/// What survives a restart of machined: the configuration and the node's identity.
pub const STATE: &str = "/system/state";
/// Generated files that stand over those of the read-only `/etc`.
pub const ETC: &str = "/system/etc";
/// The one executable.
pub const EXECUTABLE: &str = "/usr/bin/holdfast";
/// The machine API's port, as clients know it.
pub const API_PORT: u16 = 50000;
