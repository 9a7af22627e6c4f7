//! Where something stands in a vendor's JSON: keys with `/` between, as in a JSON Pointer without its first slash.
//!
//! `..` at the beginning leads from a door to what it lies in, as in a file system; `*`, in the way to the doors alone, stands for each
//! item of a list.

use serde_json::Value;

/// A way from a door to something that is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    up: usize,
    keys: Vec<String>,
}

/// The way from the top of an answer to each door in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DoorsWay(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Each,
}

/// A door in an answer: everything that it lies in, from the top, and itself at the end.
pub(crate) type Found<'v> = Vec<&'v Value>;

impl Way {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut up = 0;
        while let Some(below) = rest.strip_prefix("../") {
            (rest, up) = (below, up + 1);
        }
        let keys = rest.split('/').map(|key| match key {
            "" => {
                Err("has an empty key: write keys with one / between, and none before the first".to_owned())
            }
            ".." => Err("may lead up, by .., only at its beginning".to_owned()),
            "*" => Err("must lead to one value: only `list.doors` may have *".to_owned()),
            key => unescaped(key),
        });
        let keys = keys.collect::<Result<_, _>>()?;
        Ok(Self { up, keys })
    }

    /// How far it leads up.
    pub(crate) const fn up(&self) -> usize {
        self.up
    }

    /// What it leads to. Nothing is like a null.
    pub(crate) fn follow<'v>(&self, door: &[&'v Value]) -> Option<&'v Value> {
        let at = door.len().checked_sub(self.up + 1)?;
        let mut here = *door.get(at)?;
        for key in &self.keys {
            here = member(here, key)?;
        }
        (!here.is_null()).then_some(here)
    }
}

impl DoorsWay {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let steps = text.split('/').map(|key| match key {
            "" => {
                Err("has an empty key: write keys with one / between, and none before the first".to_owned())
            }
            ".." => Err("begins at the top of the answer and can't lead up".to_owned()),
            "*" => Ok(Step::Each),
            key => unescaped(key).map(Step::Key),
        });
        Ok(Self(steps.collect::<Result<_, _>>()?))
    }

    /// How many steps it has.
    pub(crate) fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether it can lead to several.
    pub(crate) fn has_each(&self) -> bool {
        self.0.contains(&Step::Each)
    }

    /// Everything that it leads to; `None` if the answer lacks the first list on the way, or what lies before it.
    pub(crate) fn follow<'v>(&self, answer: &'v Value) -> Option<Vec<Found<'v>>> {
        let mut found: Vec<Found<'v>> = vec![vec![answer]];
        let mut before_any_list = true;
        for step in &self.0 {
            let mut next = Vec::new();
            let mut stood = false;
            for chain in &found {
                // No chain is ever empty: it begins with the answer.
                let Some(here) = chain.last() else { continue };
                let below: &[Value] = match step {
                    Step::Key(key) => member(here, key).map(std::slice::from_ref).unwrap_or_default(),
                    Step::Each => here.as_array().map(Vec::as_slice).unwrap_or_default(),
                };
                stood |= !below.is_empty() || (*step == Step::Each && here.is_array());
                next.extend(below.iter().map(|value| {
                    let mut longer = chain.clone();
                    longer.push(value);
                    longer
                }));
            }
            if before_any_list && !stood {
                return None;
            }
            before_any_list &= *step != Step::Each;
            found = next;
        }
        Some(found)
    }
}

fn member<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members.get(key),
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    }
}

/// `~1` is a slash and `~0` a tilde, as in a JSON Pointer (RFC 6901).
fn unescaped(key: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut pieces = key.split('~');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (sign, rest) = match (piece.strip_prefix('0'), piece.strip_prefix('1')) {
            (Some(rest), _) => ('~', rest),
            (_, Some(rest)) => ('/', rest),
            _ => return Err("has a ~ that is neither ~0 (a tilde) nor ~1 (a slash)".to_owned()),
        };
        plain.push(sign);
        plain.push_str(rest);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_a_way_panic(text in "[a-z0-9/*.~]{0,20}") {
            let answer = json!({ "a": [{ "b": 1 }, 2, [3]] });
            if let Ok(way) = Way::parse(&text) {
                let _ = way.follow(&[&answer, &answer["a"]]);
            }
            if let Ok(way) = DoorsWay::parse(&text) {
                let _ = way.follow(&answer);
            }
        }

        #[test]
        fn any_key_can_be_written(key in "\\PC{1,12}") {
            prop_assume!(!["..", "*"].contains(&key.as_str()));
            let written = key.replace('~', "~0").replace('/', "~1");
            let value = json!({ key: 17 });
            prop_assert_eq!(Way::parse(&written).unwrap().follow(&[&value]), Some(&json!(17)));
        }
    }

    #[test]
    fn a_way_leads_up_from_a_door_and_down_again() {
        let answer = json!({ "homes": [{ "id": "h1", "doors": [{ "n": 1 }, { "n": 2, "x": null }] }] });
        let doors = DoorsWay::parse("homes/*/doors/*")
            .unwrap()
            .follow(&answer)
            .unwrap();
        assert_eq!(doors.len(), 2);
        let at = |way: &str| Way::parse(way).unwrap().follow(&doors[1]);
        assert_eq!(at("n"), Some(&json!(2)));
        assert_eq!(at("../../id"), Some(&json!("h1")));
        assert_eq!(at("../0/n"), Some(&json!(1)));
        assert_eq!(at("x"), None, "null is nothing");
        assert_eq!(at("../../../../../n"), None);
        assert_eq!(at("n/deeper"), None);
    }

    #[test]
    fn an_empty_list_has_no_doors_and_a_missing_one_is_no_list() {
        let way = DoorsWay::parse("homes/*/doors/*").unwrap();
        assert_eq!(way.follow(&json!({ "homes": [] })), Some(vec![]));
        assert_eq!(way.follow(&json!({ "homes": [{ "id": "h1" }] })), Some(vec![]));
        assert_eq!(way.follow(&json!({ "homes": {} })), None);
        assert_eq!(way.follow(&json!({ "message": "Forbidden" })), None);
        assert_eq!(DoorsWay::parse("*").unwrap().follow(&json!([])), Some(vec![]));
        assert_eq!(DoorsWay::parse("*").unwrap().follow(&json!({})), None);
    }
}
