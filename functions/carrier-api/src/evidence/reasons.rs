//! Why parcels were left at the doorstep, in English and French.

use postern_contract::delivery::DoorstepReason;
use postern_http::Language;

use super::words::say;

pub(super) fn doorstep(reason: DoorstepReason, language: Language) -> &'static str {
    use DoorstepReason as R;
    let (english, french) = match reason {
        R::DoorDidNotOpen => ("the door did not open", "la porte ne s’est pas ouverte"),
        R::Animal => ("an animal was inside", "un animal se trouvait à l’intérieur"),
        R::TooLarge => ("the parcels were too large", "les colis étaient trop grands"),
        R::NoRoom => (
            "there was no room inside",
            "il n’y avait pas de place à l’intérieur",
        ),
        R::NotSafe => ("it was not safe to go in", "il n’était pas sûr d’entrer"),
        R::CustomerAsked => ("the household asked for it", "le foyer l’a demandé"),
        R::Other => ("another reason", "une autre raison"),
    };
    say(language, english, french)
}
