//! Queries and ids in paths.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::fault;
use crate::Problem;
use crate::problem::wire::NOT_FOUND;

/// The query string, read into a struct. Unknown (with `deny_unknown_fields`), repeated, missing and wrong
/// parameters are refused as `invalid_query`, by name.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(
    /// The parameters.
    pub T,
);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        from_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn from_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
        .map_err(|error| fault::in_query(&error.path().to_string(), &error.inner().to_string()))
}

/// No query string: what a call without parameters takes. A parameter is refused by its name, as [`Query`] would refuse it.
#[derive(Debug, Clone, Copy)]
pub struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        from_query::<Nothing>(parts.uri.query().unwrap_or_default()).map(|Nothing {}| Self)
    }
}

/// The one id of a path such as `/deliveries/{id}`. What does not parse names nothing: `not_found`.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(
    /// The id.
    pub T,
);

/// The two ids of a path such as `/deliveries/{id}/drivers/{driver}`, in the order of the path.
#[derive(Debug, Clone, Copy)]
pub struct PathIds<A, B>(
    /// The first id.
    pub A,
    /// The second id.
    pub B,
);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = params(parts, state).await?;
        let mut values = params.iter().map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(id), None) => parse(id).map(Self),
            _ => Err(Problem::new(&NOT_FOUND)),
        }
    }
}

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for PathIds<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = params(parts, state).await?;
        let mut values = params.iter().map(|(_, value)| value);
        match (values.next(), values.next(), values.next()) {
            (Some(a), Some(b), None) => Ok(Self(parse(a)?, parse(b)?)),
            _ => Err(Problem::new(&NOT_FOUND)),
        }
    }
}

async fn params<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<RawPathParams, Problem> {
    // The one refusal that a caller can cause is a segment that is not UTF-8 once decoded.
    RawPathParams::from_request_parts(parts, state)
        .await
        .map_err(|_| Problem::new(&NOT_FOUND))
}

fn parse<T: FromStr>(id: &str) -> Result<T, Problem> {
    id.parse().map_err(|_| Problem::new(&NOT_FOUND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use crate::Wait;
    use proptest::prelude::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        limit: Option<u8>,
        cursor: Option<String>,
        wait: Option<Wait>,
    }

    fn refused(query: &str) -> (String, String) {
        let problem = from_query::<List>(query).unwrap_err();
        (problem.code().to_owned(), problem.detail(Language::English))
    }

    #[test]
    fn a_query_is_read_into_its_struct() {
        let list: List = from_query("limit=20&cursor=a%20b&wait=25").unwrap();
        assert_eq!((list.limit, list.cursor.as_deref()), (Some(20), Some("a b")));
        assert_eq!(list.wait.unwrap().seconds(), 25);
        let none: List = from_query("").unwrap();
        assert!(none.limit.is_none() && none.cursor.is_none() && none.wait.is_none());
    }

    #[test]
    fn a_wrong_query_is_refused_by_name_without_its_value() {
        let must = |rest: &str| ("invalid_query".to_owned(), format!("The query parameter {rest}."));
        assert_eq!(
            refused("limit=many"),
            must("limit must be a whole number in range")
        );
        assert_eq!(
            refused("limit=300"),
            must("limit must be a whole number in range")
        );
        assert_eq!(
            refused("wait=26"),
            must("wait must be whole seconds from 0 to 25")
        );
        assert_eq!(refused("limit=1&limit=2"), must("limit must be given once"));
        assert_eq!(
            refused("colour=red"),
            must("colour must be left out: this call does not know it")
        );
    }

    proptest! {
        #[test]
        fn no_query_upsets_it(query in "\\PC{0,100}") {
            drop(from_query::<List>(&query));
        }
    }
}
