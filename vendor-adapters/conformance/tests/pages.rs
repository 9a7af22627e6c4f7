//! The rules' pages under docs are those that the rules themselves would write.
#![cfg(test)]

use std::{collections::BTreeMap, fs, path::Path};

use postern_conformance::pages;

#[test]
fn the_pages_of_the_rules_have_not_drifted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vendors/rules");
    let found = fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    let found: BTreeMap<String, String> = found.collect();
    let expected: BTreeMap<String, String> = pages().into_iter().collect();
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    let again = "write them again: cargo run -p postern-conformance --example write-rules";
    assert_eq!(names(&found), names(&expected), "{again}");
    for (name, text) in expected {
        assert_eq!(found[&name], text, "{name}: {again}");
    }
}
