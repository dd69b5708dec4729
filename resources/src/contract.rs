//! The types against the contract.
