//! RegistryMirrorConfig: where a registry's images come from.

use crate::field::section;

section! {
    /// Takes the images of a registry from somewhere else.
    pub struct RegistryMirrorConfig as "cri.RegistryMirrorConfigV1Alpha1" {
        /// Host of the registry; `*` for all that have no document of their own.
        "name" => name: Option<String> { required: true, example: "docker.io" },
        /// Where they are looked for, in order.
        "endpoints" => endpoints: Vec<RegistryEndpoint>,
        /// Whether the registry itself is never asked.
        "skipFallback" => skip_fallback: Option<bool> { default: "false" },
    }
}

section! {
    /// A place that has a registry's images.
    pub struct RegistryEndpoint as "cri.RegistryEndpoint" {
        /// Its URL.
        "url" => url: Option<String> { required: true, example: "https://mirror.example.org", schema: r#"{"type":"string","pattern":"^(http|https)://"}"# },
        /// Whether the URL holds the whole path, so that none is added.
        "overridePath" => override_path: Option<bool> { default: "false" },
    }
}
