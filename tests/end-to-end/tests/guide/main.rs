//! The carriers' guide, done as it stands: every shell line of its pages that is marked for it is run by bash, page after page in one
//! shell, against a local platform such as `cargo run` starts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{env, ffi::OsString, fs, net::TcpListener, path::Path};

use postern_end_to_end::{guide_page::marked_lines, stage::Stage};
use postern_local::ready_made;
use postern_test_tools::{profile_folder, python};
use tokio::process::Command;

/// The pages, in the order in which they are read.
const PAGES: [&str; 3] = ["quickstart.md", "webhooks.md", "testing.md"];

/// The library that the receiver of webhooks needs.
const LIBRARY: [&str; 1] = ["standardwebhooks==1.1.0"];

/// What a page starts ends with the shell, however that ends: nothing else would tell that no more is to come.
const END: &str = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT";

/// The receiver that a page shows.
fn receiver(page: &str) -> &str {
    let (_, after) = page.split_once("<!-- receiver -->\n```python\n").unwrap();
    after.split_once("```\n").unwrap().0
}

/// Where programs are found: the operator's command first, which the workspace's tests have built, and a Python that has the library.
fn search_path() -> OsString {
    let built = profile_folder();
    let command = built.join("postern");
    assert!(
        command.exists(),
        "build it first: cargo build --workspace --all-features"
    );
    let usual = env::var_os("PATH").unwrap();
    let ours = [built, python(&LIBRARY)].into_iter();
    env::join_paths(ours.chain(env::split_paths(&usual))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_guide_makes_a_delivery_verifies_its_evidence_is_told_and_sees_what_goes_wrong() {
    let stage = Stage::set().await;
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".postern")).unwrap();
    let lines = ready_made(&stage.local).unwrap();
    fs::write(folder.path().join(".postern/env"), lines).unwrap();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/carriers");
    let pages = PAGES.map(|page| fs::read_to_string(pages.join(page)).unwrap());
    fs::write(folder.path().join("receiver.py"), receiver(&pages[1])).unwrap();
    let pages = pages.map(|page| marked_lines(&page));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &format!("{END}\n{}", pages.join("\n"))])
        .current_dir(folder.path())
        .env("PATH", search_path())
        .env("PORT", free.port().to_string())
        .output()
        .await
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{complaint}");
    assert!(told.contains("\"eligible\": true"), "{told}");
    assert!(told.contains("Genuine: the evidence of dlv_"), "{told}");
    for event in [
        "com.postern.delivery.booked dlv_",
        "com.postern.delivery.cancelled dlv_",
    ] {
        assert!(told.contains(event), "{told}");
    }
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
