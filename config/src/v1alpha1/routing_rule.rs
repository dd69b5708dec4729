//! RoutingRuleConfig: which packets look into which routing table.

use crate::field::{choice, section};
use crate::value::Prefix;

section! {
    /// Sends some packets by a routing table of their own.
    pub struct RoutingRuleConfig as "network.RoutingRuleConfigV1Alpha1" {
        /// Priority: rules are asked from the lowest to the highest.
        "name" => name: Option<String> { required: true, example: "\"1000\"" },
        /// Network from which a packet comes.
        "src" => source: Option<Prefix> { example: "10.0.0.0/8", schema: r#"{"type":"string"}"# },
        /// Network to which it goes.
        "dst" => destination: Option<Prefix> { example: "192.168.0.0/16", schema: r#"{"type":"string"}"# },
        /// The routing table: `main`, `local`, `default` or a number.
        "table" => table: Option<String> { required: true, example: "\"100\"" },
        /// What is done with the packet.
        "action" => action: Option<RuleAction> { default: "unicast", schema: r#"{"type":"integer"}"# },
        /// The link on which it comes in.
        "iifName" => input_link: Option<String> { example: "enp0s2" },
        /// The link on which it goes out.
        "oifName" => output_link: Option<String> { example: "enp0s3" },
        /// Its mark.
        "fwMark" => mark: Option<u32> { example: "256" },
        /// Which bits of the mark count.
        "fwMask" => mask: Option<u32> { example: "65280" },
    }
}

choice! {
    /// What is done with a packet (linux/fib_rules.h, FR_ACT_*).
    pub enum RuleAction {
        /// It is left to the kernel.
        Unspec = "unspec",
        /// It goes by the table.
        Unicast = "unicast",
        /// It is dropped.
        Blackhole = "blackhole",
        /// Its sender hears that there is no way.
        Unreachable = "unreachable",
        /// Its sender hears that it is forbidden.
        Prohibit = "prohibit",
    }
}
