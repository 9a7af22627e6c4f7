//! The committed messages, as the tests read them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jsonschema::Validator;
use postern_contract::schemas::{self, Published};

/// A published message with its schema made ready.
pub(crate) struct Checked {
    pub(crate) published: Published,
    pub(crate) schema: Validator,
}

/// Every published message. Formats (`date-time`) are checked too: the platform's reader does.
pub(crate) fn all() -> Vec<Checked> {
    let checked = |published: Published| {
        let schema = jsonschema::options()
            .should_validate_formats(true)
            // OpenAPI's names for the sizes of numbers, and the time without a zone, are notes for people.
            .should_ignore_unknown_formats(true)
            .build(published.document().as_value())
            .unwrap();
        Checked { published, schema }
    };
    schemas::all().into_iter().map(checked).collect()
}

/// A folder of this crate.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The names of what lies in a folder, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The files of a folder: their names without `.json`, and their bytes.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let file = |name: String| {
        let bytes = fs::read(folder.join(&name)).unwrap();
        let stem = name
            .strip_suffix(".json")
            .unwrap_or_else(|| panic!("{name} is no .json"));
        (stem.to_owned(), bytes)
    };
    names(folder).into_iter().map(file).collect()
}
