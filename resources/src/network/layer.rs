//! Where a part of the network configuration comes from.

use crate::value::choices;

choices! {
    /// The source of a part of the network configuration. Of two that disagree the later one wins.
    pub enum ConfigLayer {
        Default = 0 "default",
        Cmdline = 1 "cmdline",
        Platform = 2 "platform",
        Operator = 3 "operator",
        Configuration = 4 "configuration",
    }
}
