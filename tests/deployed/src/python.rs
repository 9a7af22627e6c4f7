//! The Python environments of these tests: exact versions from the package index, made once under the target directory.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

/// Runs `emulator/start.py`.
const EMULATOR: &[&str] = &["ministack[full]==1.5.33"];
/// What an operator has.
const TOOLS: &[&str] = &["awscli==1.45.64", "cfn-lint==1.51.0"];

/// Rules of policy that others wrote.
const CHECKER: &[&str] = &["checkov==3.3.30"];

/// What an operator deploys with.
const DEPLOYER: &[&str] = &["aws-sam-cli==1.170.0"];

/// The interpreter with the emulator in it.
pub(crate) fn emulator() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| environment(EMULATOR).join("python"))
}

/// The folder of the operator's tools.
pub fn tools() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| environment(TOOLS))
}

/// The checker of policy.
pub fn checker() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| environment(CHECKER).join("checkov"))
}

/// What an operator deploys with.
pub(crate) fn deployer() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| environment(DEPLOYER).join("sam"))
}

/// The `bin` folder of an environment with these requirements and nothing else. One process makes it, and others wait for it.
fn environment(requirements: &[&str]) -> PathBuf {
    let name = requirements.join("+").replace("==", "-").replace(['[', ']'], "-");
    let folder = crate::package::profile_folder()
        .with_file_name("tmp")
        .join("python");
    std::fs::create_dir_all(&folder).unwrap();
    let home = folder.join(&name);
    let ready = home.join("ready");
    let lock = File::create(folder.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    if !ready.exists() {
        must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home));
        let mut install = Command::new(home.join("bin").join("python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        must(install.args(requirements));
        File::create(ready).unwrap();
    }
    home.join("bin")
}

/// Runs a command to its end with this on its standard input.
pub(crate) fn fed(command: &mut Command, input: &[u8]) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may have ended by now.
    let _closed = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Runs a command to its end, which must be a good one.
pub(crate) fn must(command: &mut Command) -> Vec<u8> {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
