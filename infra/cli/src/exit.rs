//! How the command ends, for scripts that call it.

use std::process::ExitCode;

/// What the command's exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, and everything is well.
    Well = 0,
    /// Looked at, and found not healthy, not genuine, or not of the tier asked for.
    Unwell = 1,
    /// The command line was not understood. (clap ends with this code by itself.)
    Usage = 2,
    /// The deployment cannot be reached, or refused.
    Unreachable = 3,
    /// Something is not as the command asks: no such delivery, a name that is taken, a file that cannot be read.
    NotAsAsked = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
