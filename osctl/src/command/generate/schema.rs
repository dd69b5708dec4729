//! `osctl gen schema`: the JSON Schema of all documents, for editors and checkers.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use config::schema::{Form, schema};

use super::{Existing, put};
use crate::cli::Cx;
use crate::exit::Exit;

/// Print the JSON Schema of all documents
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl gen schema > machine-config.schema.json\n  \
    osctl gen schema --corrected -o machine-config.schema.json\n\n\
    The schema is the contract's, with descriptions. In a few places it refuses what nodes take;\n\
    --corrected says what they take instead, and is the form for an editor. One that speaks the YAML\n\
    language server reads it by a first line in the file:\n\n  \
    # yaml-language-server: $schema=machine-config.schema.json")]
pub(crate) struct Args {
    /// Say what nodes take where the contract's schema does not, deprecated fields included
    #[arg(long)]
    corrected: bool,
    /// The file to write, or - for standard output
    #[arg(short, long, value_name = "FILE|-", default_value = "-")]
    output: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, existing: Existing, cx: &mut Cx) -> anyhow::Result<Exit> {
    let form = if args.corrected { Form::Corrected } else { Form::Contract };
    let mut text = serde_json::to_string_pretty(&schema(form))?;
    text.push('\n');
    if args.output == Path::new("-") {
        cx.output.out.write_all(text.as_bytes())?;
    } else {
        existing.allow(&[&args.output])?;
        put(&args.output, text.as_bytes(), cx)?;
    }
    Ok(Exit::Done)
}
