//! Writes the pages under docs/vendors/rules: `cargo run -p postern-conformance --example write-rules`.

use std::{error::Error, fs, path::Path};

use postern_conformance::pages;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vendors/rules");
    // From scratch, so that the page of a rule that is no more goes with it.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let pages = pages();
    for (name, text) in &pages {
        fs::write(folder.join(name), text)?;
    }
    println!("{} pages", pages.len());
    Ok(())
}
