//! Further tests that hold a promise, beside the model, the simulation and the live ones: by name, so that a reader finds them.

use postern_core::promises::Promise;

/// Tests of one file.
#[derive(Debug)]
pub struct Held {
    /// The file, seen from the root.
    pub file: &'static str,
    /// The tests' names.
    pub tests: &'static [&'static str],
}

/// What else holds `promise`.
#[must_use]
pub const fn held_by(promise: Promise) -> &'static [Held] {
    match promise {
        Promise::OpensOnce => OPENS_ONCE,
        Promise::RightHolds => RIGHT_HOLDS,
        Promise::NoBlindRepeat => NO_BLIND_REPEAT,
        Promise::ClosedOrTold => CLOSED_OR_TOLD,
        Promise::IntentFirst => INTENT_FIRST,
        Promise::TenantsApart => TENANTS_APART,
        Promise::SecretsKept => SECRETS_KEPT,
    }
}

const OPENS_ONCE: &[Held] = &[
    Held {
        file: "core/src/grant/tests/opening.rs",
        tests: &["a_code_opens_once"],
    },
    Held {
        file: "core/src/grant/tests/promises.rs",
        tests: &["the_promises_hold_in_every_story"],
    },
    Held {
        file: "core/tests/store/writes.rs",
        tests: &["a_code_is_redeemed_once_and_only_by_its_number"],
    },
    Held {
        file: "tests/end-to-end/tests/platform/deliveries.rs",
        tests: &[
            "opens_under_many_keys_at_once_redeem_the_code_once",
            "two_hundred_identical_opens_at_once_move_the_door_once_and_get_one_answer",
        ],
    },
];

const RIGHT_HOLDS: &[Held] = &[
    Held {
        file: "core/src/grant/tests/changing.rs",
        tests: &[
            "a_code_that_lay_ready_is_gone_with_its_window_and_a_fresh_one_comes_on_the_new_day",
            "nothing_is_changed_once_the_door_was_told_to_open_or_may_yet_open",
        ],
    },
    Held {
        file: "core/src/grant/tests/opening.rs",
        tests: &[
            "nothing_opens_before_the_window_or_from_its_last_moment_on",
            "an_order_to_open_never_leaves_after_the_window",
            "after_the_household_took_the_right_back_nothing_opens",
        ],
    },
    Held {
        file: "core/src/grant/tests/doubt.rs",
        tests: &["an_order_that_the_door_has_overtaken_may_still_leave_until_its_time_is_over"],
    },
    Held {
        file: "tests/end-to-end/tests/off/main.rs",
        tests: &["no_open_leaves_after_off_is_answered_under_a_thousand_opens_at_once"],
    },
    Held {
        file: "core/tests/households/turning_off.rs",
        tests: &[
            "no_open_leaves_after_the_answer_however_the_two_fall",
            "turning_off_waits_for_an_open_that_is_on_its_way",
        ],
    },
    Held {
        file: "vendor-adapters/sdk/tests/behaviour/sending.rs",
        tests: &["nothing_is_sent_at_the_deadline_or_after_it"],
    },
    Held {
        file: "vendor-adapters/myq/tests/against_the_cloud/troubles.rs",
        tests: &["no_command_leaves_after_its_deadline_even_if_the_reading_before_took_that_long"],
    },
    Held {
        file: "vendor-adapters/aladdin-connect/tests/against_the_cloud/troubles.rs",
        tests: &["no_command_leaves_after_its_deadline_even_if_the_reading_before_took_that_long"],
    },
    Held {
        file: "vendor-adapters/nice-go/tests/against_the_cloud/troubles.rs",
        tests: &["no_command_leaves_after_its_deadline_even_if_the_reading_before_took_that_long"],
    },
    Held {
        file: "vendor-adapters/smartthings/tests/against_the_cloud/troubles.rs",
        tests: &["no_command_leaves_after_its_deadline_even_if_the_reading_before_took_that_long"],
    },
];

const NO_BLIND_REPEAT: &[Held] = &[
    Held {
        file: "core/src/grant/tests/doubt.rs",
        tests: &[
            "an_open_of_unknown_outcome_tells_a_person_and_is_never_repeated_blindly",
            "a_no_that_contradicts_an_earlier_word_is_not_believed",
        ],
    },
    Held {
        file: "core/src/grant/tests/watch.rs",
        tests: &[
            "of_two_orders_either_may_have_opened_the_door_so_the_other_is_watched_for_after_it_was_closed",
        ],
    },
    Held {
        file: "tests/end-to-end/tests/platform/doors.rs",
        tests: &["an_open_of_unknown_outcome_is_read_back_and_never_repeated"],
    },
    Held {
        file: "vendor-adapters/sdk/tests/behaviour/sending.rs",
        tests: &["a_command_goes_out_once_whatever_comes_back"],
    },
];

const CLOSED_OR_TOLD: &[Held] = &[
    Held {
        file: "core/src/grant/tests/ending.rs",
        tests: &["nothing_is_completed_before_the_door_was_opened_and_seen_closed"],
    },
    Held {
        file: "core/src/grant/tests/promises.rs",
        tests: &[
            "once_the_door_is_honest_the_guardian_ends_every_story",
            "a_door_of_which_nothing_is_heard_is_told_to_a_person",
        ],
    },
    Held {
        file: "core/src/grant/tests/take_over.rs",
        tests: &["what_nobody_saw_closed_for_two_hours_is_let_go_of_and_still_says_what_was_wrong"],
    },
    Held {
        file: "tests/end-to-end/tests/platform/guardian.rs",
        tests: &["a_door_that_the_driver_left_open_is_closed_and_the_delivery_ends"],
    },
    Held {
        file: "tests/end-to-end/tests/platform/doors.rs",
        tests: &["a_door_that_meets_something_is_tried_once_more_and_then_a_person_is_told"],
    },
];

const INTENT_FIRST: &[Held] = &[
    Held {
        file: "core/src/grant/tests/opening.rs",
        tests: &["an_open_is_on_record_whole_before_it_leaves"],
    },
    Held {
        file: "core/src/grant/tests/doubt.rs",
        tests: &["an_order_that_a_crash_cut_off_is_found_twelve_seconds_later"],
    },
    Held {
        file: "infra/local/tests/process/crash.rs",
        tests: &["a_kill_at_any_moment_leaves_no_door_open_unwatched_and_opens_none_twice"],
    },
];

const TENANTS_APART: &[Held] = &[
    Held {
        file: "tests/end-to-end/tests/platform/deliveries.rs",
        tests: &["a_list_has_each_delivery_once_and_another_carrier_sees_none_of_it"],
    },
    Held {
        file: "core/tests/store/idempotency.rs",
        tests: &["a_running_request_becomes_an_answered_one_and_tenants_do_not_meet"],
    },
    Held {
        file: "core/tests/store/leases.rs",
        tests: &["a_logins_state_is_used_up_once_and_by_its_own_household_alone"],
    },
    Held {
        file: "http/src/cursor.rs",
        tests: &["a_cursor_of_one_tenant_or_list_is_refused_for_another"],
    },
    Held {
        file: "vendor-adapters/sdk/tests/behaviour/dispatching.rs",
        tests: &["credentials_of_another_vendor_or_link_do_not_reach_the_adapter"],
    },
    Held {
        file: "functions/customer-api/tests/api/permission.rs",
        tests: &["another_households_things_do_not_exist_and_are_left_as_they_are"],
    },
];

const SECRETS_KEPT: &[Held] = &[
    Held {
        file: "vendor-adapters/myq/tests/against_the_cloud/secrecy.rs",
        tests: &["no_token_code_verifier_or_state_is_logged_even_at_trace_level"],
    },
    Held {
        file: "vendor-adapters/aladdin-connect/tests/against_the_cloud/secrecy.rs",
        tests: &["no_token_code_verifier_or_state_is_logged_even_at_trace_level"],
    },
    Held {
        file: "vendor-adapters/nice-go/tests/against_the_cloud/secrecy.rs",
        tests: &["no_token_password_or_address_is_logged_even_at_trace_level"],
    },
    Held {
        file: "core/tests/households/answering.rs",
        tests: &["no_answer_is_in_the_record"],
    },
    Held {
        file: "contract/src/adapter/sign_in.rs",
        tests: &["no_answer_is_printed"],
    },
    Held {
        file: "vendor-adapters/smartthings/tests/against_the_cloud/secrecy.rs",
        tests: &["no_token_code_verifier_or_state_is_logged_even_at_trace_level"],
    },
    Held {
        file: "core/src/store/key.rs",
        tests: &["what_a_stranger_chose_is_not_in_a_key"],
    },
    Held {
        file: "core/tests/households/linking.rs",
        tests: &["a_finished_login_brings_the_link_its_doors_and_an_entry_and_no_secret_in_clear"],
    },
    Held {
        file: "contract/src/text.rs",
        tests: &["a_secret_prints_as_stars"],
    },
    Held {
        file: "http/src/house/tests.rs",
        tests: &["the_log_tells_route_status_and_id_and_no_query_header_or_body"],
    },
    Held {
        file: "keys/tests/local_life.rs",
        tests: &["no_debug_output_shows_a_key_or_a_blob"],
    },
    Held {
        file: "tests/end-to-end/tests/secrets/main.rs",
        tests: &["no_secret_of_a_delivery_is_in_a_log_an_answer_or_at_rest"],
    },
];
