//! Letting the driver back in: a further code, at most twice, within minutes.

use postern_contract::{delivery::RevocationReason, door::DoorState, event::DeliveryEvent};

use super::{
    fixtures::{ENDS, STARTS, at, driver, seconds, window},
    story::Story,
};
use crate::grant::{Command, Refusal};

fn reissue(name: &str) -> Command {
    Command::Reissue { driver: driver(name) }
}

#[test]
fn an_order_to_open_with_a_reissued_code_never_leaves_after_the_code_has_run_out() {
    let mut story = Story::closed();
    story.does(reissue("driver-7"));
    let until = story.grant.reissue_until.unwrap();
    story.now = until - seconds(3);
    story.open();
    assert_eq!(story.grant.command.unwrap().send_by, until);
}

#[test]
fn a_driver_is_let_back_in_with_a_further_code_for_a_few_minutes() {
    let mut story = Story::closed();
    let closed_at = story.now;
    story.wait(299);
    assert_eq!(story.does(reissue("driver-7")), ["reissued", "armed"]);
    assert_eq!(story.grant.reissue_until, Some(closed_at + seconds(299 + 300)));
    story.wait(299);
    assert_eq!(story.open(), ["open_requested"]);
    let DeliveryEvent::OpenRequested { code_number, .. } = story.log.last().unwrap().event else {
        panic!("no open was recorded")
    };
    assert_eq!(code_number, 2);
}

#[test]
fn a_reissued_code_runs_out_with_its_minutes_or_with_the_window() {
    let outside = Refusal::OutsideWindow {
        window: window(STARTS, ENDS),
    };
    let mut story = Story::closed();
    story.does(reissue("driver-7"));
    story.wait(300);
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), outside);
    let mut story = Story::closed();
    story.grant.closed_at = Some(at(ENDS) - seconds(60));
    story.now = at(ENDS) - seconds(60);
    story.does(reissue("driver-7"));
    assert_eq!(story.grant.reissue_until, Some(at(ENDS)));
}

#[test]
fn a_code_is_reissued_to_the_same_driver_soon_inside_the_window_and_at_most_twice() {
    for mut early in [
        Story::booked(),
        Story::armed(),
        Story::opening(),
        Story::open_door(),
        Story::closing(),
    ] {
        assert_eq!(early.refuses(reissue("driver-7")), Refusal::NothingToReissue);
    }
    let mut story = Story::closed();
    assert_eq!(story.refuses(reissue("driver-8")), Refusal::WrongDriver);
    for _ in 0..2 {
        assert_eq!(story.does(reissue("driver-7")), ["reissued", "armed"]);
        story.open();
        story.wait(10);
        story.see(DoorState::Open);
        story.wait(10);
        assert_eq!(story.see(DoorState::Closed), ["closed"]);
    }
    assert_eq!(story.refuses(reissue("driver-7")), Refusal::ReissueLimit);
    story.wait(300);
    assert_eq!(story.refuses(reissue("driver-7")), Refusal::ReissueTooLate);
    let mut story = Story::closed();
    story.grant.closed_at = Some(at(ENDS) - seconds(60));
    story.now = at(ENDS);
    assert_eq!(story.refuses(reissue("driver-7")), Refusal::ReissueTooLate);
}

#[test]
fn a_code_is_reissued_only_while_the_household_agrees_and_codes_are_left() {
    let mut story = Story::closed();
    story.policy.consent.preferences.paused_until = Some(at(ENDS));
    assert_eq!(
        story.refuses(reissue("driver-7")),
        Refusal::DeliveryPaused { until: at(ENDS) }
    );
    let mut story = Story::closed();
    story.does(Command::Revoke {
        reason: RevocationReason::Refused,
    });
    assert_eq!(story.refuses(reissue("driver-7")), Refusal::DeliveryRevoked);
    let mut story = Story::closed();
    story.grant.codes_minted = story.limits.codes_max;
    assert_eq!(story.refuses(reissue("driver-7")), Refusal::TooManyAttempts);
}
