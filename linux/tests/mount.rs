//! Kernel tier: mounts in a fresh mount namespace.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends at the first surprise")]

use std::path::Path;

use linux::fs;
use linux::mount::{self, Flags, Mounts, Reach, Spec, Unmount, table};
use linux::namespace::{self, Namespace};

/// Runs `test` on a thread in a mount namespace of its own, with a tmpfs at a temporary folder.
fn in_namespace(test: impl FnOnce(&Path) + Send + 'static) {
    let run = move || {
        if let Err(error) = namespace::leave(&[Namespace::Mount]) {
            println!("skipped: {error}");
            return;
        }
        mount::make_private(Path::new("/")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mounted = mount::mount(&tmpfs(folder.path())).unwrap();
        test(folder.path());
        drop(mounted);
        mount::unmount(folder.path(), Unmount::Detach).unwrap();
    };
    std::thread::spawn(run).join().unwrap();
}

fn tmpfs(target: &Path) -> Spec<'_> {
    Spec {
        kind: "tmpfs",
        source: "test",
        target,
        flags: Flags::NO_SUID.with(Flags::NO_DEV),
        options: &[("size", "1M"), ("mode", "0750")],
    }
}

fn entry_at(target: &Path) -> Option<table::Entry> {
    table::load().unwrap().into_iter().rfind(|entry| Path::new(&entry.target) == target)
}

#[test]
fn a_mount_has_its_options_and_flags() {
    in_namespace(|folder| {
        assert_eq!(fs::magic(folder).unwrap(), fs::TMPFS);
        assert_eq!(fs::size(folder).unwrap().total, 1 << 20);
        let entry = entry_at(folder).unwrap();
        assert_eq!((entry.kind.as_str(), entry.source.as_str()), ("tmpfs", "test"));
        assert!(entry.options.contains("nosuid,nodev"), "{}", entry.options);
        assert_eq!(fs::metadata(folder).unwrap().mode, 0o750);
    });
}

#[test]
fn the_kernel_says_why_it_refuses() {
    in_namespace(|folder| {
        let error =
            mount::mount(&Spec { options: &[("nonsense", "1")], ..tmpfs(folder) }).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("fsconfig tmpfs on ") && text.contains("nonsense"), "{text}");
        let error = mount::mount(&Spec { kind: "nosuchfs", ..tmpfs(folder) }).unwrap_err();
        assert!(error.is_absent());
    });
}

#[test]
fn binds_restricts_moves_and_rolls_back() {
    in_namespace(|folder| {
        let [from, to, elsewhere] = ["from", "to", "elsewhere"].map(|name| folder.join(name));
        for path in [&from, &to, &elsewhere] {
            fs::make_folder(path, 0o755).unwrap();
        }
        std::fs::write(from.join("file"), "x").unwrap();
        let mut mounts = Mounts::default();
        mounts.push(mount::bind(&from, &to, Reach::One).unwrap());
        mount::restrict(&to, Flags::READ_ONLY).unwrap();
        assert_eq!(std::fs::read(to.join("file")).unwrap(), b"x");
        std::fs::write(to.join("other"), "x").unwrap_err();
        std::fs::write(from.join("other"), "x").unwrap();

        mounts.push(mount::mount(&tmpfs(&elsewhere)).unwrap());
        assert_eq!(mounts.roll_back().len(), 0);
        assert!(entry_at(&to).is_none() && entry_at(&elsewhere).is_none());

        let _kept = mount::mount(&tmpfs(&to)).unwrap();
        mount::move_to(&to, &elsewhere).unwrap();
        assert!(entry_at(&to).is_none() && entry_at(&elsewhere).is_some());
        mount::unmount(&to, Unmount::Plain).unwrap_err();
        mount::unmount(&elsewhere, Unmount::Plain).unwrap();
    });
}

#[test]
fn switches_root_and_empties_the_old_one_but_for_its_mounts() {
    // Outside the namespace, since its path is gone once the root has changed.
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().to_owned();
    let run = move || {
        if let Err(error) = namespace::leave(&[Namespace::Mount]) {
            println!("skipped: {error}");
            return;
        }
        mount::make_private(Path::new("/")).unwrap();
        // A root in memory that plays the initramfs, and one within it that plays the real root.
        let _first = mount::mount(&tmpfs(&folder)).unwrap();
        mount::root::switch(&folder).unwrap();
        let new = Path::new("/new");
        let other = Path::new("/other");
        for path in [Path::new("/bin"), Path::new("/bin/deep"), new, other] {
            fs::make_folder(path, 0o755).unwrap();
        }
        std::fs::write("/bin/deep/file", "x").unwrap();
        std::os::unix::fs::symlink("/new", "/link").unwrap();
        let _second = mount::mount(&tmpfs(new)).unwrap();
        let _third = mount::mount(&tmpfs(other)).unwrap();
        std::fs::write("/other/kept", "x").unwrap();
        std::fs::write("/new/kept", "x").unwrap();

        let old = mount::root::OldRoot::take().unwrap();
        mount::root::switch(new).unwrap();
        // All but /other, on which something is mounted.
        assert_eq!(old.empty().unwrap(), 5);
        let names: Vec<_> =
            std::fs::read_dir("/").unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["kept"]);
    };
    std::thread::spawn(run).join().unwrap();
}

#[test]
fn a_folder_on_disk_is_no_initramfs() {
    if matches!(fs::magic(Path::new("/")).unwrap(), fs::RAMFS | fs::TMPFS) {
        println!("skipped: this machine's root is in memory");
        return;
    }
    mount::root::OldRoot::take().unwrap_err();
}

#[test]
fn a_loop_device_shows_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image");
    let content = vec![7_u8; 8192];
    std::fs::write(&path, &content).unwrap();
    match mount::loopback::attach_read_only(&path) {
        Ok(attached) => assert_eq!(std::fs::read(&attached.path).unwrap(), content),
        Err(error) => println!("skipped: {error}"),
    }
}
