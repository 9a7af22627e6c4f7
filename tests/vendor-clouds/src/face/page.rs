//! The login page of a simulated vendor.
//!
//! python-myq needs the anti-forgery token to be the last input of the form.

use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Response};

use super::redirect::cookie;
use super::sign_in::{FORGERY_COOKIE, FORGERY_FIELD};

/// The form, with the cookie that its token belongs to.
pub(crate) fn first_form(vendor: &str, secret: &str, token: &str) -> Response {
    let headers = [
        (header::SET_COOKIE, cookie(FORGERY_COOKIE, secret)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (AppendHeaders(headers), form(vendor, token, None)).into_response()
}

/// The form again, after a wrong address or password.
pub(crate) fn form_again(vendor: &str, token: &str) -> Response {
    form(vendor, token, Some("The email or password is not correct.")).into_response()
}

/// 400, on a page for people.
pub(crate) fn problem(vendor: &str, reason: &str) -> Response {
    let body = format!("<p role=\"alert\">Sorry, there was an error: {reason}.</p>");
    (StatusCode::BAD_REQUEST, Html(document(vendor, &body))).into_response()
}

/// A choice of one of these, each with its value and its name.
pub(crate) fn choice(
    vendor: &str,
    question: &str,
    field: &str,
    all: &[(&str, &str)],
    token: &str,
) -> Response {
    let options: String = all
        .iter()
        .map(|(value, name)| {
            let (value, name) = (escaped(value), escaped(name));
            format!(
                "<label><input type=\"radio\" name=\"{field}\" value=\"{value}\" required> {name}</label>\n"
            )
        })
        .collect();
    let body = format!(
        "<form method=\"post\">\n<fieldset><legend>{question}</legend>\n{options}</fieldset>\n\
         <input type=\"submit\" value=\"Continue\">\n\
         <button name=\"button\" value=\"cancel\" formnovalidate>Cancel</button>\n\
         <input type=\"hidden\" name=\"{FORGERY_FIELD}\" value=\"{token}\">\n\
         </form>"
    );
    Html(document(vendor, &body)).into_response()
}

/// A text as it may stand in a page.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}

fn form(vendor: &str, token: &str, problem: Option<&str>) -> Html<String> {
    let problem = problem
        .map(|problem| format!("<p role=\"alert\">{problem}</p>\n"))
        .unwrap_or_default();
    Html(document(
        vendor,
        &format!(
            "<p>This is a simulator. Never type a password of yours.</p>\n\
             {problem}<form method=\"post\">\n\
             <label>Email <input type=\"email\" name=\"Email\" autocomplete=\"username\" required></label>\n\
             <label>Password <input type=\"password\" name=\"Password\" autocomplete=\"current-password\" required>\
             </label>\n\
             <input type=\"submit\" value=\"Sign in\">\n\
             <button name=\"button\" value=\"cancel\" formnovalidate>Cancel</button>\n\
             <input type=\"hidden\" name=\"{FORGERY_FIELD}\" value=\"{token}\">\n\
             </form>"
        ),
    ))
}

fn document(vendor: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Sign in - simulated {vendor}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem}}\
         label,input{{display:block;width:100%;box-sizing:border-box;margin-bottom:.75rem}}\
         input{{font:inherit;padding:.5rem}}[role=alert]{{color:#a30000}}</style></head>\n\
         <body>\n<main><h1>Simulated {vendor}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
}
