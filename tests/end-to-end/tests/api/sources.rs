//! The table of operations against what it is a table of: the routers, by their own descriptions, and the routes of the gateways in the
//! templates.

use std::collections::BTreeSet;

use postern_end_to_end::stage::Stage;

use crate::{
    described::operations,
    routes::{Api, Ids, routes},
};

/// An API, its description and its gateway's template.
const SOURCES: [(Api, &str, &str); 2] = [
    (
        Api::Carriers,
        "carriers",
        include_str!("../../../../infra/aws/core/carriers.yaml"),
    ),
    (
        Api::Customers,
        "customers",
        include_str!("../../../../infra/aws/core/customers.yaml"),
    ),
];

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
    for (api, description, gateway) in SOURCES {
        let listed: BTreeSet<(String, String)> = table
            .iter()
            .filter(|route| route.api == api)
            .map(|route| {
                let scope = if route.is_public() { "nothing" } else { route.scope };
                (format!("{} {}", route.method, route.pattern), scope.to_owned())
            })
            .collect();
        assert_eq!(listed, operations(description), "{api:?}");
        assert!(listed.len() >= 11, "{api:?} has too few");
        let of_gateway: BTreeSet<(String, String)> = in_template(gateway)
            .into_iter()
            .map(|(route, scope)| (route, scope.trim_start_matches("postern/").to_owned()))
            .collect();
        assert_eq!(listed, of_gateway, "{api:?}");
    }
}
