//! The controls over HTTP, under `/_control`: JSON in, JSON out, and a 400 that names whatever is not understood.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use axum::{Json, Router};
use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::help::HELP;
use super::{Control, DoorPatch, LockOutOrder};
use crate::config::{DecoyPlan, DoorPlan, Membership, Settings};
use crate::door::Direction;
use crate::error::CloudError;
use crate::faults::FaultRule;
use crate::names::{AccountId, Email, Serial};
use crate::seed::Seed;

pub(super) type Answer = Result<Response, CloudError>;

/// The routes of the controls.
pub(crate) fn router(control: Control) -> Router {
    Router::new()
        .route("/", get(help))
        .route("/world", get(world))
        .route("/reset", post(reset))
        .route("/settings", get(settings).patch(set_settings))
        .route("/redirect-uris", post(accept_redirect))
        .route("/users", post(add_user))
        .route("/homes", post(add_home))
        .route("/members", post(add_member).delete(remove_member))
        .route("/doors", post(add_door))
        .route("/decoys", post(add_decoy))
        .route("/doors/{serial}", get(door).merge(patch(patch_door)))
        .route("/doors/{serial}/wall-button", post(wall_button))
        .route("/doors/{serial}/listings", post(share_door).delete(unlist_door))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/faults/{id}", delete(remove_fault))
        .route("/tokens/expire", post(expire_tokens))
        .route("/tokens/revoke", post(revoke_tokens))
        .route("/tokens/find", post(find_tokens))
        .route("/lock-out", post(lock_out))
        .route("/motions", get(motions))
        .merge(super::apps_http::router())
        .fallback(async || problem(StatusCode::NOT_FOUND, "no such control: GET /_control lists them"))
        .with_state(control)
}

impl IntoResponse for CloudError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NoSuch(_) => StatusCode::NOT_FOUND,
            Self::Exists(_) => StatusCode::CONFLICT,
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Listen { .. } | Self::Snapshot { .. } | Self::SnapshotShape { .. } | Self::Signing(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        problem(status, &self.to_string())
    }
}

fn problem(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

/// Reads a body; an empty one is an empty object.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, CloudError> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| CloudError::Invalid(error.to_string()))
}

pub(super) fn done() -> Answer {
    Ok(Json(json!({ "ok": true })).into_response())
}

async fn help() -> Json<Value> {
    Json(
        HELP.iter()
            .map(|(route, what)| ((*route).to_owned(), json!(what)))
            .collect::<Value>(),
    )
}

async fn world(State(control): State<Control>) -> Answer {
    Ok(Json(control.world()?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResetOrder {
    seed: Option<Seed>,
    #[serde(default)]
    clock_ahead_s: i32,
}

async fn reset(State(control): State<Control>, body: Bytes) -> Answer {
    let order: ResetOrder = read(&body)?;
    control.reset_with_clock(order.seed, SignedDuration::from_secs(order.clock_ahead_s.into()))?;
    done()
}

async fn settings(State(control): State<Control>) -> Answer {
    Ok(Json(control.settings()?).into_response())
}

async fn set_settings(State(control): State<Control>, body: Bytes) -> Answer {
    // What is not named stays: the named fields are laid over the present ones.
    let named: serde_json::Map<String, Value> = read(&body)?;
    let mut all =
        serde_json::to_value(control.settings()?).map_err(|error| CloudError::Invalid(error.to_string()))?;
    for (name, value) in named {
        all[name] = value;
    }
    let settings: Settings =
        serde_json::from_value(all).map_err(|error| CloudError::Invalid(error.to_string()))?;
    control.set_settings(settings)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RedirectOrder {
    uri: String,
}

async fn accept_redirect(State(control): State<Control>, body: Bytes) -> Answer {
    control.accept_redirect(&read::<RedirectOrder>(&body)?.uri)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    email: Email,
    #[serde(deserialize_with = "secret")]
    password: SecretString,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

async fn add_user(State(control): State<Control>, body: Bytes) -> Answer {
    let user: NewUser = read(&body)?;
    control.add_user(&user.email, &user.password)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewHome {
    owner: Email,
    name: String,
}

async fn add_home(State(control): State<Control>, body: Bytes) -> Answer {
    let home: NewHome = read(&body)?;
    let account_id = control.add_home(&home.owner, &home.name)?;
    Ok(Json(json!({ "account_id": account_id })).into_response())
}

async fn add_member(State(control): State<Control>, body: Bytes) -> Answer {
    control.add_member(&read::<Membership>(&body)?)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FormerMember {
    email: Email,
    account_id: AccountId,
}

async fn remove_member(State(control): State<Control>, body: Bytes) -> Answer {
    let member: FormerMember = read(&body)?;
    control.remove_member(&member.account_id, &member.email)?;
    done()
}

/// Takes the account out of a body whose other fields are `T`'s: serde cannot both flatten and refuse the unknown.
fn in_account<T: DeserializeOwned>(body: &Bytes) -> Result<(AccountId, T), CloudError> {
    let mut fields: serde_json::Map<String, Value> = read(body)?;
    let invalid = |error: serde_json::Error| CloudError::Invalid(error.to_string());
    let account_id = fields
        .remove("account_id")
        .ok_or_else(|| CloudError::Invalid("missing field `account_id`".to_owned()))?;
    let account_id = serde_json::from_value(account_id).map_err(invalid)?;
    Ok((
        account_id,
        serde_json::from_value(Value::Object(fields)).map_err(invalid)?,
    ))
}

async fn add_door(State(control): State<Control>, body: Bytes) -> Answer {
    let (account_id, plan): (_, DoorPlan) = in_account(&body)?;
    let serial = control.add_door(&account_id, &plan)?;
    Ok(Json(json!({ "serial": serial })).into_response())
}

async fn add_decoy(State(control): State<Control>, body: Bytes) -> Answer {
    let (account_id, plan): (_, DecoyPlan) = in_account(&body)?;
    let serial = control.add_decoy(&account_id, &plan)?;
    Ok(Json(json!({ "serial": serial })).into_response())
}

async fn door(State(control): State<Control>, Path(serial): Path<Serial>) -> Answer {
    Ok(Json(control.door(&serial)?).into_response())
}

async fn patch_door(State(control): State<Control>, Path(serial): Path<Serial>, body: Bytes) -> Answer {
    control.patch_door(&serial, &read::<DoorPatch>(&body)?)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    target: Option<Direction>,
}

async fn wall_button(State(control): State<Control>, Path(serial): Path<Serial>, body: Bytes) -> Answer {
    control.press_wall_button(&serial, read::<Press>(&body)?.target)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    account_id: AccountId,
}

async fn share_door(State(control): State<Control>, Path(serial): Path<Serial>, body: Bytes) -> Answer {
    control.share_door(&serial, &read::<Listing>(&body)?.account_id)?;
    done()
}

async fn unlist_door(State(control): State<Control>, Path(serial): Path<Serial>, body: Bytes) -> Answer {
    control.unlist_door(&serial, &read::<Listing>(&body)?.account_id)?;
    done()
}

async fn faults(State(control): State<Control>) -> Answer {
    let faults = control.faults()?;
    let list: Vec<_> = faults
        .iter()
        .map(|(id, rule)| json!({ "id": id, "rule": rule }))
        .collect();
    Ok(Json(json!({ "faults": list })).into_response())
}

async fn add_fault(State(control): State<Control>, body: Bytes) -> Answer {
    let id = control.add_fault(read::<FaultRule>(&body)?)?;
    Ok(Json(json!({ "id": id })).into_response())
}

async fn clear_faults(State(control): State<Control>) -> Answer {
    control.clear_faults()?;
    done()
}

async fn remove_fault(State(control): State<Control>, Path(id): Path<String>) -> Answer {
    let id = id
        .parse()
        .map_err(|_| CloudError::Invalid("the id of a fault is a number".to_owned()))?;
    control.remove_fault(id)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whose {
    email: Option<Email>,
}

async fn expire_tokens(State(control): State<Control>, body: Bytes) -> Answer {
    control.expire_access_tokens(read::<Whose>(&body)?.email.as_ref())?;
    done()
}

async fn revoke_tokens(State(control): State<Control>, body: Bytes) -> Answer {
    control.revoke_refresh_tokens(read::<Whose>(&body)?.email.as_ref())?;
    done()
}

async fn find_tokens(State(control): State<Control>, text: String) -> Answer {
    Ok(Json(json!({ "found": control.tokens_in(&text)? })).into_response())
}

async fn lock_out(State(control): State<Control>, body: Bytes) -> Answer {
    control.lock_out(&read::<LockOutOrder>(&body)?)?;
    done()
}

async fn motions(State(control): State<Control>, RawQuery(query): RawQuery) -> Answer {
    let (mut serial, mut since) = (None, 0);
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "serial" => serial = Some(Serial::from(&*value)),
            "since" => {
                since = value
                    .parse()
                    .map_err(|_| CloudError::Invalid("since is the seq of an entry, a number".to_owned()))?;
            }
            other => {
                return Err(CloudError::Invalid(format!(
                    "unknown parameter `{other}`: serial and since"
                )));
            }
        }
    }
    let entries = control.motions(serial.as_ref(), since)?;
    Ok(Json(json!({ "motions": entries })).into_response())
}
