//! EnvironmentConfig: environment of the services.

use std::collections::BTreeMap;

use crate::field::section;

section! {
    /// Sets environment variables for the services of the node.
    pub struct EnvironmentConfig as "runtime.EnvironmentV1Alpha1" {
        /// Values by name.
        "variables" => variables: BTreeMap<String, String> { example: "{HTTPS_PROXY: \"http://proxy.example.org:3128\"}" },
    }
}
