//! The list of controls that `GET /_control` gives.

/// What can be done, as `GET /_control` tells it.
pub(super) const HELP: &[(&str, &str)] = &[
    ("GET /_control/world", "everything that there is, as it really is"),
    (
        "POST /_control/reset",
        "begin anew: {\"seed\"?, \"clock_ahead_s\"?: by how much the cloud's clock is wrong}",
    ),
    (
        "GET|PATCH /_control/settings",
        "access_token_ttl_s, refresh_tokens: rotating|fixed, command_status, redundant_is_refused, login_throttle, versions, api_keys, \
      expired_token_status, page_max, granted_scopes, device_calls_per_minute, command_answer: ACCEPTED|COMPLETED|FAILED, \
      offline_is_conflict, optimistic_transitions, without_health",
    ),
    (
        "POST /_control/redirect-uris",
        "accept an http(s) redirect address: {\"uri\"}",
    ),
    ("POST /_control/users", "{\"email\", \"password\"}"),
    (
        "POST /_control/homes",
        "{\"owner\", \"name\"} -> {\"account_id\"}",
    ),
    (
        "POST|DELETE /_control/members",
        "{\"email\", \"account_id\", \"role\": owner|co_owner|guest}",
    ),
    (
        "POST /_control/doors",
        "{\"account_id\", \"name\", \"serial\"?, \"open\"?, \"device_type\"?, ...} -> {\"serial\"}",
    ),
    ("POST /_control/decoys", "{\"account_id\", \"name\", \"kind\"}"),
    (
        "GET|PATCH /_control/doors/{serial}",
        "online, absence_noticed, obstruct_next_closes, stop_next_halfway, stuck, \
      report_lag_ms, freeze_report_ms, unattended_close_allowed, unattended_open_allowed, sensor_battery_low, \
      sensor_battery_percent, paired, position_unknown, vacation_mode, old_firmware, claims_closed, locked_out, timings",
    ),
    (
        "POST /_control/doors/{serial}/wall-button",
        "a person presses it: {\"target\"?: open|close}",
    ),
    (
        "POST|DELETE /_control/doors/{serial}/listings",
        "show the door in one more home, or no longer: {\"account_id\"}",
    ),
    (
        "GET|POST|DELETE /_control/faults",
        "{\"on\": command|read|token|login|any, \"fault\": {\"status\", \"retry_after\", \
      \"html_403\", \"delay_ms\", \"drop_connection\", \"cut_short\", \"huge\", \"after_motion\"}, \"times\"?, \"account_id\"?, \"email\"?}",
    ),
    ("DELETE /_control/faults/{id}", "take one away"),
    (
        "POST /_control/tokens/expire",
        "make access tokens worthless: {\"email\"?}",
    ),
    (
        "POST /_control/tokens/revoke",
        "make refresh tokens worthless: {\"email\"?}",
    ),
    (
        "POST /_control/tokens/find",
        "how many good tokens stand in the body, a text: {} -> {\"found\"}",
    ),
    (
        "POST /_control/lock-out",
        "429 to everything of a user: {\"email\", \"seconds\", \"retry_after\"?: true|false}",
    ),
    (
        "POST /_control/app",
        "register the address that is pushed to: {\"target_url\"} -> {\"app_id\"}",
    ),
    (
        "POST /_control/app/ping",
        "ask it whether it is there -> {\"challenge\"}",
    ),
    (
        "POST /_control/app/uninstall",
        "the owner takes the app out: {\"email\"}",
    ),
    (
        "GET|POST /_control/pushes",
        "what was pushed; let the next go wrong: {\"trouble\": lost|twice|swapped|late|wrong_digest|old_date|unknown_key|foreign_key|\
      wrong_signature|unsigned, \"times\"}",
    ),
    (
        "GET /_control/motions?serial=&since=",
        "what really happened: every command, every movement",
    ),
];
