//! The reference of all commands, made from the command line's own description.
//!
//! Only the test that compares it with the book's page uses it.

use clap::{Arg, Command, CommandFactory as _};

use crate::cli::Cli;

/// The page, in Markdown.
fn page() -> String {
    let mut root = Cli::command();
    root.build();
    let mut text = String::from(
        "# Commands of osctl\n\n\
         Made from the program itself by `UPDATE_EXPECT=1 cargo test -p osctl reference`.\n",
    );
    text.push_str("\n## Flags of every command\n\n");
    for arg in root.get_arguments().filter(|arg| arg.is_global_set()) {
        text.push_str(&option(arg));
    }
    text.push_str("\n## Exit codes\n\n| Code | Meaning |\n|---|---|\n");
    for (code, meaning) in [
        ("0", "everything was done"),
        ("1", "at least one node, or a check of a document, said no"),
        ("2", "what was given, or what it names, cannot be used"),
        ("3", "no node answered, or an answer stopped half-way"),
        ("130", "a person interrupted it"),
    ] {
        text.push_str(&format!("| {code} | {meaning} |\n"));
    }
    for command in root.get_subcommands() {
        section(command, "osctl", &mut text);
    }
    text
}

/// One command and those below it.
fn section(command: &Command, parent: &str, text: &mut String) {
    let name = format!("{parent} {}", command.get_name());
    text.push_str(&format!("\n## {name}\n\n"));
    if let Some(about) = command.get_about() {
        text.push_str(&format!("{about}.\n"));
    }
    let aliases: Vec<String> =
        command.get_visible_aliases().map(|alias| format!("`{alias}`")).collect();
    if !aliases.is_empty() {
        text.push_str(&format!("Also called {}.\n", aliases.join(", ")));
    }
    let own: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| !arg.is_global_set() && arg.get_id() != "help")
        .collect();
    if !own.is_empty() {
        text.push('\n');
    }
    for arg in own {
        text.push_str(&option(arg));
    }
    if let Some(examples) = command.get_after_help() {
        text.push_str(&format!("\n```text\n{examples}\n```\n"));
    }
    for below in command.get_subcommands() {
        section(below, &name, text);
    }
}

/// One argument or flag as an item of a list.
fn option(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let value = names.first().map(ToString::to_string).unwrap_or_default();
    let takes = arg.get_num_args().is_some_and(|range| range.takes_values());
    let mut title = Vec::new();
    if let Some(short) = arg.get_short() {
        title.push(format!("`-{short}`"));
    }
    if let Some(long) = arg.get_long() {
        title.push(if takes { format!("`--{long} {value}`") } else { format!("`--{long}`") });
    }
    if title.is_empty() {
        title.push(format!("`{value}`"));
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("- {}: {help}", title.join(", "));
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| takes)
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        text.push_str(&format!("; one of {}", values.join(", ")));
    }
    if !arg.is_hide_default_value_set()
        && takes
        && let Some(default) = arg.get_default_values().first()
    {
        text.push_str(&format!("; else `{}`", default.to_string_lossy()));
    }
    text.push('\n');
    text
}

#[test]
fn the_reference_is_that_of_the_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/osctl.md");
    let page = page();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &page).expect("written");
    }
    let book = std::fs::read_to_string(path).unwrap_or_default();
    assert!(book == page, "UPDATE_EXPECT=1 rewrites docs/reference/osctl.md; now it is:\n{page}");
}

#[test]
fn every_command_has_help_and_examples() {
    fn check(command: &Command, path: &str) {
        assert!(command.get_about().is_some(), "{path}: no help");
        let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(examples.contains("Example"), "{path}: no examples");
        for arg in command.get_arguments() {
            assert!(arg.get_help().is_some(), "{path}: {}: no help", arg.get_id());
        }
        for below in command.get_subcommands() {
            check(below, &format!("{path} {}", below.get_name()));
        }
    }
    for command in Cli::command().get_subcommands() {
        check(command, command.get_name());
    }
}
