//! The simulator itself.
