//! The clock.

mod adjtime_status;
mod time_status;

pub use adjtime_status::AdjtimeStatus;
pub use time_status::TimeStatus;
