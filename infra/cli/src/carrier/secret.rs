//! A carrier's secret on its way to the operator: into a new file for its owner's eyes, or onto standard output, once.

use std::{fs::File, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::{Error, arguments::SecretPlace};

/// Where the secret goes, ready before anything is made: a file that cannot be written must not cost a secret.
#[derive(Debug)]
pub(super) enum Place {
    Output,
    File { path: PathBuf, file: File },
}

impl Place {
    pub(super) fn prepare(asked: &SecretPlace) -> Result<Self, Error> {
        let Some(path) = asked.secret_file.clone() else {
            return Ok(Self::Output);
        };
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let file = file.map_err(|error| {
            Error::not_as_asked(
                format!("{} cannot be made: {error}", path.display()),
                "Name a file that is not there yet: a secret is never written over.",
            )
        })?;
        Ok(Self::File { path, file })
    }

    /// Takes the empty file away again, when there is no secret to put into it.
    pub(super) fn give_up(self) {
        if let Self::File { path, .. } = self {
            // An empty file left behind is in nobody's way but the next try's, which says so.
            let _left = std::fs::remove_file(path);
        }
    }

    /// Hands the secret over: the line for a person, and what the JSON says of it.
    pub(super) fn hand_over(self, secret: &SecretString) -> Result<(String, Value), Error> {
        match self {
            Self::Output => Ok((
                format!("Its secret, shown this once:\n\n  {}\n", secret.expose_secret()),
                json!(secret.expose_secret()),
            )),
            Self::File { path, mut file } => {
                let written = writeln!(file, "{}", secret.expose_secret()).and_then(|()| file.sync_all());
                written.map_err(|error| {
                    Error::not_as_asked(
                        format!("the secret could not be written to {}: {error}", path.display()),
                        "`postern carrier rotate ID` gives another.",
                    )
                })?;
                Ok((format!("Its secret is in {}.\n", path.display()), Value::Null))
            }
        }
    }
}
