//! Tests of the whole front door.
