//! A bundle as one page for a person: plain HTML that needs nothing from elsewhere, and prints well. `maud` escapes whatever is filled in.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use postern_contract::evidence::{EvidenceBundle, EvidencedPolicy};
use postern_http::Language;

use super::words::{self, moment, say};

const STYLE: &str = "body{font:1rem/1.45 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1b1b;background:#fff}\
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}\
table{border-collapse:collapse;width:100%;font-size:.9rem}\
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #d5d2ca}\
code,pre{font-family:ui-monospace,monospace;font-size:.8rem;overflow-wrap:anywhere;white-space:pre-wrap}\
.stage{padding:.6rem;border-left:4px solid #1f4e3d;background:#f2f6f4}\
@media print{body{margin:0;max-width:none;font-size:10pt}h2,tr{break-inside:avoid}}";

/// The page of a bundle, in the reader's language. `kid` names the key that the signed one is signed by.
pub(super) fn page(bundle: &EvidenceBundle, kid: &str, language: Language) -> Markup {
    let title = say(language, "Evidence of a delivery", "Preuve d’une livraison");
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) " " (bundle.delivery.id) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                p { code { (bundle.delivery.id) } }
                p.stage { (words::stage(bundle.stage, language)) }
                (facts(bundle, language))
                (parcels(bundle, language))
                (policy(&bundle.policy, language))
                (readings(bundle, language))
                (log(bundle, language))
                (verify(bundle, kid, language))
            }
        }
    }
}

fn row(name: &str, value: impl maud::Render) -> Markup {
    html! { tr { th scope="row" { (name) } td { (value) } } }
}

fn facts(bundle: &EvidenceBundle, language: Language) -> Markup {
    let (delivery, parties) = (&bundle.delivery, &bundle.parties);
    let t = |english, french| say(language, english, french);
    html! {
        table {
            (row(t("As of", "En date du"), moment(bundle.made_at)))
            (row(t("State", "État"), words::state(delivery.state, language)))
            @if let Some(attention) = delivery.attention {
                (row(t("Needs a person", "Une personne est nécessaire"), words::attention(attention, language)))
            }
            (row(t("Carrier", "Transporteur"), format!("{} ({})", parties.carrier_name, parties.carrier)))
            @if let Some(reference) = &delivery.carrier_reference {
                (row(t("Carrier’s reference", "Référence du transporteur"), reference.as_str()))
            }
            @if let Some(driver) = &parties.driver {
                (row(t("Driver", "Livreur"), driver.as_str()))
            }
            (row(t("Door", "Porte"), parties.door.to_string()))
        }
    }
}

fn parcels(bundle: &EvidenceBundle, language: Language) -> Markup {
    let t = |english, french| say(language, english, french);
    let yes_no = |is_so| if is_so { t("yes", "oui") } else { t("no", "non") };
    html! {
        h2 { (t("Parcels", "Colis")) }
        table {
            tr {
                th scope="col" { (t("Number", "Numéro")) }
                th scope="col" { (t("Scanned at the door", "Lu à la porte")) }
                @if bundle.delivery.purpose.is_delivery() {
                    th scope="col" { (t("Left inside, by the carrier’s word", "Laissé à l’intérieur, selon le transporteur")) }
                } @else {
                    th scope="col" { (t("Taken out, by the carrier’s word", "Emporté, selon le transporteur")) }
                }
            }
            @for parcel in &bundle.parcels {
                tr {
                    td { (parcel.tracking_number.as_str()) }
                    td { (yes_no(parcel.scanned)) }
                    td { (yes_no(parcel.left_inside || parcel.taken_out)) }
                }
            }
        }
    }
}

fn policy(policy: &EvidencedPolicy, language: Language) -> Markup {
    let t = |english, french| say(language, english, french);
    let (window, near) = (policy.window, policy.geofence);
    let (closing, limits) = (policy.unattended_close, policy.limits);
    let until = t("to", "à");
    let allowed = if closing.household_allows {
        t("allowed by the household", "autorisée par le foyer")
    } else {
        t("not allowed by the household", "non autorisée par le foyer")
    };
    let metres = match language {
        Language::English => format!(
            "within {} m, known to {} m or better",
            near.radius_m, near.accuracy_m_max
        ),
        Language::French => format!(
            "à moins de {} m, connue à {} m près ou mieux",
            near.radius_m, near.accuracy_m_max
        ),
    };
    let closes = match language {
        Language::English => format!(
            "{allowed}; after {} stopped closes there is no further one; left open for {} s, the door is closed from afar",
            closing.stopped_closes_max, limits.left_open_after_s
        ),
        Language::French => format!(
            "{allowed} ; après {} fermetures interrompues, il n’y en a plus ; restée ouverte {} s, la porte est fermée à distance",
            closing.stopped_closes_max, limits.left_open_after_s
        ),
    };
    html! {
        h2 { (t("What bound the delivery", "Ce qui liait la livraison")) }
        table {
            (row(
                t("Window", "Plage"),
                format!("{} {until} {}", moment(window.starts_at()), moment(window.ends_at())),
            ))
            (row(t("Driver’s position", "Position du livreur"), metres))
            (row(t("Closing unattended", "Fermeture sans surveillance"), closes))
        }
    }
}

fn readings(bundle: &EvidenceBundle, language: Language) -> Markup {
    let t = |english, french| say(language, english, french);
    html! {
        h2 { (t("How the door was seen", "Comment la porte a été vue")) }
        @if bundle.readings.is_empty() {
            p { (t("It was not seen for this delivery.", "Elle n’a pas été vue pour cette livraison.")) }
        } @else {
            table {
                tr {
                    th scope="col" { (t("Entry", "Entrée")) }
                    th scope="col" { (t("Seen", "Vue")) }
                    th scope="col" { (t("By whose word", "Selon qui")) }
                    th scope="col" { (t("Observed at", "Observée le")) }
                    th scope="col" { (t("Age when recorded", "Âge à l’inscription")) }
                }
                @for sight in &bundle.readings {
                    tr {
                        td { (sight.sequence) }
                        td { (words::seen(&sight.reading, language)) }
                        td { (words::observer(sight.reading.observed_by, language)) }
                        td { (moment(sight.reading.observed_at)) }
                        td { (sight.age_ms) " ms" }
                    }
                }
            }
        }
    }
}

fn log(bundle: &EvidenceBundle, language: Language) -> Markup {
    let t = |english, french| say(language, english, french);
    html! {
        h2 { (t("What happened", "Ce qui s’est passé")) }
        table {
            tr {
                th scope="col" { (t("Entry", "Entrée")) }
                th scope="col" { (t("Recorded at", "Inscrite le")) }
                th scope="col" { (t("Event", "Événement")) }
                th scope="col" { (t("Hash", "Empreinte")) }
            }
            @for entry in &bundle.log {
                tr {
                    td { (entry.sequence) }
                    td { (moment(entry.at)) }
                    td { (words::event(&entry.event, language)) }
                    td { code { (entry.hash) } }
                }
            }
        }
    }
}

fn verify(bundle: &EvidenceBundle, kid: &str, language: Language) -> Markup {
    let t = |english, french| say(language, english, french);
    let id = bundle.delivery.id;
    html! {
        h2 { (t("How to check it", "Comment la vérifier")) }
        p {
            (t(
                "This page is for reading and is not signed. The same address answers the signed evidence to a caller that accepts application/jose. With it and the platform’s public keys, anybody can check it, with no account and no connection:",
                "Cette page sert à la lecture et n’est pas signée. La même adresse donne la preuve signée à qui accepte application/jose. Avec elle et les clés publiques de la plateforme, chacun peut la vérifier, sans compte ni connexion :",
            ))
        }
        pre {
            "GET /v1/deliveries/" (id) "/evidence    Accept: application/jose    > " (id) ".jws\n"
            "GET /v1/signing-keys    > keys.json\n"
            "postern evidence verify " (id) ".jws --keys keys.json"
        }
        table {
            (row(t("Signing key", "Clé de signature"), html! { code { (kid) } }))
            (row(t("Last hash of the log", "Dernière empreinte du journal"), html! { code { (bundle.delivery.log_head) } }))
            @if let Some(signature) = &bundle.delivery.log_signature {
                (row(t("Signature of the log", "Signature du journal"), html! { code { (signature) } }))
            }
        }
    }
}
