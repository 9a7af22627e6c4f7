//! Writes docs/sagas.md: `cargo run -p postern-end-to-end --example write-sagas`.

use std::{error::Error, fs, path::Path};

use postern_end_to_end::saga_page;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::write(root.join(saga_page::PAGE), saga_page::page())?;
    println!("{}", saga_page::PAGE);
    Ok(())
}
