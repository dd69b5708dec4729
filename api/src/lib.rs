//! The wire contract: messages, services and the roles of every method.

#![forbid(unsafe_code)]
