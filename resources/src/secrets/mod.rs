//! Keys, certificates and tokens.

mod api_certificates;
mod cert_san;
mod maintenance_root;
mod os_root;

pub use api_certificates::ApiCertificates;
pub use cert_san::CertSan;
pub use maintenance_root::MaintenanceRoot;
pub use os_root::OsRoot;
