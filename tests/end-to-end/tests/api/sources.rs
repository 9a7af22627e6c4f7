//! The table of operations against what it is a table of: the routers' own source, and the routes of the gateways in the templates.

use std::collections::BTreeSet;

use postern_end_to_end::stage::Stage;

use crate::routes::{Api, Ids, routes};

/// An API, its router's source and its gateway's template.
const SOURCES: [(Api, &str, &str); 2] = [
    (
        Api::Carriers,
        include_str!("../../../../functions/carrier-api/src/lib.rs"),
        include_str!("../../../../infra/aws/core/carriers.yaml"),
    ),
    (
        Api::Customers,
        include_str!("../../../../functions/customer-api/src/lib.rs"),
        include_str!("../../../../infra/aws/core/customers.yaml"),
    ),
];

/// `METHOD pattern` of every `.route(…)` in a router's source.
fn in_router(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for call in source.split(".route(").skip(1) {
        let pattern = call.split('"').nth(1).unwrap();
        let mut depth = 1_u32;
        let methods: String = call
            .chars()
            .take_while(|c| {
                depth = match c {
                    '(' => depth + 1,
                    ')' => depth - 1,
                    _ => depth,
                };
                depth > 0
            })
            .collect();
        for method in ["get", "post", "put", "patch", "delete", "any", "head", "options"] {
            let word = format!("{method}(");
            let named = methods
                .match_indices(&word)
                .any(|(at, _)| !methods[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            if named {
                found.insert(format!("{} {pattern}", method.to_uppercase()));
            }
        }
    }
    found
}

/// `METHOD pattern` of every route in a gateway's template, with the scope that it asks for, or `nothing`.
fn in_template(source: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for route in source.split("Type: AWS::ApiGatewayV2::Route\n").skip(1) {
        let resource = route.split("\n\n").next().unwrap();
        let value = |name: &str| {
            let lines = resource.lines().map(str::trim);
            lines
                .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .next()
        };
        let scope = match value("AuthorizationType") {
            Some("JWT") => value("AuthorizationScopes")
                .unwrap()
                .trim_matches(['[', ']', '"']),
            Some("NONE") => "nothing",
            other => panic!("a route asks for {other:?}: {resource}"),
        };
        found.insert((value("RouteKey").unwrap().to_owned(), scope.to_owned()));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_operations_has_every_route_of_both_routers_and_of_both_gateways() {
    let stage = Stage::set().await;
    let booked = stage.booked("PARCEL-1").await;
    let table = routes(&Ids::of(&stage, booked.id).await, &booked);
    for (api, router, gateway) in SOURCES {
        let of_api = || table.iter().filter(|route| route.api == api);
        let operation = |method: &str, pattern: &str| format!("{method} {pattern}");
        let listed: BTreeSet<String> = of_api()
            .map(|route| operation(route.method.as_str(), route.pattern))
            .collect();
        assert_eq!(listed, in_router(router), "{api:?}");
        assert!(listed.len() >= 11, "the scan of {api:?} found too little");
        let scoped: BTreeSet<(String, String)> = of_api()
            .map(|route| {
                let scope = if route.is_public() {
                    "nothing".to_owned()
                } else {
                    format!("postern/{}", route.scope)
                };
                (operation(route.method.as_str(), route.pattern), scope)
            })
            .collect();
        assert_eq!(scoped, in_template(gateway), "{api:?}");
    }
}
