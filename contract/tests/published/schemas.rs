//! The published schemas are those of the types.

use std::{collections::BTreeSet, fs};

use postern_contract::schemas;

use crate::common;

const REMEDY: &str = "run `cargo run -p postern-contract --example write-schemas` and commit what it wrote";

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for published in schemas::all() {
        let path = common::folder("schemas").join(format!("{}.json", published.name));
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let generated = serde_json::to_string_pretty(&published.document()).unwrap() + "\n";
        assert!(committed == generated, "{} has drifted: {REMEDY}", path.display());
    }
}

#[test]
fn no_schema_outlives_its_message() {
    let published: BTreeSet<_> = schemas::all()
        .iter()
        .map(|p| format!("{}.json", p.name))
        .collect();
    let committed: BTreeSet<_> = common::names(&common::folder("schemas")).into_iter().collect();
    assert_eq!(published, committed, "{REMEDY}");
}

#[test]
fn every_schema_is_a_valid_one_and_says_who_it_is() {
    for published in schemas::all() {
        let document = published.document();
        assert!(
            jsonschema::meta::is_valid(document.as_value()),
            "{}",
            published.name
        );
        let id = document.get("$id").and_then(|id| id.as_str()).unwrap();
        assert_eq!(id, format!("{}{}.json", schemas::SCHEMA_BASE, published.name));
    }
}
