//! The running system.

mod api_service_config;
mod booted_entry;
mod controller_graph;
mod devices_status;
mod environment;
mod kernel_cmdline;
mod kernel_param_spec;
mod kernel_param_status;
mod loaded_kernel_module;
mod machine_status;
mod maintenance_service_config;
mod maintenance_service_request;
mod mount_status;
mod platform_metadata;
mod security_state;
mod service_health;
mod service_pid;
mod version;

pub use api_service_config::ApiServiceConfig;
pub use booted_entry::BootedEntry;
pub use controller_graph::{ControllerEdge, ControllerEdgeKind, ControllerGraph};
pub use devices_status::DevicesStatus;
pub use environment::Environment;
pub use kernel_cmdline::KernelCmdline;
pub use kernel_param_spec::KernelParamSpec;
pub use kernel_param_status::KernelParamStatus;
pub use loaded_kernel_module::LoadedKernelModule;
pub use machine_status::{MachineStage, MachineStatus, Readiness, UnmetCondition};
pub use maintenance_service_config::MaintenanceServiceConfig;
pub use maintenance_service_request::MaintenanceServiceRequest;
pub use mount_status::MountStatus;
pub use platform_metadata::PlatformMetadata;
pub use security_state::{FipsState, SecurityState, SelinuxState};
pub use service_health::ServiceHealth;
pub use service_pid::ServicePid;
pub use version::Version;
