//! What a bundle's page says, in English and French.

use jiff::Timestamp;
use postern_contract::{
    adapter::AdapterErrorKind,
    delivery::{Actor, Attention, GrantState, RevocationReason, Window},
    door::{DoorReading, DoorState, Observer},
    event::DeliveryEvent,
    evidence::BundleStage,
};
use postern_http::Language;

use super::reasons::doorstep;

/// The words in the page's language.
pub(super) fn say<'a>(language: Language, english: &'a str, french: &'a str) -> &'a str {
    match language {
        Language::English => english,
        Language::French => french,
    }
}

/// A moment, the same for every reader.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

pub(super) fn stage(stage: BundleStage, language: Language) -> &'static str {
    let (english, french) = match stage {
        BundleStage::UnderWay => (
            "This delivery is still under way: more will happen, and a later bundle tells it.",
            "Cette livraison est encore en cours : un document ultérieur dira la suite.",
        ),
        BundleStage::Ending => (
            "This delivery has ended, and its log is about to be signed. Ask again in a minute for the final bundle.",
            "Cette livraison est terminée et son journal est sur le point d’être signé. Redemandez le document final dans une minute.",
        ),
        BundleStage::Final => (
            "This delivery has ended, and its whole log is signed. Nothing will be added.",
            "Cette livraison est terminée et son journal entier est signé. Rien n’y sera ajouté.",
        ),
    };
    say(language, english, french)
}

pub(super) fn state(state: GrantState, language: Language) -> &'static str {
    let (english, french) = match state {
        GrantState::Scheduled => ("scheduled", "prévue"),
        GrantState::Armed => ("ready for the driver", "prête pour le livreur"),
        GrantState::Opening => ("the door was told to open", "l’ordre d’ouvrir a été donné"),
        GrantState::Open => ("the door is not closed", "la porte n’est pas fermée"),
        GrantState::Closing => ("the door was told to close", "l’ordre de fermer a été donné"),
        GrantState::Closed => ("the door was seen closed", "la porte a été vue fermée"),
        GrantState::Completed => ("completed", "terminée"),
        GrantState::Cancelled => ("ended by the carrier", "terminée par le transporteur"),
        GrantState::Expired => ("its window went by", "sa plage est passée"),
        GrantState::Revoked => ("the right was taken back", "le droit a été repris"),
    };
    say(language, english, french)
}

pub(super) fn attention(attention: Attention, language: Language) -> &'static str {
    let (english, french) = match attention {
        Attention::DoorLeftOpen => ("the door could not be closed", "la porte n’a pas pu être fermée"),
        Attention::OutcomeUnknown => (
            "an order may or may not have moved the door",
            "un ordre a peut-être fait bouger la porte",
        ),
        Attention::DoorUnreachable => (
            "the opener could not be reached",
            "l’ouvre-porte était injoignable",
        ),
        Attention::Obstructed => ("something stood in the door’s way", "un obstacle gênait la porte"),
    };
    say(language, english, french)
}

pub(super) fn observer(observer: Observer, language: Language) -> &'static str {
    let (english, french) = match observer {
        Observer::VendorCloud => ("the opener’s maker, asked", "le fabricant, interrogé"),
        Observer::VendorEvent => ("the opener’s maker, unasked", "le fabricant, de lui-même"),
        Observer::Kit => ("the kit at the door", "le boîtier à la porte"),
    };
    say(language, english, french)
}

/// How the door was seen, with every doubt.
pub(super) fn seen(reading: &DoorReading, language: Language) -> String {
    let (english, french) = match reading.state {
        DoorState::Open => ("open", "ouverte"),
        DoorState::Opening => ("opening", "en ouverture"),
        DoorState::Closed => ("closed", "fermée"),
        DoorState::Closing => ("closing", "en fermeture"),
        DoorState::Stopped => ("stopped half-way", "arrêtée à mi-course"),
        DoorState::Warning => ("about to close", "sur le point de se fermer"),
        DoorState::Unknown => ("unknown", "inconnu"),
    };
    let mut seen = say(language, english, french).to_owned();
    let doubts = [
        (
            !reading.online,
            ", opener not connected",
            ", ouvre-porte non connecté",
        ),
        (reading.stale, ", perhaps out of date", ", peut-être périmé"),
        (reading.obstructed == Some(true), ", obstructed", ", obstacle"),
    ];
    for (_, english, french) in doubts.into_iter().filter(|(is_so, ..)| *is_so) {
        seen.push_str(say(language, english, french));
    }
    seen
}

fn actor(actor: Actor, language: Language) -> &'static str {
    let (english, french) = match actor {
        Actor::Carrier => ("the carrier", "le transporteur"),
        Actor::Household => ("the household", "le foyer"),
        Actor::Guardian => ("the platform", "la plateforme"),
    };
    say(language, english, french)
}

fn why(kind: AdapterErrorKind, language: Language) -> &'static str {
    use AdapterErrorKind as K;
    let (english, french) = match kind {
        K::CredentialsExpired | K::LinkRevoked => (
            "the opener was not linked any more",
            "l’ouvre-porte n’était plus relié",
        ),
        K::DoorNotFound => ("the opener knew no such door", "porte inconnue de l’ouvre-porte"),
        K::DoorOffline => (
            "the opener was not connected",
            "l’ouvre-porte n’était pas connecté",
        ),
        K::DoorObstructed => ("something stood in the way", "un obstacle gênait la porte"),
        K::DoorLockedOut => ("the opener was locked", "l’ouvre-porte était verrouillé"),
        K::RateLimited | K::VendorUnavailable => (
            "the opener’s maker could not be reached",
            "le fabricant était injoignable",
        ),
        K::TimedOut => ("no answer came in time", "aucune réponse à temps"),
        K::Unsupported => ("the opener cannot do that", "l’ouvre-porte ne sait pas le faire"),
        K::Rejected => ("the order was refused", "l’ordre a été refusé"),
        K::InvalidRequest | K::Internal => ("a fault on the way", "une erreur en chemin"),
    };
    say(language, english, french)
}

fn taken_back(reason: RevocationReason, language: Language) -> &'static str {
    match reason {
        RevocationReason::TakenOver => say(
            language,
            "a person took the door over, and nobody saw it closed in time",
            "une personne a pris la porte en charge, et personne ne l’a vue fermée à temps",
        ),
        // Whatever it was, it is the household's own affair.
        _ => say(
            language,
            "a reason of the household’s own",
            "une raison propre au foyer",
        ),
    }
}

/// What happened, in one sentence.
pub(super) fn event(event: &DeliveryEvent, language: Language) -> String {
    use DeliveryEvent as E;
    let (english, french) = match event {
        E::Booked { .. } => ("Booked by the carrier.", "Réservée par le transporteur."),
        E::Dispatched { .. } => (
            "The parcels are out for delivery.",
            "Les colis sont en cours de livraison.",
        ),
        E::Changed { window, .. } => return changed(window.as_ref(), language),
        E::Armed { .. } => ("A one-time code was made.", "Un code à usage unique a été créé."),
        E::OpenRequested {
            distance_m,
            accuracy_m,
            tracking_number,
            ..
        } => {
            return match language {
                Language::English => format!(
                    "The driver, {distance_m} m from the door (± {accuracy_m} m), scanned {tracking_number} and asked for the door; the code was used up."
                ),
                Language::French => format!(
                    "Le livreur, à {distance_m} m de la porte (± {accuracy_m} m), a lu {tracking_number} et demandé la porte ; le code a été consommé."
                ),
            };
        }
        E::OpenAccepted { .. } => ("The order to open was taken.", "L’ordre d’ouvrir a été reçu."),
        E::CloseAccepted { .. } => ("The order to close was taken.", "L’ordre de fermer a été reçu."),
        E::OpenNotExecuted { kind, .. } | E::CloseNotExecuted { kind, .. } => {
            return told(
                language,
                "The order was certainly not carried out",
                "L’ordre n’a certainement pas été exécuté",
                why(*kind, language),
            );
        }
        E::OpenUnknown { kind, .. } | E::CloseUnknown { kind, .. } => {
            return told(
                language,
                "Whether the order was carried out is not known",
                "On ne sait pas si l’ordre a été exécuté",
                why(*kind, language),
            );
        }
        E::Opened { reading } => {
            return told(
                language,
                "The door was seen",
                "La porte a été vue",
                &seen(reading, language),
            );
        }
        E::NotOpened { reading, .. } => {
            return told(
                language,
                "Long after the order to open, the door was seen",
                "Bien après l’ordre d’ouvrir, la porte a été vue",
                &seen(reading, language),
            );
        }
        E::CloseRequested { by, .. } => {
            return told(
                language,
                "An order to close the door is given by",
                "Ordre de fermer la porte, donné par",
                actor(*by, language),
            );
        }
        E::CloseStopped { reading, .. } => {
            return told(
                language,
                "The close was stopped, and the door seen",
                "La fermeture a été interrompue, et la porte vue",
                &seen(reading, language),
            );
        }
        E::Closed {
            ordered: true,
            reading,
        } => {
            return told(
                language,
                "As ordered, the door was seen",
                "Comme ordonné, la porte a été vue",
                &seen(reading, language),
            );
        }
        E::Closed {
            ordered: false,
            reading,
        } => {
            return told(
                language,
                "Closed by hand: the door was seen",
                "Fermée à la main : la porte a été vue",
                &seen(reading, language),
            );
        }
        E::StillClosed { reading } => {
            return told(
                language,
                "Looked at again, the door was seen",
                "Revérifiée, la porte a été vue",
                &seen(reading, language),
            );
        }
        E::MovedUnordered { reading } => {
            return told(
                language,
                "The door moved without an order of ours, and was seen",
                "La porte a bougé sans ordre de notre part, et a été vue",
                &seen(reading, language),
            );
        }
        E::AttentionRaised { attention: needed } => {
            return told(
                language,
                "A person is needed",
                "Une personne est nécessaire",
                attention(*needed, language),
            );
        }
        E::AttentionCleared { attention: needed } => {
            return told(
                language,
                "A person is no longer needed for this",
                "Une personne n’est plus nécessaire pour cela",
                attention(*needed, language),
            );
        }
        E::TakenOver { by } => {
            return told(
                language,
                "The door is seen to, from here on, by",
                "Désormais, la porte est prise en charge par",
                actor(*by, language),
            );
        }
        E::Reissued { .. } => (
            "The driver had to go back in: a further code was made.",
            "Le livreur devait y retourner : un nouveau code a été créé.",
        ),
        E::ReissueLapsed => ("The further code was not used.", "Le nouveau code n’a pas servi."),
        E::RevocationRequested { reason } => {
            return told(
                language,
                "The household takes its right back, and the door is closed first",
                "Le foyer reprend son droit, et la porte est d’abord fermée",
                taken_back(*reason, language),
            );
        }
        E::Completed { by, .. } => {
            return told(language, "Completed by", "Terminée par", actor(*by, language));
        }
        E::DoorstepRequested { reason, .. } => {
            return told(
                language,
                "Left at the doorstep, and the door is seen closed first",
                "Laissée devant la porte, qui doit d’abord être vue fermée",
                doorstep(*reason, language),
            );
        }
        E::LeftAtDoorstep { reason, .. } => {
            return told(
                language,
                "Left at the doorstep",
                "Laissée devant la porte",
                doorstep(*reason, language),
            );
        }
        E::Cancelled { reason } => {
            return told(
                language,
                "Cancelled by the carrier, in its own words",
                "Annulée par le transporteur, selon ses mots",
                reason.as_str(),
            );
        }
        E::Expired => ("The window went by.", "La plage est passée."),
        E::Revoked { reason } => {
            return told(
                language,
                "The household’s right was taken back",
                "Le droit du foyer a été repris",
                taken_back(*reason, language),
            );
        }
    };
    say(language, english, french).to_owned()
}

/// What the carrier changed; what it is now stands in the delivery itself.
fn changed(window: Option<&Window>, language: Language) -> String {
    match window {
        Some(window) => told(
            language,
            "Changed by the carrier; the door may be opened",
            "Modifiée par le transporteur ; la porte peut être ouverte",
            &format!("{} – {}", moment(window.starts_at()), moment(window.ends_at())),
        ),
        None => say(
            language,
            "Changed by the carrier: its driver or its parcels.",
            "Modifiée par le transporteur : son livreur ou ses colis.",
        )
        .to_owned(),
    }
}

fn told(language: Language, english: &str, french: &str, what: &str) -> String {
    match language {
        Language::English => format!("{english}: {what}."),
        Language::French => format!("{french} : {what}."),
    }
}
