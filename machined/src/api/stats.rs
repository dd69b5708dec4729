//! Processor, memory and load figures of the kernel.

use api::machine::{
    CpUsInfo, CpuInfo, CpuInfoResponse, CpuStat, LoadAvg, LoadAvgResponse, MemInfo, Memory,
    MemoryResponse, NetDev, NetworkDeviceStats, NetworkDeviceStatsResponse, SoftIrqStat,
    SystemStat, SystemStatResponse,
};
use linux::proc::{self, Processor, Ticks};
use tonic::Status;

/// Clock ticks per second in the kernel's figures for processes: USER_HZ, 100 on all our platforms.
const TICKS_PER_SECOND: f64 = 100.0;

fn unreadable(error: &linux::KernelError) -> Status {
    Status::internal(crate::report::chain(error))
}

/// Ticks as seconds.
#[expect(clippy::cast_precision_loss, reason = "2^53 ticks are three million years")]
pub(super) fn seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS_PER_SECOND
}

fn cpu_stat(ticks: &Ticks) -> CpuStat {
    CpuStat {
        user: seconds(ticks.user),
        nice: seconds(ticks.nice),
        system: seconds(ticks.system),
        idle: seconds(ticks.idle),
        iowait: seconds(ticks.iowait),
        irq: seconds(ticks.irq),
        soft_irq: seconds(ticks.soft_irq),
        steal: seconds(ticks.steal),
        guest: seconds(ticks.guest),
        guest_nice: seconds(ticks.guest_nice),
    }
}

/// `SystemStat`: /proc/stat.
pub(super) fn system() -> Result<SystemStatResponse, Status> {
    let stat = proc::load_stat().map_err(|error| unreadable(&error))?;
    let [hi, timer, net_tx, net_rx, block, block_io_poll, tasklet, sched, hrtimer, rcu] =
        stat.soft_interrupts.by_kind;
    let soft_irq = SoftIrqStat {
        hi,
        timer,
        net_tx,
        net_rx,
        block,
        block_io_poll,
        tasklet,
        sched,
        hrtimer,
        rcu,
    };
    let message = SystemStat {
        metadata: None,
        boot_time: stat.boot_time,
        cpu_total: Some(cpu_stat(&stat.total)),
        cpu: stat.processors.iter().map(cpu_stat).collect(),
        irq_total: stat.interrupts,
        irq: stat.interrupts_by_number,
        context_switches: stat.context_switches,
        process_created: stat.processes_created,
        process_running: stat.processes_running,
        process_blocked: stat.processes_blocked,
        soft_irq_total: stat.soft_interrupts.total,
        soft_irq: Some(soft_irq),
    };
    Ok(SystemStatResponse { messages: vec![message] })
}

/// `LoadAvg`: /proc/loadavg.
pub(super) fn load() -> Result<LoadAvgResponse, Status> {
    let load = proc::load_average().map_err(|error| unreadable(&error))?;
    let message =
        LoadAvg { metadata: None, load1: load.one, load5: load.five, load15: load.fifteen };
    Ok(LoadAvgResponse { messages: vec![message] })
}

/// `CPUInfo`: /proc/cpuinfo.
pub(super) fn cpu_info() -> Result<CpuInfoResponse, Status> {
    let processors = proc::load_cpuinfo().map_err(|error| unreadable(&error))?;
    let cpu_info = processors.iter().map(processor).collect();
    Ok(CpuInfoResponse { messages: vec![CpUsInfo { metadata: None, cpu_info }] })
}

fn processor(cpu: &Processor) -> CpuInfo {
    let text = |name: &str| cpu.get(name).unwrap_or_default().to_owned();
    let words = |name: &str| text(name).split_whitespace().map(str::to_owned).collect();
    let number = |name: &str| cpu.get(name).and_then(|text| text.parse().ok()).unwrap_or_default();
    let decimal = |name: &str| cpu.get(name).and_then(|text| text.parse().ok()).unwrap_or_default();
    CpuInfo {
        processor: number("processor"),
        vendor_id: text("vendor_id"),
        cpu_family: text("cpu family"),
        model: text("model"),
        model_name: text("model name"),
        stepping: text("stepping"),
        microcode: text("microcode"),
        cpu_mhz: decimal("cpu MHz"),
        cache_size: text("cache size"),
        physical_id: text("physical id"),
        siblings: number("siblings"),
        core_id: text("core id"),
        cpu_cores: number("cpu cores"),
        apic_id: text("apicid"),
        initial_apic_id: text("initial apicid"),
        fpu: text("fpu"),
        fpu_exception: text("fpu_exception"),
        cpu_id_level: number("cpuid level"),
        wp: text("wp"),
        flags: words("flags"),
        bugs: words("bugs"),
        bogo_mips: decimal("bogomips"),
        cl_flush_size: number("clflush size"),
        cache_alignment: number("cache_alignment"),
        address_sizes: text("address sizes"),
        power_management: text("power management"),
    }
}

/// `Memory`: /proc/meminfo, in KiB as the kernel gives it.
pub(super) fn memory() -> Result<MemoryResponse, Status> {
    let memory = proc::load_memory().map_err(|error| unreadable(&error))?;
    let meminfo = MemInfo {
        memtotal: memory.get("MemTotal"),
        memfree: memory.get("MemFree"),
        memavailable: memory.get("MemAvailable"),
        buffers: memory.get("Buffers"),
        cached: memory.get("Cached"),
        swapcached: memory.get("SwapCached"),
        active: memory.get("Active"),
        inactive: memory.get("Inactive"),
        activeanon: memory.get("Active(anon)"),
        inactiveanon: memory.get("Inactive(anon)"),
        activefile: memory.get("Active(file)"),
        inactivefile: memory.get("Inactive(file)"),
        unevictable: memory.get("Unevictable"),
        mlocked: memory.get("Mlocked"),
        swaptotal: memory.get("SwapTotal"),
        swapfree: memory.get("SwapFree"),
        dirty: memory.get("Dirty"),
        writeback: memory.get("Writeback"),
        anonpages: memory.get("AnonPages"),
        mapped: memory.get("Mapped"),
        shmem: memory.get("Shmem"),
        slab: memory.get("Slab"),
        sreclaimable: memory.get("SReclaimable"),
        sunreclaim: memory.get("SUnreclaim"),
        kernelstack: memory.get("KernelStack"),
        pagetables: memory.get("PageTables"),
        nfsunstable: memory.get("NFS_Unstable"),
        bounce: memory.get("Bounce"),
        writebacktmp: memory.get("WritebackTmp"),
        commitlimit: memory.get("CommitLimit"),
        committedas: memory.get("Committed_AS"),
        vmalloctotal: memory.get("VmallocTotal"),
        vmallocused: memory.get("VmallocUsed"),
        vmallocchunk: memory.get("VmallocChunk"),
        hardwarecorrupted: memory.get("HardwareCorrupted"),
        anonhugepages: memory.get("AnonHugePages"),
        shmemhugepages: memory.get("ShmemHugePages"),
        shmempmdmapped: memory.get("ShmemPmdMapped"),
        cmatotal: memory.get("CmaTotal"),
        cmafree: memory.get("CmaFree"),
        hugepagestotal: memory.get("HugePages_Total"),
        hugepagesfree: memory.get("HugePages_Free"),
        hugepagesrsvd: memory.get("HugePages_Rsvd"),
        hugepagessurp: memory.get("HugePages_Surp"),
        hugepagesize: memory.get("Hugepagesize"),
        directmap4k: memory.get("DirectMap4k"),
        directmap2m: memory.get("DirectMap2M"),
        directmap1g: memory.get("DirectMap1G"),
    };
    Ok(MemoryResponse { messages: vec![Memory { metadata: None, meminfo: Some(meminfo) }] })
}

/// `NetworkDeviceStats`: /proc/net/dev, with the sum of all links.
pub(super) fn network() -> Result<NetworkDeviceStatsResponse, Status> {
    let text = linux::fs::read_bounded("/proc/self/net/dev".as_ref(), 1 << 20)
        .map_err(|error| unreadable(&error))?;
    let devices = links(&String::from_utf8_lossy(&text));
    let message = NetworkDeviceStats { metadata: None, total: Some(sum(&devices)), devices };
    Ok(NetworkDeviceStatsResponse { messages: vec![message] })
}

/// The lines behind the two of the heading: a name, a colon, sixteen numbers.
fn links(text: &str) -> Vec<NetDev> {
    let lines = text.lines().skip(2).filter_map(|line| line.split_once(':'));
    lines
        .filter_map(|(name, numbers)| {
            let numbers: Vec<u64> =
                numbers.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
            let numbers = <[u64; 16]>::try_from(numbers).ok()?;
            Some(link(name.trim(), numbers))
        })
        .collect()
}

fn link(name: &str, numbers: [u64; 16]) -> NetDev {
    let [rb, rp, re, rd, rfifo, rframe, rcomp, rmulti, tb, tp, te, td, tfifo, tcoll, tcarr, tcomp] =
        numbers;
    NetDev {
        name: name.to_owned(),
        rx_bytes: rb,
        rx_packets: rp,
        rx_errors: re,
        rx_dropped: rd,
        rx_fifo: rfifo,
        rx_frame: rframe,
        rx_compressed: rcomp,
        rx_multicast: rmulti,
        tx_bytes: tb,
        tx_packets: tp,
        tx_errors: te,
        tx_dropped: td,
        tx_fifo: tfifo,
        tx_collisions: tcoll,
        tx_carrier: tcarr,
        tx_compressed: tcomp,
    }
}

fn sum(devices: &[NetDev]) -> NetDev {
    let add = |field: fn(&NetDev) -> u64| devices.iter().map(field).sum();
    NetDev {
        name: "Total".to_owned(),
        rx_bytes: add(|device| device.rx_bytes),
        rx_packets: add(|device| device.rx_packets),
        rx_errors: add(|device| device.rx_errors),
        rx_dropped: add(|device| device.rx_dropped),
        rx_fifo: add(|device| device.rx_fifo),
        rx_frame: add(|device| device.rx_frame),
        rx_compressed: add(|device| device.rx_compressed),
        rx_multicast: add(|device| device.rx_multicast),
        tx_bytes: add(|device| device.tx_bytes),
        tx_packets: add(|device| device.tx_packets),
        tx_errors: add(|device| device.tx_errors),
        tx_dropped: add(|device| device.tx_dropped),
        tx_fifo: add(|device| device.tx_fifo),
        tx_collisions: add(|device| device.tx_collisions),
        tx_carrier: add(|device| device.tx_carrier),
        tx_compressed: add(|device| device.tx_compressed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_in_kib_as_the_kernel_says() {
        let text = std::fs::read_to_string("/proc/meminfo").expect("readable");
        let line = text.lines().find(|line| line.starts_with("MemTotal:")).expect("a total");
        let kib: u64 = line.split_whitespace().nth(1).expect("a number").parse().expect("digits");
        let answer = memory().expect("an answer");
        assert_eq!(answer.messages[0].meminfo.as_ref().map(|info| info.memtotal), Some(kib));
    }

    #[test]
    fn there_is_one_entry_for_each_processor() {
        let processors = std::thread::available_parallelism().expect("a number").get();
        assert!(cpu_info().expect("an answer").messages[0].cpu_info.len() >= processors);
        assert!(system().expect("an answer").messages[0].cpu.len() >= processors);
    }

    #[test]
    fn links_are_read_and_added_up() {
        let text = "Inter-|\n face |\n    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n  eth0: 1 0 0 0 0 \
                    0 0 0 2 0 0 0 0 0 0 0\n bad: 1\n";
        let devices = links(text);
        assert_eq!(
            devices.iter().map(|device| device.name.as_str()).collect::<Vec<_>>(),
            ["lo", "eth0"]
        );
        let total = sum(&devices);
        assert_eq!((total.rx_bytes, total.tx_bytes, total.tx_compressed), (2, 11, 16));
    }
}
