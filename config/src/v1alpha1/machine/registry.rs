//! `machine.registries`: mirrors and access of image registries. Deprecated in favour of
//! RegistryMirrorConfig, RegistryAuthConfig and RegistryTLSConfig.

use std::collections::BTreeMap;

use types::Secret;

use crate::field::section;
use crate::table::Merge;
use crate::value::{CertificateAndKey, Pem};

section! {
    /// The registries.
    pub struct Registries {
        /// Mirrors by host; `*` for all others.
        "mirrors" => mirrors: BTreeMap<String, Mirror>,
        /// Access by host.
        "config" => config: BTreeMap<String, Access>,
    }
}

section! {
    /// Where a registry's images come from.
    pub struct Mirror {
        /// URLs, in order.
        "endpoints" => endpoints: Vec<String>,
        /// Whether the URLs hold the whole path.
        "overridePath" => override_path: Option<bool> { default: "false" },
        /// Whether the registry itself is never asked.
        "skipFallback" => skip_fallback: Option<bool> { default: "false" },
    }
}

section! {
    /// How a registry is reached.
    pub struct Access {
        /// Its TLS.
        "tls" => tls: Option<Tls>,
        /// Who asks.
        "auth" => auth: Option<Auth>,
    }
}

section! {
    /// TLS of a registry.
    pub struct Tls {
        /// Our certificate.
        "clientIdentity" => client_identity: Option<CertificateAndKey>,
        /// Its authority.
        "ca" => ca: Option<Pem> { merge: Merge::Replace },
        /// Whether its certificate is not checked.
        "insecureSkipVerify" => insecure_skip_verify: Option<bool> { default: "false" },
    }
}

section! {
    /// Who asks a registry.
    pub struct Auth {
        /// Name.
        "username" => username: Option<String>,
        /// Password.
        "password" => password: Option<Secret<String>>,
        /// Both, as docker's configuration has them.
        "auth" => auth: Option<Secret<String>>,
        /// A token.
        "identityToken" => identity_token: Option<Secret<String>>,
    }
}
