//! Every configuration is explored to its end, has the number of states that it is known to have, and breaks nothing.

use postern_model::{check::explore, configs};

/// How many different states each configuration has. A rule that changes changes them: look at what is new before writing it down.
const STATES: [(&str, usize); 14] = [
    ("two_drivers", 222_850),
    ("late_orders", 121_621),
    ("kill_switch", 447_535),
    ("refused", 173_719),
    ("tenants", 161_311),
    ("crashes", 244_756),
    ("lying_door", 134_682),
    ("lying_start", 277_907),
    ("obstructions", 191_358),
    ("reissue", 56_675),
    ("silence", 595_065),
    ("booked", 6_069),
    ("changed", 0),
    ("doorstep", 0),
];

#[test]
fn no_promise_breaks_in_any_state_of_any_configuration() {
    let mut met = Vec::new();
    for config in configs::ALL {
        let found = explore(config, &[], None);
        let stories = found.broken.iter();
        let stories: Vec<String> = stories
            .map(|(promise, length, story)| {
                let (config, promise) = (config.name, promise.name());
                format!("{config}: {promise} broke in {length} steps:\n{story}")
            })
            .collect();
        assert!(stories.is_empty(), "{}", stories.join("\n"));
        assert_eq!(
            found.missed, [""; 0],
            "{}: never came to these places",
            config.name
        );
        met.push((config.name, found.states));
    }
    assert_eq!(met, STATES);
}
