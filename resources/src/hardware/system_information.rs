//! What the firmware says about the machine (SMBIOS type 1).

use cosi::Definition;
use serde::Serialize;

use crate::{
    namespace,
    spec::{empty, spec},
    wire::message,
};

/// The machine. The id is `systeminformation`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemInformation {
    /// Who made it.
    #[serde(skip_serializing_if = "empty")]
    pub manufacturer: String,
    /// What it is called.
    #[serde(skip_serializing_if = "empty")]
    pub product_name: String,
    /// Its version.
    #[serde(skip_serializing_if = "empty")]
    pub version: String,
    /// Its serial number.
    #[serde(skip_serializing_if = "empty")]
    pub serialnumber: String,
    /// Its UUID.
    #[serde(skip_serializing_if = "empty")]
    pub uuid: String,
    /// What switched it on.
    #[serde(skip_serializing_if = "empty")]
    pub wake_up_type: String,
    /// What it is ordered by.
    #[serde(skip_serializing_if = "empty")]
    pub sku_number: String,
}

message!(SystemInformation as "hardware.SystemInformationSpec" {
    1: manufacturer, 2: product_name, 3: version, 4: serialnumber, 5: uuid, 6: wake_up_type,
    7: sku_number,
});

impl SystemInformation {
    /// The id of the only one.
    pub const ID: &str = "systeminformation";
}

spec!(
    SystemInformation,
    "SystemInformations.hardware.talos.dev",
    namespace::HARDWARE,
    Definition::new().aliases(&["systeminformation"]).columns(&[
        ("Manufacturer", "{.manufacturer}"),
        ("ProductName", "{.productName}"),
        ("Version", "{.version}"),
        ("SerialNumber", "{.serialnumber}"),
        ("UUID", "{.uuid}"),
        ("WakeUpType", "{.wakeUpType}"),
        ("SKUNumber", "{.skuNumber}")
    ])
);
