//! The files made of what the APIs say of themselves: an OpenAPI description of each under contract/openapi, and the carriers'
//! reference page.
//!
//! `cargo run -p postern-end-to-end --example write-openapi` writes them, and `tests/api/described.rs` tells when they have drifted.

use std::{collections::BTreeMap, fs, path::Path};

use postern_contract::schemas;
use serde_json::Value;

use crate::reference_page;

/// The descriptions, by the names of their files, and how each is called in the APIs' own words.
#[must_use]
pub fn descriptions() -> BTreeMap<&'static str, Value> {
    [
        ("carriers", postern_carrier_api::openapi()),
        ("customers", postern_customer_api::openapi()),
    ]
    .into_iter()
    .map(|(name, mut description)| {
        add_examples(&mut description);
        description.sort_all_objects();
        (name, description)
    })
    .collect()
}

/// The files, by their paths from the root of the repository.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    let descriptions = descriptions();
    let mut files: BTreeMap<String, String> = descriptions
        .iter()
        .map(|(name, description)| {
            let text = format!("{description:#}\n");
            (format!("contract/openapi/{name}.json"), text)
        })
        .collect();
    files.insert(
        "docs/carriers/reference.md".to_owned(),
        reference_page::page(&descriptions["carriers"]),
    );
    files
}

/// Gives each published message the examples that lie in the contract's own tests: they are read by the platform's own reader there.
fn add_examples(description: &mut Value) {
    let messages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/messages");
    for published in schemas::all() {
        let title = published.schema.get("title").and_then(Value::as_str);
        let schema = title.and_then(|title| description["components"]["schemas"].get_mut(title));
        let Some(schema) = schema.and_then(Value::as_object_mut) else {
            continue;
        };
        let mut examples: Vec<_> = fs::read_dir(messages.join(published.name))
            .into_iter()
            .flatten()
            .map(|file| file.unwrap().path())
            .collect();
        examples.sort();
        let examples: Vec<Value> = examples
            .iter()
            .map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap())
            .collect();
        schema.insert("examples".to_owned(), examples.into());
    }
}
