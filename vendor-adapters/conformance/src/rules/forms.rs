//! Linking an account by a form, where the vendor has no page.

use postern_contract::{
    adapter::{AdapterErrorKind, Outcome, SignedIn},
    conformance::Tier,
    text::SecretText,
};

use crate::{
    browser::Person,
    rule::{Check, Finding, Found, Rule, must, refused, refused_as, well},
    trial::Trial,
};

pub(super) const RULES: &[Rule] = &[Rule {
    id: "forms-take-wrong-answers-well",
    tier: Tier::Bronze,
    title: "Answers that the vendor does not take are `rejected`, and the right ones are taken after them with the same session.",
    why: "Everybody mistypes a password. The household is asked again, and hears that its answers were wrong and not that a cloud is down.",
    example: "`link.complete` with another password: `rejected`, `not_executed`; then with the right one; and never with a code.",
    exceptions: "A vendor that has a page.",
    check: Check::Unlinked(|trial| Box::pin(wrong_answers(trial))),
}];

async fn wrong_answers(trial: &mut Trial) -> Finding {
    let (begun, _) = trial.begin().await?;
    if begun.sign_in.form().is_none() {
        return Err(Found::NotApplicable("the vendor has a page".to_owned()));
    }
    let person = trial.stand.person.clone();
    let mistyped = Person {
        password: format!("not-{}", person.password),
        ..person.clone()
    };
    trial.keep_secret("a mistyped password", &mistyped.password);
    let wrong = trial.log_in(&begun, &mistyped).await?;
    let answer = trial.complete(&begun, &wrong.signed_in).await?;
    let kinds = [AdapterErrorKind::Rejected];
    refused_as(
        "link.complete with a wrong password",
        answer,
        &kinds,
        Outcome::NotExecuted,
    )?;
    let by_code = SignedIn::Code(SecretText::new("a-code"));
    let error = refused(
        "link.complete with a code",
        trial.complete(&begun, &by_code).await?,
    )?;
    must(error.outcome == Outcome::NotExecuted, || {
        format!("the refusal of a code is {error}")
    })?;
    let right = trial.log_in(&begun, &person).await?;
    well("link.complete", trial.complete(&begun, &right.signed_in).await?).map(drop)
}
