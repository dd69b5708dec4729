//! PID 1: boots the machine, then is the parent of every process.

#![forbid(unsafe_code)]
