//! `osctl read`: one file of a node.

use std::io::Write as _;

use api::common::Data;
use api::machine::ReadRequest;

use crate::call::follow;
use crate::clean::strip;
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::exit::{Exit, usage};

/// Print a file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl read /proc/version -n 10.0.0.2\n  \
    osctl read /var/log/x -n 10.0.0.2 > x      bytes as they are; a terminal gets them cleaned")]
pub(crate) struct Args {
    /// The file
    #[arg(value_name = "PATH")]
    path: String,
}

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    if fleet.each().len() > 1 {
        return Err(usage("read: files of several nodes would run together: name one node"));
    }
    let call = async |group: Group| {
        let request = ReadRequest { path: args.path.clone() };
        group.machine().read(group.all(request)).await
    };
    let terminal = cx.output.terminal;
    let mut rest = Vec::new();
    let verb = ("read", "/machine.MachineService/Read");
    let exit = follow(&fleet, verb, &mut cx.output, call, |output, _node, data: Data| {
        if terminal {
            rest.extend_from_slice(&data.bytes);
            let text = whole(&mut rest);
            output.out.write_all(strip(&text).as_bytes())?;
        } else {
            output.out.write_all(&data.bytes)?;
        }
        Ok(())
    });
    let exit = exit.await?;
    cx.output.out.write_all(strip(&String::from_utf8_lossy(&rest)).as_bytes())?;
    Ok(exit)
}

/// The text that is whole so far; the bytes of a cut character stay for the next chunk.
fn whole(bytes: &mut Vec<u8>) -> String {
    let cut = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Ok(_) | Err(_) => bytes.len(),
    };
    let rest = bytes.split_off(cut);
    let text = String::from_utf8_lossy(bytes).into_owned();
    *bytes = rest;
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_in_two_chunks_stays_whole() {
        let mut bytes = b"a\xc3".to_vec();
        assert_eq!(whole(&mut bytes), "a");
        bytes.push(0xbc);
        assert_eq!(whole(&mut bytes), "ü");
        bytes.extend_from_slice(b"\xffx");
        assert_eq!(whole(&mut bytes), "\u{fffd}x");
        assert!(bytes.is_empty());
    }
}
