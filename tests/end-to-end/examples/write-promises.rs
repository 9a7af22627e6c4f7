//! Writes docs/promises.md: `cargo run -p postern-end-to-end --example write-promises`.

use std::{error::Error, fs, path::Path};

use postern_end_to_end::promise_index;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    fs::write(root.join(promise_index::PAGE), promise_index::page(&root)?)?;
    println!("{}", promise_index::PAGE);
    Ok(())
}
