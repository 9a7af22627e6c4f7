//! The two ways to sign in with a vendor: on the vendor's own page, or by a form that its adapter asks to be filled in.
//!
//! A message says one of them and never both. What belongs to the one way is no answer to the other: a page brings back a code,
//! a form brings back answers.

use std::fmt;

use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};

use crate::{Invalid, text::SecretText};

/// The longest answer, in characters.
pub const ANSWER_CHARS_MAX: usize = 256;

/// How the household is to sign in. `F` is the form.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignIn<F> {
    /// On this page of the vendor's. It holds the `state`, so it is for the household's eyes alone.
    #[schemars(extend("not" = { "required": ["form"] }))]
    AuthorizeUrl(SecretText),
    /// The vendor has no page to send anybody to: by filling in this form.
    #[schemars(extend("not" = { "required": ["authorize_url"] }))]
    Form(F),
}

impl<F> SignIn<F> {
    /// The vendor's page, where there is one.
    pub const fn page(&self) -> Option<&SecretText> {
        match self {
            Self::AuthorizeUrl(url) => Some(url),
            Self::Form(_) => None,
        }
    }

    /// The form, where there is no page.
    pub const fn form(&self) -> Option<&F> {
        match self {
            Self::AuthorizeUrl(_) => None,
            Self::Form(form) => Some(form),
        }
    }
}

/// What came of signing in.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignedIn {
    /// The authorization code that the vendor's page handed back.
    #[schemars(extend("not" = { "required": ["answers"] }))]
    Code(SecretText),
    /// What the household filled in.
    #[schemars(extend("not" = { "required": ["code"] }))]
    Answers(Answers),
}

/// What a form asks for. The kind says everything: whoever shows the form has words of its own for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// The e-mail address of the account with the vendor.
    Email,
    /// The password of that account.
    Password,
    /// A code for one use, which the vendor sends or the account's owner reads off another device.
    OneTimeCode,
}

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormField {
    /// What is asked for.
    pub kind: FieldKind,
    /// Whether it must be filled in. A one-time code, say, is asked for by some accounts only.
    pub required: bool,
}

/// A form's fields, in the order in which they are shown: at least one, and each kind once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "Vec<FormField>", try_from = "Vec<FormField>")]
#[schemars(with = "Vec<FormField>", extend("minItems" = 1, "maxItems" = 3))]
pub struct FormFields(Vec<FormField>);

impl FormFields {
    /// The e-mail address and the password: what most vendors without a page ask for.
    #[must_use]
    pub fn email_and_password() -> Self {
        let required = |kind| FormField { kind, required: true };
        Self(vec![required(FieldKind::Email), required(FieldKind::Password)])
    }

    /// A form of these fields.
    ///
    /// # Errors
    /// [`Invalid`] when there is none, or a kind is asked for twice.
    pub fn new(fields: Vec<FormField>) -> Result<Self, Invalid> {
        let twice = fields
            .iter()
            .enumerate()
            .any(|(at, field)| fields.iter().take(at).any(|before| before.kind == field.kind));
        if fields.is_empty() || twice {
            return Err(Invalid::new("fields", "at least one field, and each kind once"));
        }
        Ok(Self(fields))
    }

    /// The fields.
    #[must_use]
    pub fn as_slice(&self) -> &[FormField] {
        &self.0
    }

    /// Whether these answers fill in this form: all that it requires, and nothing that it does not ask for.
    ///
    /// # Errors
    /// [`Misfit`], which names the first field that is wrong and repeats no answer.
    pub fn check(&self, answers: &Answers) -> Result<(), Misfit> {
        for kind in FieldKind::ALL {
            let asked = self.0.iter().find(|field| field.kind == kind);
            match (asked, answers.get(kind)) {
                (None, Some(_)) => return Err(Misfit::NotAsked(kind)),
                (Some(field), None) if field.required => return Err(Misfit::Missing(kind)),
                (_, Some(answer)) => {
                    let characters = answer.expose().chars().take(ANSWER_CHARS_MAX + 1).count();
                    if !(1..=ANSWER_CHARS_MAX).contains(&characters) {
                        return Err(Misfit::WrongLength(kind));
                    }
                }
                (_, None) => {}
            }
        }
        Ok(())
    }
}

impl From<FormFields> for Vec<FormField> {
    fn from(fields: FormFields) -> Self {
        fields.0
    }
}

impl TryFrom<Vec<FormField>> for FormFields {
    type Error = Invalid;
    fn try_from(fields: Vec<FormField>) -> Result<Self, Invalid> {
        Self::new(fields)
    }
}

impl FieldKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Email, Self::Password, Self::OneTimeCode];

    /// The kind, as it stands in a message.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Password => "password",
            Self::OneTimeCode => "one_time_code",
        }
    }
}

/// The names of [`FieldKind::ALL`].
const FIELDS: &[&str] = &["email", "password", "one_time_code"];

/// Why answers do not fill in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// A required field is empty.
    #[error("{} is missing", .0.as_str())]
    Missing(FieldKind),
    /// The form has no such field.
    #[error("{} is not asked for", .0.as_str())]
    NotAsked(FieldKind),
    /// An answer is empty, or longer than [`ANSWER_CHARS_MAX`] characters.
    #[error("{} must be 1 to 256 characters", .0.as_str())]
    WrongLength(FieldKind),
}

/// A form, as an adapter asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkForm {
    /// Its fields.
    pub fields: FormFields,
}

/// The answers to a form, each under its field's kind. They are exchanged for the vendor's tokens at once and kept nowhere.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// The e-mail address of the account with the vendor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SecretText")]
    pub email: Option<SecretText>,
    /// The password of that account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SecretText")]
    pub password: Option<SecretText>,
    /// A code for one use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SecretText")]
    pub one_time_code: Option<SecretText>,
}

impl Answers {
    /// The answer to this field, if there is one.
    #[must_use]
    pub const fn get(&self, kind: FieldKind) -> Option<&SecretText> {
        match kind {
            FieldKind::Email => self.email.as_ref(),
            FieldKind::Password => self.password.as_ref(),
            FieldKind::OneTimeCode => self.one_time_code.as_ref(),
        }
    }

    const fn slot(&mut self, kind: FieldKind) -> &mut Option<SecretText> {
        match kind {
            FieldKind::Email => &mut self.email,
            FieldKind::Password => &mut self.password,
            FieldKind::OneTimeCode => &mut self.one_time_code,
        }
    }
}

// A derived reader would take a list for the fields in their order, and `null` for an answer.
impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByKind;
        impl<'de> Visitor<'de> for ByKind {
            type Value = Answers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("answers, each under its field's kind")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Answers, M::Error> {
                let mut answers = Answers::default();
                while let Some(name) = map.next_key::<String>()? {
                    let kind = FieldKind::ALL.into_iter().find(|kind| kind.as_str() == name);
                    let kind = kind.ok_or_else(|| M::Error::unknown_field(&name, FIELDS))?;
                    if answers.slot(kind).replace(map.next_value()?).is_some() {
                        return Err(M::Error::duplicate_field(kind.as_str()));
                    }
                }
                Ok(answers)
            }
        }
        deserializer.deserialize_map(ByKind)
    }
}

// Serde's own reading of a flattened enum takes the first way that it finds and passes over the other. These take one and one only.

impl<'de, F: Deserialize<'de>> Deserialize<'de> for SignIn<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(bound = "F: Deserialize<'de>")]
        struct Said<F> {
            #[serde(default, deserialize_with = "present")]
            authorize_url: Option<SecretText>,
            #[serde(default = "nothing", deserialize_with = "present")]
            form: Option<F>,
        }
        let said = Said::deserialize(deserializer)?;
        match (said.authorize_url, said.form) {
            (Some(url), None) => Ok(Self::AuthorizeUrl(url)),
            (None, Some(form)) => Ok(Self::Form(form)),
            _ => Err(D::Error::custom("expected either `authorize_url` or `form`")),
        }
    }
}

impl<'de> Deserialize<'de> for SignedIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Said {
            #[serde(default, deserialize_with = "present")]
            code: Option<SecretText>,
            #[serde(default, deserialize_with = "present")]
            answers: Option<Answers>,
        }
        let said = Said::deserialize(deserializer)?;
        match (said.code, said.answers) {
            (Some(code), None) => Ok(Self::Code(code)),
            (None, Some(answers)) => Ok(Self::Answers(answers)),
            _ => Err(D::Error::custom("expected either `code` or `answers`")),
        }
    }
}

/// A field that is there has a value: `null` is none.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// `Option`'s default, for a `T` that has none.
const fn nothing<T>() -> Option<T> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(json: &str) -> Answers {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_form_is_filled_in_by_what_it_asks_for_and_by_nothing_else() {
        let form = FormFields::email_and_password();
        let whole = answers(r#"{"email":"ann@example.com","password":"hunter2"}"#);
        assert_eq!(form.check(&whole), Ok(()));
        assert_eq!(
            form.check(&answers(r#"{"email":"ann@example.com"}"#)),
            Err(Misfit::Missing(FieldKind::Password))
        );
        assert_eq!(
            form.check(&answers(r#"{"email":"","password":"hunter2"}"#)),
            Err(Misfit::WrongLength(FieldKind::Email))
        );
        let more = answers(r#"{"email":"ann@example.com","password":"hunter2","one_time_code":"123456"}"#);
        assert_eq!(form.check(&more), Err(Misfit::NotAsked(FieldKind::OneTimeCode)));
    }

    #[test]
    fn a_field_that_is_not_required_may_stay_empty() {
        let mut fields = FormFields::email_and_password().0;
        fields.push(FormField {
            kind: FieldKind::OneTimeCode,
            required: false,
        });
        let form = FormFields::new(fields).unwrap();
        let mut given = answers(r#"{"email":"ann@example.com","password":"hunter2"}"#);
        assert_eq!(form.check(&given), Ok(()));
        given.one_time_code = Some(SecretText::new("123456"));
        assert_eq!(form.check(&given), Ok(()));
    }

    #[test]
    fn the_longest_answer_is_counted_in_characters() {
        let form = FormFields::email_and_password();
        let of = |length: usize| Answers {
            email: Some(SecretText::new("ann@example.com")),
            password: Some(SecretText::new("é".repeat(length))),
            one_time_code: None,
        };
        assert_eq!(form.check(&of(ANSWER_CHARS_MAX)), Ok(()));
        assert_eq!(
            form.check(&of(ANSWER_CHARS_MAX + 1)),
            Err(Misfit::WrongLength(FieldKind::Password))
        );
    }

    #[test]
    fn no_answer_is_printed() {
        let whole = answers(r#"{"email":"ann@example.com","password":"hunter2","one_time_code":"778899"}"#);
        let printed = format!("{:?}", SignedIn::Answers(whole));
        for secret in ["ann@", "hunter2", "778899"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn every_kind_is_written_as_it_is_called() {
        assert_eq!(FieldKind::ALL.map(FieldKind::as_str), *FIELDS);
        for kind in FieldKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn answers_are_named_and_each_is_one_text() {
        for wrong in [
            r#"["ann@example.com","hunter2"]"#,
            r#"{"email":null}"#,
            r#"{"email":["hunter2"]}"#,
            r#"{"password":"hunter2","password":"hunter3"}"#,
            r#""hunter2""#,
            "null",
        ] {
            let refused = serde_json::from_str::<Answers>(wrong).map(drop);
            assert!(refused.is_err(), "{wrong}");
        }
    }
}
