//! Starting and ending the program.

use postern_local::VENDORS;
use postern_vendor_clouds::Vendor;

use crate::program::{Program, command};

/// Aladdin Connect in a file.
const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../vendor-adapters/declarative/vendors/aladdin-connect.toml"
);

#[test]
fn once_plays_a_delivery_proves_it_and_ends_well() {
    for (options, opener) in [
        (&[][..], "an opener of myQ"),
        (&["--vendor", "myq"], "an opener of myQ"),
        (&["--vendor", "aladdin-connect"], "an opener of Aladdin Connect"),
        (&["--vendor", "nice-go"], "an opener of Nice G.O."),
        (&["--vendor-file", FILE], "an opener of Aladdin Connect"),
        (&["--vendor", "smartthings"], "an opener of SmartThings"),
    ] {
        plays_a_delivery(options, opener);
    }
}

fn plays_a_delivery(options: &[&str], opener: &str) {
    let output = command()
        .args(["--once", "--speed", "60"])
        .args(options)
        .stdout(std::process::Stdio::piped())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{told}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in [
        opener,
        "the door is open",
        "the door is closed",
        "completed: 1 parcel(s) inside",
        "is whole and signed",
    ] {
        assert!(told.contains(line), "{line:?} is not in:\n{told}");
    }
}

#[test]
fn a_vendor_that_is_not_known_is_refused_with_those_that_are() {
    let output = command().args(["--vendor", "acme"]).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(told.contains("myq, aladdin-connect"), "{told}");
}

#[test]
fn a_vendor_that_is_only_simulated_is_refused_before_anything_starts() {
    let only_simulated: Vec<Vendor> = Vendor::ALL
        .into_iter()
        .filter(|vendor| !VENDORS.contains(vendor))
        .collect();
    assert!(!only_simulated.is_empty());
    for vendor in only_simulated {
        let output = command()
            .args(["--once", "--vendor", vendor.id()])
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        let expected = format!("there is no adapter for {} yet", vendor.name());
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn what_is_wrong_with_a_vendors_file_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slip.toml");
    let text = std::fs::read_to_string(FILE).unwrap();
    std::fs::write(&path, text.replacen("closed = \"closed\"\n", "", 1)).unwrap();
    let acme = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../vendor-adapters/declarative/vendors/acme.toml"
    );
    for (file, says) in [
        (path.to_str().unwrap(), "slip.toml:49:1: [state] needs `closed`"),
        (acme, "there is no simulated cloud for a file of acme"),
        ("nowhere.toml", "nowhere.toml can't be read"),
    ] {
        let output = command()
            .args(["--once", "--vendor-file", file])
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert!(told.contains(says), "{told}");
    }
}

#[test]
fn a_folder_stays_with_the_vendor_that_it_began_with() {
    let folder = tempfile::tempdir().unwrap();
    drop(Program::start(folder.path()));
    let start = || {
        let mut start = command();
        start
            .args(["--once", "--speed", "60", "--data"])
            .arg(folder.path());
        start
    };
    let other = start().args(["--vendor", "aladdin-connect"]).output().unwrap();
    let told = String::from_utf8(other.stderr).unwrap();
    assert!(!other.status.success());
    assert!(told.contains("--vendor myq"), "{told}");
    assert!(start().output().unwrap().status.success());
}

#[test]
fn a_second_start_on_the_same_folder_says_who_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = Program::start(folder.path());
    let second = command().arg("--data").arg(folder.path()).output().unwrap();
    let told = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success());
    assert!(told.contains("is in use by process"), "{told}");
    drop(first);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let env = folder.path().join("env");
    let mut child = command()
        .args(["--quiet", "--data"])
        .arg(folder.path())
        .spawn()
        .unwrap();
    while !env.exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let asked = std::process::Command::new("kill")
        .arg("-INT")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(asked.success());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_quickstart_of_the_readme_works_as_printed() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let (_, after) = readme.split_once("<!-- quickstart -->\n```sh\n").unwrap();
    let (script, _) = after.split_once("```\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The reader's `cargo run`, in a folder of its own and with a faster door.
    let mut platform = command()
        .args(["--speed", "60"])
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    let env = folder.path().join(".postern/env");
    while !env.exists() {
        assert!(platform.try_wait().unwrap().is_none(), "it ended at once");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // One of the lines that the program itself prints, with the token it left.
    let printed =
        "curl -sf -H \"Authorization: Bearer $CARRIER_TOKEN\" \"$CARRIER_API/v1/deliveries\" > /dev/null";
    let output = std::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", &format!("{script}\n{printed}")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    platform.kill().unwrap();
    platform.wait().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{told}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let states: Vec<&str> = told
        .lines()
        .filter(|line| ["armed", "open", "closed", "completed"].contains(line))
        .collect();
    assert_eq!(states, ["armed", "open", "closed", "completed"], "{told}");
    assert!(told.contains("\"eligible\": true"), "{told}");
    assert!(told.contains("\"type\": \"completed\""), "{told}");
}
