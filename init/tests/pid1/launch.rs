//! Makes a root that looks like the image's in a container, and becomes init there.

use std::path::Path;

use linux::fs::{make_char_device, make_folder};
use linux::mount::{self, Flags};
use linux::namespace::{self, Namespace};

/// A folder that every system has; what is in it is hidden in our namespace only.
const ROOT: &str = "/tmp";

/// Becomes init with this scenario.
pub(crate) fn launch(scenario: &str, init: &Path) {
    // Both before their folders may be hidden.
    let test = std::fs::read("/proc/self/exe").unwrap();
    let init = std::fs::read(init).unwrap();
    namespace::leave(&[Namespace::Mount, Namespace::Network, Namespace::Host]).unwrap();
    mount::make_private(Path::new("/")).unwrap();
    let root = Path::new(ROOT);
    drop(
        mount::mount(&mount::Spec {
            kind: "tmpfs",
            source: "root",
            target: root,
            flags: Flags::NONE,
            options: &[("mode", "0755")],
        })
        .unwrap(),
    );
    for folder in ["dev", "proc", "run", "sbin", "sys", "system", "tmp", "usr", "usr/bin", "var"] {
        make_folder(&root.join(folder), 0o755).unwrap();
    }
    for (name, minor) in [("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)] {
        make_char_device(&root.join("dev").join(name), 0o666, 1, minor).unwrap();
    }
    for (name, content) in [("sbin/init", &init), ("usr/bin/machined", &test)] {
        let path = root.join(name);
        linux::fs::write_atomic(&path, content, 0o755).unwrap();
    }
    mount::root::switch(root).unwrap();
    let environment = [&format!("USERDATA={scenario}"), "PATH=/bin", "SECRET=x", "TALOSSKU=4"];
    let environment = environment.map(str::to_owned);
    let refused =
        linux::process::exec(Path::new("/sbin/init"), &["/sbin/init".to_owned()], &environment);
    panic!("{refused}");
}
