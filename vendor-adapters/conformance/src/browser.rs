//! A household's browser: it follows a vendor's pages from one to the next, logs in, and comes back to us.

use postern_contract::{adapter::SignedIn, text::SecretText};
use reqwest::{
    Client, Response,
    header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use url::{Url, form_urlencoded};

/// The name of the field by which a form shows that it was not forged.
const FORM_TOKEN: &str = "__RequestVerificationToken";
/// More steps than any login has.
const STEPS_MAX: usize = 20;

/// Who logs in.
#[derive(Clone)]
pub struct Person {
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// What came of signing in.
#[derive(Clone, Debug)]
pub struct BroughtBack {
    /// What linking is finished with.
    pub signed_in: SignedIn,
    /// What the vendor's page handed back; a form has none.
    pub state: Option<String>,
}

/// Opens the vendor's page at `page`, logs in, and follows it until it leads to `redirect`.
///
/// # Errors
/// A sentence that says where the way ended.
pub async fn log_in(page: &str, redirect: &str, person: &Person) -> Result<BroughtBack, String> {
    let mut browser = Browser::at(page)?;
    let mut answer = browser.get().await?;
    let mut logged_in = false;
    for _ in 0..STEPS_MAX {
        if answer.status().is_redirection() {
            browser.follow(&answer)?;
            if browser.here.as_str().starts_with(redirect) {
                return browser.brought_back();
            }
            answer = browser.get().await?;
        } else if logged_in {
            return Err(format!(
                "after the login the vendor showed another page, status {}",
                answer.status()
            ));
        } else {
            let form = answer
                .text()
                .await
                .map_err(|error| error.without_url().to_string())?;
            let token = form_token(&form).ok_or("the vendor's page has no form to log in by")?;
            answer = browser.submit(person, &token).await?;
            logged_in = true;
        }
    }
    Err("the vendor's pages lead in a circle".to_owned())
}

fn form_token(form: &str) -> Option<String> {
    let value = form.split(FORM_TOKEN).nth(1)?.split("value=\"").nth(1)?;
    Some(value.split('"').next()?.to_owned())
}

/// At an address, with a jar of cookies.
struct Browser {
    http: Client,
    here: Url,
    jar: Vec<String>,
}

impl Browser {
    fn at(page: &str) -> Result<Self, String> {
        let http = Client::builder().redirect(Policy::none()).no_proxy().build();
        Ok(Self {
            http: http.map_err(|error| error.to_string())?,
            here: Url::parse(page).map_err(|error| format!("the vendor's page is at no address: {error}"))?,
            jar: Vec::new(),
        })
    }

    async fn get(&mut self) -> Result<Response, String> {
        let request = self.http.get(self.here.clone());
        self.send(request).await
    }

    async fn submit(&mut self, person: &Person, token: &str) -> Result<Response, String> {
        let fields = [
            ("Email", person.email.as_str()),
            ("Password", &person.password),
            (FORM_TOKEN, token),
        ];
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self.http.post(self.here.clone());
        let request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Result<Response, String> {
        let sent = request.header(COOKIE, self.jar.join("; ")).send().await;
        let answer = sent.map_err(|error| format!("the vendor's page: {}", error.without_url()))?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().ok().and_then(|cookie| cookie.split(';').next());
            self.jar.extend(pair.map(str::to_owned));
        }
        Ok(answer)
    }

    fn follow(&mut self, answer: &Response) -> Result<(), String> {
        let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        let to = to.ok_or("the vendor's page leads on to nowhere")?;
        self.here = self
            .here
            .join(to)
            .map_err(|error| format!("the vendor's page leads on to no address: {error}"))?;
        Ok(())
    }

    fn brought_back(&self) -> Result<BroughtBack, String> {
        let parameter = |name: &str| {
            let mut pairs = self.here.query_pairs();
            let found = pairs
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned());
            found.ok_or_else(|| format!("the vendor sent the household back without {name}"))
        };
        Ok(BroughtBack {
            signed_in: SignedIn::Code(SecretText::new(parameter("code")?)),
            state: Some(parameter("state")?),
        })
    }
}
