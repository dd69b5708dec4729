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

impl ConfigLayer {
    /// The id that a spec has in [`NETWORK_CONFIG`](crate::namespace::NETWORK_CONFIG), given its id proper.
    #[must_use]
    pub fn id(self, id: &str) -> String {
        format!("{self}/{id}")
    }
}
