//! The files made of what the APIs say of themselves: an OpenAPI description of each under contract/openapi, the carriers'
//! reference page, and a collection of their calls.
//!
//! `cargo run -p postern-end-to-end --example write-openapi` writes them, and `tests/api/described.rs` tells when they have drifted.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use postern_contract::schemas;
use serde_json::Value;

use crate::{collection, reference_page};

/// The descriptions, by the names of their files.
///
/// # Errors
/// When an example cannot be read.
pub fn descriptions() -> io::Result<BTreeMap<&'static str, Value>> {
    let mut descriptions = BTreeMap::from([
        ("carriers", postern_carrier_api::openapi()),
        ("customers", postern_customer_api::openapi()),
    ]);
    for description in descriptions.values_mut() {
        add_examples(description)?;
        description.sort_all_objects();
    }
    Ok(descriptions)
}

/// The files, by their paths from the root of the repository.
///
/// # Errors
/// When an example cannot be read.
pub fn files() -> io::Result<BTreeMap<String, String>> {
    let descriptions = descriptions()?;
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
    files.extend(collection::files(&descriptions["carriers"]));
    Ok(files)
}

/// Gives each published message the examples that lie in the contract's own tests: they are read by the platform's own reader there.
fn add_examples(description: &mut Value) -> io::Result<()> {
    let messages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contract/messages");
    for published in schemas::all() {
        let title = published.schema.get("title").and_then(Value::as_str);
        let schema = title.and_then(|title| description["components"]["schemas"].get_mut(title));
        let Some(schema) = schema.and_then(Value::as_object_mut) else {
            continue;
        };
        let files = fs::read_dir(messages.join(published.name))?;
        let mut files: Vec<PathBuf> = files.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
        files.sort();
        let examples: Vec<Value> = files
            .iter()
            .map(|file| Ok(serde_json::from_slice(&fs::read(file)?)?))
            .collect::<io::Result<_>>()?;
        schema.insert("examples".to_owned(), examples.into());
    }
    Ok(())
}
