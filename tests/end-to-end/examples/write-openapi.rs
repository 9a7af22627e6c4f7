//! Writes the descriptions under contract/openapi and the reference page: `cargo run -p postern-end-to-end --example write-openapi`.

use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, text) in postern_end_to_end::openapi::files()? {
        let file = root.join(&name);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)?;
        println!("{name}");
    }
    Ok(())
}
