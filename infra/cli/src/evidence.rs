//! `postern evidence verify`: is this evidence, or this log, the one that was written, and did the platform sign it?

use std::{
    fmt::Display,
    fs,
    path::{Path, PathBuf},
};

use postern_contract::{
    delivery::{DeliveryView, Page},
    event::LogEntry,
    evidence::BundleStage,
};
use postern_core::{
    evidence::{self, BundleKeys, NotEvidence, Proven},
    log::{self, NotGenuine},
};
use postern_keys::JwkSet;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{Answer, Error, Exit};

/// Checks what the files hold: a signed bundle, or the pages of a log.
pub(crate) fn verify(
    files: &[PathBuf],
    delivery: Option<&Path>,
    keys: Option<&Path>,
) -> Result<Answer, Error> {
    match files {
        [file] if let Some(message) = signed_message(file)? => {
            if delivery.is_some() {
                return Err(Error::not_as_asked(
                    format!("{} is a signed bundle, and holds its delivery", file.display()),
                    "Leave --delivery out: it goes with the pages of a log.",
                ));
            }
            bundle(&message, keys)
        }
        pages => {
            if delivery.is_none() && keys.is_some() {
                return Err(Error::not_as_asked(
                    "the pages of a log hold no signature",
                    "Give the answer of GET /v1/deliveries/{id} as --delivery too, or the answer of GET /v1/deliveries/{id}/evidence in the place of the pages.",
                ));
            }
            log(pages, delivery, keys)
        }
    }
}

/// The file's text, where it is a signed message: that begins with its header, which is JSON in base64url. Another answer of the API
/// begins with the brace itself.
fn signed_message(file: &Path) -> Result<Option<String>, Error> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, error))?;
    let text = String::from_utf8(bytes).map_err(|error| unreadable(file, error))?;
    let message = text.trim();
    Ok(message.starts_with("eyJ").then(|| message.to_owned()))
}

/// Checks a signed bundle, and its signatures where the keys are there too.
fn bundle(message: &str, keys: Option<&Path>) -> Result<Answer, Error> {
    let keys = keys.map(read_keys).transpose()?;
    if keys.as_ref().is_some_and(|keys| keys.of_bundles().is_empty()) {
        return Err(Error::not_as_asked(
            "the keys hold none of P-256, by which bundles are signed",
            "Give the answer of GET /v1/signing-keys.",
        ));
    }
    let judged = match &keys {
        Some(keys) => evidence::prove(message, &BundleKeys::from(keys)),
        None => evidence::read_unsigned(message),
    };
    let Proven { bundle, head } = match judged {
        Ok(proven) => proven,
        Err(why) => {
            let broken_at = match &why {
                NotEvidence::Log(NotGenuine::Chain(broken)) => Some(broken.sequence),
                _ => None,
            };
            return Ok(Answer {
                text: format!("Not genuine: {why}."),
                json: json!({ "delivery": null, "genuine": false, "why": why.to_string(), "broken_at": broken_at }),
                exit: Exit::Unwell,
            });
        }
    };
    let (id, entries) = (bundle.delivery.id, bundle.log.len());
    let signed = keys.is_some();
    let who = if signed {
        "and the platform signed it"
    } else {
        "but nothing here shows who wrote it: --keys checks the signature"
    };
    let stage = match bundle.stage {
        BundleStage::UnderWay => "The delivery was still under way: a later bundle tells more.",
        BundleStage::Ending => {
            "The delivery had ended, and its log was not signed yet: ask for the final bundle."
        }
        BundleStage::Final if signed => {
            "The delivery had ended, and its whole log is signed too: nothing will be added."
        }
        BundleStage::Final => "The delivery had ended: nothing will be added.",
    };
    Ok(Answer::well(
        format!(
            "Genuine: the evidence of {id}, made at {}, agrees with its log of {entries} entries (head {head}), {who}.\n{stage}",
            bundle.made_at
        ),
        json!({
            "delivery": id, "genuine": true, "signed": signed, "entries": entries, "head": head,
            "stage": bundle.stage, "made_at": bundle.made_at,
        }),
    ))
}

/// Checks the pages of a log, and its signature where the delivery and the keys are there too.
fn log(pages: &[PathBuf], delivery: Option<&Path>, keys: Option<&Path>) -> Result<Answer, Error> {
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
        Some((view, keys)) => log::prove_by_any(view, &entries, &keys.of_logs()),
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

fn read_keys(file: &Path) -> Result<JwkSet, Error> {
    let keys: JwkSet = read(file)?;
    if keys.of_logs().is_empty() {
        return Err(Error::not_as_asked(
            format!("{} holds no Ed25519 key", file.display()),
            "Give the answer of GET /v1/signing-keys.",
        ));
    }
    Ok(keys)
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T, Error> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, error))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(file, error))
}

fn unreadable(file: &Path, why: impl Display) -> Error {
    Error::not_as_asked(
        format!("{} cannot be read: {why}", file.display()),
        "Give the answer of the carriers' API as it came.",
    )
}
