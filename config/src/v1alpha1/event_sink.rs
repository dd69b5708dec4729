//! EventSinkConfig: where events are sent.

use crate::field::section;

section! {
    /// Sends the node's events to a server.
    pub struct EventSinkConfig as "runtime.EventSinkV1Alpha1" {
        /// Host and port of the server.
        "endpoint" => endpoint: Option<String> { example: "192.168.10.3:3247" },
    }
}
