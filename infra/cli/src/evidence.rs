//! `postern evidence verify`: is this log the one that was written, and did the platform sign it?

use std::{
    fs,
    path::{Path, PathBuf},
};

use postern_contract::{
    delivery::{DeliveryView, Page},
    event::LogEntry,
};
use postern_core::log::{self, NotGenuine};
use postern_keys::PublicKey;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{Answer, Error, Exit};

/// What `GET /v1/signing-keys` answers.
#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    crv: String,
    x: String,
}

/// Checks the pages of a log, and its signature where the delivery and the keys are there too.
pub(crate) fn verify(
    pages: &[PathBuf],
    delivery: Option<&Path>,
    keys: Option<&Path>,
) -> Result<Answer, Error> {
    let mut entries: Vec<LogEntry> = Vec::new();
    let mut more = false;
    for page in pages {
        let page: Page<LogEntry> = read(page)?;
        more = page.next_cursor.is_some();
        entries.extend(page.items);
    }
    let Some(first) = entries.first() else {
        return Err(Error::not_as_asked(
            "the log is empty",
            "Give the answer of GET /v1/deliveries/{id}/log.",
        ));
    };
    if more {
        return Err(Error::not_as_asked(
            "the log goes on after the last file: it names a next page",
            "Fetch it with ?cursor=, and give every page, in order.",
        ));
    }
    let id = first.delivery;
    let signed = match (delivery, keys) {
        (Some(delivery), Some(keys)) => Some((read::<DeliveryView>(delivery)?, read_keys(keys)?)),
        _ => None,
    };
    let judged = match &signed {
        None => log::verify(id, &entries).map_err(NotGenuine::Chain),
        Some((view, _)) if view.id != id => Err(NotGenuine::AnotherLog),
        Some((view, keys)) => by_any(keys, |key| log::prove(view, &entries, key)),
    };
    Ok(match judged {
        Ok(head) => {
            let rest = if signed.is_some() {
                "and the platform signed it"
            } else {
                "but nothing here shows who wrote it: --delivery and --keys check the signature"
            };
            Answer::well(
                format!(
                    "Genuine: the log of {id} is whole ({} entries, head {head}), {rest}.",
                    entries.len()
                ),
                json!({ "delivery": id, "genuine": true, "signed": signed.is_some(), "entries": entries.len(), "head": head }),
            )
        }
        Err(why) => {
            let broken_at = match &why {
                NotGenuine::Chain(broken) => Some(broken.sequence),
                NotGenuine::AnotherLog | NotGenuine::NotSigned | NotGenuine::Signature => None,
            };
            Answer {
                text: format!("Not genuine: {why}."),
                json: json!({ "delivery": id, "genuine": false, "why": why.to_string(), "broken_at": broken_at }),
                exit: Exit::Unwell,
            }
        }
    })
}

/// Several keys are published while one takes another's place: one that fits is enough.
fn by_any(
    keys: &[PublicKey],
    prove: impl Fn(&PublicKey) -> Result<String, NotGenuine>,
) -> Result<String, NotGenuine> {
    let mut verdict = Err(NotGenuine::Signature);
    for key in keys {
        verdict = prove(key);
        if !matches!(verdict, Err(NotGenuine::Signature)) {
            break;
        }
    }
    verdict
}

fn read_keys(file: &Path) -> Result<Vec<PublicKey>, Error> {
    let keys: Keys = read(file)?;
    let ours = keys.keys.into_iter().filter(|key| key.crv == "Ed25519");
    let keys: Vec<PublicKey> = ours.filter_map(|key| PublicKey::try_from(key.x).ok()).collect();
    if keys.is_empty() {
        return Err(Error::not_as_asked(
            format!("{} holds no Ed25519 key", file.display()),
            "Give the answer of GET /v1/signing-keys.",
        ));
    }
    Ok(keys)
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T, Error> {
    let unreadable = |why: String| {
        Error::not_as_asked(
            format!("{} cannot be read: {why}", file.display()),
            "Give the answer of the carriers' API as it came.",
        )
    };
    let bytes = fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
}
