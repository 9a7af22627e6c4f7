//! What a household may be refused, in English and French.

postern_http::entries! {
    /// Everything a household may be refused.
    pub HOUSEHOLDS;
    NOT_SIGNED_UP = "not_signed_up", 404,
        "You have no household yet",
        "You do not belong to a household yet. Register it first.",
        "Vous n’avez pas encore de foyer",
        "Vous n’appartenez encore à aucun foyer. Inscrivez-le d’abord.";
    ALREADY_SIGNED_UP = "already_signed_up", 409,
        "You already have a household",
        "You belong to a household at another address, and a person has one. Ask for help if you have moved.",
        "Vous avez déjà un foyer",
        "Vous appartenez à un foyer à une autre adresse, et une personne n’en a qu’un. Demandez de l’aide si vous avez déménagé.";
    ADDRESS_TAKEN = "address_taken", 409,
        "This address has a household",
        "Somebody has registered this address. Check its unit number; if you have just moved in, ask for help.",
        "Cette adresse a déjà un foyer",
        "Quelqu’un a inscrit cette adresse. Vérifiez le numéro d’appartement; si vous venez d’emménager, demandez de l’aide.";
    UNKNOWN_TIME_ZONE = "unknown_time_zone", 400,
        "The time zone is not known",
        "Name a time zone of the IANA list, like America/Toronto.",
        "Le fuseau horaire est inconnu",
        "Nommez un fuseau horaire de la liste IANA, comme America/Toronto.";
    NO_DELIVERY_DOOR = "no_delivery_door", 409,
        "No door is chosen",
        "Choose the door that deliveries use, then turn in-garage delivery on.",
        "Aucune porte n’est choisie",
        "Choisissez la porte des livraisons, puis activez la livraison dans le garage.";
    LINK_BROKEN = "opener_link_broken", 409,
        "The opener must be linked again",
        "The opener’s maker no longer accepts the link to your account. Link the opener again; your doors keep their names.",
        "L’ouvre-porte doit être relié de nouveau",
        "Le fabricant de l’ouvre-porte n’accepte plus le lien avec votre compte. Reliez l’ouvre-porte; vos portes gardent leurs noms.";
    UNATTENDED_OPEN_BARRED = "unattended_open_barred", 409,
        "This door may not be opened with nobody watching",
        "The door’s opener forbids opening it with nobody watching. Change that in its maker’s app, then refresh your doors.",
        "Cette porte ne peut pas être ouverte sans surveillance",
        "L’ouvre-porte interdit d’ouvrir cette porte sans surveillance. Changez ce réglage dans l’application du fabricant, puis actualisez vos portes.";
    UNATTENDED_CLOSE_BARRED = "unattended_close_barred", 409,
        "This door may not be closed with nobody watching",
        "A door is only opened for a delivery if it may be closed again with nobody watching, and this one may not: {why}.",
        "Cette porte ne peut pas être fermée sans surveillance",
        "Une porte n’est ouverte pour une livraison que si elle peut être refermée sans surveillance, et celle-ci ne le peut pas : {why}.";
    LOGIN_NOT_KNOWN = "login_not_known", 409,
        "This login cannot be finished",
        "The login was not begun here, took too long, or was finished before. Look at your links; if it is not there, begin again.",
        "Cette connexion ne peut pas être terminée",
        "La connexion n’a pas commencé ici, a pris trop de temps ou est déjà terminée. Consultez vos liens; s’il n’y est pas, recommencez.";
    LOGIN_REFUSED = "login_refused", 409,
        "The opener’s maker refused the login",
        "The opener’s maker did not accept the login. Begin again, and allow access on its page.",
        "Le fabricant de l’ouvre-porte a refusé la connexion",
        "Le fabricant de l’ouvre-porte n’a pas accepté la connexion. Recommencez, et autorisez l’accès sur sa page.";
    ANSWERS_REFUSED = "login_answers_refused", 409,
        "The opener’s maker did not take what you filled in",
        "The opener’s maker did not take what you filled in. Make sure that it lets you into the maker’s own app. {then}.",
        "Le fabricant de l’ouvre-porte n’a pas accepté vos réponses",
        "Le fabricant de l’ouvre-porte n’a pas accepté vos réponses. Assurez-vous qu’elles ouvrent l’application du fabricant. {then}.";
    TOO_MANY_LOGINS = "too_many_logins", 429,
        "The opener’s maker was asked too often",
        "The opener’s maker was asked so often to let you in that it might lock your account. Wait, and then try again.",
        "Le fabricant de l’ouvre-porte a été sollicité trop souvent",
        "Le fabricant de l’ouvre-porte a reçu tant de tentatives qu’il pourrait bloquer votre compte. Attendez, puis réessayez.";
    UNKNOWN_VENDOR = "unknown_vendor", 400,
        "We do not work with this maker",
        "There is no opener maker of this name that we work with. Check the spelling of `vendor`.",
        "Nous ne travaillons pas avec ce fabricant",
        "Nous ne travaillons avec aucun fabricant d’ouvre-porte de ce nom. Vérifiez l’orthographe de `vendor`.";
    TOO_MANY_LINKS = "too_many_links", 409,
        "There are too many links",
        "Your household has as many links as it may have. Unlink one that you no longer use.",
        "Il y a trop de liens",
        "Votre foyer a autant de liens que permis. Supprimez-en un que vous n’utilisez plus.";
    DOOR_BEING_CLOSED = "door_being_closed", 409,
        "The door is being closed first",
        "The right to open has ended, but a door of this link is in use and is being closed. Unlink again once it is closed.",
        "La porte est d’abord refermée",
        "Le droit d’ouvrir a pris fin, mais une porte de ce lien est en service et on la referme. Supprimez le lien une fois qu’elle sera fermée.";
    DOOR_OFFLINE = "opener_offline", 409,
        "The opener is offline",
        "The opener is not connected, so nobody can say how the door stands. Check its power and its Wi-Fi.",
        "L’ouvre-porte est hors ligne",
        "L’ouvre-porte n’est pas connecté, et nul ne peut dire où en est la porte. Vérifiez son alimentation et son Wi-Fi.";
    DOOR_GONE = "opener_door_gone", 409,
        "The opener’s account no longer has this door",
        "The opener’s maker no longer lists this door in your account. Check the account, then refresh your doors.",
        "Le compte de l’ouvre-porte n’a plus cette porte",
        "Le fabricant de l’ouvre-porte ne voit plus cette porte dans votre compte. Vérifiez le compte, puis actualisez vos portes.";
    VENDOR_UNAVAILABLE = "opener_cloud_unavailable", 503,
        "The opener’s maker cannot be reached",
        "The opener’s maker cannot be reached just now. Try again in a moment.",
        "Le fabricant de l’ouvre-porte est injoignable",
        "Le fabricant de l’ouvre-porte est injoignable pour l’instant. Réessayez dans un moment.";
}
