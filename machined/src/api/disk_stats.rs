//! `DiskStats`: the kernel's counters of block devices, /proc/diskstats (admin-guide/iostats.rst).
//!
//! What a device is (its size, its model) is `storage.StorageService/Disks`, not this.

use api::machine::{DiskStat, DiskStats, DiskStatsResponse};
use tonic::Status;

use crate::report;

/// The most that is read of the table: a line has about 100 bytes, a node hundreds of devices.
const MAX_TABLE: usize = 1 << 20;
/// Counters that every kernel since 4.18 gives; later ones gave more behind them.
const COUNTERS: usize = 15;

/// Every block device, and the sum of all.
pub(super) fn disk_stats() -> Result<DiskStatsResponse, Status> {
    let text = linux::fs::read_bounded("/proc/diskstats".as_ref(), MAX_TABLE)
        .map_err(|error| Status::internal(report::chain(&error)))?;
    let devices = devices(&String::from_utf8_lossy(&text));
    let message = DiskStats { metadata: None, total: Some(total(&devices)), devices };
    Ok(DiskStatsResponse { messages: vec![message] })
}

/// Lines of two device numbers, a name and counters; others are left out.
fn devices(text: &str) -> Vec<DiskStat> {
    text.lines().filter_map(device).collect()
}

fn device(line: &str) -> Option<DiskStat> {
    let mut words = line.split_whitespace().skip(2);
    let name = words.next()?;
    let counters: Vec<u64> = words.take(COUNTERS).map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(stat(name, counters.try_into().ok()?))
}

fn stat(name: &str, counters: [u64; COUNTERS]) -> DiskStat {
    let [rc, rm, rs, rt, wc, wm, ws, wt, under_way, time, weighted, dc, dm, ds, dt] = counters;
    DiskStat {
        name: name.to_owned(),
        read_completed: rc,
        read_merged: rm,
        read_sectors: rs,
        read_time_ms: rt,
        write_completed: wc,
        write_merged: wm,
        write_sectors: ws,
        write_time_ms: wt,
        io_in_progress: under_way,
        io_time_ms: time,
        io_time_weighted_ms: weighted,
        discard_completed: dc,
        discard_merged: dm,
        discard_sectors: ds,
        discard_time_ms: dt,
    }
}

fn total(devices: &[DiskStat]) -> DiskStat {
    let add = |field: fn(&DiskStat) -> u64| devices.iter().map(field).sum();
    DiskStat {
        name: "Total".to_owned(),
        read_completed: add(|device| device.read_completed),
        read_merged: add(|device| device.read_merged),
        read_sectors: add(|device| device.read_sectors),
        read_time_ms: add(|device| device.read_time_ms),
        write_completed: add(|device| device.write_completed),
        write_merged: add(|device| device.write_merged),
        write_sectors: add(|device| device.write_sectors),
        write_time_ms: add(|device| device.write_time_ms),
        io_in_progress: add(|device| device.io_in_progress),
        io_time_ms: add(|device| device.io_time_ms),
        io_time_weighted_ms: add(|device| device.io_time_weighted_ms),
        discard_completed: add(|device| device.discard_completed),
        discard_merged: add(|device| device.discard_merged),
        discard_sectors: add(|device| device.discard_sectors),
        discard_time_ms: add(|device| device.discard_time_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_and_added_up() {
        let text = " 254 0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n 254 1 vda1 1 0 0 0 0 0 0 0 0 \
                    0 0 0 0 0 15\n 7 0 loop0 1 2\n bad\n";
        let devices = devices(text);
        let names: Vec<&str> = devices.iter().map(|device| device.name.as_str()).collect();
        assert_eq!(names, ["vda", "vda1"]);
        assert_eq!(devices[0].io_time_weighted_ms, 11);
        let total = total(&devices);
        assert_eq!((total.read_completed, total.discard_time_ms), (2, 30));
    }

    #[test]
    fn every_device_of_the_kernel_is_there() {
        let text = std::fs::read_to_string("/proc/diskstats").expect("readable");
        assert_eq!(devices(&text).len(), text.lines().count());
    }
}
