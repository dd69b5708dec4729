//! Requests to look at the links again.

use cosi::Definition;
use serde::Serialize;

use crate::{namespace, spec::spec, wire::message};

/// Asks for a fresh look at the links; each new generation is a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LinkRefresh {
    /// How often it was asked for.
    pub generation: i64,
}

message!(LinkRefresh as "network.LinkRefreshSpec" { 1: generation });

spec!(LinkRefresh, "LinkRefreshes.net.talos.dev", namespace::NETWORK, Definition::new());
