//! The end of a delivery, watched: the carrier says that all is done while the door stands open.

use postern_contract::{carrier::Complete, delivery::GrantState};
use postern_end_to_end::stage::{Stage, key};

use crate::Verdict;

pub(crate) async fn an_open_door_is_not_completed(stage: Stage) -> Verdict {
    let open = stage.opened("PARCEL-1").await;
    let answer = stage
        .carrier
        .verb(open.id, "complete", &key(), &Complete::default())
        .await
        .unwrap();
    let view = stage.carrier.delivery(open.id).await.unwrap();
    if answer.status.as_u16() == 409 && view.state == GrantState::Open {
        let completed = stage.closed_and_completed(open.id).await;
        assert_eq!(completed.state, GrantState::Completed);
        Ok(())
    } else {
        Err(format!("{} with the door open: {:?}", answer.status, view.state))
    }
}
