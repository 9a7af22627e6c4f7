//! `postern vendor seal`: a secret that a vendor gave us, sealed so that the vendor's adapter alone can open it.
//!
//! The secret comes from a file or a pipe, never from the command line: other users of the machine can see that, and a shell remembers
//! it.

use std::{
    fs,
    io::{IsTerminal as _, Read as _, stdin},
    path::Path,
};

use postern_contract::ids::VendorId;
use postern_keys::{SealContext, Sealer as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::{
    Answer, Error,
    deployment::{Deployment, told},
};

/// Reads the secret, and seals it as `setting` of the vendor's adapter.
pub(crate) async fn seal(
    deployment: &Deployment,
    id: &VendorId,
    setting: &str,
    file: Option<&Path>,
    key: Option<String>,
) -> Result<Answer, Error> {
    let secret = secret(file)?;
    let sealer = deployment.sealer(id, key).await?;
    let context = SealContext::for_setting(id.as_str(), setting);
    let sealed = sealer.seal(secret.expose_secret().as_bytes(), &context).await;
    let sealed: String = sealed
        .map_err(|error| {
            Error::deployment(
                format!("the key of {id}'s adapter: {error}"),
                format!(
                    "Deploy the adapter first, as its key comes with it, or name the key with --key; and see that you may use it for {id}."
                ),
            )
        })?
        .into();
    let json = json!({ "vendor": id, "setting": setting, "sealed": sealed });
    Ok(Answer::well(sealed, told(&deployment.name, json)))
}

/// The secret, without the line break that an editor or `echo` leaves behind it.
fn secret(file: Option<&Path>) -> Result<SecretString, Error> {
    let read = match file {
        Some(file) => fs::read_to_string(file).map_err(|error| {
            (
                format!("{} cannot be read: {error}", file.display()),
                "Name the file that holds the secret.",
            )
        }),
        None if stdin().is_terminal() => Err((
            "there is no secret".to_owned(),
            "Name the file that holds it with --secret-file, or send it through a pipe: what is typed here would be seen.",
        )),
        None => {
            let mut text = String::new();
            let read = stdin().read_to_string(&mut text);
            read.map(|_| text).map_err(|error| {
                (
                    format!("standard input cannot be read: {error}"),
                    "Send the secret as text.",
                )
            })
        }
    };
    let text = SecretString::from(read.map_err(|(what, todo)| Error::not_as_asked(what, todo))?);
    let bare = text.expose_secret();
    let bare = bare.strip_suffix('\n').unwrap_or(bare);
    let bare = bare.strip_suffix('\r').unwrap_or(bare);
    if bare.is_empty() {
        return Err(Error::not_as_asked(
            "the secret is empty",
            "Leave the setting empty where the vendor gave no secret.",
        ));
    }
    Ok(SecretString::from(bare))
}
