//! NetworkRuleConfig: who may connect to which ports.

use crate::field::{choice, section};
use crate::table::Merge;
use crate::value::{PortRange, Prefix};

section! {
    /// Says who may connect to some ports of the machine.
    pub struct NetworkRuleConfig as "network.RuleConfigV1Alpha1" {
        /// What the rule is called.
        "name" => name: Option<String> { required: true, example: "kubelet-ingress" },
        /// The ports.
        "portSelector" => port_selector: Option<PortSelector>,
        /// Who may connect.
        "ingress" => ingress: Vec<IngressRule> { merge: Merge::Replace },
    }
}

section! {
    /// Some ports.
    pub struct PortSelector as "network.RulePortSelector" {
        /// Ports and ranges of ports.
        "ports" => ports: Vec<PortRange> { merge: Merge::Replace, example: "[10250]", schema: r#"{"items":{"oneOf":[{"type":"integer"},{"type":"string"}]},"type":"array"}"# },
        /// The protocol.
        "protocol" => protocol: Option<Protocol>,
    }
}

section! {
    /// Somebody who may connect.
    pub struct IngressRule as "network.IngressRule" {
        /// The network from which.
        "subnet" => subnet: Option<Prefix> { example: "10.0.0.0/8" },
        /// A part of it from which not.
        "except" => except: Option<Prefix> { example: "10.1.0.0/16" },
    }
}

choice! {
    /// Protocols with ports, and those that only take part.
    pub enum Protocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// ICMP.
        Icmp = "icmp",
        /// ICMP for IPv6.
        IcmpV6 = "icmpv6",
    }
}
