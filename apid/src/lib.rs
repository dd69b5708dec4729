//! The mTLS front door: authenticate, authorize, forward.

#![forbid(unsafe_code)]
