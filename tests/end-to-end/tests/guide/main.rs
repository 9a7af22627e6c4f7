//! The carriers' guide, done as it stands: every shell line of its pages that is marked for it is run by bash, page after page in one
//! shell, against a local platform such as `cargo run` starts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{env, ffi::OsString, fs, path::Path};

use postern_end_to_end::stage::Stage;
use postern_local::ready_made;
use postern_test_tools::profile_folder;
use tokio::process::Command;

/// The pages, in the order in which they are read.
const PAGES: [&str; 2] = ["quickstart.md", "testing.md"];

/// What stands before the lines of a page that are run.
const MARK: &str = "<!-- run -->\n```sh\n";

/// The lines of a page that are marked to be run. What is marked and is no shell line would be read over, so it is counted.
fn script(page: &str) -> String {
    let parts: Vec<&str> = page
        .split(MARK)
        .skip(1)
        .map(|after| after.split_once("```\n").unwrap().0)
        .collect();
    assert_eq!(parts.len(), page.matches("<!-- run -->").count());
    assert!(parts.len() >= 4, "only {} parts are marked", parts.len());
    parts.join("\n")
}

/// Where programs are found: the operator's command first, which the workspace's tests have built.
fn search_path() -> OsString {
    let built = profile_folder();
    let command = built.join("postern");
    assert!(
        command.exists(),
        "build it first: cargo build --workspace --all-features"
    );
    let usual = env::var_os("PATH").unwrap();
    env::join_paths(std::iter::once(built).chain(env::split_paths(&usual))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_guide_makes_a_delivery_verifies_its_evidence_and_sees_what_goes_wrong() {
    let stage = Stage::set().await;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".postern")).unwrap();
    let lines = ready_made(&stage.local).unwrap();
    fs::write(folder.path().join(".postern/env"), lines).unwrap();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/carriers");
    let pages = PAGES.map(|page| script(&fs::read_to_string(pages.join(page)).unwrap()));
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &pages.join("\n")])
        .current_dir(folder.path())
        .env("PATH", search_path())
        .output()
        .await
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{complaint}");
    assert!(told.contains("\"eligible\": true"), "{told}");
    assert!(told.contains("Genuine: the evidence of dlv_"), "{told}");
    let words = [
        "armed",
        "opening",
        "open",
        "closing",
        "closed",
        "completed",
        "door_offline",
        "outside_geofence",
        "delivery_revoked",
    ];
    let said: Vec<&str> = told.lines().filter(|line| words.contains(line)).collect();
    let expected = [
        // The quickstart's delivery, to its end.
        "armed",
        "open",
        "closed",
        "completed",
        // One with troubles: off the net, across town, something in the way.
        "armed",
        "door_offline",
        "outside_geofence",
        "open",
        "open",
        "completed",
        // One that the household turned off.
        "armed",
        "delivery_revoked",
    ];
    assert_eq!(said, expected, "{told}\n{complaint}");
    assert_eq!(
        (stage.times_opened() - 2, stage.times_closed() >= 3),
        (1, true),
        "{told}"
    );
}
