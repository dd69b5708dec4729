//! WatchdogTimerConfig: a timer that resets the machine when it hangs.

use crate::field::section;
use crate::value::Duration;

section! {
    /// Has the machine reset by a device if the system does not answer it.
    pub struct WatchdogTimerConfig as "runtime.WatchdogTimerV1Alpha1" {
        /// Device node of the timer.
        "device" => device: Option<String> { example: "/dev/watchdog0" },
        /// How long the system may be silent, at least 10 seconds.
        "timeout" => timeout: Option<Duration> { default: "1m0s" },
    }
}
