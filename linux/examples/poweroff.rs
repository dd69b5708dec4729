//! The smallest PID 1 there is: switches the machine off. What a boot costs without us, for `make
//! bench`.

use linux::power::{Power, reboot};

fn main() {
    if let Err(error) = reboot(Power::Off) {
        // The kernel restarts the machine when PID 1 ends; whoever measures sees that it did not go off.
        drop(error);
    }
}
