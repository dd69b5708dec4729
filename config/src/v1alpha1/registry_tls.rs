//! RegistryTLSConfig: TLS of a registry.

use types::Secret;

use crate::field::section;

section! {
    /// Says how a registry of container images proves who it is, and how the machine does.
    pub struct RegistryTlsConfig as "cri.RegistryTLSConfigV1Alpha1" {
        /// Host of the registry.
        "name" => name: Option<String> { required: true, example: "registry.example.org" },
        /// The machine's own certificate.
        "clientIdentity" => client_identity: Option<ClientIdentity> { schema: r#"{"properties":{"crt":{"type":"string"},"key":{"type":"string"}},"additionalProperties":false,"type":"object"}"# },
        /// The authority of the registry's certificate, PEM.
        "ca" => ca: Option<String> { example: "-----BEGIN CERTIFICATE-----" },
        /// Whether the registry's certificate is not checked.
        "insecureSkipVerify" => insecure_skip_verify: Option<bool> { default: "false" },
    }
}

section! {
    /// A certificate and its key, both PEM. The contract's schema calls the first `crt`, which its decoder
    /// refuses.
    pub struct ClientIdentity {
        /// The certificate.
        "cert" => certificate: Option<String> { example: "-----BEGIN CERTIFICATE-----" },
        /// Its private key.
        "key" => key: Option<Secret<String>>,
    }
}
