//! Runs the client against a [`Fake`] and compares what it prints with files under `testdata/`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use config::pki::Identity;
use tempfile::TempDir;

use super::Fake;

/// Longest that a client may take: it is a bound, no expectation.
const LIMIT: Duration = Duration::from_secs(60);

/// What a run printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; absent when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Ran {
    /// Compares it with `testdata/NAME.txt`; `UPDATE_EXPECT=1` rewrites the file.
    pub(crate) fn golden(&self, name: &str) {
        let code = self.code.map_or_else(|| "signal".to_owned(), |code| code.to_string());
        let text = format!("exit {code}\n--- stdout\n{}--- stderr\n{}", self.out, self.err);
        golden(&format!("{name}.txt"), &text);
    }
}

/// Compares a text with a file below `testdata/`.
pub(crate) fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} differs; UPDATE_EXPECT=1 rewrites it. Now it is:\n{text}");
}

/// A client with its own home.
pub(crate) struct Client {
    /// Its home; the configuration is `config` in it.
    pub(crate) home: TempDir,
    /// Replaced by `PORT` in what is printed.
    port: Option<u16>,
}

impl Client {
    /// A client without any configuration.
    pub(crate) fn bare() -> Self {
        Self { home: tempfile::tempdir().expect("a folder"), port: None }
    }

    /// A client with a context for the node: its endpoint, and these nodes.
    pub(crate) fn of(fake: &Fake, roles: &[&str], nodes: &[&str]) -> Self {
        let mut client = Self::bare();
        client.port = Some(fake.address.port());
        let text = context(
            fake.authority.certificate(),
            &fake.client(roles),
            &[fake.address.to_string()],
            nodes,
        );
        std::fs::write(client.config(), text).expect("written");
        client
    }

    /// Hides the node's port in what is printed.
    pub(crate) fn hiding(mut self, fake: &Fake) -> Self {
        self.port = Some(fake.address.port());
        self
    }

    /// Where its configuration is.
    pub(crate) fn config(&self) -> PathBuf {
        self.home.path().join("config")
    }

    /// Starts it.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.start_with(args, &[])
    }

    /// Starts it with these variables in its environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test is run as a person would"
    )]
    pub(crate) fn start_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_osctl"));
        command
            .args(args)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("OSCTL_CONFIG", self.config())
            .env("COLUMNS", "100")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("the client")
    }

    /// Interrupts it, as Ctrl-C does.
    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "a signal without unsafe code")]
    pub(crate) fn interrupt(&self, child: &Child) {
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.finish(self.start(args))
    }

    /// Waits for the end of one that was started.
    pub(crate) fn finish(&self, mut child: Child) -> Ran {
        let id = child.id();
        let (mut out, mut err) = (String::new(), String::new());
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut stderr = child.stderr.take().expect("a pipe");
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let reader = std::thread::spawn(move || {
                stderr.read_to_string(&mut err).expect("text");
                err
            });
            stdout.read_to_string(&mut out).expect("text");
            let err = reader.join().expect("no panic");
            let status = child.wait().expect("an end");
            // The test may have given up by then.
            drop(sender.send((status.code(), out, err)));
        });
        let (code, out, err) = receiver
            .recv_timeout(LIMIT)
            .unwrap_or_else(|_late| panic!("process {id} does not end"));
        let hide = |text: String| {
            let text = text.replace(types::version::TAG, "TAG");
            let text = text.replace(&self.home.path().display().to_string(), "HOME");
            match self.port {
                Some(port) => text.replace(&format!(":{port}"), ":PORT"),
                None => text,
            }
        };
        Ran { code, out: hide(out), err: hide(err) }
    }
}

/// The text of a client configuration with one context.
pub(crate) fn context(
    ca: &str,
    identity: &Identity,
    endpoints: &[String],
    nodes: &[&str],
) -> String {
    let list = |items: Vec<&str>| {
        format!("[{}]", items.iter().map(|item| format!("'{item}'")).collect::<Vec<_>>().join(", "))
    };
    format!(
        "context: test\ncontexts:\n    test:\n        endpoints: {}\n        nodes: {}\n        \
         ca: {}\n        crt: {}\n        key: {}\n",
        list(endpoints.iter().map(String::as_str).collect()),
        list(nodes.to_vec()),
        STANDARD.encode(ca),
        STANDARD.encode(&identity.certificate),
        STANDARD.encode(identity.key.pem().expose()),
    )
}
