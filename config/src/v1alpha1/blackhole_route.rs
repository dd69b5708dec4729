//! BlackholeRouteConfig: a destination that nothing is sent to.

use crate::field::section;
use crate::value::Prefix;

section! {
    /// Drops, without an answer, whatever is sent to a network.
    pub struct BlackholeRouteConfig as "network.BlackholeRouteConfigV1Alpha1" {
        /// The network.
        "name" => name: Option<Prefix> { required: true, example: "10.0.0.0/12", schema: r#"{"type":"string"}"# },
        /// Priority: of several routes the one with the lowest is taken.
        "metric" => metric: Option<u32> { default: "1024" },
    }
}
