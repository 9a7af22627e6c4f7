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

/// The header of a change that is to be made only to what the caller has seen.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Matched {
    /// The `ETag` of what you saw: what has changed since is left as it is, and the answer is `412`. Without it, whatever is there is changed.
    #[param(rename = "If-Match", value_type = Option<String>)]
    _if_match: (),
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
    pub refusals: &'static [&'static [&'static Entry]],
    /// Whether its calls are counted, and each answer tells what is left.
    pub counted: bool,
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
/// When a handler names a refusal that is in no catalogue.
#[must_use]
pub fn describe(gathered: OpenApi, components: Components, about: &About) -> Value {
    let mut paths = serde_json::to_value(gathered.paths).expect("paths hold strings, numbers and lists only");
    let catalogue = Catalogue::new(&[&[WIRE], about.refusals].concat());
    for (path, operations) in paths.as_object_mut().into_iter().flat_map(Map::iter_mut) {
        for (method, operation) in operations.as_object_mut().into_iter().flat_map(Map::iter_mut) {
            add_refusals(operation, method, path, about, &catalogue);
        }
    }
    add_headers(&mut paths, about);
    let mut schemas = components.finish();
    for operation in paths.as_object_mut().into_iter().flat_map(Map::values_mut) {
        for operation in operation.as_object_mut().into_iter().flat_map(Map::values_mut) {
            say_where_no_body_is_needed(operation, &schemas);
        }
    }
    schemas.insert("Problem".to_owned(), problem_schema());
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
            "headers": headers(about),
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

/// Adds what a call may be refused with: what its handler names in `x-refusals`, and what the house refuses by what the call takes.
///
/// # Panics
/// When a handler names a code that nobody can answer.
fn add_refusals(operation: &mut Value, method: &str, path: &str, about: &About, catalogue: &Catalogue) {
    let parameters = parameters(operation);
    let secured = operation["security"]
        .as_array()
        .is_some_and(|schemes| schemes.iter().any(|scheme| scheme.get(about.scheme).is_some()));
    let mut codes = vec!["invalid_query", "too_many_requests", "internal", "unavailable"];
    if method != "get" {
        codes.extend(["malformed_json", "unknown_field", "invalid_field"]);
        codes.extend(["body_too_large", "unsupported_media_type"]);
    }
    if parameters.contains(&"Idempotency-Key") {
        codes.extend(["idempotency_key_missing", "idempotency_key_invalid"]);
        codes.extend(["idempotency_key_reused", "request_in_progress"]);
    }
    if parameters.contains(&"If-Match") {
        codes.push("precondition_failed");
    }
    if parameters.contains(&"cursor") {
        codes.push("invalid_cursor");
    }
    if secured {
        codes.extend(["unauthorized", "token_expired", "insufficient_scope"]);
    }
    if path.contains('{') {
        codes.push("not_found");
    }
    let own = operation
        .as_object_mut()
        .and_then(|operation| operation.remove("x-refusals"));
    let own: Vec<String> = own.map_or_else(Vec::new, |own| {
        let lists = own.as_array().into_iter().flatten();
        let codes = lists.flat_map(|list| list.as_array().into_iter().flatten());
        codes.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    });
    codes.extend(own.iter().map(String::as_str));
    let mut by_status: BTreeMap<u16, BTreeMap<&str, &Entry>> = BTreeMap::new();
    for code in codes {
        let entry = catalogue.get(code);
        let entry = entry.unwrap_or_else(|| panic!("{method} {path} names {code}, which is in no catalogue"));
        by_status.entry(entry.status).or_default().insert(code, entry);
    }
    for (status, entries) in by_status {
        operation["responses"][status.to_string()] = refusal(&entries);
    }
}

/// A call under an `Idempotency-Key` reads no body as `{}`: where `{}` is enough, the body need not be there.
fn say_where_no_body_is_needed(operation: &mut Value, schemas: &Map<String, Value>) {
    let keyed = parameters(operation).contains(&"Idempotency-Key");
    let reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
    let schema = reference
        .and_then(|reference| reference.rsplit('/').next())
        .and_then(|name| schemas.get(name));
    let needs_nothing = schema.is_some_and(|schema| schema["required"].as_array().is_none_or(Vec::is_empty));
    if keyed && needs_nothing {
        operation["requestBody"]["required"] = Value::Bool(false);
    }
}

fn parameters(operation: &Value) -> Vec<&str> {
    operation["parameters"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(|parameter| parameter["name"].as_str())
        .collect()
}

/// Adds the headers that the house gives to every call's answers of a kind.
fn add_headers(paths: &mut Value, about: &About) {
    let items = paths.as_object_mut().into_iter().flat_map(Map::values_mut);
    for (method, operation) in items.flat_map(|item| item.as_object_mut().into_iter().flat_map(Map::iter_mut))
    {
        if method == "get" {
            add_not_modified(operation);
        }
        let secured = operation["security"]
            .as_array()
            .is_some_and(|schemes| !schemes.is_empty());
        let responses = operation["responses"].as_object_mut().into_iter().flatten();
        for (status, response) in responses {
            let shown = response["content"].get("application/json").is_some() && shows_itself(method);
            let mut names: Vec<&str> = Vec::new();
            if about.counted
                && secured
                && (status.starts_with('2') || matches!(status.as_str(), "304" | "429"))
            {
                names.extend(["RateLimit", "RateLimit-Policy"]);
            }
            if matches!(status.as_str(), "429" | "503") {
                names.push("Retry-After");
            }
            if status == "304" || status == "200" && shown {
                names.push("ETag");
            }
            for name in names {
                response["headers"][name] = json!({ "$ref": format!("#/components/headers/{name}") });
            }
        }
    }
}

/// Whether the answer to this method is the thing at its address.
fn shows_itself(method: &str) -> bool {
    matches!(method, "get" | "put" | "patch")
}

/// Says of every call that reads a thing how to ask for it only if it has changed.
fn add_not_modified(operation: &mut Value) {
    if operation["responses"]["200"]["content"]
        .get("application/json")
        .is_none()
    {
        return;
    }
    let parameters = operation["parameters"].take();
    let mut parameters = parameters.as_array().cloned().unwrap_or_default();
    parameters.push(json!({
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of what you have: unless it has changed, the answer is `304` without a body.",
        "schema": { "type": "string" },
    }));
    operation["parameters"] = parameters.into();
    operation["responses"]["304"] = json!({ "description": "It is as you have it." });
}

fn headers(about: &About) -> Value {
    let header = |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    let mut headers = json!({
        "ETag": header(
            "The version of what is shown, for `If-None-Match` and `If-Match`.",
            json!({ "type": "string" }),
        ),
        "Retry-After": header(
            "When to try again, in seconds.",
            json!({ "type": "integer", "minimum": 0 }),
        ),
    });
    if about.counted {
        headers["RateLimit"] = header(
            "What is left of each quota, and for how many seconds: `\"calls\";r=1187;t=42`. Absent where it could not be found out.",
            json!({ "type": "string" }),
        );
        headers["RateLimit-Policy"] = header(
            "The quotas: how many calls in how many seconds, such as `\"calls\";q=1200;w=60`. Absent with the other.",
            json!({ "type": "string" }),
        );
    }
    headers
}

/// The refusals of one status: each code with its title.
fn refusal(entries: &BTreeMap<&str, &Entry>) -> Value {
    let codes: Vec<&str> = entries.keys().copied().collect();
    let lines: Vec<String> = entries
        .iter()
        .map(|(code, entry)| format!("- `{code}`: {}", entry.english.title))
        .collect();
    json!({
        "description": lines.join("\n"),
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
