//! The reference of an API as a page for people, made of its OpenAPI description.

use std::fmt::Write as _;

use serde_json::Value;

/// The page, in Markdown.
#[must_use]
pub fn page(api: &Value) -> String {
    let mut page = format!(
        "# {}: reference\n\n{}\n\nMade of [the OpenAPI description](../../contract/openapi/carriers.json) by \
         `cargo run -p postern-end-to-end --example write-openapi`; change the words where the API has them. What a refusal means is \
         told by [a page for each code](../errors/README.md).\n",
        text(&api["info"]["title"]),
        text(&api["info"]["description"]),
    );
    for tag in list(&api["tags"]) {
        let name = text(&tag["name"]);
        let _ = write!(page, "\n## {}: {}\n", capital(name), text(&tag["description"]));
        for (path, item) in entries(&api["paths"]) {
            for (method, operation) in entries(item) {
                if text(&operation["tags"][0]) == name {
                    page.push_str(&call(api, path, method, operation));
                }
            }
        }
    }
    page.push_str("\n## Messages\n");
    for (name, schema) in entries(&api["components"]["schemas"]) {
        page.push_str(&message(name, schema));
    }
    page
}

fn call(api: &Value, path: &str, method: &str, operation: &Value) -> String {
    let mut part = format!(
        "\n### {}\n\n`{} {path}`",
        text(&operation["summary"]).trim_end_matches('.'),
        method.to_uppercase()
    );
    match scopes(operation) {
        scopes if scopes.is_empty() => part.push_str(", for everybody\n"),
        scopes => {
            let _ = writeln!(part, ", with the scope `{}`", scopes.join("`, `"));
        }
    }
    if let Some(description) = operation["description"].as_str() {
        let _ = write!(part, "\n{}\n", description.trim());
    }
    let parameters = list(&operation["parameters"]);
    if !parameters.is_empty() {
        part.push_str("\n| parameter | where | type | what it says |\n|---|---|---|---|\n");
        for parameter in parameters {
            let _ = writeln!(
                part,
                "| `{}`{} | {} | {} | {} |",
                text(&parameter["name"]),
                if parameter["required"] == true {
                    ", required"
                } else {
                    ""
                },
                text(&parameter["in"]),
                kind(&parameter["schema"]),
                line(&parameter["description"]),
            );
        }
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        let _ = write!(part, "\nTakes {}.\n", kind(body));
    }
    part.push_str("\n| answer | |\n|---|---|\n");
    for (status, response) in entries(&operation["responses"]) {
        let _ = writeln!(part, "| {status} | {} |", answer(api, response));
    }
    part
}

fn answer(api: &Value, response: &Value) -> String {
    let Some(reference) = response["$ref"].as_str() else {
        let body = &response["content"]["application/json"]["schema"];
        let body = if body.is_null() {
            String::new()
        } else {
            format!(" {}", kind(body))
        };
        return format!("{}{body}", line(&response["description"]));
    };
    let name = reference.rsplit('/').next().unwrap_or_default();
    let refused = &api["components"]["responses"][name]["content"]["application/problem+json"]["schema"];
    let codes = list(&refused["properties"]["code"]["enum"]).iter();
    let codes: Vec<String> = codes
        .map(|code| format!("[{0}](../errors/{0}.md)", text(code)))
        .collect();
    codes.join(", ")
}

fn message(name: &str, schema: &Value) -> String {
    let mut part = format!("\n### {name}\n");
    if let Some(description) = schema["description"].as_str() {
        let _ = write!(part, "\n{}\n", description.trim());
    }
    let properties = entries(&schema["properties"]);
    if properties.is_empty() {
        part.push_str(&variants(schema));
        return part;
    }
    part.push_str("\n| field | type | what it says |\n|---|---|---|\n");
    part.push_str(&fields(schema));
    part
}

fn fields(schema: &Value) -> String {
    let required: Vec<&str> = list(&schema["required"]).iter().map(text).collect();
    let mut rows = String::new();
    for (field, of) in entries(&schema["properties"]) {
        let needed = if required.contains(&field.as_str()) {
            ", required"
        } else {
            ""
        };
        let _ = writeln!(
            rows,
            "| `{field}`{needed} | {} | {} |",
            kind(of),
            line(&of["description"])
        );
    }
    rows
}

/// What has no fields of its own: one of several words, or of several kinds of objects, or text of a certain form.
fn variants(schema: &Value) -> String {
    let mut part = String::new();
    let variants = [&schema["oneOf"], &schema["anyOf"]];
    let variants = variants.iter().flat_map(|of| list(of));
    for variant in variants {
        let name = match (&variant["const"], &variant["properties"]["type"]["const"]) {
            (Value::String(word), _) | (_, Value::String(word)) => format!("`{word}`"),
            _ => kind(variant),
        };
        let rows = fields(variant);
        let _ = write!(part, "\n- {name}: {}", line(&variant["description"]));
        if rows.lines().count() > 1 {
            let named: Vec<String> = entries(&variant["properties"])
                .iter()
                .filter(|(field, _)| *field != "type")
                .map(|(field, of)| format!("`{field}` {}", kind(of)))
                .collect();
            let _ = write!(part, " With {}.", named.join(", "));
        }
    }
    if part.is_empty() {
        part = format!("\n{}", kind(schema));
    }
    part.push('\n');
    part
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("`{word}`");
    }
    let words = list(&schema["enum"]);
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| format!("`{}`", text(word))).collect();
        return words.join(" or ");
    }
    for several in [&schema["anyOf"], &schema["oneOf"], &schema["allOf"]] {
        let several = list(several);
        if !several.is_empty() {
            let kinds: Vec<String> = several.iter().map(kind).collect();
            return kinds.join(" or ");
        }
    }
    let name = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        one => text(one).to_owned(),
    };
    let name = if schema["type"] == "array" {
        format!("list of {}", kind(&schema["items"]))
    } else {
        name
    };
    let mut said = vec![name];
    said.extend(schema["format"].as_str().map(ToOwned::to_owned));
    for (keyword, words) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "from"),
        ("maxLength", "to"),
        ("minItems", "at least"),
        ("maxItems", "at most"),
    ] {
        if let Some(limit) = schema[keyword].as_number() {
            let unit = if keyword.ends_with("Length") {
                " characters"
            } else {
                ""
            };
            said.push(format!("{words} {limit}{unit}"));
        }
    }
    said.retain(|word| !word.is_empty());
    said.join(", ")
}

fn scopes(operation: &Value) -> Vec<&str> {
    let schemes = list(&operation["security"]).iter().flat_map(entries);
    schemes.flat_map(|(_, scopes)| list(scopes)).map(text).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Text that fits into a cell of a table.
fn line(value: &Value) -> String {
    text(value).replace('\n', " ").replace('|', "\\|")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn entries(value: &Value) -> Vec<(&String, &Value)> {
    value.as_object().into_iter().flatten().collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
