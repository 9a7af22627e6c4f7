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
mod form;
mod identity;
mod kept;
mod login;
mod signing;
mod token;

use axum::Router;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use axum::routing::{any, get, post};
use secrecy::SecretString;

pub use identity::{Identity, Locked};

use crate::error::CloudError;
use crate::faults::{Asking, Fault, Target};
use crate::names::{AccountId, Email};
use crate::server::connection::Connection;
use crate::shared::Shared;
use api_path::ApiCall;

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
            Err(error) => return answers::broken(&error),
        };
        let token = bearer(&headers);
        let kind = if call.is_command() {
            Target::Command
        } else {
            Target::Read
        };
        let fault = match strike(&shared, kind, call.account_id(), token.as_ref()) {
            Ok(fault) => fault,
            Err(error) => return answers::broken(&error),
        };
        if let Some(fault) = &fault
            && fault.replaces_answer()
            && !fault.after_motion
            && let Err(error) = commands::note_lost(&shared, &call, token.as_ref())
        {
            return answers::broken(&error);
        }
        through(fault, &connection, || answer(&shared, &call, token.as_ref())).await
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
        Err(error) => return answers::broken(&error),
    };
    let email = match who {
        Some((email, None)) => email,
        Some((email, Some(locked))) => {
            tracing::debug!(%email, "locked out");
            return commands::note_unauthorised(shared, call, Some(email)).map_or_else(
                |error| answers::broken(&error),
                |()| answers::too_many(locked.retry_after),
            );
        }
        None => {
            return commands::note_unauthorised(shared, call, None)
                .map_or_else(|error| answers::broken(&error), |()| answers::unauthorised());
        }
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
    answered.unwrap_or_else(|error| answers::broken(&error))
}

/// The token in an `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| SecretString::from(token.trim()))
}

/// The fault that befalls an API request.
fn strike(
    shared: &Shared,
    kind: Target,
    account_id: Option<&AccountId>,
    token: Option<&SecretString>,
) -> Result<Option<Fault>, CloudError> {
    let owner = |token| shared.look(|world, now| world.identity.access_owner(now, token));
    let email = token.map(owner).transpose()?.flatten();
    strike_with(
        shared,
        Asking {
            kind,
            account_id,
            email: email.as_ref(),
        },
    )
}

/// The fault that befalls a request of the login.
fn strike_identity(
    shared: &Shared,
    kind: Target,
    email: Option<&Email>,
) -> Result<Option<Fault>, CloudError> {
    strike_with(
        shared,
        Asking {
            kind,
            account_id: None,
            email,
        },
    )
}

fn strike_with(shared: &Shared, asking: Asking<'_>) -> Result<Option<Fault>, CloudError> {
    // Most requests meet no rule at all, and a mere reading should not write the snapshot anew.
    if shared.look(|world, _| world.faults.list().is_empty())? {
        return Ok(None);
    }
    shared.change(|world, _| Ok(world.faults.strike(asking)))
}

/// Does what was asked, unless and except as the fault says.
async fn through(
    fault: Option<Fault>,
    connection: &Connection,
    execute: impl FnOnce() -> Response + Send,
) -> Response {
    let Some(fault) = fault else { return execute() };
    let executed = if fault.after_motion {
        Ok(execute())
    } else {
        Err(execute)
    };
    tokio::time::sleep(fault.delay()).await;
    match executed {
        _ if fault.replaces_answer() => answers::fault(&fault, connection),
        Ok(answer) => answer,
        Err(execute) => execute(),
    }
}

/// Runs to its end even if the client hangs up.
async fn detached(work: impl Future<Output = Response> + Send + 'static) -> Response {
    match tokio::spawn(work).await {
        Ok(response) => response,
        Err(error) => answers::broken_task(&error),
    }
}
