//! Linking by OAuth 2: authorization code with PKCE (RFC 7636), and refresh of rotating tokens.

mod adapter;
mod errors;
mod further;
mod session;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    Scope, TokenResponse, TokenUrl,
};
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use postern_contract::text::SecretText;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use self::adapter::OAuthAdapter;
pub use self::further::Further;
pub use self::session::PkceSession;

use self::errors::{Grant, TokenCallError, judge};
use self::further::{Client, TokenAnswer};
use crate::{CallContext, Deadline, DeadlineClient, TokenSet, VendorRequest};

/// What is taken for the lifetime of an access token whose vendor does not tell it.
const UNTOLD_LIFETIME: Duration = Duration::from_secs(300);

/// The longest lifetime that is believed: a year.
const LIFETIME_MAX: Duration = Duration::from_secs(365 * 24 * 3600);

/// How the client names itself at the token endpoint (RFC 6749, section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// By HTTP Basic; the id in the body if there is no secret.
    Basic,
    /// By `client_id` and `client_secret` in the body.
    Body,
}

/// A vendor's authorization server, and who we are there.
#[derive(Clone, Debug)]
pub struct OAuthConfig {
    /// The page on which a household logs in.
    pub authorize_url: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: Url,
    /// The id that the vendor issued to this operator.
    pub client_id: String,
    /// The secret, where the vendor issues one.
    pub client_secret: Option<SecretString>,
    /// How both are sent.
    pub client_auth: ClientAuth,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Further parameters of the login page.
    pub authorize_parameters: Vec<(String, String)>,
    /// Further headers for the token endpoint.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// Links accounts at one vendor.
#[derive(Clone, Debug)]
pub struct OAuth {
    config: Arc<OAuthConfig>,
    http: DeadlineClient,
}

impl OAuth {
    /// Links accounts as `config` says.
    pub fn new(config: OAuthConfig, http: DeadlineClient) -> Self {
        Self {
            config: Arc::new(config),
            http,
        }
    }

    /// Where to send the household, and what to keep, sealed, until it comes back.
    ///
    /// # Errors
    /// `invalid_request` if `redirect_uri` is no address.
    pub fn begin(
        &self,
        state: &SecretText,
        redirect_uri: &str,
    ) -> Result<(SecretText, PkceSession), AdapterError> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client().set_redirect_uri(redirect(redirect_uri)?);
        let mut request = client
            .authorize_url(|| CsrfToken::new(state.expose().to_owned()))
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        for (name, value) in &self.config.authorize_parameters {
            request = request.add_extra_param(name, value);
        }
        let (url, _) = request.url();
        let session = PkceSession {
            verifier: verifier.into_secret().into(),
            redirect_uri: redirect_uri.to_owned(),
        };
        Ok((SecretText::new(url), session))
    }

    /// Exchanges the code that the household brought back.
    ///
    /// # Errors
    /// `rejected` for a code that is wrong, used or too old; `invalid_request` for another redirect address than at the
    /// beginning; otherwise as [`Self::refresh`].
    pub async fn complete(
        &self,
        call: &CallContext,
        session: PkceSession,
        redirect_uri: &str,
        code: &SecretText,
    ) -> Result<TokenSet, AdapterError> {
        let (tokens, _) = self
            .complete_with_further(call, session, redirect_uri, code)
            .await?;
        Ok(tokens)
    }

    /// The same, with what the vendor told besides.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub async fn complete_with_further(
        &self,
        call: &CallContext,
        session: PkceSession,
        redirect_uri: &str,
        code: &SecretText,
    ) -> Result<(TokenSet, Further), AdapterError> {
        if session.redirect_uri != redirect_uri {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::InvalidRequest,
                "the redirect address differs from the one that linking began with",
            ));
        }
        let client = self.client().set_redirect_uri(redirect(redirect_uri)?);
        let http = self.endpoint(call);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(session.verifier.expose_secret().to_owned()))
            .request_async(&http)
            .await
            .map_err(|error| judge(error, Grant::Code))?;
        Ok((
            token_set(&answer, None, call.now()),
            answer.extra_fields().clone(),
        ))
    }

    /// Exchanges the refresh token. It may be single-use: store the new set before forgetting the old one, and never let
    /// two callers refresh one link at a time.
    ///
    /// # Errors
    /// `link_revoked`, not executed, if the vendor no longer takes the refresh token; `rejected` if it does not take
    /// this client; `rate_limited`; `vendor_unavailable` or `timed_out`, with outcome `unknown` as soon as the old
    /// refresh token may be spent.
    pub async fn refresh(&self, call: &CallContext, tokens: &TokenSet) -> Result<TokenSet, AdapterError> {
        let Some(refresh_token) = &tokens.refresh_token else {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::LinkRevoked,
                "the vendor gave no refresh token; the household has to link again",
            ));
        };
        let client = self.client();
        let http = self.endpoint(call);
        let answer = client
            .exchange_refresh_token(&RefreshToken::new(refresh_token.expose_secret().to_owned()))
            .request_async(&http)
            .await
            .map_err(|error| judge(error, Grant::Refresh))?;
        Ok(token_set(&answer, Some(tokens), call.now()))
    }

    fn client(&self) -> Client<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet> {
        let client = Client::new(ClientId::new(self.config.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.config.authorize_url.clone()))
            .set_token_uri(TokenUrl::from_url(self.config.token_url.clone()))
            .set_auth_type(match self.config.client_auth {
                ClientAuth::Basic => AuthType::BasicAuth,
                ClientAuth::Body => AuthType::RequestBody,
            });
        match &self.config.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned())),
            None => client,
        }
    }

    fn endpoint(&self, call: &CallContext) -> TokenEndpoint {
        let (config, http) = (Arc::clone(&self.config), self.http.clone());
        TokenEndpoint {
            config,
            http,
            deadline: call.deadline().clone(),
        }
    }
}

/// The vendor's token endpoint, as the `oauth2` crate calls it, within one call of the adapter.
struct TokenEndpoint {
    config: Arc<OAuthConfig>,
    http: DeadlineClient,
    deadline: Deadline,
}

impl TokenEndpoint {
    /// One exchange. Answers that are no OAuth answers stop here.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TokenCallError> {
        let (parts, body) = request.into_parts();
        let mut ours = VendorRequest::new(parts.method, self.config.token_url.clone());
        for (name, value) in parts
            .headers
            .iter()
            .chain(self.config.headers.iter().map(|(n, v)| (n, v)))
        {
            ours = ours.header(name.clone(), value.clone());
        }
        ours.body = body;
        let reply = self.http.exchange(&ours, &self.deadline).await?;
        errors::check(&reply)?;
        let mut response = HttpResponse::new(reply.body);
        *response.status_mut() = reply.status;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for TokenEndpoint {
    type Error = TokenCallError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TokenCallError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn redirect(uri: &str) -> Result<RedirectUrl, AdapterError> {
    RedirectUrl::new(uri.to_owned()).map_err(|_| {
        AdapterError::not_executed(
            AdapterErrorKind::InvalidRequest,
            "the redirect address is not an address",
        )
    })
}

fn token_set(answer: &TokenAnswer, before: Option<&TokenSet>, now: Timestamp) -> TokenSet {
    let lifetime = answer.expires_in().unwrap_or(UNTOLD_LIFETIME).min(LIFETIME_MAX);
    let given = answer
        .refresh_token()
        .map(|token| SecretString::from(token.secret().as_str()));
    let scopes = answer.scopes().map(|scopes| {
        scopes
            .iter()
            .map(|scope| scope.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    });
    TokenSet {
        access_token: answer.access_token().secret().as_str().into(),
        // A vendor that does not rotate gives none; the old one then stays good (RFC 6749, section 6).
        refresh_token: given.or_else(|| before.and_then(|before| before.refresh_token.clone())),
        expires_at: now.saturating_add(lifetime).unwrap_or(now),
        scope: scopes.or_else(|| before.and_then(|before| before.scope.clone())),
    }
}
