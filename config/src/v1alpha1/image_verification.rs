//! ImageVerificationConfig: which container images may be pulled.

use crate::field::section;
use crate::table::Merge;

section! {
    /// Refuses container images that are not signed as they should be.
    pub struct ImageVerificationConfig {
        /// What holds for which images; the first rule that fits an image decides.
        "rules" => rules: Vec<ImageRule> { merge: Merge::ReplaceBy("image") },
    }
}

section! {
    /// What holds for some images: exactly one of `skip`, `deny`, `keyless` and `publicKey`.
    pub struct ImageRule {
        /// A pattern of image names, where `*` stands for anything.
        "image" => image: Option<String> { example: "registry.k8s.io/*" },
        /// Whether they are taken unchecked.
        "skip" => skip: Option<bool>,
        /// Whether they are refused.
        "deny" => deny: Option<bool>,
        /// They must be signed by an identity.
        "keyless" => keyless: Option<KeylessVerifier>,
        /// They must be signed by a key.
        "publicKey" => public_key: Option<KeyVerifier>,
    }
}

section! {
    /// An identity that signs.
    pub struct KeylessVerifier {
        /// Who vouches for it.
        "issuer" => issuer: Option<String> { example: "https://accounts.google.com" },
        /// What it is called.
        "subject" => subject: Option<String> { example: "release@example.org" },
        /// Or a regular expression of what it is called.
        "subjectRegex" => subject_regex: Option<String>,
    }
}

section! {
    /// A key that signs.
    pub struct KeyVerifier {
        /// The public key or certificate, PEM.
        "certificate" => certificate: Option<String>,
    }
}
