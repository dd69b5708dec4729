//! Where a configuration comes from at boot.
//!
//! The sources are asked in order, and the first complete configuration is taken. One that cannot be
//! read or is not valid is told, and the next is asked. Nothing here waits for a network.

use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use config::{Config, fault};
use linux::boot::Argument;
use types::Mode;

/// Largest configuration in bytes after it is unpacked; the decoder takes no more either.
const LARGEST: usize = 8 << 20;
/// Where a volume with a configuration is mounted while it is read.
const MOUNT_POINT: &str = "/system/config";

/// Where a configuration was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The folder that survives a restart of machined.
    State,
    /// The kernel's command line, before the platform.
    Early,
    /// The platform: a volume, or what a container engine gives.
    Platform,
    /// The kernel's command line, after the platform.
    Inline,
}

impl Origin {
    /// All sources in their order.
    pub(crate) const ALL: [Self; 4] = [Self::State, Self::Early, Self::Platform, Self::Inline];

    /// What it is called in a message.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::State => "STATE",
            Self::Early => "kernel argument config.early",
            Self::Platform => "platform",
            Self::Inline => "kernel argument config.inline",
        }
    }
}

/// Why a source gave no configuration although it holds something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("read {}", .path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: linux::KernelError,
    },
    #[error("decode base64")]
    Base64(#[source] base64::DecodeError),
    #[error("unpack zstd: {0}")]
    Unpack(String),
    #[error("unpacked configuration is over {LARGEST} bytes")]
    Large,
    #[error("no volume is labelled {0}")]
    NoVolume(&'static str),
    #[error("{0} is no source of a configuration in this version: metal-iso and none are")]
    Unknown(String),
    #[error("not valid:\n{0}")]
    Invalid(String),
}

impl SourceError {
    /// Whether there was a configuration, which is not a valid one.
    pub(crate) fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid(_))
    }
}

/// What the sources are made of.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) mode: Mode,
    pub(crate) folder: &'a Path,
    pub(crate) arguments: &'a [Argument],
    /// What a container engine gave, base64.
    pub(crate) user_data: Option<&'a str>,
}

/// Asks one source.
///
/// # Errors
/// When it holds something that cannot be used.
pub(crate) fn load(
    origin: Origin,
    around: &Surroundings<'_>,
) -> Result<Option<Config>, SourceError> {
    let bytes = match origin {
        Origin::State => load_file(&around.folder.join(super::FILE))?,
        Origin::Early => unpack(&argument(around.arguments, "config.early"))?,
        Origin::Inline => unpack(&argument(around.arguments, "config.inline"))?,
        Origin::Platform => load_platform(around)?,
    };
    let Some(bytes) = bytes else { return Ok(None) };
    let (config, _) =
        Config::decode(&bytes).map_err(|faults| SourceError::Invalid(fault::summary(&faults)))?;
    let faults = config::validate(&config, around.mode);
    if !faults.is_empty() {
        return Err(SourceError::Invalid(fault::summary(&faults)));
    }
    Ok(Some(config))
}

fn load_file(path: &Path) -> Result<Option<Vec<u8>>, SourceError> {
    match linux::fs::read_bounded(path, LARGEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_absent() => Ok(None),
        Err(source) => Err(SourceError::Read { path: path.to_owned(), source }),
    }
}

/// The values of all arguments of that name, ours before the alias, joined in order: a long value
/// may be split over several.
fn argument(arguments: &[Argument], name: &str) -> String {
    let values = |prefix: &str| -> String {
        let matching = arguments
            .iter()
            .filter(|argument| argument.key.strip_prefix(prefix).is_some_and(|rest| rest == name));
        matching.filter_map(|argument| argument.value.as_deref()).collect()
    };
    match values("holdfast.") {
        own if own.is_empty() => values("talos."),
        own => own,
    }
}

/// Unpacks base64 of zstd.
fn unpack(text: &str) -> Result<Option<Vec<u8>>, SourceError> {
    if text.is_empty() {
        return Ok(None);
    }
    let packed = STANDARD.decode(text).map_err(SourceError::Base64)?;
    let unpack = |error: &dyn std::fmt::Display| SourceError::Unpack(error.to_string());
    let decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice())
        .map_err(|error| unpack(&error))?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(LARGEST + 1).unwrap_or(u64::MAX);
    decoder.take(limit).read_to_end(&mut bytes).map_err(|error| unpack(&error))?;
    if bytes.len() > LARGEST { Err(SourceError::Large) } else { Ok(Some(bytes)) }
}

fn load_platform(around: &Surroundings<'_>) -> Result<Option<Vec<u8>>, SourceError> {
    if around.mode == Mode::Container {
        let given = around.user_data.filter(|text| !text.is_empty());
        return given
            .map(|text| STANDARD.decode(text.trim()).map_err(SourceError::Base64))
            .transpose();
    }
    match argument(around.arguments, "config").as_str() {
        "" | "none" => Ok(None),
        "metal-iso" => load_volume("metal-iso"),
        other => Err(SourceError::Unknown(other.to_owned())),
    }
}

/// Reads `config.yaml` from the ISO 9660 volume with that label.
fn load_volume(label: &'static str) -> Result<Option<Vec<u8>>, SourceError> {
    use linux::mount::{Flags, Spec, mount};

    let device = block_devices()
        .into_iter()
        .find(|device| volume_label(device).is_some_and(|found| found == label))
        .ok_or(SourceError::NoVolume(label))?;
    let target = Path::new(MOUNT_POINT);
    let read = |source| SourceError::Read { path: device.clone(), source };
    linux::fs::make_folder(target, 0o700).map_err(read)?;
    let flags = Flags::READ_ONLY.with(Flags::NO_SUID).with(Flags::NO_DEV).with(Flags::NO_EXEC);
    let spec =
        Spec { kind: "iso9660", source: &device.to_string_lossy(), target, flags, options: &[] };
    let mounted = mount(&spec).map_err(read)?;
    let bytes = load_file(&target.join("config.yaml"));
    if let Err(error) = mounted.undo() {
        tracing::warn!("configuration: unmount {}: {error}", device.display());
    }
    bytes
}

/// Device nodes of all block devices that the kernel knows, sorted.
fn block_devices() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir("/sys/class/block") else { return Vec::new() };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    let mut devices: Vec<PathBuf> = names.map(|name| Path::new("/dev").join(name)).collect();
    devices.sort();
    devices
}

/// The label of an ISO 9660 volume: its primary descriptor is sector 16 of 2048 bytes, begins with
/// type 1 and `CD001`, and has the volume identifier at offset 40 (ECMA-119 section 8.4).
fn volume_label(device: &Path) -> Option<String> {
    use std::os::unix::fs::FileExt;

    let mut sector = [0; 2048];
    let file = std::fs::File::open(device).ok()?;
    file.read_exact_at(&mut sector, 16 * 2048).ok()?;
    parse_label(&sector)
}

fn parse_label(sector: &[u8; 2048]) -> Option<String> {
    if sector.get(..6) != Some(b"\x01CD001") {
        return None;
    }
    let label = sector.get(40..72)?;
    Some(String::from_utf8_lossy(label).trim_end_matches([' ', '\0']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Vec<Argument> {
        linux::boot::parse(line)
    }

    #[test]
    fn split_arguments_are_joined_and_the_alias_counts_where_ours_is_absent() {
        let line = "talos.config.inline=aa talos.config.inline=bb holdfast.config.early=cc";
        assert_eq!(argument(&arguments(line), "config.inline"), "aabb");
        assert_eq!(argument(&arguments(line), "config.early"), "cc");
        assert_eq!(argument(&arguments(line), "config"), "");
    }

    #[test]
    fn an_inline_configuration_is_unpacked() {
        // `printf 'machine: {}' | zstd | base64`
        let packed = "KLUv/QRYWQAAbWFjaGluZToge31kFjJS";
        let unpacked = unpack(packed).expect("unpacks").expect("is there");
        assert_eq!(unpacked, b"machine: {}");
        assert!(matches!(unpack("***"), Err(SourceError::Base64(_))));
        assert!(matches!(unpack("aGVsbG8="), Err(SourceError::Unpack(_))));
        assert!(matches!(unpack(""), Ok(None)));
    }

    #[test]
    fn a_container_is_given_its_configuration() {
        let around = |user_data| Surroundings {
            mode: Mode::Container,
            folder: Path::new("/nonexistent"),
            arguments: &[],
            user_data,
        };
        assert!(matches!(load(Origin::Platform, &around(None)), Ok(None)));
        let broken = STANDARD.encode("machine: [");
        let error = load(Origin::Platform, &around(Some(&broken))).expect_err("not YAML");
        assert!(error.is_invalid(), "{error}");
    }

    #[test]
    fn only_what_this_version_has_is_a_platform() {
        let arguments = arguments("holdfast.config=https://example.org/config.yaml");
        let around = Surroundings {
            mode: Mode::Metal,
            folder: Path::new("/nonexistent"),
            arguments: &arguments,
            user_data: None,
        };
        assert!(matches!(load(Origin::Platform, &around), Err(SourceError::Unknown(_))));
    }

    #[test]
    fn a_volume_is_known_by_its_label() {
        let mut sector = [0; 2048];
        assert_eq!(parse_label(&sector), None);
        sector[..6].copy_from_slice(b"\x01CD001");
        sector[40..72].copy_from_slice(b"metal-iso                       ");
        assert_eq!(parse_label(&sector).as_deref(), Some("metal-iso"));
    }
}
