//! What the reference's own checker takes and refuses.

use super::*;

fn check(purpose: Purpose, text: &str, want: &[&str]) {
    assert_eq!(faults(text, purpose), want, "{text}");
}

#[test]
fn right_expressions_are_taken() {
    for text in [
        "disk.size == 1u",
        "disk.size > 1u * GiB",
        "disk.symlinks.exists(s, s == \"a\")",
        "glob(\"a*\", disk.model)",
        "disk.rotational",
        "disk.transport == \"nvme\" && !system_disk",
        "\"a\" in disk.symlinks",
        "disk.secondary_disks.size() > 0",
        "disk.dev_path.startsWith(\"/dev\")",
        "disk.model.matches(\"a.*\")",
        "has(disk.model)",
        "size(disk.model) > 1",
        "disk.secondary_disks == []",
        "[1, 2].all(x, x > 0)",
        "int(disk.size) > 1",
        "disk.size % 2u == 0u",
        "disk.size > uint(5)",
        "{\"a\": 1}[\"a\"] == 1",
        "dyn(disk.size) == 1",
        "type(disk.model) == string",
        "PB > TB && PiB > TiB && EB > EiB && kB < KiB",
        "disk.symlinks.map(x, x).size() == 1",
        "disk.symlinks.filter(x, x == \"a\") == [\"a\"]",
        "disk.symlinks.exists_one(x, x.contains(\"b\"))",
        "[1, \"a\"] == []",
        "{1: 2} == {}",
        "bool(\"true\")",
        "disk.size in [1u]",
        "duration(\"1s\").getSeconds() == 1",
        "timestamp(0).getFullYear() == 1970",
        "disk.size > 1u * GB ? true : false",
    ] {
        check(Purpose::Disk, text, &[]);
    }
    check(Purpose::Volume, "volume.partition_label == \"x\" && disk.size > GiB", &[]);
    check(Purpose::Link, "mac(link.permanent_addr) == \"00:1a:2b:3c:4d:5e\"", &[]);
    check(Purpose::Link, "link.vlan == null || link.vlan.vid == 3u", &[]);
    check(
        Purpose::OomTrigger,
        "memory_full_avg10 > 12.0 && d_memory_full_avg10 > 0.0 && time_since_trigger > duration(\"500ms\") || multiply_qos_vectors(d_qos_memory_full_total, {System: 8.0, Podruntime: 4.0}) > 3000.0",
        &[],
    );
    check(
        Purpose::OomRanking,
        "memory_max.hasValue() ? 0.0 : {Besteffort: 1.0, Guaranteed: 0.0, Burstable: 0.5}[class] * double(memory_current.orValue(0u))",
        &[],
    );
}

#[test]
fn wrong_ones_are_told_why() {
    let disk = |text, want: &str| check(Purpose::Disk, text, &[want]);
    disk("disk.siez > 1u", "must not name disk.siez, which does not exist: disk.size does");
    disk("disk.size > 10", "must not apply > to uint and int");
    disk("disk.size > 1.5", "must not apply > to uint and double");
    disk("1.0 == 1", "must not apply == to double and int");
    disk("disk.size > 1u * GIB", "must not name GIB, which is nothing here: GiB is");
    disk("disk", "must be an expression that gives bool, this one gives disk");
    disk("disk.symlinks == \"a\"", "must not apply == to list(string) and string");
    disk("system_disk ? 1 : 2", "must be an expression that gives bool, this one gives int");
    disk("globb(\"a\", disk.model)", "must not call globb, which is no function: glob is");
    disk("disk.model.lowerAscii() == \"a\"", "must not call lowerAscii, which is no function");
    disk("volume.name == \"a\"", "must not name volume, which is nothing here");
    disk("true || 1", "must not apply || to bool and int");
    disk("disk.model == null", "must not apply == to string and null");
    disk("!disk.size", "must not apply ! to uint");
    disk("-disk.size == 1u", "must not apply - to uint");
    disk("disk.size in [1]", "must not apply in to uint and list(int)");
    disk("disk.size.foo", "must not take .foo of uint");
    disk("disk.symlinks.all(x, x)", "must not apply && to bool and string");
    disk("disk.symlinks.all(x, y == 1)", "must not name y, which is nothing here");
    disk("disk.size.all(x, true)", "must not go through uint, which is no list and no map");
    disk("\"a\" == b\"a\"", "must not apply == to string and bytes");
    check(
        Purpose::Link,
        "glob(\"a\", link.name) && link.index == 1",
        &["must not name link.name, which does not exist", "must not apply == to uint and int"],
    );
    check(
        Purpose::OomRanking,
        "memory_current",
        &["must be an expression that gives double, this one gives optional(uint)"],
    );
    check(
        Purpose::OomRanking,
        "memory_current.orValue(0u) / 1.0",
        &["must not apply / to uint and double"],
    );
    check(Purpose::OomTrigger, "class == 1", &["must not name class, which is nothing here"]);
}

#[test]
fn mistakes_of_syntax_have_a_column() {
    for (text, want) in [
        ("disk.size + ", "must be an expression: column 1"),
        ("", "must be an expression: column 1: "),
        ("disk.size > 1 1", "must be an expression: column 15: "),
        ("disk.size == 'abc", "must be an expression: column "),
        ("a\n&& b &&& c", "must be an expression: line 2, column "),
    ] {
        let found = faults(text, Purpose::Disk);
        assert!(matches!(found.as_slice(), [one] if one.starts_with(want)), "{text}: {found:?}");
    }
}

/// Runs with the smallest stack that threads here have.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no overflow");
}

#[test]
fn hostile_expressions_are_answered_soon() {
    on_a_small_stack(|| {
        for piece in [
            "(",
            "[",
            "{",
            "!",
            "-",
            "a.",
            "a(",
            "a?",
            "1+",
            "a&&",
            "[1].all(x,",
            "{1:",
            "\"",
            "'''",
            "\\",
            "a[",
            "`",
            "0x",
            "has(",
            "a.map(x,",
        ] {
            let text = piece.repeat(MAX_BYTES / piece.len());
            assert!(!faults(&text, Purpose::Disk).is_empty(), "{piece}");
        }
        for (open, middle, close) in [
            ("(", "true", ")"),
            ("[1].all(x, ", "true", ")"),
            ("[", "1", "]"),
            ("!", "true", ""),
            ("true ? ", "true", " : true"),
        ] {
            for depth in [4, 16, 30, 100, 300] {
                let text = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
                // Taken or refused, but answered.
                let _found = faults(&text, Purpose::Disk);
            }
        }
        assert!(!faults(&format!("disk{}", ".a".repeat(2000)), Purpose::Disk).is_empty());
        assert!(!faults(&"1 + ".repeat(1000), Purpose::Disk).is_empty());
    });
}

proptest::proptest! {
    #[test]
    fn random_texts_are_answered(text in "(disk|link|\\.|size|\\(|\\)|\\[|\\]|\\{|\\}|,|:|\\?|&&|\\|\\||==|<|\\+|-|!|1u?|\"a\"|'|x| |exists|map|in|true|null|\n|é){0,40}") {
        let _found = faults(&text, Purpose::Disk);
    }
}
