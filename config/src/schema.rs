//! The JSON Schema of all documents, made from the tables of their fields.
//!
//! It is the contract's schema, definition by definition, with our descriptions: a test compares the
//! two. Where that schema refuses what nodes take, [`Form::Corrected`] says what they take instead;
//! that is the form for an editor.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::table::{Json, Kind, Row, Shape, Table, kinds};

/// Where definitions stand.
const DEFINITIONS: &str = "#/$defs/";

/// What the schema says where the contract's is not what nodes take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What the contract's schema says.
    Contract,
    /// What is taken: lists of accepted authorities, words of actions, the right word for each kind,
    /// kinds that the contract's schema lacks, and deprecated fields, marked as such.
    Corrected,
}

/// The schema, with a description at every field and definition.
#[must_use]
pub fn schema(form: Form) -> Value {
    let mut writer = Writer { form, definitions: BTreeMap::new() };
    let mut documents: Vec<String> =
        kinds().iter().filter_map(|kind| writer.document(kind)).collect();
    documents.sort();
    if form == Form::Contract {
        // The contract refers to it and says nothing of it.
        let nothing = json!({"type": "object", "properties": {}, "additionalProperties": false});
        writer.definitions.insert("v1alpha1.Endpoint".to_owned(), nothing);
    }
    let documents: Vec<Value> = documents.iter().map(|name| reference(name)).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": writer.definitions,
        "oneOf": documents,
    })
}

/// A schema that is written elsewhere.
fn reference(name: &str) -> Value {
    json!({"$ref": format!("{DEFINITIONS}{name}")})
}

/// What is said of a field or section, on one line.
fn description(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Definitions as they are found.
struct Writer {
    form: Form,
    definitions: BTreeMap<String, Value>,
}

impl Writer {
    /// Writes a kind of document and tells its definition's name, if it has one in this form.
    fn document(&mut self, kind: &Kind) -> Option<String> {
        let name = match (kind.table.definition, self.form) {
            ("", Form::Contract) => return None,
            ("", Form::Corrected) => format!("holdfast.{}V1Alpha1", kind.kind),
            (name, _) => name.to_owned(),
        };
        let mut definition = self.section(kind.table);
        if !kind.kind.is_empty() {
            let word = match (kind.kind, self.form) {
                // The word that the contract's schema has, which no node takes.
                ("KubeSpanEndpointsConfig", Form::Contract) => "KubeSpanEndpoints",
                (word, _) => word,
            };
            let header = [("apiVersion", "v1alpha1"), ("kind", word)];
            for (key, value) in header {
                definition["properties"][key] = json!({"enum": [value]});
            }
            let required = kind.table.fields().filter(|row| row.required).map(|row| row.key);
            let mut required: Vec<&str> = required.chain(["apiVersion", "kind"]).collect();
            required.sort_unstable();
            definition["required"] = json!(required);
        }
        self.definitions.insert(name.clone(), definition);
        Some(name)
    }

    /// A section with all its fields.
    fn section(&mut self, table: &Table) -> Value {
        let mut properties = Map::new();
        // An embedded section is a definition as well, which nothing refers to.
        for row in table.rows.iter().filter(|row| row.key.is_empty()) {
            self.shape(&row.shape);
        }
        let form = self.form;
        let mut required = Vec::new();
        for row in table.fields().filter(|row| form == Form::Corrected || !row.hidden) {
            properties.insert(row.key.to_owned(), self.field(row));
            if row.required {
                required.push(row.key);
            }
        }
        let mut section =
            json!({"type": "object", "properties": properties, "additionalProperties": false});
        if !required.is_empty() {
            required.sort_unstable();
            section["required"] = json!(required);
        }
        describe(&mut section, description(table.doc));
        section
    }

    /// A field with what there is to say about it.
    fn field(&mut self, row: &Row) -> Value {
        let made = self.shape(&row.shape);
        let said = serde_json::from_str(row.schema).ok();
        let mut field = match (said, self.form) {
            (Some(said), Form::Contract) => said,
            // Of a section our own fields say more.
            (Some(said), Form::Corrected) if row.shape.table().is_none() && agree(&said, &made) => {
                said
            }
            (Some(_) | None, _) => made,
        };
        let mut text = description(row.doc);
        if !row.default.is_empty() {
            text.push_str(&format!(" Default: {}.", row.default));
        }
        describe(&mut field, text);
        if row.hidden {
            field["deprecated"] = json!(true);
        }
        field
    }

    /// What a shape takes.
    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Scalar(scalar) if !scalar.words.is_empty() => json!({"enum": scalar.words}),
            Shape::Scalar(scalar) => {
                let kind = match scalar.json {
                    Json::String => "string",
                    Json::Integer => "integer",
                    Json::Boolean => "boolean",
                };
                let mut value = json!({"type": kind});
                if !scalar.pattern.is_empty() {
                    value["pattern"] = json!(scalar.pattern);
                }
                value
            }
            Shape::List(item) => json!({"type": "array", "items": self.shape(item)}),
            // The contract writes these as "everything else" and other mappings as "any key".
            Shape::Map(item @ Shape::Argument) => {
                json!({"type": "object", "additionalProperties": self.shape(item)})
            }
            Shape::Map(item) => {
                json!({"type": "object", "patternProperties": {".*": self.shape(item)}})
            }
            Shape::Section(table) if table.definition.is_empty() => self.section(table),
            Shape::Section(table) => {
                if !self.definitions.contains_key(table.definition) {
                    // Noted first, so that a section that holds itself ends.
                    self.definitions.insert(table.definition.to_owned(), Value::Null);
                    let section = self.section(table);
                    self.definitions.insert(table.definition.to_owned(), section);
                }
                reference(table.definition)
            }
            Shape::Free => json!({"type": "object"}),
            Shape::Argument => json!({
                "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
            }),
        }
    }
}

/// Puts a description to a schema, unless there is nothing to say.
fn describe(schema: &mut Value, text: String) {
    if !text.is_empty() {
        schema["description"] = Value::String(text);
    }
}

/// Whether two schemas take the same JSON type.
fn agree(one: &Value, other: &Value) -> bool {
    one.get("type") == other.get("type")
}

#[cfg(test)]
mod tests;
