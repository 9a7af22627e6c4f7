//! Writes the pages under docs/errors: `cargo run -p postern-end-to-end --example write-error-pages`.

use std::{error::Error, fs, path::Path};

use postern_end_to_end::error_pages;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join(error_pages::FOLDER);
    // From scratch, so that the page of a code that is no more goes with it.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let pages = error_pages::pages();
    for (name, text) in &pages {
        fs::write(folder.join(name), text)?;
    }
    println!("{} pages in {}", pages.len(), error_pages::FOLDER);
    Ok(())
}
