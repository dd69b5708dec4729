//! `osctl config`: the contexts of the client configuration.

mod new;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use config::ClientConfig;
use config::client::ClientContext;
use config::pki::{PrivateKey, pem};
use config::value::{Pem, PemKey};
use serde_json::json;
use types::Secret;

use crate::cli::Cx;
use crate::client::{expiry, roles};
use crate::connect::Endpoint;
use crate::context::{self, Places, get, get_mut};
use crate::exit::{Exit, usage};
use crate::human::{now, span};
use crate::output::{Format, document};
use crate::table::Table;

/// Look at and change the client configuration
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl config merge ./talosconfig\n  \
    osctl config endpoint 10.0.0.2 10.0.0.3\n  \
    osctl config node 10.0.0.2\n  \
    osctl config contexts")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// What can be done with it.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a context, and use it if there was none
    #[command(
        after_help = "Example:\n  osctl config add prod --ca ca.crt --crt admin.crt --key admin.key"
    )]
    Add {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
        /// File with the authority's certificate, PEM
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
        /// File with the client certificate, PEM
        #[arg(long, value_name = "FILE", requires = "key")]
        crt: Option<PathBuf>,
        /// File with the client certificate's key, PEM
        #[arg(long, value_name = "FILE", requires = "crt")]
        key: Option<PathBuf>,
    },
    /// Use another context from now on
    #[command(after_help = "Example:\n  osctl config context prod")]
    Context {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List the contexts
    #[command(
        visible_alias = "get-contexts",
        after_help = "Example:\n  osctl config contexts -o json"
    )]
    Contexts {
        /// The form of the output
        #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
        output: Format,
    },
    /// Set the endpoints of the current context
    #[command(
        visible_alias = "endpoints",
        after_help = "Example:\n  osctl config endpoint 10.0.0.2 10.0.0.3"
    )]
    Endpoint {
        /// Host, host:port or URL; none empties the list
        #[arg(value_name = "ENDPOINT")]
        endpoints: Vec<String>,
    },
    /// Show the current context: whom it reaches, as whom, until when
    #[command(after_help = "Example:\n  osctl config info --context prod")]
    Info {
        /// The form of the output
        #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
        output: Format,
    },
    /// Take over the contexts of another file
    #[command(after_help = "Example:\n  osctl config merge ./talosconfig\n\n\
        A context whose name is taken gets a number behind its name.")]
    Merge {
        /// The file
        #[arg(value_name = "FILE")]
        from: PathBuf,
    },
    New(new::Args),
    /// Set the nodes of the current context
    #[command(
        visible_alias = "nodes",
        after_help = "Example:\n  osctl config node 10.0.0.2 10.0.0.3"
    )]
    Node {
        /// Name or address; none empties the list
        #[arg(value_name = "NODE")]
        nodes: Vec<String>,
    },
    /// Remove contexts
    #[command(after_help = "Example:\n  osctl config remove 'test-*' --noconfirm\n\n\
        The context in use stays: use another one first.")]
    Remove {
        /// Its name; * stands for any text
        #[arg(value_name = "NAME")]
        name: String,
        /// Only tell what would be removed
        #[arg(long)]
        dry_run: bool,
        /// Do not ask
        #[arg(short = 'y', long)]
        noconfirm: bool,
    },
}

/// Runs the command.
pub(crate) async fn run(args: Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let path = Places::of_process(cx.global.talosconfig.clone()).path()?;
    let mut contexts = context::load(&path)?;
    let chosen = cx.global.context.as_deref();
    match args.verb {
        Verb::Add { name, ca, crt, key } => {
            if contexts.contexts.contains_key(&name) {
                return Err(usage(format!("context {name:?} exists: remove it first")));
            }
            let context = ClientContext {
                ca: ca.map(certificate).transpose()?,
                certificate: crt.map(certificate).transpose()?,
                key: key.map(private_key).transpose()?,
                ..ClientContext::default()
            };
            contexts.contexts.insert(name.clone(), context);
            contexts.context.get_or_insert(name);
        }
        Verb::Context { name } => {
            contexts.context = Some(get(&contexts, Some(&name))?.0.to_owned())
        }
        Verb::Contexts { output } => {
            list(&contexts, output, cx)?;
            return Ok(Exit::Done);
        }
        Verb::Endpoint { endpoints } => {
            for endpoint in &endpoints {
                Endpoint::parse(endpoint)?;
            }
            get_mut(&mut contexts, chosen)?.endpoints = endpoints;
        }
        Verb::Info { output } => {
            let (name, context) = get(&contexts, chosen)?;
            info(name, context, output, cx)?;
            return Ok(Exit::Done);
        }
        Verb::Merge { from } => {
            let other = context::read(&from).with_context(|| format!("read {}", from.display()))?;
            let other = context::parse(&other).with_context(|| from.display().to_string())?;
            for (old, new) in context::merge(&mut contexts, other) {
                writeln!(cx.output.err, "context {old:?} is called {new:?} here")?;
            }
        }
        Verb::New(args) => return new::run(&args, cx).await,
        Verb::Node { nodes } => get_mut(&mut contexts, chosen)?.nodes = nodes,
        Verb::Remove { name, dry_run, noconfirm } => {
            let doomed = matching(&contexts, &name)?;
            if dry_run {
                for name in doomed {
                    writeln!(cx.output.out, "would remove {name}")?;
                }
                return Ok(Exit::Done);
            }
            if !noconfirm && !confirmed(&doomed, cx)? {
                return Ok(Exit::Refused);
            }
            contexts.contexts.retain(|name, _| !doomed.contains(name));
        }
    }
    context::write(&contexts, &path)?;
    Ok(Exit::Done)
}

/// The certificates in a file.
fn certificate(path: PathBuf) -> anyhow::Result<Pem> {
    let text = pem_text(&path)?;
    pem::certificate(&text).with_context(|| path.display().to_string())?;
    Ok(Pem(text))
}

/// The private key in a file.
fn private_key(path: PathBuf) -> anyhow::Result<PemKey> {
    let text = pem_text(&path)?;
    PrivateKey::from_pem(&text).with_context(|| path.display().to_string())?;
    Ok(PemKey(Secret::new(text)))
}

/// A file as text.
fn pem_text(path: &Path) -> anyhow::Result<String> {
    let bytes = context::read(path).with_context(|| format!("read {}", path.display()))?;
    String::from_utf8(bytes).ok().ok_or_else(|| usage(format!("{}: is not PEM", path.display())))
}

/// Prints all contexts.
fn list(contexts: &ClientConfig, format: Format, cx: &mut Cx) -> anyhow::Result<()> {
    if format != Format::Table {
        for (name, context) in &contexts.contexts {
            let value = json!({
                "name": name,
                "current": Some(name) == contexts.context.as_ref(),
                "endpoints": context.endpoints,
                "nodes": context.nodes,
            });
            document(&mut cx.output, format, &value)?;
        }
        return Ok(());
    }
    let mut table = Table::new(&["CURRENT", "NAME", "ENDPOINTS", "NODES"]);
    for (name, context) in &contexts.contexts {
        let current = if Some(name) == contexts.context.as_ref() { "*" } else { "" };
        table.row(&[current, name, &context.endpoints.join(","), &context.nodes.join(",")]);
    }
    cx.output.out.write_all(table.render().as_bytes())?;
    Ok(())
}

/// Prints one context.
fn info(name: &str, context: &ClientContext, format: Format, cx: &mut Cx) -> anyhow::Result<()> {
    let expires = expiry(context);
    let end = expires.map(crate::human::unix).unwrap_or_default();
    if format != Format::Table {
        let value = json!({
            "context": name,
            "endpoints": context.endpoints,
            "nodes": context.nodes,
            "roles": roles(context),
            "certNotAfter": end,
        });
        return document(&mut cx.output, format, &value);
    }
    let all = |list: &[String]| {
        if list.is_empty() { "not defined".to_owned() } else { list.join(", ") }
    };
    let mut table = Table::bare();
    table.row(&["Current context:", name]);
    table.row(&["Nodes:", &all(&context.nodes)]);
    table.row(&["Endpoints:", &all(&context.endpoints)]);
    table.row(&["Roles:", &all(&roles(context))]);
    table.row(&["Certificate expires:", &life(expires, end)]);
    cx.output.out.write_all(table.render().as_bytes())?;
    Ok(())
}

/// When a certificate ends, and how long that is from now.
fn life(expires: Option<i64>, end: String) -> String {
    let Some(expires) = expires else { return "no certificate".to_owned() };
    let end_time = u64::try_from(expires).ok().and_then(|seconds| {
        std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds))
    });
    match end_time.map(|end| end.duration_since(now())) {
        Some(Ok(left)) => format!("in {} ({end})", span(left)),
        Some(Err(_)) | None => format!("it has expired ({end})"),
    }
}

/// The contexts that a name with stars stands for, the one in use excepted.
fn matching(contexts: &ClientConfig, pattern: &str) -> anyhow::Result<Vec<String>> {
    let found: Vec<String> =
        contexts.contexts.keys().filter(|name| matches(pattern, name)).cloned().collect();
    if found.is_empty() {
        return Err(usage(format!("no context {pattern:?}")));
    }
    let doomed: Vec<String> =
        found.into_iter().filter(|name| Some(name) != contexts.context.as_ref()).collect();
    if doomed.is_empty() {
        return Err(usage(format!("context {pattern:?} is in use: use another one first")));
    }
    Ok(doomed)
}

/// Whether the name fits the pattern, in which a star stands for any text.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Asks the person.
fn confirmed(doomed: &[String], cx: &mut Cx) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(usage("config remove: nobody to ask: --noconfirm does not ask"));
    }
    write!(cx.output.err, "remove {}? [y/N] ", doomed.join(", "))?;
    cx.output.err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name) in [
            ("a", "a"),
            ("a*", "abc"),
            ("*c", "abc"),
            ("a*c", "ac"),
            ("*", ""),
            ("a*b*c", "a-b-b-c"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("a", "ab"), ("a*c", "ab"), ("a*a", "a"), ("b*", "ab")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn the_context_in_use_stays() {
        let contexts = ClientConfig {
            context: Some("a".to_owned()),
            contexts: ["a", "ab", "c"]
                .map(|name| (name.to_owned(), ClientContext::default()))
                .into(),
        };
        assert_eq!(matching(&contexts, "a*").expect("some"), ["ab"]);
        assert_eq!(
            matching(&contexts, "a").expect_err("in use").to_string(),
            "context \"a\" is in use: use another one first"
        );
        assert_eq!(matching(&contexts, "x").expect_err("none").to_string(), "no context \"x\"");
    }
}
