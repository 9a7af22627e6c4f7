//! A door that stays due for long.

use jiff::SignedDuration;
use postern_core::{guardian, ports::Subject};
use postern_test_world::{Trouble, World};

#[tokio::test]
async fn a_door_that_stays_due_is_looked_at_by_every_sweep_and_by_no_follow_ups_beside() {
    let world = World::new().await;
    world.ready(1).await;
    let delivery = world.armed(1).await;
    world.open(delivery).await.unwrap();
    world.vendor.trouble(|_| Some(Trouble::NoAnswer));
    let subject = Subject::Delivery { delivery };
    world.clock.advance(SignedDuration::from_mins(2));
    let soon = guardian::look(&world.platform, subject).await.unwrap().unwrap();
    assert!(soon.duration_since(world.now()) < world.platform.limits.look_again_max);
    world.clock.advance(SignedDuration::from_mins(18));
    assert_eq!(guardian::look(&world.platform, subject).await.unwrap(), None);
    for _ in 0..3 {
        let reads = world.vendor.count("door.read");
        world.clock.advance(SignedDuration::from_mins(1));
        guardian::sweep(&world.platform).await.unwrap();
        assert_eq!(world.vendor.count("door.read"), reads + 1);
    }
}
