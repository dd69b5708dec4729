//! Where a node runs.

use std::fmt;
use std::str::FromStr;

/// Where a node runs, which decides what it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// On a machine, real or virtual.
    Metal,
    /// On a cloud's virtual machine.
    Cloud,
    /// In a container of an engine: no reboot, no shutdown, no upgrade, no META.
    Container,
    /// On a machine that an agent drives.
    MetalAgent,
}

impl Mode {
    /// The text in the API and in the environment.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metal => "metal",
            Self::Cloud => "cloud",
            Self::Container => "container",
            Self::MetalAgent => "metal-agent",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no mode.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no mode: metal, cloud, container or metal-agent is")]
pub struct UnknownMode(pub String);

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Metal, Self::Cloud, Self::Container, Self::MetalAgent]
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| UnknownMode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_read_back() {
        for mode in [Mode::Metal, Mode::Cloud, Mode::Container, Mode::MetalAgent] {
            assert_eq!(mode.as_str().parse(), Ok(mode));
        }
        assert_eq!("vm".parse::<Mode>(), Err(UnknownMode("vm".to_owned())));
    }
}
