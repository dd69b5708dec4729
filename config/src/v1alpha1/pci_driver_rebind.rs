//! PCIDriverRebindConfig: another driver for a device.

use crate::field::section;

section! {
    /// Takes a device from its driver and gives it to another.
    pub struct PciDriverRebindConfig as "hardware.PCIDriverRebindConfigV1Alpha1" {
        /// Address of the device on the PCI bus.
        "name" => name: Option<String> { required: true, example: "\"0000:04:00.0\"" },
        /// The driver that gets it.
        "targetDriver" => target_driver: Option<String> { required: true, example: "vfio-pci" },
    }
}
