//! What a delivery may refuse, in English and French.

postern_http::entries! {
    /// Everything a delivery may refuse.
    pub DELIVERIES;
    NOT_ELIGIBLE = "not_eligible", 409,
        "No delivery can be booked here",
        "In-garage delivery cannot be booked for this address and window; `reasons` says why. Offer another window, or the doorstep.",
        "Aucune livraison ne peut être réservée ici",
        "La livraison dans le garage ne peut pas être réservée pour cette adresse et cette plage; `reasons` dit pourquoi. Proposez une autre plage, ou le pas de la porte.";
    PARCEL_REPEATED = "parcel_repeated", 422,
        "A parcel is named twice",
        "Name each tracking number once.",
        "Un colis est nommé deux fois",
        "Nommez chaque numéro de suivi une seule fois.";
    PARCEL_COUNT = "parcel_count", 422,
        "The number of parcels is not possible",
        "A delivery has 1 to 20 parcels.",
        "Le nombre de colis n'est pas possible",
        "Une livraison compte de 1 à 20 colis.";
    NOT_OUT_FOR_DELIVERY = "not_out_for_delivery", 409,
        "The delivery is not out yet",
        "Dispatch the delivery first; the door can be opened from {starts_at} to {ends_at}.",
        "La livraison n'est pas encore en route",
        "Mettez d'abord la livraison en route; la porte peut être ouverte de {starts_at} à {ends_at}.";
    OUTSIDE_WINDOW = "outside_window", 409,
        "It is not the delivery's time",
        "The door can be opened from {starts_at} to {ends_at}. Come back then, or book another window.",
        "Ce n'est pas l'heure de la livraison",
        "La porte peut être ouverte de {starts_at} à {ends_at}. Revenez alors, ou réservez une autre plage.";
    OUTSIDE_HOURS = "outside_hours", 409,
        "The household does not take deliveries at this hour",
        "The household has set hours for in-garage delivery and this is not one of them. Leave the parcel at the doorstep or come back later.",
        "Le foyer ne reçoit pas de livraison à cette heure",
        "Le foyer a fixé des heures pour la livraison dans le garage et ce n'en est pas une. Laissez le colis devant la porte ou revenez plus tard.";
    OUTSIDE_GEOFENCE = "outside_geofence", 409,
        "The driver is not at the door",
        "The handheld is {distance_m} m from the door; {limit_m} m is the most. Go to the door and try again.",
        "Le livreur n'est pas à la porte",
        "L'appareil est à {distance_m} m de la porte; le maximum est de {limit_m} m. Approchez-vous de la porte et réessayez.";
    POSITION_TOO_VAGUE = "position_too_vague", 409,
        "The position is too vague",
        "The handheld's position is only known to {accuracy_m} m; {limit_m} m is the most. Wait for a better fix and try again.",
        "La position est trop imprécise",
        "La position de l'appareil n'est connue qu'à {accuracy_m} m près; le maximum est de {limit_m} m. Attendez une meilleure position et réessayez.";
    WRONG_PARCEL = "wrong_parcel", 409,
        "This parcel is not of this delivery",
        "The tracking number is not one of this delivery's parcels. Check the label and the delivery.",
        "Ce colis n'est pas de cette livraison",
        "Le numéro de suivi n'est pas celui d'un colis de cette livraison. Vérifiez l'étiquette et la livraison.";
    WRONG_DRIVER = "wrong_driver", 409,
        "Another driver has this delivery",
        "The delivery is bound to another driver reference. Use that driver's, or change the delivery's driver before the door is told to open.",
        "Un autre livreur a cette livraison",
        "La livraison est liée à une autre référence de livreur. Utilisez celle-ci, ou changez le livreur de la livraison avant que l'ordre d'ouvrir soit donné.";
    DELIVERY_DISABLED = "delivery_disabled", 409,
        "The household has turned in-garage delivery off",
        "Nothing can be opened. Leave the parcel at the doorstep or return it.",
        "Le foyer a désactivé la livraison dans le garage",
        "Rien ne peut être ouvert. Laissez le colis devant la porte ou rapportez-le.";
    DELIVERY_PAUSED = "delivery_paused", 409,
        "The household takes a pause",
        "In-garage delivery is paused until {until}. Leave the parcel at the doorstep or come back later.",
        "Le foyer fait une pause",
        "La livraison dans le garage est suspendue jusqu'à {until}. Laissez le colis devant la porte ou revenez plus tard.";
    CARRIER_NOT_ALLOWED = "carrier_not_allowed", 409,
        "The household does not take deliveries from this carrier",
        "Leave the parcel at the doorstep or return it.",
        "Le foyer n'accepte pas ce transporteur",
        "Laissez le colis devant la porte ou rapportez-le.";
    CARRIER_INACTIVE = "carrier_inactive", 403,
        "The carrier is not active here",
        "The operator has suspended this carrier or never registered it: no delivery can be booked and no door opened. Ask the operator.",
        "Le transporteur n'est pas actif ici",
        "L'exploitant a suspendu ce transporteur ou ne l'a jamais inscrit : aucune livraison ne peut être réservée et aucune porte ouverte. Adressez-vous à l'exploitant.";
    ALREADY_USED = "already_used", 409,
        "The right to open has been used",
        "The door was opened for this delivery already. To go back in, close the door and ask for a reissue.",
        "Le droit d'ouvrir a déjà servi",
        "La porte a déjà été ouverte pour cette livraison. Pour y retourner, fermez la porte et demandez une réémission.";
    TOO_MANY_ATTEMPTS = "too_many_attempts", 409,
        "Too many attempts",
        "The door did not open after many attempts, and no more are made. Leave the parcel at the doorstep.",
        "Trop de tentatives",
        "La porte ne s'est pas ouverte après de nombreuses tentatives, et il n'y en aura plus. Laissez le colis devant la porte.";
    DELIVERY_CANCELLED = "delivery_cancelled", 409,
        "The delivery was cancelled",
        "Book a new delivery if the parcel is still to come.",
        "La livraison a été annulée",
        "Réservez une nouvelle livraison si le colis doit encore venir.";
    DELIVERY_EXPIRED = "delivery_expired", 409,
        "The delivery's window went by",
        "Book a new delivery.",
        "La plage de la livraison est passée",
        "Réservez une nouvelle livraison.";
    DELIVERY_REVOKED = "delivery_revoked", 409,
        "The household has taken the right back",
        "Nothing more can be opened. If the door is open, close it.",
        "Le foyer a repris le droit",
        "Plus rien ne peut être ouvert. Si la porte est ouverte, fermez-la.";
    DELIVERY_COMPLETED = "delivery_completed", 409,
        "The delivery is completed",
        "Nothing more can be done to it.",
        "La livraison est terminée",
        "Il n'y a plus rien à y faire.";
    DOOR_IN_USE = "door_in_use", 409,
        "The door is in use",
        "The door was opened for this delivery, or may be about to open. Close it and complete the delivery.",
        "La porte est utilisée",
        "La porte a été ouverte pour cette livraison, ou est peut-être sur le point de l'être. Fermez-la et terminez la livraison.";
    DOOR_NEVER_OPENED = "door_never_opened", 409,
        "The door was not opened",
        "The door has not been opened for this delivery, so there is nothing to close or complete. Cancel it if the parcel went elsewhere.",
        "La porte n'a pas été ouverte",
        "La porte n'a pas été ouverte pour cette livraison; il n'y a donc rien à fermer ni à terminer. Annulez-la si le colis est allé ailleurs.";
    DOOR_NOT_CLOSED = "door_not_closed", 409,
        "The door is not closed",
        "A delivery is completed only when its door was seen closed. Close it, wait until the state is `closed`, and try again.",
        "La porte n'est pas fermée",
        "Une livraison ne se termine que lorsque sa porte a été vue fermée. Fermez-la, attendez l'état `closed`, et réessayez.";
    CLOSE_NOT_ALLOWED = "close_not_allowed", 409,
        "The door may not be closed remotely",
        "The safety rules for closing a door with nobody watching forbid it; `bar` says which. Close the door by hand; the household has been told.",
        "La porte ne peut pas être fermée à distance",
        "Les règles de sécurité pour fermer une porte sans surveillance l'interdisent; `bar` dit laquelle. Fermez la porte à la main; le foyer a été averti.";
    NOTHING_TO_REISSUE = "nothing_to_reissue", 409,
        "There is nothing to reissue",
        "A code is reissued only after the door was opened and seen closed.",
        "Il n'y a rien à réémettre",
        "Un code n'est réémis qu'après que la porte a été ouverte puis vue fermée.";
    REISSUE_TOO_LATE = "reissue_too_late", 409,
        "It is too late to go back in",
        "A code is reissued only within minutes of closing and inside the window. Book a new delivery.",
        "Il est trop tard pour y retourner",
        "Un code n'est réémis que dans les minutes suivant la fermeture et pendant la plage. Réservez une nouvelle livraison.";
    REISSUE_LIMIT = "reissue_limit", 409,
        "The driver has gone back in often enough",
        "A code is reissued twice at the most. Book a new delivery.",
        "Le livreur y est retourné assez souvent",
        "Un code est réémis deux fois au plus. Réservez une nouvelle livraison.";
    DOOR_OFFLINE = "door_offline", 409,
        "The opener is not connected",
        "The door did not move. Leave the parcel at the doorstep, or try again when the opener is back.",
        "L'ouvre-porte n'est pas connecté",
        "La porte n'a pas bougé. Laissez le colis devant la porte, ou réessayez quand l'ouvre-porte sera de retour.";
    DOOR_ALREADY_OPEN = "door_already_open", 409,
        "The door is open already",
        "Somebody has opened the door, so it was not touched. Tell the household; try again when it is closed.",
        "La porte est déjà ouverte",
        "Quelqu'un a ouvert la porte; elle n'a donc pas été touchée. Avertissez le foyer; réessayez quand elle sera fermée.";
    DOOR_STATE_UNKNOWN = "door_state_unknown", 409,
        "Nobody knows how the door stands",
        "The opener does not say for certain that the door is closed, so it was not touched. Try again in a minute.",
        "Personne ne sait dans quel état est la porte",
        "L'ouvre-porte ne dit pas avec certitude que la porte est fermée; elle n'a donc pas été touchée. Réessayez dans une minute.";
    DOOR_MOVING = "door_moving", 409,
        "The door is moving",
        "Wait until it has stopped and try again.",
        "La porte est en mouvement",
        "Attendez qu'elle s'arrête et réessayez.";
    DOOR_LOCKED_OUT = "door_locked_out", 409,
        "The opener is locked",
        "The opener refuses remote commands: it was locked by its owner. Leave the parcel at the doorstep.",
        "L'ouvre-porte est verrouillé",
        "L'ouvre-porte refuse les commandes à distance : son propriétaire l'a verrouillé. Laissez le colis devant la porte.";
    DOOR_OBSTRUCTED = "door_obstructed", 409,
        "Something is in the door's way",
        "Clear the doorway and try again.",
        "Quelque chose gêne la porte",
        "Dégagez le passage et réessayez.";
    DOOR_GONE = "door_gone", 409,
        "The opener no longer knows this door",
        "The household has to look at its opener. Leave the parcel at the doorstep.",
        "L'ouvre-porte ne connaît plus cette porte",
        "Le foyer doit vérifier son ouvre-porte. Laissez le colis devant la porte.";
    LINK_BROKEN = "link_broken", 409,
        "The household's link to its opener is broken",
        "The household has to link its opener again. Leave the parcel at the doorstep.",
        "Le lien du foyer avec son ouvre-porte est rompu",
        "Le foyer doit relier son ouvre-porte. Laissez le colis devant la porte.";
    VENDOR_UNAVAILABLE = "vendor_unavailable", 503,
        "The opener's maker cannot be reached",
        "The door did not move. Try again in a moment, or leave the parcel at the doorstep.",
        "Le fabricant de l'ouvre-porte est injoignable",
        "La porte n'a pas bougé. Réessayez dans un moment, ou laissez le colis devant la porte.";
    VENDOR_BUSY = "vendor_busy", 503,
        "The opener's maker asks for patience",
        "The door did not move. Try again after the time named in Retry-After, or leave the parcel at the doorstep.",
        "Le fabricant de l'ouvre-porte demande de patienter",
        "La porte n'a pas bougé. Réessayez après le délai indiqué par Retry-After, ou laissez le colis devant la porte.";
}

postern_http::entries! {
    /// Everything a request about webhook endpoints may be refused for.
    pub WEBHOOKS;
    TOO_MANY_WEBHOOKS = "too_many_webhooks", 409,
        "There are enough webhook endpoints",
        "A carrier has five webhook endpoints at the most. Delete one that is not needed any more, or change one.",
        "Il y a assez de points de réception",
        "Un transporteur a au plus cinq points de réception. Supprimez-en un qui ne sert plus, ou modifiez-en un.";
    WEBHOOK_ADDRESS_NOT_ALLOWED = "webhook_address_not_allowed", 422,
        "This address cannot be posted to",
        "Give an address that begins with https:// and that everybody on the internet can reach, without a user name, a password or a fragment.",
        "Cette adresse ne peut pas recevoir d'événements",
        "Donnez une adresse qui commence par https:// et que tout le monde peut joindre sur Internet, sans nom d'utilisateur, mot de passe ni fragment.";
    WEBHOOK_DISABLED = "webhook_disabled", 409,
        "The webhook endpoint is switched off",
        "Nothing was pushed. Switch the endpoint on, with `enabled` true, and ask again.",
        "Le point de réception est désactivé",
        "Rien n'a été envoyé. Activez le point de réception, avec `enabled` à true, et redemandez.";
}

postern_http::entries! {
    /// What the carriers' calls refuse for being too much of a good thing; too many calls are refused by the wire's table.
    pub QUOTAS;

    pub(super) DOOR_OPENED_TOO_OFTEN = "door_opened_too_often", 429,
        "The door was opened too often",
        "This door was opened as often as it may be within an hour. Nothing was done, and the code is unused. \
         Wait as long as Retry-After says, or leave the parcel elsewhere.",
        "La porte a été ouverte trop souvent",
        "Cette porte a été ouverte aussi souvent que permis en une heure. Rien n’a été fait et le code n’a pas servi. \
         Attendez la durée de Retry-After, ou laissez le colis ailleurs.";
    pub(super) TOO_MANY_UNDER_WAY = "too_many_under_way", 409,
        "Too many deliveries are under way",
        "This household has as many deliveries under way as it may have. Nothing was booked. Try again when some have ended.",
        "Trop de livraisons sont en cours",
        "Ce foyer a autant de livraisons en cours qu’il est permis. Rien n’a été réservé. Réessayez quand certaines auront pris fin.";
}
