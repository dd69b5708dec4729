//! KmsgLogConfig: where the kernel's log is sent.

use crate::field::section;

section! {
    /// Sends the kernel's log to a server.
    pub struct KmsgLogConfig as "runtime.KmsgLogV1Alpha1" {
        /// What the receiver is called here.
        "name" => name: Option<String> { example: "remote-log" },
        /// URL of the server: `tcp://` or `udp://` with a port.
        "url" => url: Option<String> { example: "tcp://192.168.3.7:3478/", schema: r#"{"type":"string","pattern":"^(tcp|udp)://"}"# },
    }
}
