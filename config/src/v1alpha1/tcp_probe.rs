//! TCPProbeConfig: a connection by which the network is tried.

use crate::field::section;
use crate::value::Duration;

section! {
    /// Tries, again and again, whether something can be connected to.
    pub struct TcpProbeConfig as "network.TCPProbeConfigV1Alpha1" {
        /// What the probe is called.
        "name" => name: Option<String> { required: true, example: "proxy-check" },
        /// What every kind of probe has.
        "" => common: ProbeFields,
        /// Host and port.
        "endpoint" => endpoint: Option<String> { required: true, example: "proxy.example.org:3128" },
        /// How long a connection may take.
        "timeout" => timeout: Option<Duration> { default: "10s" },
    }
}

section! {
    /// What every kind of probe has.
    pub struct ProbeFields as "network.CommonProbeConfig" {
        /// Time between two tries.
        "interval" => interval: Option<Duration> { default: "1s" },
        /// How many tries in a row must fail.
        "failureThreshold" => failure_threshold: Option<u32> { default: "0" },
    }
}
