//! LinkAliasConfig: another name for links, by what they are.

use crate::field::section;

section! {
    /// Gives links a name that stays the same whatever the kernel calls them.
    pub struct LinkAliasConfig as "network.LinkAliasConfigV1Alpha1" {
        /// The name; with `%d` at its end each link gets a number.
        "name" => name: Option<String> { required: true, example: "net%d" },
        /// Which links get it.
        "selector" => selector: Option<LinkSelector>,
    }
}

section! {
    /// What a link must be.
    pub struct LinkSelector as "network.LinkSelector" {
        /// A CEL expression over `link` that holds for it.
        "match" => matches: Option<String> { example: "mac(link.permanent_addr) == \"00:1a:2b:3c:4d:5e\"" },
    }
}
