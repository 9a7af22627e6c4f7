//! What every vendor's face is made of: reading what came, the troubles on order, the answers of a cloud that is itself in trouble, and
//! the pages of a login. A face adds its own paths, shapes and words.

pub(crate) mod answers;
pub(crate) mod controller;
pub(crate) mod form;
pub(crate) mod orders;
pub(crate) mod page;
pub(crate) mod pushing;
pub(crate) mod redirect;
pub(crate) mod sign_in;
pub(crate) mod token;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use secrecy::SecretString;
use serde_json::Value;

use crate::error::CloudError;
use crate::faults::{Asking, Fault, Target};
use crate::names::{AccountId, Email};
use crate::server::connection::Connection;
use crate::shared::Shared;

/// How a vendor words the body of an error that has no other.
pub(crate) type ErrorBody = fn(StatusCode) -> Value;

/// The token in an `Authorization` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| SecretString::from(token.trim()))
}

/// Whose valid access token this is.
pub(crate) fn owner(shared: &Shared, token: Option<&SecretString>) -> Result<Option<Email>, CloudError> {
    let owner = |token| shared.look(|world, now| world.identity.access_owner(now, token));
    Ok(token.map(owner).transpose()?.flatten())
}

/// The fault that befalls a request for doors.
pub(crate) fn strike(
    shared: &Shared,
    kind: Target,
    account_id: Option<&AccountId>,
    token: Option<&SecretString>,
) -> Result<Option<Fault>, CloudError> {
    let email = owner(shared, token)?;
    strike_with(
        shared,
        Asking {
            kind,
            account_id,
            email: email.as_ref(),
        },
    )
}

/// The fault that befalls a request of the login, or one that has the password itself for its credentials.
pub(crate) fn strike_identity(
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
pub(crate) async fn through(
    fault: Option<Fault>,
    connection: &Connection,
    body: ErrorBody,
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
        _ if fault.replaces_answer() => answers::fault(&fault, connection, body),
        Ok(answer) => answer,
        Err(execute) => execute(),
    }
}

/// Runs to its end even if the client hangs up.
pub(crate) async fn detached(work: impl Future<Output = Response> + Send + 'static) -> Response {
    match tokio::spawn(work).await {
        Ok(response) => response,
        Err(error) => answers::broken_task(&error),
    }
}
