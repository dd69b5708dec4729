//! Resource model, state, watch and controller engine.

#![forbid(unsafe_code)]
