//! The login page: plain HTML, no script, readable by a screen reader, in English and French.

use std::fmt::Write;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_http::Language;
use ring::digest::{SHA256, digest};

use super::authorize::Ask;
use super::spaced;

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#f6f5f2}\
main{max-width:24rem;margin:10vh auto;padding:2rem;background:#fff;border:1px solid #d5d2ca;border-radius:.5rem}\
h1{margin:0 0 1rem;font-size:1.4rem}label{display:block;margin:1rem 0 .25rem}\
input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #6b6b6b;border-radius:.25rem}\
button{margin-top:1.5rem;width:100%;padding:.7rem;font:inherit;color:#fff;background:#1f4e3d;border:0;\
border-radius:.25rem}:focus-visible{outline:3px solid #c8641b;outline-offset:2px}\
[role=alert]{padding:.6rem;border-left:4px solid #a1260d;background:#fdf1ee}";

/// What a page tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Malformed,
    UnknownApp,
    UnknownRedirect,
    WrongLogin,
    TooOften,
    Unavailable,
}

impl Notice {
    fn text(self, language: Language) -> &'static str {
        let (english, french) = match self {
            Self::Malformed => (
                "This link is not complete. Go back to the app and start again.",
                "Ce lien n’est pas complet. Retournez à l’application et recommencez.",
            ),
            Self::UnknownApp => (
                "The app that sent you here is not known. You were not logged in.",
                "L’application qui vous a envoyé ici est inconnue. Vous n’êtes pas connecté.",
            ),
            Self::UnknownRedirect => (
                "The app asked to send you to an address that is not registered. You were not logged in.",
                "L’application a demandé de vous envoyer à une adresse non enregistrée. Vous n’êtes pas connecté.",
            ),
            Self::WrongLogin => (
                "The e-mail or the password is not right. Check both and try again.",
                "Le courriel ou le mot de passe est incorrect. Vérifiez-les et réessayez.",
            ),
            Self::TooOften => (
                "There were too many attempts. Wait five minutes and try again.",
                "Il y a eu trop de tentatives. Attendez cinq minutes et réessayez.",
            ),
            Self::Unavailable => (
                "You cannot be logged in just now. Try again in a while.",
                "La connexion est impossible pour l’instant. Réessayez dans un moment.",
            ),
        };
        match language {
            Language::English => english,
            Language::French => french,
        }
    }
}

/// The login form, with a notice after a failed attempt.
pub(super) fn form(
    language: Language,
    status: StatusCode,
    client_id: &str,
    ask: &Ask,
    email: &str,
    notice: Option<Notice>,
) -> Response {
    let (title, email_label, password_label, button) = match language {
        Language::English => ("Log in to Postern", "E-mail", "Password", "Log in"),
        Language::French => ("Connexion à Postern", "Courriel", "Mot de passe", "Se connecter"),
    };
    let scope = spaced(&ask.scopes);
    let hidden = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", ask.redirect_uri.as_str()),
        ("scope", scope.as_str()),
        ("state", ask.state.as_deref().unwrap_or_default()),
        ("code_challenge", ask.challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let mut body = alert(language, notice);
    body.push_str("<form method=\"post\" action=\"/oauth2/authorize\">");
    for (name, value) in hidden {
        push(
            &mut body,
            format_args!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                escaped(value)
            ),
        );
    }
    push(
        &mut body,
        format_args!(
            "<label for=\"email\">{email_label}</label>\
             <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"username\" required value=\"{}\">\
             <label for=\"password\">{password_label}</label>\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required>\
             <button>{button}</button></form>",
            escaped(email)
        ),
    );
    page(language, status, title, &body)
}

/// A page that refuses, for when there is nowhere to send the person.
pub(super) fn refusal(language: Language, notice: Notice) -> Response {
    let title = match language {
        Language::English => "This did not work",
        Language::French => "Cela n’a pas fonctionné",
    };
    page(
        language,
        StatusCode::BAD_REQUEST,
        title,
        &alert(language, Some(notice)),
    )
}

fn alert(language: Language, notice: Option<Notice>) -> String {
    notice
        .map(|notice| format!("<p role=\"alert\">{}</p>", notice.text(language)))
        .unwrap_or_default()
}

fn page(language: Language, status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>",
        language.tag()
    );
    guarded((status, Html(html)).into_response())
}

/// What keeps a login page from being framed, cached, scripted or told of to others. `form-action` is left
/// out: browsers apply it to the redirect after the form as well, which leads to the app.
pub(super) fn guarded(mut response: Response) -> Response {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy =
        format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'");
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

fn push(html: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    html.write_fmt(part).unwrap_or_default();
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escaped_text_has_nothing_that_could_leave_an_attribute(text in "\\PC{0,60}") {
            let safe = escaped(&text);
            prop_assert!(!safe.contains(['<', '>', '"', '\'']));
            let back = safe.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            prop_assert_eq!(back.replace("&#39;", "'").replace("&amp;", "&"), text);
        }
    }
}
