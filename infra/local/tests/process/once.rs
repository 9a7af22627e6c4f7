//! Starting and ending the program.

use crate::program::{Program, command};

#[test]
fn once_plays_a_delivery_proves_it_and_ends_well() {
    let output = command()
        .args(["--once", "--speed", "60"])
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
        "the door is open",
        "the door is closed",
        "completed: 1 parcel(s) inside",
        "is whole and signed",
    ] {
        assert!(told.contains(line), "{line:?} is not in:\n{told}");
    }
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
