//! Reads what the contract says: `testdata/resource-specs.txt` and `testdata/resource-types.txt`.

use std::collections::BTreeMap;

/// What the file leaves out: a structure of the container runtime, which has no keys of its own for YAML.
const MORE: &str = "
## proto
Mount
  1 destination string
  2 type string
  3 source string
  4 options []string
  5 uidmappings []LinuxIDMapping
  6 gidmappings []LinuxIDMapping
LinuxIDMapping
  1 containerid uint32
  2 hostid uint32
  3 size uint32
";

/// A field of a structure.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) number: u32,
    pub(super) key: &'static str,
    pub(super) omitempty: bool,
    pub(super) inline: bool,
    pub(super) kind: &'static str,
}

/// What the contract says about specs.
#[derive(Debug, Default)]
pub(super) struct Facts {
    structures: BTreeMap<String, Vec<Fact>>,
    enumerations: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Facts {
    /// Reads the file.
    pub(super) fn load() -> Self {
        let mut facts = Self::default();
        let (mut package, mut structure) = ("", String::new());
        for line in include_str!("../../testdata/resource-specs.txt").lines().chain(MORE.lines()) {
            if let Some(name) = line.strip_prefix("## ") {
                package = name;
            } else if let Some((name, texts)) = line.split_once(": ")
                && package.starts_with("Enumerations")
            {
                facts.enumerations.insert(name, texts.split(" | ").collect());
            } else if let Some(field) = line.strip_prefix("  ") {
                facts.structures.entry(structure.clone()).or_default().push(fact(field));
            } else if !line.is_empty() && !line.starts_with('#') {
                structure = format!("{package}.{line}");
                facts.structures.entry(structure.clone()).or_default();
            }
        }
        facts
    }

    /// The fields of a structure in the order of its YAML, given its name below `talos.resource.definitions`.
    pub(super) fn structure(&self, name: &str) -> Option<&[Fact]> {
        self.structures.get(name).map(Vec::as_slice)
    }

    /// The texts of an enumeration, whose package is left out where it is that of the structure.
    pub(super) fn enumeration(&self, kind: &str, package: &str) -> Option<&[&'static str]> {
        let kind = kind.trim_start_matches('*');
        let own = format!("{package}.{kind}");
        self.enumerations
            .get(kind)
            .or_else(|| self.enumerations.get(own.as_str()))
            .map(Vec::as_slice)
    }
}

/// `NUMBER KEY [omitempty] [inline] TYPE`, where an empty key leaves two blanks.
fn fact(line: &'static str) -> Fact {
    let (number, rest) = line.split_once(' ').unwrap();
    let (key, rest) = rest.split_once(' ').unwrap();
    let omitempty = rest.starts_with("omitempty ");
    let rest = rest.trim_start_matches("omitempty ");
    let inline = rest.starts_with("inline ");
    Fact {
        number: number.parse().unwrap(),
        key,
        omitempty,
        inline,
        kind: rest.trim_start_matches("inline "),
    }
}

/// A resource type.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) namespace: &'static str,
    pub(super) sensitive: bool,
    pub(super) aliases: Vec<&'static str>,
    pub(super) columns: Vec<(&'static str, &'static str)>,
}

/// Reads the types.
pub(super) fn types() -> BTreeMap<&'static str, Type> {
    include_str!("../../testdata/resource-types.txt")
        .lines()
        .filter(|line| line.contains(".dev |"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [kind, namespace, sensitive, aliases, columns] = cells[..] else {
                panic!("five cells: {line}")
            };
            let columns = columns.split("; ").filter_map(|column| column.split_once('=')).collect();
            let sensitive = sensitive == "yes";
            (
                kind,
                Type {
                    namespace,
                    sensitive,
                    aliases: aliases.split(' ').filter(|alias| !alias.is_empty()).collect(),
                    columns,
                },
            )
        })
        .collect()
}
