//! The refusals that any call may give: the wire's own table.

crate::entries! {
    /// What both APIs refuse before a rule is asked: see each entry.
    pub WIRE;

    /// The body is not JSON.
    pub MALFORMED_JSON = "malformed_json", 400,
        "The body is not JSON",
        "The body is not JSON that can be read: {reason}.",
        "Le corps n’est pas du JSON",
        "Le corps n’est pas du JSON lisible : {reason}.";
    /// A field that the call does not know.
    pub UNKNOWN_FIELD = "unknown_field", 400,
        "A field is not known",
        "This call does not know the field {field}. Check its spelling, or leave it out.",
        "Un champ est inconnu",
        "Cet appel ne connaît pas le champ {field}. Vérifiez l’orthographe ou retirez-le.";
    /// A field that is missing, of the wrong type or out of range.
    pub INVALID_FIELD = "invalid_field", 400,
        "A field is not valid",
        "The field {field} must be {expected}.",
        "Un champ n’est pas valide",
        "Le champ {field} doit être {expected}.";
    /// A query parameter that is unknown, missing or not valid.
    pub INVALID_QUERY = "invalid_query", 400,
        "A query parameter is not valid",
        "The query parameter {field} must be {expected}.",
        "Un paramètre de requête n’est pas valide",
        "Le paramètre de requête {field} doit être {expected}.";
    /// The content type is not JSON.
    pub UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", 415,
        "The body must be JSON",
        "Send the body as JSON, with the header Content-Type: application/json.",
        "Le corps doit être du JSON",
        "Envoyez le corps en JSON, avec l’en-tête Content-Type: application/json.";
    /// The body is too large.
    pub BODY_TOO_LARGE = "body_too_large", 413,
        "The body is too large",
        "The body may hold at most {limit_kib} KiB. Send less.",
        "Le corps est trop volumineux",
        "Le corps peut contenir au plus {limit_kib} Kio. Envoyez-en moins.";
    /// Nothing here, or nothing that this caller may know of.
    pub NOT_FOUND = "not_found", 404,
        "Not found",
        "There is nothing here that you may see. Check the address and the id.",
        "Introuvable",
        "Il n’y a rien ici que vous puissiez voir. Vérifiez l’adresse et l’identifiant.";
    /// The address does not take this method.
    pub METHOD_NOT_ALLOWED = "method_not_allowed", 405,
        "The method is not allowed",
        "This address does not take that method. The Allow header lists the ones it takes.",
        "La méthode n’est pas permise",
        "Cette adresse n’accepte pas cette méthode. L’en-tête Allow énumère celles qu’elle accepte.";
    /// No token, or one that proves nothing.
    pub UNAUTHORIZED = "unauthorized", 401,
        "A valid access token is needed",
        "Send a valid access token in the Authorization header, after the word Bearer.",
        "Un jeton d’accès valide est requis",
        "Envoyez un jeton d’accès valide dans l’en-tête Authorization, après le mot Bearer.";
    /// A token whose time is over.
    pub TOKEN_EXPIRED = "token_expired", 401,
        "The access token has expired",
        "The access token has expired. Get a new one and send the request again.",
        "Le jeton d’accès est expiré",
        "Le jeton d’accès est expiré. Obtenez-en un nouveau et renvoyez la requête.";
    /// A token without the scope that the call needs.
    pub INSUFFICIENT_SCOPE = "insufficient_scope", 403,
        "The access token lacks a scope",
        "This call needs an access token with the scope {scope}. Ask for one, or ask your contact to allow it.",
        "Il manque une portée au jeton d’accès",
        "Cet appel exige un jeton d’accès ayant la portée {scope}. Demandez-en un, ou faites-la autoriser.";
    /// No `Idempotency-Key`.
    pub IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing", 400,
        "An Idempotency-Key is needed",
        "Send an Idempotency-Key header, new for each intent and the same for each retry of it.",
        "Une clé Idempotency-Key est requise",
        "Envoyez un en-tête Idempotency-Key, nouveau pour chaque intention et identique à chaque reprise.";
    /// An `Idempotency-Key` that is none.
    pub IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid", 400,
        "The Idempotency-Key is not valid",
        "The Idempotency-Key must be sent once, as 1 to 255 visible ASCII characters.",
        "La clé Idempotency-Key n’est pas valide",
        "La clé Idempotency-Key doit être envoyée une seule fois, en 1 à 255 caractères ASCII visibles.";
    /// The same key with another request.
    pub IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", 422,
        "The Idempotency-Key was used for another request",
        "This Idempotency-Key came with a different request before. Use a new key for a new intent.",
        "La clé Idempotency-Key a servi à une autre requête",
        "Cette clé Idempotency-Key a déjà accompagné une requête différente. Prenez une nouvelle clé.";
    /// The same request is still being worked on.
    pub REQUEST_IN_PROGRESS = "request_in_progress", 409,
        "The same request is in progress",
        "A request with this Idempotency-Key is still in progress. Send it again in a moment.",
        "La même requête est en cours",
        "Une requête portant cette clé Idempotency-Key est encore en cours. Renvoyez-la dans un instant.";
    /// The thing has changed since the caller saw it.
    pub PRECONDITION_FAILED = "precondition_failed", 412,
        "It has changed since you saw it",
        "If-Match names another version than the present one. Nothing was done. Read it again, and send the change with its new ETag.",
        "L’élément a changé depuis",
        "If-Match désigne une autre version que l’actuelle. Rien n’a été fait. Relisez l’élément et renvoyez la modification avec son nouvel ETag.";
    /// A cursor that this list did not give out.
    pub INVALID_CURSOR = "invalid_cursor", 400,
        "The cursor is not valid",
        "This cursor was not given out for this list. Start again from the first page, without a cursor.",
        "Le curseur n’est pas valide",
        "Ce curseur n’a pas été émis pour cette liste. Recommencez à la première page, sans curseur.";
    /// The caller calls too often.
    pub TOO_MANY_REQUESTS = "too_many_requests", 429,
        "Too many requests",
        "Too many requests came in a short time. Wait as long as Retry-After says, then try again.",
        "Trop de requêtes",
        "Trop de requêtes sont arrivées en peu de temps. Attendez la durée de Retry-After, puis réessayez.";
    /// A part that is needed does not answer.
    pub UNAVAILABLE = "unavailable", 503,
        "Not available just now",
        "A part that this call needs does not answer just now. Nothing was done; try again in a moment.",
        "Indisponible pour l’instant",
        "Un élément nécessaire à cet appel ne répond pas. Rien n’a été fait; réessayez dans un instant.";
    /// A fault of ours.
    pub INTERNAL = "internal", 500,
        "Something went wrong on our side",
        "The fault is ours and has been recorded. Read the resource before you try again, \
         and quote the instance if you ask for help.",
        "Une erreur s’est produite de notre côté",
        "La faute est la nôtre et a été consignée. Relisez la ressource avant de réessayer, \
         et citez l’instance si vous demandez de l’aide.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Catalogue;

    #[test]
    fn every_refusal_of_the_wire_speaks_both_languages_with_the_same_placeholders() {
        let catalogue = Catalogue::new(&[WIRE]);
        assert_eq!(catalogue.faults(), Vec::<String>::new());
        assert_eq!(catalogue.iter().count(), 20);
    }
}
