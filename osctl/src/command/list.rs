//! `osctl list`: what is in a folder of a node.

use std::io::Write as _;

use api::machine::FileInfo;
use api::machine::ListRequest;
use api::machine::list_request::Type;

use crate::call::{follow, report};
use crate::cli::Cx;
use crate::client::{Fleet, Group};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::human::{ago, size, unix};
use crate::output::Output;
use crate::table::Table;

/// List a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl list / -n 10.0.0.2\n  \
    osctl list -l -H /var -n 10.0.0.2\n  \
    osctl list -r -t f,l /etc -n 10.0.0.2      files and links, at any depth")]
pub(crate) struct Args {
    /// The folder
    #[arg(value_name = "PATH", default_value = "/")]
    path: String,
    /// How many levels to go down
    #[arg(short, long, value_name = "LEVELS", value_parser = clap::value_parser!(i32).range(1..))]
    depth: Option<i32>,
    /// Go down through all levels, or --depth of them
    #[arg(short, long)]
    recurse: bool,
    /// Show mode, owner, size and time
    #[arg(short, long)]
    long: bool,
    /// Sizes with units, times as ages
    #[arg(short = 'H', long)]
    humanize: bool,
    /// Only these types: f for files, d for folders, l for links
    #[arg(short, long, value_name = "TYPE", value_delimiter = ',', value_parser = ["f", "d", "l", "L"])]
    r#type: Vec<String>,
}

impl Args {
    /// The request. A depth of 0 means all levels.
    fn request(&self) -> ListRequest {
        let types = self.r#type.iter().map(|letter| match letter.as_str() {
            "f" => Type::Regular.into(),
            "d" => Type::Directory.into(),
            _ => Type::Symlink.into(),
        });
        let depth = self.depth.unwrap_or(if self.recurse { 0 } else { 1 });
        ListRequest {
            root: self.path.clone(),
            recurse: self.recurse || depth > 1,
            recursion_depth: depth,
            types: types.collect(),
            report_xattrs: false,
        }
    }
}

const SHORT: &[&str] = &["NODE", "NAME"];
const LONG: &[&str] = &["NODE", "MODE", "UID", "GID", "SIZE(B)", "LASTMOD", "NAME"];

/// Rows that are collected before they are printed: the widths of most listings are known by then.
const BATCH: usize = 10_000;

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| group.machine().list(group.all(args.request())).await;
    let mut table = Table::new(if args.long { LONG } else { SHORT });
    let mut widths = Vec::new();
    let mut worst = Exit::Done;
    let verb = ("list", "/machine.MachineService/List");
    let exit = follow(&fleet, verb, &mut cx.output, call, |output, node, file: FileInfo| {
        if file.error.is_empty() {
            table.row(&row(args, node, &file));
            if table.len() >= BATCH {
                print(&mut table, &mut widths, output)?;
            }
        } else {
            let text = format!("{}: {}", file.name, file.error);
            worst = Exit::Refused;
            report(output, "list", node, &Fault::said(tonic::Code::Unknown, &text))?;
        }
        Ok(())
    });
    let exit = exit.await?.max(worst);
    print(&mut table, &mut widths, &mut cx.output)?;
    Ok(exit)
}

/// Prints what was collected, under the columns of what was printed before.
fn print(table: &mut Table, widths: &mut Vec<u16>, output: &mut Output) -> anyhow::Result<()> {
    if !table.is_empty() {
        if widths.is_empty() {
            *widths = table.widths();
        }
        output.out.write_all(table.render_aligned(widths).as_bytes())?;
        *table = Table::bare();
    }
    Ok(())
}

/// The cells of one file.
fn row(args: &Args, node: &str, file: &FileInfo) -> Vec<String> {
    let mut name = file.relative_name.clone();
    if !args.long {
        return vec![node.to_owned(), name];
    }
    if !file.link.is_empty() {
        name = format!("{name} -> {}", file.link);
    }
    let bytes = u64::try_from(file.size).unwrap_or_default();
    let stamp = prost_types::Timestamp { seconds: file.modified, nanos: 0 };
    vec![
        node.to_owned(),
        mode(file.mode),
        file.uid.to_string(),
        file.gid.to_string(),
        if args.humanize { size(bytes) } else { bytes.to_string() },
        if args.humanize { ago(Some(&stamp), crate::human::now()) } else { unix(file.modified) },
        name,
    ]
}

/// The mode as `ls` shows it. On the wire it is Go's `fs.FileMode`, whose bits differ from stat(2).
fn mode(bits: u32) -> String {
    const TYPES: [(u32, char); 6] = [
        (1 << 31, 'd'),
        (1 << 27, 'l'),
        (1 << 25, 'p'),
        (1 << 24, 's'),
        (1 << 21, 'c'),
        (1 << 26, 'b'),
    ];
    let kind = TYPES.iter().find(|(bit, _)| bits & bit != 0).map_or('-', |(_, letter)| *letter);
    let mut text = String::from(kind);
    // Each triple: its shift, and the special bit that shows in place of its x.
    for (shift, special, letter) in [(6, 1 << 23, 's'), (3, 1 << 22, 's'), (0, 1 << 20, 't')] {
        let triple = bits >> shift;
        text.push(if triple & 4 != 0 { 'r' } else { '-' });
        text.push(if triple & 2 != 0 { 'w' } else { '-' });
        text.push(match (triple & 1 != 0, bits & special != 0) {
            (false, false) => '-',
            (true, false) => 'x',
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_look_as_in_ls() {
        let check = |bits, expected| assert_eq!(mode(bits), expected);
        check(0o644, "-rw-r--r--");
        check(1 << 31 | 0o755, "drwxr-xr-x");
        check(1 << 31 | 1 << 20 | 0o777, "drwxrwxrwt");
        check(1 << 27 | 0o777, "lrwxrwxrwx");
        check(1 << 26 | 0o660, "brw-rw----");
        check(1 << 26 | 1 << 21 | 0o600, "crw-------");
        check(1 << 23 | 0o755, "-rwsr-xr-x");
        check(1 << 22 | 0o644, "-rw-r-Sr--");
    }

    #[test]
    fn recursion_is_asked_for_in_two_ways() {
        let check = |depth, recurse, expected| {
            let args = Args {
                path: "/".to_owned(),
                depth,
                recurse,
                long: false,
                humanize: false,
                r#type: vec!["f".to_owned(), "L".to_owned()],
            };
            let request = args.request();
            assert_eq!((request.recurse, request.recursion_depth), expected);
            assert_eq!(request.types, [0, 2]);
        };
        check(None, false, (false, 1));
        check(Some(3), false, (true, 3));
        check(None, true, (true, 0));
        check(Some(2), true, (true, 2));
    }
}
