//! A household before a vendor's form: it fills in what it is asked for.

use postern_contract::adapter::{Answers, FieldKind, FormFields};
use postern_contract::text::SecretText;

use crate::{browser::Person, rule::Found};

/// What `person` fills in.
///
/// # Errors
/// [`Found::NotSeen`] for a form that asks for what nobody here has.
pub(crate) fn fill_in(fields: &FormFields, person: &Person) -> Result<Answers, Found> {
    let mut answers = Answers::default();
    for field in fields.as_slice() {
        match field.kind {
            FieldKind::Email => answers.email = Some(SecretText::new(person.email.as_str())),
            FieldKind::Password => answers.password = Some(SecretText::new(person.password.as_str())),
            FieldKind::OneTimeCode if !field.required => {}
            FieldKind::OneTimeCode => {
                let why = "the form asks for a one-time code, which the simulated vendor does not send";
                return Err(Found::NotSeen(why.to_owned()));
            }
        }
    }
    Ok(answers)
}
