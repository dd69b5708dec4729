//! The client as a process, against a node in this one.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod local;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod store;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod wait;
