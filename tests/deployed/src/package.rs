//! What is deployed: the templates as they are, beside the functions' binaries without their debug information.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use postern_test_tools::{must, profile_folder};
use serde_json::Value;
use tempfile::TempDir;

/// The functions, by the names of their binaries, which are also the folders that the templates take them from.
const FUNCTIONS: [&str; 9] = [
    "carrier-api",
    "customer-api",
    "guardian",
    "webhooks",
    "myq-adapter",
    "aladdin-connect-adapter",
    "nice-go-adapter",
    "smartthings-adapter",
    "declarative-adapter",
];

/// The folder of the templates in the repository.
#[must_use]
pub fn templates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../infra/aws")
        .canonicalize()
        .unwrap()
}

/// A copy of the templates with the binaries where they look for them.
#[derive(Debug)]
pub struct Package {
    folder: TempDir,
    command: PathBuf,
}

impl Package {
    /// The package of this build, made once for a test process.
    pub fn built() -> &'static Self {
        static MADE: OnceLock<Package> = OnceLock::new();
        MADE.get_or_init(Self::new)
    }

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let aws = folder.path().join("infra/aws");
        for part in ["core", "adapters"] {
            copy_files(&templates().join(part), &aws.join(part));
        }
        std::fs::copy(
            templates().join("../../samconfig.toml"),
            folder.path().join("samconfig.toml"),
        )
        .unwrap();
        let binaries = binaries();
        let binary = |name: &str| {
            let found = binaries.iter().find(|binary| binary.file_name().unwrap() == name);
            found.unwrap_or_else(|| panic!("{name} was not built"))
        };
        for function in FUNCTIONS {
            let place = folder.path().join("target/package").join(function);
            std::fs::create_dir_all(&place).unwrap();
            must(
                Command::new("strip")
                    .arg("-o")
                    .arg(place.join("bootstrap"))
                    .arg(binary(function)),
            );
        }
        copy_files(
            &templates().join("../../vendor-adapters/declarative/vendors"),
            &folder.path().join("target/package/declarative-adapter/vendors"),
        );
        Self {
            folder,
            command: binary("postern").clone(),
        }
    }

    /// What stands for the root of the repository.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The operator's command.
    pub(crate) fn command(&self) -> &Path {
        &self.command
    }

    /// The core's template in a copy of the package in whose template `part` this text is replaced by that one, for the test `name`.
    pub(crate) fn altered(&self, name: &str, part: &str, from: &str, to: &str) -> PathBuf {
        let folder = self.template(name);
        std::fs::create_dir(&folder).unwrap();
        for file in std::fs::read_dir(self.template("core")).unwrap() {
            let file = file.unwrap();
            let mut text = std::fs::read_to_string(file.path()).unwrap();
            if file.file_name() == part {
                assert!(text.contains(from), "{part} says {from}");
                text = text.replace(from, to);
            }
            std::fs::write(folder.join(file.file_name()), text).unwrap();
        }
        folder.join("template.yaml")
    }

    /// A template in the package, such as `core/template.yaml`.
    #[must_use]
    pub fn template(&self, name: &str) -> PathBuf {
        self.folder.path().join("infra/aws").join(name)
    }
}

/// Copies the files of a folder into a new one.
fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// The workspace's binaries, built just as the tests' command builds them, so that nothing is built twice.
fn binaries() -> Vec<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args([
        "test",
        "--no-run",
        "--workspace",
        "--all-features",
        "--message-format=json",
        "--quiet",
    ]);
    if profile_folder().ends_with("release") {
        build.arg("--release");
    }
    // What cargo told this test about itself is not told on: build scripts that look at it would run again, and all that needs them.
    for (name, _) in std::env::vars_os() {
        let told = name.to_str().is_some_and(|name| {
            [
                "CARGO_PKG_",
                "CARGO_MANIFEST_",
                "CARGO_BIN_",
                "CARGO_CRATE_",
                "LD_LIBRARY_PATH",
            ]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        });
        if told {
            build.env_remove(name);
        }
    }
    build.env("CARGO_TARGET_DIR", profile_folder().parent().unwrap());
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    let said = String::from_utf8(must(&mut build)).unwrap();
    let messages = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_binaries = messages
        .filter(|message| message["target"]["kind"][0] == "bin" && message["profile"]["test"] == false);
    of_binaries
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .collect()
}
