//! Writes the published JSON Schemas: `cargo run -p postern-contract --example write-schemas`.

use std::{error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    // From scratch, so that the schema of a message that is no more goes with it.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for published in postern_contract::schemas::all() {
        let path = folder.join(published.name).with_extension("json");
        let text = serde_json::to_string_pretty(&published.document())? + "\n";
        fs::write(&path, text)?;
        println!("{}", path.display());
    }
    Ok(())
}
