//! A delivery through the deployed APIs, from the tokens to the signed log.

use postern_contract::{carrier::Complete, delivery::GrantState};
use postern_core::log;
use postern_deployed::{Deployment, Household, driver, open_for};

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_made_through_the_deployed_platform() {
    let deployment = Deployment::new("postern-us-delivery").await;
    let home = Household::settled(&deployment).await;
    let armed = home.armed("1Z1").await;

    let open = home
        .carrier
        .open(armed.id, "open-1", &open_for(&armed))
        .await
        .unwrap();
    assert_eq!(open.state, GrantState::Open);
    let closed = home.carrier.close(armed.id, "close-1", &driver()).await.unwrap();
    assert_eq!(closed.state, GrantState::Closed);
    let done = home
        .carrier
        .complete(armed.id, "complete-1", &Complete::default())
        .await
        .unwrap();
    assert_eq!(done.state, GrantState::Completed);
    assert_eq!((home.times_opened(), home.times_closed()), (1, 1));

    let signed = home.until(armed.id, |view| view.log_signature.is_some()).await;
    let entries = home.carrier.log(signed.id).await.unwrap();
    log::verify(signed.id, &entries).unwrap();
}
