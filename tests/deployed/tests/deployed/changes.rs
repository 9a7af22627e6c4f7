//! What an operator changes while deliveries run: the core once more, a deploy that fails half-way, an adapter taken away and brought back.

use postern_contract::delivery::GrantState;
use postern_deployed::{Deployment, Household, Settings, driver, open_for};
use reqwest::StatusCode;

/// A resource that cannot be made: the role is not there. It comes when the functions have been changed.
const IMPOSSIBLE: &str = r#"
  Impossible:
    Type: AWS::IAM::Policy
    DependsOn: [CarrierApi, CustomerApi, Guardian]
    Properties:
      PolicyName: impossible
      Roles: [nobody-made-it]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Action: ["sqs:SendMessage"], Resource: !Ref FollowUpsArn}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_outlive_what_an_operator_changes() {
    let mut deployment = Deployment::new("postern-us-changes").await;
    let home = Household::settled(&deployment).await;

    the_core_is_deployed_again(&mut deployment, &home).await;
    a_deploy_that_fails_changes_nothing(&deployment, &home).await;
    an_adapter_is_taken_away_and_brought_back(&deployment, &home).await;
}

/// The door stands open meanwhile. Every function is replaced; the carriers that were added by the operator's tool stay.
async fn the_core_is_deployed_again(deployment: &mut Deployment, home: &Household) {
    let armed = home.armed("1Z1").await;
    let open = home
        .carrier
        .open(armed.id, "open-1", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(open.state, GrantState::Open);

    let moved = "https://customers.postern.example/elsewhere".to_owned();
    let settings = Settings::from([("LinkRedirectUri", moved.clone()), ("LogDays", "30".to_owned())]);
    deployment.deploy_core(&settings).await;
    assert_eq!(
        deployment
            .variable("customer-api", "POSTERN_LINK_REDIRECT_URI")
            .await,
        moved
    );

    let closed = home.carrier.close(armed.id, "close-1", &driver()).await.unwrap();
    assert_eq!(closed.state, GrantState::Closed);
    assert_eq!((home.times_opened(), home.times_closed()), (1, 1));
}

async fn a_deploy_that_fails_changes_nothing(deployment: &Deployment, home: &Household) {
    let before = deployment.variable("guardian", "POSTERN_LINK_REDIRECT_URI").await;
    let armed = home.armed("1Z2").await;
    let broken = deployment
        .broken_core(
            "functions.yaml",
            "Outputs:\n",
            &format!("{IMPOSSIBLE}\nOutputs:\n"),
        )
        .await
        .unwrap_err();
    assert!(broken.contains("UPDATE_ROLLBACK_COMPLETE"), "{broken}");
    assert!(broken.contains("Impossible"), "it names the resource: {broken}");
    assert_eq!(
        deployment.variable("guardian", "POSTERN_LINK_REDIRECT_URI").await,
        before
    );

    let open = home
        .carrier
        .open(armed.id, "open-2", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(open.state, GrantState::Open);
    let closed = home.carrier.close(armed.id, "close-2", &driver()).await.unwrap();
    assert_eq!(closed.state, GrantState::Closed);
}

/// While it is away nothing opens, and nobody is left in doubt. Deployed again with the key that was kept, it opens what was sealed
/// before: no household has to link its opener again. With it comes a secret that the vendor gave us, sealed by the operator's command.
async fn an_adapter_is_taken_away_and_brought_back(deployment: &Deployment, home: &Household) {
    let armed = home.armed("1Z3").await;
    let opened = home.times_opened();
    let key = deployment.delete_adapter().await;
    let refused = home
        .carrier
        .verb(armed.id, "open", "open-3", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{refused:?}");
    assert_eq!(home.times_opened(), opened);

    let seal = ["vendor", "seal", "myq", "MYQ_CLIENT_SECRET", "--key", &key];
    let sealed = deployment.postern(&seal, "swordfish\n").await.unwrap();
    let sealed = sealed["sealed"].as_str().unwrap().to_owned();
    let settings = Settings::from([("KeptKey", key), ("ClientSecretSealed", sealed)]);
    deployment.deploy_adapter(&home.address(), &settings).await;
    let open = home
        .carrier
        .open(armed.id, "open-4", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(open.state, GrantState::Open);
    let closed = home.carrier.close(armed.id, "close-3", &driver()).await.unwrap();
    assert_eq!(closed.state, GrantState::Closed);
}
