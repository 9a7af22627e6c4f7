//! Looking for a secret in a text, however it is written there.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use reqwest::Url;

/// Every way in which a secret might be written without being hidden.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let decimal: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let percent: String = url_encoded(secret);
    let mut forms = vec![
        secret.to_owned(),
        percent,
        hex::encode(bytes),
        hex::encode_upper(bytes),
        decimal.join(", "),
    ];
    // In base64 a text looks different by where it begins; what does not depend on its neighbours is looked for.
    for lead in 0..3_usize {
        let padded = [&vec![0; lead][..], bytes].concat();
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let first = [0, 2, 3][lead];
            let whole = padded.len() / 3 * 4;
            forms.push(text[first..whole].to_owned());
        }
    }
    forms
}

fn url_encoded(text: &str) -> String {
    let mut url = Url::parse("http://localhost").unwrap();
    url.query_pairs_mut().append_pair("a", text);
    url.query().unwrap().trim_start_matches("a=").to_owned()
}

/// What is kept secret, by name.
#[derive(Debug, Default)]
pub(crate) struct Secrets(pub(crate) Vec<(&'static str, String)>);

impl Secrets {
    pub(crate) fn keep(&mut self, name: &'static str, secret: &str) {
        assert!(secret.len() >= 10, "{name} is too short to look for");
        self.0.push((name, secret.to_owned()));
    }

    /// The names of those that stand in `text`.
    pub(crate) fn found_in(&self, text: &str) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for (name, secret) in &self.0 {
            if let Some(at) = forms(secret).iter().find_map(|form| text.find(form.as_str())) {
                let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
                // Where it was said, without saying it again.
                found.push((*name, text[line..at].chars().take(300).collect()));
            }
        }
        found
    }
}

#[test]
fn a_secret_is_found_however_it_is_written() {
    let mut secrets = Secrets::default();
    secrets.keep("a password", "correct horse");
    for text in [
        "password=correct horse;",
        "?p=correct+horse",
        "Basic bm9ydGh3aW5kOmNvcnJlY3QgaG9yc2U=",
        "x Y29ycmVjdCBob3JzZQ== x",
        "YWFjb3JyZWN0IGhvcnNl",
        "636f727265637420686f727365",
        "[99, 111, 114, 114, 101, 99, 116, 32, 104, 111, 114, 115, 101]",
    ] {
        assert_eq!(secrets.found_in(text).len(), 1, "{text}");
    }
    assert_eq!(secrets.found_in("a correct house, a horse"), []);
}
