//! The Python programs of these tests, each in an environment of its own.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use postern_test_tools::python;

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
    MADE.get_or_init(|| python(EMULATOR).join("python"))
}

/// The folder of the operator's tools.
pub fn tools() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| python(TOOLS))
}

/// The checker of policy.
pub fn checker() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| python(CHECKER).join("checkov"))
}

/// What an operator deploys with.
pub(crate) fn deployer() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| python(DEPLOYER).join("sam"))
}
