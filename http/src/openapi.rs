//! How an API describes itself: OpenAPI 3.1, made of what stands beside each handler.
//!
//! A handler says its path, its scope and what it takes and gives in `#[utoipa::path(…)]`; the messages' schemas are those that
//! `contract` publishes, reached by [`Of`]; and what every call may refuse is added here, from the same catalogue that the refusals
//! are answered from. So nothing is described twice.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

pub use postern_contract::schemas::Components;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::problem::wire::WIRE;
use crate::{Catalogue, Entry, problem::TYPE_BASE};

/// A message of `contract`, by its published schema. `utoipa` needs a name of its own for each: see [`messages!`](crate::messages).
#[derive(Debug)]
pub struct Of<T>(PhantomData<T>);

impl<T: JsonSchema> PartialSchema for Of<T> {
    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(T::schema_name()).into()
    }
}

impl<T: JsonSchema> ToSchema for Of<T> {
    fn name() -> Cow<'static, str> {
        T::schema_name()
    }
}

/// Names the messages that an API's handlers describe themselves with, and gathers their schemas.
///
/// ```
/// postern_http::messages! {
///     OpenDoor = postern_contract::carrier::OpenDoor;
/// }
/// assert!(components().finish().contains_key("OpenDoor"));
/// # type Used = OpenDoor;
/// ```
#[macro_export]
macro_rules! messages {
    ($($name:ident = $message:ty;)*) => {
        $(pub(crate) type $name = $crate::openapi::Of<$message>;)*

        /// The schemas of them all.
        pub(crate) fn components() -> $crate::openapi::Components {
            $crate::openapi::Components::default()$(.with::<$message>())*
        }
    };
}

/// The header of a call that may be sent again.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Keyed {
    /// New for each intent, and the same for each retry of it: the same key and body are answered alike for 24 hours, and run once.
    #[param(rename = "Idempotency-Key", value_type = String, min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    _idempotency_key: (),
}

/// What is particular to an API.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// What it is called.
    pub title: &'static str,
    /// What it is for, in Markdown.
    pub description: &'static str,
    /// The name of its security scheme, as the handlers say it.
    pub scheme: &'static str,
    /// How a token is come by.
    pub flow: Flow,
    /// Its scopes, and what each allows.
    pub scopes: &'static [(&'static str, &'static str)],
    /// The groups of its calls.
    pub tags: &'static [(&'static str, &'static str)],
    /// What its own rules refuse.
    pub refusals: &'static [&'static Entry],
}

/// How a caller comes by a token (RFC 6749).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// A system, by its client's id and secret.
    ClientCredentials,
    /// A person, who signs in at the issuer's page.
    AuthorizationCode,
}

/// The whole description of an API, from what its router gathered.
///
/// # Panics
/// When the gathered part is no JSON, which `utoipa` does not give.
#[must_use]
pub fn describe(gathered: OpenApi, components: Components, about: &About) -> Value {
    let mut paths = serde_json::to_value(gathered.paths).expect("paths hold strings, numbers and lists only");
    let catalogue = Catalogue::new(&[WIRE, about.refusals]);
    let by_status = statuses(&catalogue);
    for operations in paths.as_object_mut().into_iter().flat_map(Map::iter_mut) {
        let has_id = operations.0.contains('{');
        for (method, operation) in operations.1.as_object_mut().into_iter().flat_map(Map::iter_mut) {
            add_refusals(operation, method, has_id, &by_status);
        }
    }
    let mut schemas = components.finish();
    schemas.insert("Problem".to_owned(), problem_schema());
    let responses: Map<String, Value> = by_status
        .iter()
        .map(|(status, entries)| (name_of(*status), refusal_response(entries)))
        .collect();
    let scopes: BTreeMap<_, _> = about.scopes.iter().copied().collect();
    let tags: Vec<Value> = about
        .tags
        .iter()
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "description": about.description,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "securitySchemes": { about.scheme: security(about.flow, &scopes) },
        },
    })
}

fn security(flow: Flow, scopes: &BTreeMap<&str, &str>) -> Value {
    let token = "https://sign-in.postern.example/oauth2/token";
    let flows = match flow {
        Flow::ClientCredentials => json!({ "clientCredentials": { "tokenUrl": token, "scopes": scopes } }),
        Flow::AuthorizationCode => json!({ "authorizationCode": {
            "authorizationUrl": "https://sign-in.postern.example/oauth2/authorize",
            "tokenUrl": token,
            "scopes": scopes,
        } }),
    };
    json!({ "type": "oauth2", "flows": flows })
}

fn statuses(catalogue: &Catalogue) -> BTreeMap<u16, Vec<&'static Entry>> {
    let mut by_status: BTreeMap<u16, Vec<&'static Entry>> = BTreeMap::new();
    for entry in catalogue.iter() {
        by_status.entry(entry.status).or_default().push(entry);
    }
    by_status
}

fn name_of(status: u16) -> String {
    format!("Refused{status}")
}

/// What a call may be refused with, besides what its handler says: the house's own statuses, by what the call takes.
fn add_refusals(
    operation: &mut Value,
    method: &str,
    has_id: bool,
    by_status: &BTreeMap<u16, Vec<&'static Entry>>,
) {
    let changes = method != "get";
    let secured = operation["security"]
        .as_array()
        .is_some_and(|schemes| schemes.iter().any(|scheme| scheme != &json!({})));
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for status in by_status.keys().copied() {
        let may = match status {
            401 | 403 => secured,
            404 => has_id || secured,
            405 => false,
            409 | 413 | 415 | 422 | 429 => changes || (status == 409 && secured),
            _ => true,
        };
        if may {
            let reference = format!("#/components/responses/{}", name_of(status));
            responses
                .entry(status.to_string())
                .or_insert_with(|| json!({ "$ref": reference }));
        }
    }
}

/// The refusals of one status: each code with its title, and where its page is.
fn refusal_response(entries: &[&'static Entry]) -> Value {
    let codes: Vec<&str> = entries.iter().map(|entry| entry.code).collect();
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| format!("- `{}`: {}", entry.code, entry.english.title))
        .collect();
    json!({
        "description": format!("Refused, with one of these codes:\n\n{}", lines.join("\n")),
        "content": { "application/problem+json": { "schema": {
            "allOf": [{ "$ref": "#/components/schemas/Problem" }],
            "properties": { "code": { "enum": codes } },
        } } },
    })
}

fn problem_schema() -> Value {
    json!({
        "title": "Problem",
        "description": "Why a call was refused (RFC 9457). Branch on `code`; the words may change.",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri",
                "description": format!("`{TYPE_BASE}` and the code."),
            },
            "title": { "type": "string", "description": "A few words, in English or French by `Accept-Language`." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "code": { "type": "string", "description": "The stable name. It never changes its meaning." },
            "detail": { "type": "string", "description": "What to do about it." },
            "instance": { "type": "string", "description": "The request's id, for asking us about it." },
            "retry_after_s": {
                "type": "integer",
                "minimum": 0,
                "description": "When to try again, in seconds; also the header `Retry-After`.",
            },
        },
    })
}
