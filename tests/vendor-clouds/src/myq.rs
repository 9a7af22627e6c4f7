//! The face of the myQ cloud: what a residential client of `*.myq-cloud.com` meets, all on one port.
//!
//! The wire shapes are those that pymyq 3.1.6, python-myq 3.1.13 and @hjdhjd/myq 7.6.0 were seen to need; there is no
//! public document of this API. Hosts are ignored: the paths tell the four of them apart.

mod accounts;
mod answers;
mod api_path;
mod authorize;
mod commands;
mod devices;
mod login;
mod token;

use axum::Router;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::{any, get, post};
use secrecy::SecretString;

use crate::door::Disposition;
use crate::face::answers::broken;
use crate::face::{self, bearer, detached, orders, strike, through};
use crate::faults::Target;
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;
use api_path::ApiCall;

/// The name that its pages show.
pub(crate) const NAME: &str = "myQ";

/// The routes of the cloud.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/connect/authorize", get(authorize::begin))
        .route("/connect/authorize/callback", get(authorize::callback))
        .route("/Account/LoginWithEmail", get(login::page).post(login::submit))
        .route("/connect/token", post(token::token))
        .route("/api/{version}/{accounts}", any(api))
        .route("/api/{version}/{accounts}/{account}/{collection}", any(api))
        .route(
            "/api/{version}/{accounts}/{account}/{collection}/{serial}",
            any(api),
        )
        .route(
            "/api/{version}/{accounts}/{account}/{collection}/{serial}/{verb}",
            any(api),
        )
        .with_state(shared)
}

/// Everything that needs an access token.
async fn api(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    method: Method,
    Path(segments): Path<Vec<String>>,
    headers: HeaderMap,
) -> Response {
    // On its own task: a client that gives up waiting does not make the cloud forget what it was asked.
    detached(async move {
        let parsed = shared.look(|world, _| ApiCall::parse(&method, &segments, &world.settings.versions));
        let call = match parsed {
            Ok(Ok(call)) => call,
            Ok(Err(refusal)) => return answers::refused_path(&refusal),
            Err(error) => return broken(&error),
        };
        let token = bearer(&headers);
        let kind = if call.is_command() {
            Target::Command
        } else {
            Target::Read
        };
        let fault = match strike(&shared, kind, call.account_id(), token.as_ref()) {
            Ok(fault) => fault,
            Err(error) => return broken(&error),
        };
        if let Some(fault) = &fault
            && fault.replaces_answer()
            && !fault.after_motion
            && let Err(error) = face::owner(&shared, token.as_ref())
                .and_then(|by| orders::note(&shared, call.order().as_ref(), by, Disposition::LostToFault))
        {
            return broken(&error);
        }
        let answered = || answer(&shared, &call, token.as_ref());
        through(fault, &connection, answers::error_body, answered).await
    })
    .await
}

/// The normal answer.
fn answer(shared: &Shared, call: &ApiCall, token: Option<&SecretString>) -> Response {
    let who = match shared.look(|world, now| {
        let email = token.and_then(|token| world.identity.access_owner(now, token))?;
        let locked = world.identity.locked(now, &email);
        Some((email, locked))
    }) {
        Ok(who) => who,
        Err(error) => return broken(&error),
    };
    let email = match who {
        Some((email, None)) => email,
        Some((email, Some(locked))) => {
            tracing::debug!(%email, "locked out");
            return not_let_in(shared, call, Some(email), answers::too_many(locked.retry_after));
        }
        None => return not_let_in(shared, call, None, answers::unauthorised()),
    };
    let answered = match call {
        ApiCall::Accounts => accounts::list(shared, &email),
        ApiCall::Devices { account_id } => devices::list(shared, &email, account_id),
        ApiCall::Device { account_id, serial } => devices::one(shared, &email, account_id, serial),
        ApiCall::Door {
            account_id,
            serial,
            command,
        } => commands::door(shared, &email, account_id, serial, *command),
        ApiCall::Lamp {
            account_id,
            serial,
            on,
        } => commands::lamp(shared, &email, account_id, serial, *on),
    };
    answered.unwrap_or_else(|error| broken(&error))
}

/// Notes a command that came with no valid token, or for a locked account, and answers it.
fn not_let_in(shared: &Shared, call: &ApiCall, by: Option<Email>, answer: Response) -> Response {
    match orders::note(shared, call.order().as_ref(), by, Disposition::Unauthorised) {
        Ok(()) => answer,
        Err(error) => broken(&error),
    }
}
