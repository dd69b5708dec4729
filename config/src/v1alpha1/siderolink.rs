//! SideroLinkConfig: a tunnel to who manages the machine.

use types::Secret;

use crate::field::section;

section! {
    /// Connects the machine to a service that manages it.
    pub struct SideroLinkConfig as "siderolink.ConfigV1Alpha1" {
        /// URL of the service, `https://` or `grpc://`; it may carry the token by which machines join.
        "apiUrl" => api_url: Option<Secret<String>> { example: "https://siderolink.example.org/?jointoken=hunter2", schema: r#"{"type":"string","pattern":"^(https|grpc)://"}"# },
        /// A token of this machine alone.
        "uniqueToken" => unique_token: Option<Secret<String>>,
    }
}
