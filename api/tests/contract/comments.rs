//! Comments of the `.proto` files, by full name, and what lacks one.

use std::collections::BTreeMap;

use protox::prost_reflect::prost_types::{
    DescriptorProto, EnumDescriptorProto, FileDescriptorProto,
};

/// Comments by the path that descriptor.proto gives an element, in one file.
type Located = BTreeMap<Vec<i32>, String>;

/// Every element that needs a comment, with its comment or without.
pub(crate) fn comments(file: &FileDescriptorProto) -> BTreeMap<String, Option<String>> {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    let located = locations
        .filter_map(|at| Some((at.path.clone(), joined(at.leading_comments.as_deref()?))))
        .collect();
    let mut walk = Walk { located, found: BTreeMap::new() };
    let package = file.package();
    for (message, index) in file.message_type.iter().zip(0..) {
        walk.message(message, package, &[4, index]);
    }
    for (kind, index) in file.enum_type.iter().zip(0..) {
        walk.enumeration(kind, package, &[5, index]);
    }
    for (service, index) in file.service.iter().zip(0..) {
        let name = walk.add(package, service.name(), &[6, index]);
        for (method, at) in service.method.iter().zip(0..) {
            walk.add(&name, method.name(), &[6, index, 2, at]);
        }
    }
    for (extension, index) in file.extension.iter().zip(0..) {
        walk.add(package, extension.name(), &[7, index]);
    }
    walk.found
}

struct Walk {
    located: Located,
    found: BTreeMap<String, Option<String>>,
}

impl Walk {
    fn add(&mut self, scope: &str, name: &str, path: &[i32]) -> String {
        let full = format!("{scope}.{name}");
        self.found.insert(full.clone(), self.located.get(path).cloned());
        full
    }

    fn message(&mut self, message: &DescriptorProto, scope: &str, path: &[i32]) {
        // Entries of maps are made by the compiler.
        if message.options.as_ref().is_some_and(|options| options.map_entry()) {
            return;
        }
        let name = self.add(scope, message.name(), path);
        for (field, index) in message.field.iter().zip(0..) {
            self.add(&name, field.name(), &[path, &[2, index]].concat());
        }
        for (nested, index) in message.nested_type.iter().zip(0..) {
            self.message(nested, &name, &[path, &[3, index]].concat());
        }
        for (kind, index) in message.enum_type.iter().zip(0..) {
            self.enumeration(kind, &name, &[path, &[4, index]].concat());
        }
        for (oneof, index) in message.oneof_decl.iter().zip(0..) {
            // An optional field is a oneof of its own, whose name begins with an underscore.
            if !oneof.name().starts_with('_') {
                self.add(&name, oneof.name(), &[path, &[8, index]].concat());
            }
        }
    }

    fn enumeration(&mut self, kind: &EnumDescriptorProto, scope: &str, path: &[i32]) {
        let name = self.add(scope, kind.name(), path);
        for (value, index) in kind.value.iter().zip(0..) {
            self.add(&name, value.name(), &[path, &[2, index]].concat());
        }
    }
}

/// A comment on one line.
fn joined(comment: &str) -> String {
    comment.split_whitespace().collect::<Vec<_>>().join(" ")
}
