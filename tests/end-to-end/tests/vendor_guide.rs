//! The guide for vendors, done as it stands: every shell line that is marked for it is run by bash in a checkout of its own.
#![cfg(test)]

use std::{env, fs, os::unix::fs::symlink, path::Path, process::Command};

use postern_end_to_end::guide_page::marked_lines;
use postern_test_tools::{must, profile_folder, python};

/// What Lambda's managed Python brings, pinned.
const REQUIREMENTS: [&str; 2] = ["boto3==1.43.117", "urllib3==2.6.2"];

#[test]
fn who_follows_the_guide_sees_adapters_judged_and_begins_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/vendors/quickstart.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let checkout = folder.path().join("postern");
    // What the commands read of a checkout: the list of crates, the SDK and the sample.
    for file in [
        "Cargo.toml",
        "vendor-adapters/sdk/Cargo.toml",
        "vendor-adapters/python-sample/adapter.py",
    ] {
        let to = checkout.join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root.join(file), to).unwrap();
    }
    let built = profile_folder();
    fs::create_dir_all(checkout.join("target")).unwrap();
    symlink(&built, checkout.join("target/debug")).unwrap();
    let usual = env::var_os("PATH").unwrap();
    let search = [built, python(&REQUIREMENTS)].into_iter();
    let search = env::join_paths(search.chain(env::split_paths(&usual))).unwrap();
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &marked_lines(&page)])
        .current_dir(&checkout)
        .env("PATH", search)
        .env_remove("POSTERN_DEPLOYMENT");
    let said = String::from_utf8(must(&mut bash)).unwrap();
    assert_eq!(said.matches("aladdin-connect: gold").count(), 2, "{said}");
    assert!(said.contains("The adapter of Acme is begun"), "{said}");
    let report = fs::read_to_string(checkout.join("report/report.html")).unwrap();
    assert!(report.contains("Conformance of the adapter of aladdin-connect"));
    assert!(checkout.join("vendor-adapters/acme/src/adapter.rs").is_file());
}
