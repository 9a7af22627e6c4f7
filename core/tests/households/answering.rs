//! Logins by a form, where the vendor has no page.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Answers, Call},
    customer::{AnswerForm, FinishLink, LinkView},
    ids::HouseholdId,
    text::SecretText,
};
use postern_core::{Error, households::HouseholdRefusal, links, store::Key};
use postern_test_world::{PASSWORD, Trouble, World};

use super::{happened, refusal};

async fn world() -> (World, HouseholdId) {
    let world = World::new().await;
    world.vendor.add_door("acc", "d1");
    world.vendor.ask_by_form();
    let ann = world.household("ann", 1).await;
    (world, ann)
}

async fn begin(world: &World, household: HouseholdId) -> SecretText {
    let vendor = "opener-cloud".parse().unwrap();
    let started = links::begin(&world.platform, household, vendor).await.unwrap();
    assert!(started.sign_in.page().is_none());
    started.sign_in.form().unwrap().state.clone()
}

fn filled_in(state: &SecretText, email: &str, password: &str) -> AnswerForm {
    AnswerForm {
        state: state.clone(),
        answers: Answers {
            email: Some(SecretText::new(email)),
            password: Some(SecretText::new(password)),
            one_time_code: None,
        },
    }
}

async fn answer(
    world: &World,
    household: HouseholdId,
    state: &SecretText,
    email: &str,
    password: &str,
) -> Result<LinkView, Error> {
    links::finish(&world.platform, household, filled_in(state, email, password)).await
}

#[tokio::test]
async fn the_right_answers_link_the_opener_once() {
    let (world, ann) = world().await;
    let state = begin(&world, ann).await;
    let link = answer(&world, ann, &state, "acc", PASSWORD).await.unwrap();
    let listed = links::list(&world.platform, ann).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [link.id]);
    assert_eq!(links::doors(&world.platform, ann).await.unwrap().len(), 1);
    assert_eq!(happened(&world, ann).await, ["linked", "signed_up"]);
    let again = answer(&world, ann, &state, "acc", PASSWORD).await;
    assert_eq!(refusal(again), HouseholdRefusal::LoginNotKnown);
    assert_eq!(world.vendor.count("link.complete"), 1);
}

#[tokio::test]
async fn answers_that_are_not_taken_cost_a_try_and_after_three_the_login_is_over() {
    let (world, ann) = world().await;
    let state = begin(&world, ann).await;
    for tries_left in [2, 1, 0] {
        let refused = answer(&world, ann, &state, "acc", "mistyped").await;
        assert_eq!(refusal(refused), HouseholdRefusal::AnswersRefused { tries_left });
    }
    let over = answer(&world, ann, &state, "acc", PASSWORD).await;
    assert_eq!(refusal(over), HouseholdRefusal::LoginNotKnown);
    assert_eq!(world.vendor.count("link.complete"), 3);

    // Begun anew it is good, once.
    let state = begin(&world, ann).await;
    answer(&world, ann, &state, "acc", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_wrong_answer_and_then_the_right_one_links() {
    let (world, ann) = world().await;
    let state = begin(&world, ann).await;
    let refused = answer(&world, ann, &state, "acc", "mistyped").await;
    assert_eq!(
        refusal(refused),
        HouseholdRefusal::AnswersRefused { tries_left: 2 }
    );
    answer(&world, ann, &state, "acc", PASSWORD).await.unwrap();
    let again = answer(&world, ann, &state, "acc", PASSWORD).await;
    assert_eq!(refusal(again), HouseholdRefusal::LoginNotKnown);
}

#[tokio::test]
async fn an_account_is_tried_four_times_in_an_hour_by_all_logins_and_households_together() {
    let (world, ann) = world().await;
    let bob = world.household("bob", 2).await;
    for spelling in ["acc", "ACC", " acc "] {
        let state = begin(&world, ann).await;
        let refused = answer(&world, ann, &state, spelling, "guess").await;
        assert_eq!(
            refusal(refused),
            HouseholdRefusal::AnswersRefused { tries_left: 2 }
        );
    }
    let state = begin(&world, bob).await;
    let refused = answer(&world, bob, &state, "acc", "guess").await;
    assert_eq!(
        refusal(refused),
        HouseholdRefusal::AnswersRefused { tries_left: 2 }
    );
    let before = world.vendor.count("link.complete");

    let held_back = refusal(answer(&world, bob, &state, "acc", PASSWORD).await);
    let HouseholdRefusal::TooManyLogins { retry_after_s } = held_back else {
        panic!("{held_back:?}");
    };
    assert!((1..=3_600).contains(&retry_after_s), "{retry_after_s}");
    assert_eq!(
        world.vendor.count("link.complete"),
        before,
        "the vendor is not asked"
    );
    // It cost no try, and another account is not held back.
    let other = answer(&world, bob, &state, "another", "guess").await;
    assert_eq!(refusal(other), HouseholdRefusal::AnswersRefused { tries_left: 1 });

    world
        .clock
        .advance(SignedDuration::from_secs(retry_after_s.into()));
    let state = begin(&world, bob).await;
    answer(&world, bob, &state, "acc", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_household_that_tries_one_account_after_the_other_is_held_back() {
    let (world, ann) = world().await;
    for account in 0..12 {
        let state = begin(&world, ann).await;
        let refused = answer(&world, ann, &state, &format!("stolen-{account}"), "stolen").await;
        assert_eq!(
            refusal(refused),
            HouseholdRefusal::AnswersRefused { tries_left: 2 }
        );
    }
    let state = begin(&world, ann).await;
    let held_back = refusal(answer(&world, ann, &state, "stolen-12", "stolen").await);
    assert!(
        matches!(held_back, HouseholdRefusal::TooManyLogins { .. }),
        "{held_back:?}"
    );
    assert_eq!(world.vendor.count("link.complete"), 12);
    // Its neighbours are not.
    let bob = world.household("bob", 2).await;
    let state = begin(&world, bob).await;
    answer(&world, bob, &state, "acc", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn answers_that_do_not_fill_in_the_form_are_refused_by_name_and_cost_nothing() {
    let (world, ann) = world().await;
    let state = begin(&world, ann).await;
    for (spoil, field) in [
        (
            (|answers| answers.password = None) as fn(&mut Answers),
            "answers.password",
        ),
        (
            |answers| answers.email = Some(SecretText::new("")),
            "answers.email",
        ),
        (
            |answers| answers.one_time_code = Some(SecretText::new("123456")),
            "answers.one_time_code",
        ),
    ] {
        for _ in 0..5 {
            let mut body = filled_in(&state, "acc", PASSWORD);
            spoil(&mut body.answers);
            match links::finish(&world.platform, ann, body).await {
                Err(Error::Invalid(invalid)) => assert_eq!(invalid.what, field),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(world.vendor.count("link.complete"), 0);
    answer(&world, ann, &state, "acc", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_login_belongs_to_its_household_its_time_and_its_way() {
    let (world, ann) = world().await;
    let bob = world.household("bob", 2).await;
    let state = begin(&world, ann).await;
    let strangers = answer(&world, bob, &state, "acc", PASSWORD).await;
    assert_eq!(refusal(strangers), HouseholdRefusal::LoginNotKnown);
    let by_code = FinishLink {
        state: state.clone(),
        code: SecretText::new("acc"),
    };
    let by_code = links::finish(&world.platform, ann, by_code).await;
    assert_eq!(refusal(by_code), HouseholdRefusal::LoginNotKnown);
    world.clock.advance(SignedDuration::from_mins(10));
    let late = answer(&world, ann, &state, "acc", PASSWORD).await;
    assert_eq!(refusal(late), HouseholdRefusal::LoginNotKnown);
    assert_eq!(world.vendor.count("link.complete"), 0);
}

#[tokio::test]
async fn a_login_by_a_page_takes_no_answers() {
    let world = World::new().await;
    world.vendor.add_door("acc", "d1");
    let ann = world.household("ann", 1).await;
    let vendor = "opener-cloud".parse().unwrap();
    links::begin(&world.platform, ann, vendor).await.unwrap();
    let state = world.vendor.last_state();
    let answered = answer(&world, ann, &state, "acc", PASSWORD).await;
    assert_eq!(refusal(answered), HouseholdRefusal::LoginNotKnown);
    assert_eq!(world.vendor.count("link.complete"), 0);
}

#[tokio::test]
async fn of_ten_answers_at_once_one_reaches_the_vendor() {
    let (world, ann) = world().await;
    let state = begin(&world, ann).await;
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (platform, body) = (world.platform.clone(), filled_in(&state, "acc", PASSWORD));
        racers.spawn(async move { links::finish(&platform, ann, body).await.is_ok() });
    }
    assert_eq!(racers.join_all().await.into_iter().filter(|ok| *ok).count(), 1);
    assert_eq!(world.vendor.count("link.complete"), 1);
    assert_eq!(links::list(&world.platform, ann).await.unwrap().len(), 1);
}

/// Whoever read the login before another's answers were refused has seen a try that is gone by now.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_wrong_answers_at_once_three_reach_the_vendor() {
    for _ in 0..5 {
        let (world, ann) = world().await;
        let state = begin(&world, ann).await;
        let mut racers = tokio::task::JoinSet::new();
        for racer in 0..30 {
            // Accounts of their own, so that it is not their count that holds them back.
            let body = filled_in(&state, &format!("acc-{racer}"), "guess");
            let platform = world.platform.clone();
            racers.spawn(async move { refusal(links::finish(&platform, ann, body).await) });
        }
        let refused = racers.join_all().await;
        let asked = world.vendor.count("link.complete");
        assert!((1..=3).contains(&asked), "{asked}: {refused:?}");
        let mut left: Vec<u8> = refused
            .iter()
            .filter_map(|refusal| match refusal {
                HouseholdRefusal::AnswersRefused { tries_left } => Some(*tries_left),
                _ => None,
            })
            .collect();
        left.sort_unstable();
        left.dedup();
        assert_eq!(left.len(), asked, "each try is told once: {refused:?}");
    }
}

#[tokio::test]
async fn a_vendor_that_cannot_be_asked_leaves_the_login_to_be_tried_again() {
    let (world, ann) = world().await;
    let state = begin(&world, ann).await;
    world.vendor.trouble(|call| {
        let busy = AdapterError::not_executed(AdapterErrorKind::RateLimited, "slow down");
        matches!(call, Call::LinkComplete(_)).then(|| Trouble::Error(busy.with_retry_after(Some(7))))
    });
    let busy = HouseholdRefusal::VendorUnavailable {
        retry_after_s: Some(7),
    };
    assert_eq!(refusal(answer(&world, ann, &state, "acc", PASSWORD).await), busy);
    world.vendor.trouble(|_| None);
    answer(&world, ann, &state, "acc", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn no_answer_is_in_the_record() {
    let (world, ann) = world().await;
    let state = begin(&world, ann).await;
    let email = "someone@example.com";
    let refused = answer(&world, ann, &state, email, "mistyped-secret").await;
    assert_eq!(
        refusal(refused),
        HouseholdRefusal::AnswersRefused { tries_left: 2 }
    );
    let pending = world.platform.store.pending_login(&state).await.unwrap().unwrap();
    let kept = serde_json::to_string(&pending).unwrap();
    assert!(kept.contains("\"tries_left\":2"), "{kept}");
    let vendor = "opener-cloud".parse().unwrap();
    let counted = format!("{:?}", Key::logins(&vendor, &SecretText::new(email), 0));
    for private in [email, "someone", "mistyped-secret"] {
        assert!(!kept.contains(private), "{kept}");
        assert!(!counted.contains(private), "{counted}");
    }
}
