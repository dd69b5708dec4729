//! `MachineService`: each method in one line, handed to its file.

use std::sync::Arc;

use api::common::Data;
use api::machine as m;
use api::machine::machine_service_server::MachineService;
use tonic::{Request, Response, Status, Streaming};
use types::{Caller, Mode, Roles};

use super::stream::Answers;
use super::{
    apply_configuration, client_configuration, copy, disk_stats, dmesg, events, identity, list,
    logs, mounts, power, processes, read, services, stats,
};
use crate::node::Node;

/// The machine as its API shows it.
#[derive(Debug)]
pub(super) struct Machine {
    node: Arc<Node>,
}

impl Machine {
    /// The API of that node.
    pub(super) fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    /// What a container has no part in.
    fn on_a_machine(&self) -> Result<(), Status> {
        match self.node.mode {
            Mode::Container => {
                Err(Status::failed_precondition("method is not supported in container mode"))
            }
            Mode::Metal | Mode::Cloud | Mode::MetalAgent => Ok(()),
        }
    }
}

fn caller<T>(request: &Request<T>) -> Caller {
    let nobody = Caller { roles: Roles::NONE, peer: None, maintenance: false };
    request.extensions().get::<Caller>().cloned().unwrap_or(nobody)
}

fn lacking<T>(method: &str, why: &str) -> Result<T, Status> {
    let text = format!("machine.MachineService/{method} is not implemented in this version: {why}");
    Err(Status::unimplemented(text))
}

type Answer<T> = Result<Response<T>, Status>;

const NO_ETCD: &str = "it has no etcd yet";
const NO_CONTAINERS: &str = "it has no containers yet";
const NO_DISK: &str = "it has no disk yet";

#[tonic::async_trait]
impl MachineService for Machine {
    type CopyStream = Answers<Data>;
    type DmesgStream = Answers<Data>;
    type EventsStream = Answers<m::Event>;
    type EtcdSnapshotStream = Answers<Data>;
    type KubeconfigStream = Answers<Data>;
    type ListStream = Answers<m::FileInfo>;
    type DiskUsageStream = Answers<m::DiskUsageInfo>;
    type LogsStream = Answers<Data>;
    type ReadStream = Answers<Data>;
    type PacketCaptureStream = Answers<Data>;
    type ImageListStream = Answers<m::ImageListResponse>;

    async fn apply_configuration(
        &self,
        request: Request<m::ApplyConfigurationRequest>,
    ) -> Answer<m::ApplyConfigurationResponse> {
        let caller = caller(&request);
        let answer = apply_configuration::apply(&self.node, &caller, request.into_inner()).await?;
        Ok(Response::new(answer))
    }

    async fn copy(&self, request: Request<m::CopyRequest>) -> Answer<Answers<Data>> {
        copy::copy(request.get_ref()).map(Response::new)
    }

    async fn cpu_info(&self, _: Request<()>) -> Answer<m::CpuInfoResponse> {
        stats::cpu_info().map(Response::new)
    }

    async fn disk_stats(&self, _: Request<()>) -> Answer<m::DiskStatsResponse> {
        disk_stats::disk_stats().map(Response::new)
    }

    async fn dmesg(&self, request: Request<m::DmesgRequest>) -> Answer<Answers<Data>> {
        dmesg::dmesg(request.get_ref()).map(Response::new)
    }

    async fn events(&self, request: Request<m::EventsRequest>) -> Answer<Answers<m::Event>> {
        events::events(&self.node.events, request.get_ref()).map(Response::new)
    }

    async fn hostname(&self, _: Request<()>) -> Answer<m::HostnameResponse> {
        Ok(Response::new(identity::hostname()))
    }

    async fn list(&self, request: Request<m::ListRequest>) -> Answer<Answers<m::FileInfo>> {
        list::list(request.get_ref()).map(Response::new)
    }

    async fn disk_usage(
        &self,
        request: Request<m::DiskUsageRequest>,
    ) -> Answer<Answers<m::DiskUsageInfo>> {
        list::disk_usage(request.get_ref()).map(Response::new)
    }

    async fn load_avg(&self, _: Request<()>) -> Answer<m::LoadAvgResponse> {
        stats::load().map(Response::new)
    }

    async fn logs(&self, request: Request<m::LogsRequest>) -> Answer<Answers<Data>> {
        logs::logs(&self.node.logs, request.get_ref()).map(Response::new)
    }

    async fn logs_containers(&self, _: Request<()>) -> Answer<m::LogsContainersResponse> {
        Ok(Response::new(logs::containers(&self.node.logs)))
    }

    async fn memory(&self, _: Request<()>) -> Answer<m::MemoryResponse> {
        stats::memory().map(Response::new)
    }

    async fn mounts(&self, _: Request<()>) -> Answer<m::MountsResponse> {
        mounts::mounts().await.map(Response::new)
    }

    async fn network_device_stats(&self, _: Request<()>) -> Answer<m::NetworkDeviceStatsResponse> {
        stats::network().map(Response::new)
    }

    async fn processes(&self, _: Request<()>) -> Answer<m::ProcessesResponse> {
        processes::processes().map(Response::new)
    }

    async fn read(&self, request: Request<m::ReadRequest>) -> Answer<Answers<Data>> {
        read::read(request.get_ref()).await.map(Response::new)
    }

    async fn reboot(&self, request: Request<m::RebootRequest>) -> Answer<m::RebootResponse> {
        power::reboot(&self.node, request.into_inner()).map(Response::new)
    }

    async fn service_list(&self, _: Request<()>) -> Answer<m::ServiceListResponse> {
        Ok(Response::new(services::list(&self.node.supervisor)))
    }

    async fn service_restart(
        &self,
        request: Request<m::ServiceRestartRequest>,
    ) -> Answer<m::ServiceRestartResponse> {
        services::restart(&self.node.supervisor, &request.get_ref().id).await.map(Response::new)
    }

    async fn service_start(
        &self,
        request: Request<m::ServiceStartRequest>,
    ) -> Answer<m::ServiceStartResponse> {
        services::start(&self.node.supervisor, &request.get_ref().id).await.map(Response::new)
    }

    async fn service_stop(
        &self,
        request: Request<m::ServiceStopRequest>,
    ) -> Answer<m::ServiceStopResponse> {
        services::stop(&self.node.supervisor, &request.get_ref().id).await.map(Response::new)
    }

    async fn shutdown(&self, _: Request<m::ShutdownRequest>) -> Answer<m::ShutdownResponse> {
        power::shutdown(&self.node).map(Response::new)
    }

    async fn system_stat(&self, _: Request<()>) -> Answer<m::SystemStatResponse> {
        stats::system().map(Response::new)
    }

    async fn version(&self, _: Request<()>) -> Answer<m::VersionResponse> {
        Ok(Response::new(identity::version(&self.node)))
    }

    // What this version lacks.

    async fn bootstrap(&self, _: Request<m::BootstrapRequest>) -> Answer<m::BootstrapResponse> {
        lacking("Bootstrap", NO_ETCD)
    }

    async fn containers(&self, _: Request<m::ContainersRequest>) -> Answer<m::ContainersResponse> {
        lacking("Containers", NO_CONTAINERS)
    }

    async fn cpu_freq_stats(&self, _: Request<()>) -> Answer<m::CpuFreqStatsResponse> {
        lacking("CPUFreqStats", "nothing reads the processors' frequencies yet")
    }

    async fn etcd_member_list(
        &self,
        _: Request<m::EtcdMemberListRequest>,
    ) -> Answer<m::EtcdMemberListResponse> {
        lacking("EtcdMemberList", NO_ETCD)
    }

    async fn etcd_remove_member_by_id(
        &self,
        _: Request<m::EtcdRemoveMemberByIdRequest>,
    ) -> Answer<m::EtcdRemoveMemberByIdResponse> {
        lacking("EtcdRemoveMemberByID", NO_ETCD)
    }

    async fn etcd_leave_cluster(
        &self,
        _: Request<m::EtcdLeaveClusterRequest>,
    ) -> Answer<m::EtcdLeaveClusterResponse> {
        lacking("EtcdLeaveCluster", NO_ETCD)
    }

    async fn etcd_forfeit_leadership(
        &self,
        _: Request<m::EtcdForfeitLeadershipRequest>,
    ) -> Answer<m::EtcdForfeitLeadershipResponse> {
        lacking("EtcdForfeitLeadership", NO_ETCD)
    }

    async fn etcd_recover(&self, _: Request<Streaming<Data>>) -> Answer<m::EtcdRecoverResponse> {
        lacking("EtcdRecover", NO_ETCD)
    }

    async fn etcd_snapshot(&self, _: Request<m::EtcdSnapshotRequest>) -> Answer<Answers<Data>> {
        lacking("EtcdSnapshot", NO_ETCD)
    }

    async fn etcd_alarm_list(&self, _: Request<()>) -> Answer<m::EtcdAlarmListResponse> {
        lacking("EtcdAlarmList", NO_ETCD)
    }

    async fn etcd_alarm_disarm(&self, _: Request<()>) -> Answer<m::EtcdAlarmDisarmResponse> {
        lacking("EtcdAlarmDisarm", NO_ETCD)
    }

    async fn etcd_defragment(&self, _: Request<()>) -> Answer<m::EtcdDefragmentResponse> {
        lacking("EtcdDefragment", NO_ETCD)
    }

    async fn etcd_status(&self, _: Request<()>) -> Answer<m::EtcdStatusResponse> {
        lacking("EtcdStatus", NO_ETCD)
    }

    async fn etcd_downgrade_validate(
        &self,
        _: Request<m::EtcdDowngradeValidateRequest>,
    ) -> Answer<m::EtcdDowngradeValidateResponse> {
        lacking("EtcdDowngradeValidate", NO_ETCD)
    }

    async fn etcd_downgrade_enable(
        &self,
        _: Request<m::EtcdDowngradeEnableRequest>,
    ) -> Answer<m::EtcdDowngradeEnableResponse> {
        lacking("EtcdDowngradeEnable", NO_ETCD)
    }

    async fn etcd_downgrade_cancel(
        &self,
        _: Request<()>,
    ) -> Answer<m::EtcdDowngradeCancelResponse> {
        lacking("EtcdDowngradeCancel", NO_ETCD)
    }

    async fn kubeconfig(&self, _: Request<()>) -> Answer<Answers<Data>> {
        lacking("Kubeconfig", "it has no Kubernetes yet")
    }

    async fn restart(&self, _: Request<m::RestartRequest>) -> Answer<m::RestartResponse> {
        lacking("Restart", NO_CONTAINERS)
    }

    async fn rollback(&self, _: Request<m::RollbackRequest>) -> Answer<m::RollbackResponse> {
        self.on_a_machine()?;
        lacking("Rollback", NO_DISK)
    }

    async fn reset(&self, _: Request<m::ResetRequest>) -> Answer<m::ResetResponse> {
        lacking("Reset", NO_DISK)
    }

    async fn stats(&self, _: Request<m::StatsRequest>) -> Answer<m::StatsResponse> {
        lacking("Stats", NO_CONTAINERS)
    }

    async fn upgrade(&self, _: Request<m::UpgradeRequest>) -> Answer<m::UpgradeResponse> {
        self.on_a_machine()?;
        lacking("Upgrade", NO_DISK)
    }

    async fn generate_client_configuration(
        &self,
        request: Request<m::GenerateClientConfigurationRequest>,
    ) -> Answer<m::GenerateClientConfigurationResponse> {
        let config = self.node.configuration.follow().borrow().clone();
        let now = std::time::UNIX_EPOCH + linux::time::now(linux::time::Clock::Realtime);
        let request = request.into_inner();
        client_configuration::generate(config.as_ref(), &request, now).map(Response::new)
    }

    async fn packet_capture(&self, _: Request<m::PacketCaptureRequest>) -> Answer<Answers<Data>> {
        lacking("PacketCapture", "nothing captures packets yet")
    }

    async fn netstat(&self, _: Request<m::NetstatRequest>) -> Answer<m::NetstatResponse> {
        lacking("Netstat", "nothing reads the socket tables yet")
    }

    async fn meta_write(&self, _: Request<m::MetaWriteRequest>) -> Answer<m::MetaWriteResponse> {
        self.on_a_machine()?;
        lacking("MetaWrite", NO_DISK)
    }

    async fn meta_delete(&self, _: Request<m::MetaDeleteRequest>) -> Answer<m::MetaDeleteResponse> {
        self.on_a_machine()?;
        lacking("MetaDelete", NO_DISK)
    }

    async fn image_list(
        &self,
        _: Request<m::ImageListRequest>,
    ) -> Answer<Answers<m::ImageListResponse>> {
        lacking("ImageList", NO_CONTAINERS)
    }

    async fn image_pull(&self, _: Request<m::ImagePullRequest>) -> Answer<m::ImagePullResponse> {
        lacking("ImagePull", NO_CONTAINERS)
    }
}
