//! `osctl copy`: a file or a folder of a node, as an archive or unpacked.

use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use anyhow::Context as _;
use api::common::Data;
use api::machine::CopyRequest;

use crate::call::follow;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::exit::{Exit, usage};

/// Copy a file or a folder from a node
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl copy /var/log ./log -n 10.0.0.2              into a new or empty folder\n  \
    osctl copy /etc - -n 10.0.0.2 > etc.tar.gz         the archive, with owners and modes\n\n\
    Unpacked files get the owner and mode that new files of this computer get.\n\
    What the node could not read is named at the end, and the exit code is 1.")]
pub(crate) struct Args {
    /// The path on the node
    #[arg(value_name = "PATH")]
    source: String,
    /// The folder to unpack into, or - for the archive on standard output
    #[arg(value_name = "FOLDER|-")]
    target: PathBuf,
}

/// Chunks that wait for the disk: the node may be faster, memory is not.
const AHEAD: usize = 16;

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    if !args.source.starts_with('/') {
        return Err(usage(format!("copy {}: the path on the node begins with /", args.source)));
    }
    let fleet = Fleet::new(&cx.global)?;
    if fleet.each().len() > 1 {
        return Err(usage("copy: archives of several nodes would run together: name one node"));
    }
    let call = async |group: Group| {
        let request = CopyRequest { root_path: args.source.clone() };
        group.machine().copy(group.all(request)).await
    };
    let verb = ("copy", "/machine.MachineService/Copy");
    if args.target == Path::new("-") {
        if cx.output.terminal {
            return Err(usage(
                "copy: an archive is no use on a terminal: redirect it, or name a folder",
            ));
        }
        let exit = follow(&fleet, verb, &mut cx.output, call, |output, _node, data: Data| {
            Ok(output.out.write_all(&data.bytes)?)
        });
        return exit.await;
    }
    make_empty(&args.target)?;
    let (sender, receiver) = sync_channel::<Vec<u8>>(AHEAD);
    let target = args.target.clone();
    let unpacking = tokio::task::spawn_blocking(move || unpack(Chunks::new(receiver), &target));
    // A full channel blocks this thread, and with it the connection: that is the wanted brake.
    let exit = follow(&fleet, verb, &mut cx.output, call, move |_output, _node, data: Data| {
        sender.send(data.bytes.to_vec()).ok().context("unpacking ended early")
    });
    let exit = exit.await;
    let unpacked = unpacking.await?;
    match exit {
        // Without an archive there is nothing to unpack, and the node's own words were printed.
        Ok(exit @ (Exit::Refused | Exit::Unreachable)) => Ok(exit),
        exit => {
            unpacked.with_context(|| format!("unpack into {}", args.target.display()))?;
            exit
        }
    }
}

/// Makes the folder, or accepts an empty one: nothing of this computer is overwritten.
fn make_empty(target: &Path) -> anyhow::Result<()> {
    let what = || format!("copy to {}", target.display());
    match std::fs::read_dir(target).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(usage(format!("{}: the folder is not empty", what()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::create_dir_all(target).with_context(what)
        }
        Err(error) => Err(error).with_context(what),
    }
}

/// Unpacks the archive. An entry that would lie outside the folder is left out by the library.
fn unpack(archive: impl Read, target: &Path) -> io::Result<()> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    archive.set_preserve_permissions(false);
    archive.set_preserve_mtime(true);
    archive.set_overwrite(false);
    archive.unpack(target)
}

/// The chunks of a stream as one reader.
struct Chunks {
    receiver: Receiver<Vec<u8>>,
    rest: io::Cursor<Vec<u8>>,
}

impl Chunks {
    fn new(receiver: Receiver<Vec<u8>>) -> Self {
        Self { receiver, rest: io::Cursor::new(Vec::new()) }
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.rest.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match self.receiver.recv() {
                Ok(chunk) => self.rest = io::Cursor::new(chunk),
                Err(_the_stream_ended) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gzip'd archive with one file of that name.
    fn archive(name: &[u8]) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_size(5);
        header.set_mode(0o4755);
        header.set_cksum();
        let zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(zip);
        builder.append(&header, &b"hello"[..]).expect("an entry");
        builder.into_inner().expect("an archive").finish().expect("a stream")
    }

    /// Unpacks what comes in small chunks.
    fn unpack_chunks(bytes: &[u8], target: &Path) -> io::Result<()> {
        let (sender, receiver) = sync_channel(bytes.len());
        for chunk in bytes.chunks(7) {
            sender.send(chunk.to_vec()).expect("room");
        }
        drop(sender);
        unpack(Chunks::new(receiver), target)
    }

    #[test]
    fn an_archive_is_unpacked() {
        let folder = tempfile::tempdir().expect("a folder");
        unpack_chunks(&archive(b"a/b"), folder.path()).expect("unpacked");
        let path = folder.path().join("a/b");
        assert_eq!(std::fs::read(&path).expect("a file"), b"hello");
        make_empty(folder.path()).expect_err("not empty");
        make_empty(&folder.path().join("new/deep")).expect("a new folder");
    }

    #[test]
    fn nothing_lands_outside_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        std::fs::create_dir(&inner).expect("a folder");
        unpack_chunks(&archive(b"../escaped"), &inner).expect("left out");
        assert!(!folder.path().join("escaped").exists());
    }

    #[test]
    fn a_cut_archive_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let bytes = archive(b"a");
        unpack_chunks(&bytes[..bytes.len() / 2], folder.path()).expect_err("cut");
    }
}
