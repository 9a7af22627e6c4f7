//! A door in use of which nothing believable is heard, or nothing that decides: a person is told.

use postern_contract::{
    delivery::{Attention, GrantState},
    door::DoorState,
};

use super::{
    fixtures::{blocked, seconds, seen, stale},
    story::Story,
};
use crate::grant::Command;

#[test]
fn a_silent_door_that_was_told_to_open_is_told_to_a_person() {
    for mut story in [Story::opening(), Story::not_opened()] {
        if story.grant.state == GrantState::Armed {
            story.open();
        }
        story.accept();
        story.wait(89);
        assert_eq!(story.observe(stale(DoorState::Closed, story.now)), [""; 0]);
        assert_eq!(story.does(Command::CannotSee), [""; 0]);
        story.wait(1);
        assert_eq!(story.clone().does(Command::CannotSee), ["attention_raised"]);
        assert_eq!(
            story.observe(stale(DoorState::Closed, story.now)),
            ["attention_raised"]
        );
        assert_eq!(story.grant.attention, Some(Attention::DoorUnreachable));
        assert_eq!(story.does(Command::CannotSee), [""; 0]);
    }
}

#[test]
fn a_reading_that_stays_undecided_for_too_long_is_told_to_a_person() {
    // Closed with something in its way proves nothing; nor does an opener last heard before it could have finished.
    for late in [false, true] {
        let mut story = Story::opening();
        story.accept();
        let early = seen(DoorState::Closed, story.now + seconds(30));
        story.wait(149);
        let reading = |story: &Story| {
            if late {
                early.clone()
            } else {
                blocked(DoorState::Closed, story.now)
            }
        };
        let first = reading(&story);
        assert_eq!(story.observe(first), [""; 0]);
        story.wait(1);
        let second = reading(&story);
        assert_eq!(story.observe(second), ["attention_raised"]);
        assert_eq!(story.grant.state, GrantState::Opening);
    }
}

#[test]
fn a_silent_open_door_is_told_after_five_minutes_and_taken_back_when_it_speaks() {
    let mut story = Story::open_door();
    story.wait(299);
    assert_eq!(story.observe(stale(DoorState::Open, story.now)), [""; 0]);
    assert_eq!(story.does(Command::CannotSee), [""; 0]);
    story.wait(1);
    assert_eq!(story.clone().does(Command::CannotSee), ["attention_raised"]);
    assert_eq!(
        story.observe(stale(DoorState::Closed, story.now)),
        ["attention_raised"]
    );
    assert_eq!(story.grant.attention, Some(Attention::DoorUnreachable));
    assert_eq!(story.does(Command::CannotSee), [""; 0]);
    story.wait(1);
    assert_eq!(story.see(DoorState::Open), ["attention_cleared"]);
}

#[test]
fn a_silent_closing_door_is_told() {
    let mut story = Story::closing();
    story.accept();
    story.wait(89);
    assert_eq!(story.does(Command::CannotSee), [""; 0]);
    story.wait(1);
    assert_eq!(story.clone().does(Command::CannotSee), ["attention_raised"]);
    assert_eq!(
        story.observe(stale(DoorState::Closing, story.now)),
        ["attention_raised"]
    );
    assert_eq!(story.grant.attention, Some(Attention::DoorUnreachable));
}

#[test]
fn an_opener_last_heard_shortly_after_the_order_and_never_again_is_told() {
    let mut story = Story::closing();
    story.accept();
    let heard = seen(DoorState::Closing, story.now + seconds(5));
    story.wait(149);
    assert_eq!(story.observe(heard.clone()), [""; 0]);
    story.wait(1);
    assert_eq!(story.observe(heard), ["attention_raised"]);
    assert_eq!(story.grant.attention, Some(Attention::DoorUnreachable));
}
