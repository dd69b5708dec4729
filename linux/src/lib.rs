//! System calls, netlink, mounts and processes.
