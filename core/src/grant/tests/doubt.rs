//! Nobody knows: unknown outcomes, results that come late or twice, readings that lag, repeat, lie and contradict each other.

use postern_contract::{
    adapter::{AdapterErrorKind, Disposition},
    delivery::{Attention, Direction, GrantState, Progress, RevocationReason},
    door::{DoorReading, DoorState},
    event::DeliveryEvent,
};

use super::{
    fixtures::{accepted, command, not_executed, seconds, seen, stale, unknown},
    story::Story,
};
use crate::grant::{Command, Refusal, Viewer};

fn progress(story: &Story) -> Option<Progress> {
    story.grant.command.as_ref().map(|pending| pending.progress)
}

#[test]
fn an_accepted_order_is_not_yet_done() {
    let mut story = Story::opening();
    assert_eq!(story.accept(), ["open_accepted"]);
    assert_eq!(
        (story.grant.state, progress(&story)),
        (GrantState::Opening, Some(Progress::Accepted))
    );
    assert_eq!(story.accept(), [""; 0]);
}

#[test]
fn an_open_of_unknown_outcome_tells_a_person_and_is_never_repeated_blindly() {
    let mut story = Story::opening();
    assert_eq!(story.settle(unknown()), ["open_unknown", "attention_raised"]);
    assert_eq!(story.grant.attention, Some(Attention::OutcomeUnknown));
    assert_eq!(story.settle(unknown()), [""; 0]);
    for _ in 0..20 {
        story.wait(60);
        let asked = story.order_open();
        assert_eq!(story.refuses(asked), Refusal::AlreadyUsed);
    }
}

#[test]
fn a_late_word_that_the_vendor_took_it_ends_the_doubt() {
    let mut story = Story::opening();
    story.settle(unknown());
    assert_eq!(story.accept(), ["open_accepted", "attention_cleared"]);
    assert_eq!(story.settle(unknown()), [""; 0]);
    assert_eq!(progress(&story), Some(Progress::Accepted));
}

#[test]
fn a_no_that_contradicts_an_earlier_word_is_not_believed() {
    // The second of two deliveries of one order finds the door on its way, and refuses; the first was carried out.
    let no = || not_executed(AdapterErrorKind::Rejected);
    let mut story = Story::opening();
    story.accept();
    assert_eq!(story.settle(no()), [""; 0]);
    assert_eq!(story.grant.state, GrantState::Opening);
    let mut story = Story::opening();
    story.settle(unknown());
    assert_eq!(story.settle(no()), [""; 0]);
    assert_eq!(story.grant.state, GrantState::Opening);
    let mut story = Story::closing();
    story.accept();
    assert_eq!(story.settle(no()), [""; 0]);
    assert_eq!(story.grant.state, GrantState::Closing);
}

#[test]
fn a_result_of_another_order_changes_nothing() {
    let results = |story: &Story| {
        let before = seen(DoorState::Closed, story.now);
        [
            accepted(Disposition::Sent, before),
            not_executed(AdapterErrorKind::DoorOffline),
            unknown(),
        ]
    };
    for mut story in [
        Story::armed(),
        Story::opening(),
        Story::open_door(),
        Story::closing(),
        Story::closed(),
    ] {
        let before = story.grant.clone();
        for result in results(&story) {
            let command = command(77);
            assert_eq!(story.does(Command::Settle { command, result }), [""; 0]);
        }
        assert_eq!(story.grant, before);
    }
}

#[test]
fn an_order_that_a_crash_cut_off_is_found_twelve_seconds_later() {
    for (mut story, name) in [
        (Story::opening(), "open_unknown"),
        (Story::closing(), "close_unknown"),
    ] {
        story.wait(11);
        assert_eq!(story.does(Command::Lapse), [""; 0]);
        story.wait(1);
        assert_eq!(story.does(Command::Lapse), [name, "attention_raised"]);
        assert_eq!(story.does(Command::Lapse), [""; 0]);
    }
    assert_eq!(Story::armed().does(Command::Lapse), [""; 0]);
    let mut story = Story::opening();
    story.accept();
    story.wait(60);
    assert_eq!(story.does(Command::Lapse), [""; 0]);
}

#[test]
fn a_door_seen_in_any_way_not_closed_after_the_order_is_open() {
    for state in [
        DoorState::Open,
        DoorState::Stopped,
        DoorState::Closing,
        DoorState::Warning,
    ] {
        let mut story = Story::opening();
        story.settle(unknown());
        let ordered_at = story.now;
        story.wait(1);
        assert_eq!(story.observe(seen(state, ordered_at)), [""; 0]);
        assert_eq!(story.observe(stale(state, story.now)), [""; 0]);
        assert_eq!(story.see(state), ["opened", "attention_cleared"]);
        assert_eq!(story.grant.state, GrantState::Open);
        assert_eq!(story.grant.opened_at, Some(story.now));
    }
}

#[test]
fn a_door_that_is_on_its_way_or_says_nothing_for_too_long_is_open() {
    for state in [DoorState::Opening, DoorState::Unknown] {
        let mut story = Story::opening();
        story.accept();
        story.wait(90);
        assert_eq!(story.see(state), [""; 0]);
        story.wait(1);
        assert_eq!(story.see(state), ["opened"]);
    }
}

#[test]
fn a_door_still_closed_long_after_the_order_gives_a_fresh_code_and_is_watched() {
    let mut story = Story::opening();
    story.accept();
    story.wait(90);
    assert_eq!(story.see(DoorState::Closed), [""; 0]);
    story.wait(1);
    assert_eq!(story.see(DoorState::Closed), ["not_opened", "armed"]);
    assert_eq!(story.grant.state, GrantState::Armed);
    assert_eq!(story.grant.watch_until, Some(story.now + seconds(600)));
    assert!(story.grant.code_ready && story.grant.door_in_use());
    assert_eq!(story.open(), ["open_requested"]);
}

#[test]
fn a_door_that_moved_since_the_order_and_is_closed_was_opened_and_closed() {
    let mut story = Story::opening();
    story.accept();
    let moved = story.now + seconds(20);
    story.wait(91);
    let reading = DoorReading {
        changed_at: Some(moved),
        ..seen(DoorState::Closed, story.now)
    };
    assert_eq!(story.observe(reading), ["closed"]);
    assert_eq!(story.grant.state, GrantState::Closed);
}

#[test]
fn an_open_that_comes_late_is_noticed_and_its_fresh_code_is_worth_nothing() {
    for state in [
        DoorState::Open,
        DoorState::Opening,
        DoorState::Stopped,
        DoorState::Closing,
        DoorState::Warning,
    ] {
        let mut story = Story::not_opened();
        story.wait(599);
        assert_eq!(story.see(DoorState::Closed), [""; 0]);
        assert_eq!(story.observe(stale(state, story.now)), [""; 0]);
        assert_eq!(story.see(state), ["opened"]);
        assert_eq!(
            (story.grant.state, story.grant.code_ready),
            (GrantState::Open, false)
        );
        assert_eq!(story.grant.watch_until, None);
    }
    let mut over = Story::not_opened();
    over.wait(600);
    assert_eq!(over.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(over.see(DoorState::Open), [""; 0]);
}

#[test]
fn a_second_order_that_is_refused_does_not_end_the_watch_for_the_first() {
    let mut story = Story::not_opened();
    let watched = story.grant.watch_until;
    story.wait(60);
    story.open();
    story.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(
        (story.grant.state, story.grant.watch_until),
        (GrantState::Armed, watched)
    );
    let reason = "called off".parse().unwrap();
    assert_eq!(story.refuses(Command::Cancel { reason }), Refusal::DoorInUse);
    assert_eq!(story.see(DoorState::Open), ["opened"]);
}

#[test]
fn a_second_order_that_is_refused_after_a_revocation_waits_for_the_watch_of_the_first() {
    let mut story = Story::not_opened();
    story.open();
    let reason = RevocationReason::Disabled;
    story.does(Command::Revoke { reason });
    let names = story.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(names, ["open_not_executed"]);
    assert!(story.grant.door_in_use());
    story.wait(600);
    assert_eq!(story.does(Command::Revoke { reason }), [""; 0]);
    assert_eq!(story.see(DoorState::Closed), ["still_closed"]);
    assert_eq!(story.does(Command::Revoke { reason }), ["revoked"]);
}

#[test]
fn an_order_that_the_door_has_overtaken_may_still_leave_until_its_time_is_over() {
    let mut story = Story::not_opened();
    story.wait(30);
    story.open();
    story.wait(1);
    assert_eq!(story.see(DoorState::Open), ["opened"]);
    assert_eq!(story.grant.command, None);
    let may_leave = |story: &Story| story.grant.open_may_leave(story.now, &story.limits);
    assert!(may_leave(&story));
    story.wait(10);
    assert!(may_leave(&story), "the sender's clock may be a little behind");
    story.wait(1);
    assert!(!may_leave(&story));
}

#[test]
fn a_door_first_seen_open_between_two_orders_is_open() {
    let mut story = Story::not_opened();
    story.wait(30);
    let between = seen(DoorState::Open, story.now);
    story.wait(30);
    story.open();
    story.settle(not_executed(AdapterErrorKind::DoorOffline));
    assert_eq!(story.observe(between), ["opened"]);
}

#[test]
fn codes_run_out_also_for_orders_that_seem_to_do_nothing() {
    let mut story = Story::armed();
    story.grant.codes_minted = story.limits.codes_max;
    story.open();
    story.wait(91);
    assert_eq!(story.see(DoorState::Closed), ["not_opened"]);
    let asked = story.order_open();
    assert_eq!(story.refuses(asked), Refusal::TooManyAttempts);
}

#[test]
fn a_reading_from_the_future_is_no_evidence() {
    let next_year = |story: &Story| story.now + jiff::SignedDuration::from_hours(24 * 365);
    let mut story = Story::closing();
    story.accept();
    assert_eq!(story.observe(seen(DoorState::Closed, next_year(&story))), [""; 0]);
    let mut story = Story::opening();
    story.accept();
    assert_eq!(story.observe(seen(DoorState::Open, next_year(&story))), [""; 0]);
    // So the door can still be seen closed tomorrow.
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), ["opened"]);
    story.wait(10);
    assert_eq!(story.see(DoorState::Closed), ["closed"]);
}

#[test]
fn a_vendors_clock_may_run_half_a_minute_ahead() {
    let mut story = Story::closing();
    story.accept();
    assert_eq!(
        story
            .clone()
            .observe(seen(DoorState::Closed, story.now + seconds(31))),
        [""; 0]
    );
    assert_eq!(
        story.observe(seen(DoorState::Closed, story.now + seconds(30))),
        ["closed"]
    );
}

#[test]
fn a_door_that_nobody_watches_for_is_not_looked_at() {
    for mut story in [Story::booked(), Story::armed()] {
        let before = story.grant.clone();
        assert_eq!(story.see(DoorState::Open), [""; 0]);
        assert_eq!(story.does(Command::CannotSee), [""; 0]);
        assert_eq!(story.grant, before);
    }
}

#[test]
fn a_doubtful_closed_is_never_shown_as_closed() {
    let mut story = Story::closed();
    assert_eq!(
        story.grant.view(Viewer::Carrier).door.unwrap().state,
        DoorState::Closed
    );
    story.wait(60);
    assert_eq!(story.see(DoorState::Opening), ["moved_unordered"]);
    assert_eq!(
        story.grant.view(Viewer::Carrier).door.unwrap().state,
        DoorState::Opening
    );
    let last = story.log.last().unwrap();
    assert!(matches!(last.event, DeliveryEvent::MovedUnordered { .. }));
    // One movement is told once.
    story.wait(10);
    assert_eq!(story.see(DoorState::Open), [""; 0]);
    assert!(story.grant.pending(Direction::Open).is_none());
}
