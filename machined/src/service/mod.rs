//! The services of a node: which there are, how each lives, and who drives them.
//!
//! `catalog` names the services, `life` decides for one service, `supervisor` is the one task that
//! carries out what was decided. Processes are init's children; nothing here starts one by itself.

pub(crate) mod catalog;
pub(crate) mod life;
pub(crate) mod supervisor;

pub(crate) use life::{Health, Phase};
pub(crate) use supervisor::{Supervisor, View};
