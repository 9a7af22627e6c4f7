//! Linking an account: by the vendor's page, once, and for this link alone.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use postern_adapter_sdk::{Clock as _, SystemClock};
use postern_contract::{
    adapter::{AdapterErrorKind, Answer, Call, DoorInput, LinkInput, Outcome},
    conformance::Tier,
    ids::LinkId,
    text::SealedBlob,
};
use url::Url;

use crate::{
    rule::{Check, Finding, Found, Rule, must, refused, refused_as, well},
    trial::Trial,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "links-begin-at-the-vendors-page",
        tier: Tier::Bronze,
        title: "Linking begins at the vendor's own page, which carries the state, over TLS.",
        why: "The household types its password there and nowhere else; the state is what binds the answer to the household that asked.",
        example: "`link.begin`: the address is https (http on this machine alone), `state` is among its parameters as it was given, and `redirect_uri` too.",
        exceptions: "A vendor that has no page, and is linked by a form.",
        check: Check::Unlinked(|trial| Box::pin(begins_at_a_page(trial))),
    },
    Rule {
        id: "passwords-stay-with-the-vendor",
        tier: Tier::Platinum,
        title: "The household types its password at the vendor's own page, and never to us.",
        why: "A password opens more than a garage, and cannot be withdrawn for us alone.",
        example: "`link.begin` gives a page, and no form.",
        exceptions: "None: a vendor that has no page cannot keep it.",
        check: Check::Unlinked(|trial| Box::pin(no_password(trial))),
    },
    Rule {
        id: "links-use-proof-keys",
        tier: Tier::Silver,
        title: "The page is asked with a challenge of PKCE, S256.",
        why: "A code that is caught on its way back is then worth nothing to whoever caught it (RFC 7636).",
        example: "`code_challenge_method=S256` and a `code_challenge` that differs from one link to the next.",
        exceptions: "A vendor that has no page, and is linked by a form. One whose login ignores the challenge still gets it.",
        check: Check::Unlinked(|trial| Box::pin(proof_keys(trial))),
    },
    Rule {
        id: "links-complete",
        tier: Tier::Bronze,
        title: "A household that logs in gets a link that works, with a time to refresh it that lies ahead.",
        why: "Without it no door is reached at all.",
        example: "Log in, `link.complete`, `doors.list`.",
        exceptions: "None.",
        check: Check::Unlinked(|trial| Box::pin(completes(trial))),
    },
    Rule {
        id: "codes-belong-to-their-session",
        tier: Tier::Silver,
        title: "A code is worth nothing with another session than the one that it was asked with.",
        why: "Otherwise somebody could finish a stranger's link with a code of their own, and have the stranger's parcels put into their garage.",
        example: "Two links begin; the code of the first is finished with the session of the second: refused, `not_executed`.",
        exceptions: "A vendor that has no page, and so no codes.",
        check: Check::Unlinked(|trial| Box::pin(other_session(trial))),
    },
    Rule {
        id: "codes-work-once",
        tier: Tier::Silver,
        title: "A code that was used is refused.",
        why: "A repeated call must not make a second set of tokens that nobody keeps.",
        example: "`link.complete` twice with one code.",
        exceptions: "A vendor that has no page, and so no codes.",
        check: Check::Unlinked(|trial| Box::pin(used_code(trial))),
    },
    Rule {
        id: "an-account-links-again",
        tier: Tier::Silver,
        title: "The same account links again, and its doors keep their names.",
        why: "Links break and are made anew. The door that was chosen for deliveries must be the same one afterwards.",
        example: "Link, list, link again under another id, list.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(links_again(trial))),
    },
    Rule {
        id: "credentials-are-sealed",
        tier: Tier::Bronze,
        title: "The credentials that the platform keeps hold no token that can be read.",
        why: "The record is read by more people and programs than may open a garage.",
        example: "The blob, and what is in it as base64, are searched for every token that the vendor's cloud has given out.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(sealed(trial))),
    },
    Rule {
        id: "credentials-belong-to-their-link",
        tier: Tier::Bronze,
        title: "Credentials work for the link that they were given for and for no other.",
        why: "Whoever could move a blob from one household's item to another's would open the other's garage.",
        example: "`door.read` and `link.refresh` with the right blob under another link's id: refused, `not_executed`.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(bound(trial))),
    },
    Rule {
        id: "damaged-credentials-are-refused",
        tier: Tier::Silver,
        title: "Credentials that were changed are refused, and nothing is sent to the vendor for them.",
        why: "A damaged item of the record is an error of ours. It must not look like a household that withdrew its link.",
        example: "A letter changed in the middle, the second half cut off, and a text that never was a blob: `invalid_request` or `internal`, never `link_revoked`.",
        exceptions: "None.",
        check: Check::Linked(|trial| Box::pin(damaged(trial))),
    },
    Rule {
        id: "giving-back-is-honest",
        tier: Tier::Silver,
        title: "`revoked_at_vendor` is said only when the tokens are void.",
        why: "A household that turns delivery off is told whether the vendor still holds a door open for us.",
        example: "`link.revoke`; if it says that the tokens are void, reading a door with them must fail.",
        exceptions: "A vendor with no way to give tokens back: `revoked_at_vendor` is false.",
        check: Check::Linked(|trial| Box::pin(gives_back(trial))),
    },
];

fn parameter(page: &Url, name: &str) -> Option<String> {
    page.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn no_page() -> Found {
    Found::NotApplicable("the vendor has no page; it asks by a form".to_owned())
}

async fn page(trial: &Trial) -> Result<(Url, String), Found> {
    let (begun, state) = trial.begin().await?;
    let page = begun.sign_in.page().ok_or_else(no_page)?;
    let page = Url::parse(page.expose());
    let page = page.map_err(|error| Found::Broken(format!("the vendor's page is at no address: {error}")))?;
    Ok((page, state))
}

async fn begins_at_a_page(trial: &mut Trial) -> Finding {
    let (page, state) = page(trial).await?;
    let here = matches!(page.host_str(), Some("localhost" | "127.0.0.1"));
    must(page.scheme() == "https" || here, || {
        format!("the page is asked by {}", page.scheme())
    })?;
    must(parameter(&page, "state") == Some(state), || {
        "the page does not carry the state".to_owned()
    })?;
    let redirect = parameter(&page, "redirect_uri");
    must(redirect.as_deref() == Some(crate::trial::REDIRECT), || {
        format!("the page leads back to {redirect:?}")
    })
}

async fn no_password(trial: &mut Trial) -> Finding {
    let (begun, _) = trial.begin().await?;
    must(begun.sign_in.form().is_none(), || "it asks by a form".to_owned())
}

async fn proof_keys(trial: &mut Trial) -> Finding {
    let (first, _) = page(trial).await?;
    let (second, _) = page(trial).await?;
    let method = parameter(&first, "code_challenge_method");
    must(method.as_deref() == Some("S256"), || {
        format!("code_challenge_method is {method:?}")
    })?;
    let challenges = (
        parameter(&first, "code_challenge"),
        parameter(&second, "code_challenge"),
    );
    let long = challenges
        .0
        .as_ref()
        .is_some_and(|challenge| challenge.len() == 43);
    must(long, || "code_challenge is not 43 characters long".to_owned())?;
    must(challenges.0 != challenges.1, || {
        "two links have one code_challenge".to_owned()
    })
}

async fn completes(trial: &mut Trial) -> Finding {
    let (begun, state) = trial.begin().await?;
    let person = trial.stand.person.clone();
    let brought = trial.log_in(&begun, &person).await?;
    let came_back = brought.state.is_none_or(|came_back| came_back == state);
    must(came_back, || "another state came back".to_owned())?;
    let granted = well("link.complete", trial.complete(&begun, &brought.signed_in).await?)?;
    let now = SystemClock.now();
    must(granted.refresh_at > now, || {
        format!("refresh_at is {}, and it is {now}", granted.refresh_at)
    })?;
    trial.credentials = Some(granted.credentials);
    let doors = trial.list().await?;
    must(!doors.is_empty(), || "doors.list is empty".to_owned())
}

async fn other_session(trial: &mut Trial) -> Finding {
    let (first, _) = trial.begin().await?;
    let (second, _) = trial.begin().await?;
    first.sign_in.page().ok_or_else(no_page)?;
    let person = trial.stand.person.clone();
    let brought = trial.log_in(&first, &person).await?;
    let answer = trial.complete(&second, &brought.signed_in).await?;
    let error = refused("link.complete with another session", answer)?;
    must(error.outcome == Outcome::NotExecuted, || {
        format!("the refusal is {error}")
    })
}

async fn used_code(trial: &mut Trial) -> Finding {
    let (begun, _) = trial.begin().await?;
    begun.sign_in.page().ok_or_else(no_page)?;
    let person = trial.stand.person.clone();
    let brought = trial.log_in(&begun, &person).await?;
    well("link.complete", trial.complete(&begun, &brought.signed_in).await?)?;
    let again = trial.complete(&begun, &brought.signed_in).await?;
    refused("link.complete with a used code", again).map(drop)
}

async fn links_again(trial: &mut Trial) -> Finding {
    let names = |doors: Vec<postern_contract::door::Door>| {
        let mut names: Vec<_> = doors.into_iter().map(|door| door.door).collect();
        names.sort();
        names
    };
    let before = names(trial.list().await?);
    trial.link = LinkId::from_parts(SystemClock.now().as_millisecond().unsigned_abs(), u128::MAX);
    let person = trial.stand.person.clone();
    trial.link_as(&person).await?;
    let after = names(trial.list().await?);
    must(before == after, || {
        format!("the doors were {before:?} and are {after:?}")
    })
}

async fn sealed(trial: &mut Trial) -> Finding {
    let mut blobs = vec![trial.link_input()?.credentials];
    if let Ok(granted) = trial.refresh().await? {
        blobs.push(granted.credentials);
    }
    for blob in blobs {
        let mut text = blob.as_str().to_owned();
        // Whole, and between its dots: each part might be text once more.
        for part in blob.as_str().split('.') {
            let standard = part.replace('-', "+").replace('_', "/");
            let padded = format!("{standard}{}", "=".repeat((4 - standard.len() % 4) % 4));
            for spelled in [part.to_owned(), padded] {
                let decoded = BASE64_STANDARD.decode(spelled).unwrap_or_default();
                text.push(' ');
                text.push_str(&String::from_utf8_lossy(&decoded));
            }
        }
        let found = trial.rig().tokens_in(&text).await?;
        must(found == 0, || format!("{found} tokens stand in the credentials"))?;
        must(!text.contains("refresh_token"), || {
            "the credentials can be read".to_owned()
        })?;
    }
    Ok(())
}

async fn bound(trial: &mut Trial) -> Finding {
    let (link, door) = (trial.link_input()?, trial.door()?.clone());
    let other = LinkInput {
        link: LinkId::from_parts(1, 2),
        credentials: link.credentials,
    };
    let read = DoorInput {
        link: other.clone(),
        door,
    };
    for call in [Call::DoorRead(read), Call::LinkRefresh(other)] {
        let what = format!("{} with another link's credentials", call.operation());
        let error = refused(&what, trial.call(call).await?)?;
        must(error.outcome == Outcome::NotExecuted, || {
            format!("{what}: the refusal is {error}")
        })?;
    }
    Ok(())
}

async fn damaged(trial: &mut Trial) -> Finding {
    let link = trial.link_input()?;
    let good = link.credentials.as_str();
    let middle = good.len() / 2;
    // One letter for another; a blob is ASCII, so the middle is the edge of a letter.
    let changed: String = good
        .char_indices()
        .map(|(index, c)| {
            if index == middle {
                if c == 'A' { 'B' } else { 'A' }
            } else {
                c
            }
        })
        .collect();
    let (half, _) = good.split_at_checked(middle).unwrap_or((good, ""));
    for blob in [changed, half.to_owned(), "never-a-blob".to_owned()] {
        let input = LinkInput {
            credentials: SealedBlob::new(blob),
            ..link.clone()
        };
        let answer = trial.call(Call::LinkRefresh(input)).await?;
        let kinds = [AdapterErrorKind::InvalidRequest, AdapterErrorKind::Internal];
        refused_as(
            "link.refresh with damaged credentials",
            answer,
            &kinds,
            Outcome::NotExecuted,
        )?;
    }
    Ok(())
}

async fn gives_back(trial: &mut Trial) -> Finding {
    let answer = trial.call(Call::LinkRevoke(trial.link_input()?)).await?;
    let Answer::LinkRevoke(revoked) = well("link.revoke", answer)? else {
        return Err(Found::Broken("link.revoke answered another operation".to_owned()));
    };
    if !revoked.revoked_at_vendor {
        return Ok(());
    }
    let read = trial.try_read(trial.door()?).await?;
    refused("door.read with tokens that are void", read).map(drop)
}
