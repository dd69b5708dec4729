//! RegistryAuthConfig: who asks a registry.

use types::Secret;

use crate::field::section;

section! {
    /// Says who asks a registry of container images: by name and password, by both in one, or by a token.
    pub struct RegistryAuthConfig as "cri.RegistryAuthConfigV1Alpha1" {
        /// Host of the registry.
        "name" => name: Option<String> { required: true, example: "registry.example.org" },
        /// The name.
        "username" => username: Option<String> { example: "puller" },
        /// The password.
        "password" => password: Option<Secret<String>>,
        /// Name and password as docker's configuration has them, in base64.
        "auth" => auth: Option<Secret<String>>,
        /// A token.
        "identityToken" => identity_token: Option<Secret<String>>,
    }
}
