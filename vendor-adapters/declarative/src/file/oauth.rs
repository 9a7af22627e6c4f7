//! How an account is linked.

use postern_adapter_sdk::{ClientAuth, OAuthConfig, join};
use reqwest::header::HeaderName;
use secrecy::SecretString;
use url::Url;

use super::complaint::{Complaint, Notes};
use super::given::{Given, Secrecy};
use super::request::plain_segments;
use super::section::Section;
use super::texts::{address, given, headers, resolved_headers};
use crate::Settings;

/// `[oauth]`.
#[derive(Clone, Debug)]
pub(crate) struct OAuthPart {
    authorize_url: Given,
    token: TokenEndpoint,
    client_id: Given,
    client_secret: Option<Given>,
    client_auth: Given,
    scopes: Vec<String>,
    authorize_parameters: Vec<(String, String)>,
    headers: Vec<(HeaderName, Given)>,
}

#[derive(Clone, Debug)]
enum TokenEndpoint {
    /// Below the base address.
    Path(Given),
    /// Anywhere.
    Url(Given),
}

/// What this adapter puts into the login page's address itself.
const OWN_PARAMETERS: [&str; 7] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
];

impl OAuthPart {
    pub(crate) fn read(mut section: Section<'_>, notes: &mut Notes<'_>) -> Option<Self> {
        let login = "the page on which a household logs in";
        let authorize_url = given(
            &mut section,
            "authorize_url",
            login,
            Secrecy::Open,
            address,
            notes,
        );
        let token = Self::token(&mut section, notes);
        let id = "the id that the vendor issued to us";
        let client_id = given(
            &mut section,
            "client_id",
            id,
            Secrecy::Open,
            |text| Ok(text.to_owned()),
            notes,
        );
        let client_secret = section
            .take("client_secret")
            .map(|entry| Given::read(&entry, notes, Secrecy::Secret));
        let how = "how id and secret are sent to the token endpoint: body or basic";
        let client_auth = given(
            &mut section,
            "client_auth",
            how,
            Secrecy::Open,
            client_auth,
            notes,
        );
        let scopes = section.take("scopes").map_or_else(Vec::new, |entry| {
            let items = entry.one_or_more(notes);
            items
                .iter()
                .filter_map(|item| item.text(notes).map(str::to_owned))
                .collect()
        });
        let mut authorize_parameters = Vec::new();
        if let Some(entry) = section.take("authorize_parameters") {
            for (name, span, value) in entry.free_keys(notes) {
                if OWN_PARAMETERS.contains(&name) {
                    notes.wrong(
                        &span,
                        format!("the parameter `{name}` is set by the adapter itself: leave it out"),
                    );
                } else if let Some(text) = value.text(notes) {
                    authorize_parameters.push((name.to_owned(), text.to_owned()));
                }
            }
        }
        let headers = section
            .take("headers")
            .map_or_else(Vec::new, |entry| headers(&entry, notes));
        section.finish(notes);
        Some(Self {
            authorize_url: authorize_url?,
            token: token?,
            client_id: client_id?,
            client_secret: client_secret.map_or(Some(None), |secret| secret.map(Some))?,
            client_auth: client_auth?,
            scopes,
            authorize_parameters,
            headers,
        })
    }

    fn token(section: &mut Section<'_>, notes: &mut Notes<'_>) -> Option<TokenEndpoint> {
        let (url, path) = (section.take("token_url"), section.take("token_path"));
        match (url, path) {
            (Some(entry), None) => {
                let given = Given::read(&entry, notes, Secrecy::Open)?;
                given.check(&entry, notes, address);
                Some(TokenEndpoint::Url(given))
            }
            (None, Some(entry)) => {
                let given = Given::read(&entry, notes, Secrecy::Open)?;
                given.check(&entry, notes, |path| plain_segments(path).map(drop));
                Some(TokenEndpoint::Path(given))
            }
            (Some(_), Some(entry)) => {
                entry.no(notes, "left out beside `token_url`");
                None
            }
            (None, None) => {
                let message = "[oauth] needs `token_path` below the base address, or `token_url`";
                notes.wrong(&section.span().clone(), message);
                None
            }
        }
    }

    pub(crate) fn all_given(&self) -> impl Iterator<Item = &Given> {
        let (TokenEndpoint::Path(token) | TokenEndpoint::Url(token)) = &self.token;
        let headers = self.headers.iter().map(|(_, value)| value);
        [&self.authorize_url, token, &self.client_id, &self.client_auth]
            .into_iter()
            .chain(&self.client_secret)
            .chain(headers)
    }

    pub(crate) fn resolved(&self, base_url: &Url, settings: &Settings) -> Result<OAuthConfig, Complaint> {
        let below = |path: &str| {
            let segments = plain_segments(path)?;
            join(base_url, &segments).ok_or_else(|| "can't stand below the base address".to_owned())
        };
        let secret = |text: &str| Ok(SecretString::from(text));
        let client_secret = self.client_secret.as_ref();
        Ok(OAuthConfig {
            authorize_url: self.authorize_url.needed(settings, address)?,
            token_url: match &self.token {
                TokenEndpoint::Path(given) => given.needed(settings, below)?,
                TokenEndpoint::Url(given) => given.needed(settings, address)?,
            },
            client_id: self.client_id.needed(settings, |text| Ok(text.to_owned()))?,
            client_secret: client_secret
                .map(|given| given.needed(settings, secret))
                .transpose()?,
            client_auth: self.client_auth.needed(settings, client_auth)?,
            scopes: self.scopes.clone(),
            authorize_parameters: self.authorize_parameters.clone(),
            headers: resolved_headers(&self.headers, settings)?,
        })
    }
}

fn client_auth(text: &str) -> Result<ClientAuth, String> {
    match text {
        "body" => Ok(ClientAuth::Body),
        "basic" => Ok(ClientAuth::Basic),
        _ => Err("must be body or basic".to_owned()),
    }
}
