//! NetworkDefaultActionConfig: what is done with packets that no rule names.

use crate::field::{choice, section};

section! {
    /// Opens or closes the machine to the network, but for what NetworkRuleConfig says.
    pub struct NetworkDefaultActionConfig as "network.DefaultActionConfigV1Alpha1" {
        /// What is done with packets that come in.
        "ingress" => ingress: Option<DefaultAction> { default: "accept" },
    }
}

choice! {
    /// What is done with a packet.
    pub enum DefaultAction {
        /// It is taken.
        Accept = "accept",
        /// It is dropped.
        Block = "block",
    }
}
