//! Every way to get a file wrong, and what is said of it.

/// Where the complaint has to point.
pub(crate) const HERE: char = '¦';

/// A change to the example of the guide, with a mark where the complaint points, and what it says. Without a mark the complaint points at
/// the beginning of the file.
pub(crate) const WRONG: [(&str, &str, &str); 65] = [
    // Spelling.
    (
        "name = \"Acme Doors\"",
        "¦nmae = \"Acme Doors\"",
        "`nmae` is not a key of the file; its keys are: vendor, name, reading_lag_seconds",
    ),
    (
        "client_auth = \"basic\"",
        "client_auth = \"basic\"\n¦pkce = true",
        "`pkce` is not a key of [oauth]; its keys are: authorize_url",
    ),
    (
        "halted\", \"fault\"]",
        "halted\", \"fault\"]\n¦ajar = \"ajar\"",
        "`ajar` is not a key of [state]; its keys are: at, open, opening, closed",
    ),
    (
        "vendor = \"acme\"",
        "",
        "the file needs `vendor`: the name by which",
    ),
    ("vendor = \"acme\"", "vendor = ¦\"Acme Inc.\"", "`vendor` must be"),
    ("vendor = \"acme\"", "vendor = ¦17", "`vendor` must be a text"),
    ("name = \"Acme Doors\"", "name = ¦\" \"", "`name` is no name"),
    (
        "reading_lag_seconds = 30",
        "reading_lag_seconds = ¦\"30\"",
        "`reading_lag_seconds` must be a whole number from 0 to 86400",
    ),
    (
        "poll_interval_ms = 3000",
        "poll_interval_ms = ¦300",
        "`poll_interval_ms` must be a whole number from 1000 to 600000",
    ),
    ("[state]", "[state¦", "unclosed table"),
    // Addresses.
    (
        "\"https://api.acme.example/v2\"",
        "¦\"http://api.acme.example/v2\"",
        "`base_url` must begin with https://, or be of this machine",
    ),
    (
        "\"https://api.acme.example/v2\"",
        "¦\"https://api.acme.example/v2?x=1\"",
        "`base_url` must have no query",
    ),
    (
        "\"https://api.acme.example/v2\"",
        "¦{ setting = \"VENDOR_BASE\", default = \"ftp://x\" }",
        "`base_url` must begin with https://",
    ),
    (
        "\"https://login.acme.example/authorize\"",
        "¦\"http://login.acme.example/\"",
        "`oauth.authorize_url` must begin with https://",
    ),
    (
        "token_url = \"https://login",
        "token_path = ¦\"../token\"\ntoken_urls = \"https://login",
        "`oauth.token_path` must be a path below the base address",
    ),
    (
        "token_url = \"https://login.acme.example/token\"",
        "token_path = ¦\"token?x\"",
        "`oauth.token_path` must be a plain path",
    ),
    (
        "client_auth = \"basic\"",
        "client_auth = \"basic\"\ntoken_path = ¦\"token\"",
        "`oauth.token_path` must be left out beside `token_url`",
    ),
    // Secrets and settings.
    (
        "{ secret = \"VENDOR_CLIENT_SECRET\" }",
        "¦\"swordfish\"",
        "`oauth.client_secret` is a secret and does not belong in a file",
    ),
    (
        "{ secret = \"VENDOR_API_KEY\" }",
        "¦\"swordfish\"",
        "`x-api-key` sounds like a secret",
    ),
    (
        "{ secret = \"VENDOR_API_KEY\" }",
        "¦{ setting = \"VENDOR_API_KEY\" }",
        "`x-api-key` sounds like a secret",
    ),
    (
        "acme-version = ",
        "¦authorization = ",
        "the header `authorization` is set by the adapter itself",
    ),
    (
        "acme-version = ",
        "¦\"acme version\" = ",
        "`acme version` can't be a header's name",
    ),
    (
        "\"2026-01\"",
        "¦\"2026\\n01\"",
        "`headers.acme-version` is empty, or can't be sent",
    ),
    (
        "client_id = { setting = \"VENDOR_CLIENT_ID\" }",
        "client_id = { setting = ¦\"AWS_SECRET_ACCESS_KEY\" }",
        "must be a name of the vendor's own: this one is the function's",
    ),
    (
        "client_id = { setting = \"VENDOR_CLIENT_ID\" }",
        "client_id = { setting = ¦\"client id\" }",
        "must be a name of capital letters, digits and _",
    ),
    (
        "client_id = { setting = \"VENDOR_CLIENT_ID\" }",
        "client_id = ¦{ secret = \"VENDOR_CLIENT_ID\" }",
        "`oauth.client_id` must be a text or { setting",
    ),
    (
        "client_auth = \"basic\"",
        "client_auth = ¦\"digest\"",
        "`oauth.client_auth` must be body or basic",
    ),
    (
        "{ prompt = \"login\" }",
        "{ ¦state = \"mine\" }",
        "the parameter `state` is set by the adapter itself",
    ),
    // The door's name.
    (
        "reference = \"{home}/{door}\"",
        "reference = ¦\"{door}\"",
        "`door.reference` must have {home} once",
    ),
    (
        "reference = \"{home}/{door}\"",
        "reference = ¦\"{home}{door}\"",
        "must have something between two parts",
    ),
    (
        "reference = \"{home}/{door}\"",
        "reference = ¦\"{house}/{door}\"",
        "has {house}, which is no part of a door; the parts are: door, home",
    ),
    (
        "reference = \"{home}/{door}\"",
        "reference = ¦\"{home/{door}\"",
        "`door.reference` has {home/{door}, which is no part",
    ),
    (
        "home = \"../../id\"",
        "home = ¦\"/id\"",
        "`door.parts.home` has an empty key",
    ),
    (
        "home = \"../../id\"",
        "home = ¦\"homes/*/id\"",
        "`door.parts.home` must lead to one value: only `list.doors` may have *",
    ),
    (
        "opener = \"{door}\"",
        "opener = ¦\"all\"",
        "`door.opener` must be some of the parts, each once",
    ),
    (
        "opener = \"{door}\"",
        "opener = ¦\"{home}-{door}\"",
        "`door.opener` must be some of the parts, each once",
    ),
    // The calls.
    (
        "doors = \"homes/*/devices/*\"",
        "doors = ¦\"../devices\"",
        "`list.doors` begins at the top",
    ),
    (
        "path = \"homes/{home}/devices/{door}\"",
        "path = ¦\"homes/{home}/devices\"",
        "[read] does not say which door it means: put {door} into its path",
    ),
    (
        "path = \"homes/{home}/devices/{door}/position\"\nbody = { target = \"up\" }",
        "path = ¦\"doors/position\"\nbody = { target = \"up\" }",
        "[open] does not say which door it means: put {door} and {home} into",
    ),
    (
        "path = \"homes\"",
        "path = ¦\"homes/{home}\"",
        "`list.path` has {home}, and no part of a door is known here",
    ),
    (
        "path = \"homes\"",
        "path = ¦\"homes/%7Bx\"",
        "`list.path` must be a plain path",
    ),
    (
        "path = \"homes\"",
        "path = \"homes\"\nmethod = ¦\"POST\"",
        "`list.method` must be GET, or left out",
    ),
    (
        "door = \"device\"",
        "door = ¦\"devices/*\"",
        "`read.door` must be the way to one door, without *",
    ),
    (
        "method = \"PUT\"\npath = \"homes/{home}/devices/{door}/position\"\nbody = { target = \"up\" }",
        "method = ¦\"GET\"\npath = \"homes/{home}/devices/{door}/position\"\nbody = { target = \"up\" }",
        "`open.method` must be POST, PUT or PATCH",
    ),
    (
        "[close]\nmethod = \"PUT\"\npath = \"homes/{home}/devices/{door}/position\"\nbody = { target = \"down\" }",
        "¦[close]\nmethod = \"PUT\"\npath = \"homes/{home}/devices/{door}/position\"\nbody = { target = \"up\" }",
        "[close] sends the same as [open]: that would be a toggle",
    ),
    (
        "body = { target = \"up\" }",
        "body = { target = ¦1.5 }",
        "`open.body.target` must be a text, a whole number",
    ),
    // Words.
    (
        "[state]\nat = \"position/state\"\nopen = \"up\"\nopening = \"rising\"\nclosed = \"down\"\n",
        "¦[state]\nat = \"position/state\"\nopen = \"up\"\nopening = \"rising\"\n",
        "[state] needs `closed`: the vendor's words for it",
    ),
    (
        "closed = \"down\"",
        "closed = [\"down\", ¦\"up\"]",
        "\"up\" is mapped twice, to `open` and to `closed`: keep one",
    ),
    (
        "closed = \"down\"",
        "closed = [\"down\", ¦\"Closing\"]",
        "\"Closing\" can't mean `closed`: on any doubt a door is open",
    ),
    ("closed = \"down\"", "closed = ¦[]", "`state.closed` is empty"),
    (
        "closed = \"down\"",
        "closed = ¦2026-01-01",
        "`state.closed` must be a text, a whole number, true or false",
    ),
    (
        "at = \"connected\"\nyes = true",
        "at = \"connected\"\nyes = true\nno = ¦true",
        "true can't mean both yes and no in [online]",
    ),
    (
        "at = \"connected\"\nyes = true",
        "always = ¦\"yes\"",
        "`online.always` must be a sentence that says why",
    ),
    (
        "[online]\nat = \"connected\"",
        "¦[online]\nat = \"../../../../up\"",
        "[online] leads above the top of an answer",
    ),
    (
        "as = \"rfc3339\"",
        "as = ¦\"iso\"",
        "`heard.as` must be rfc3339, unix_seconds or unix_milliseconds",
    ),
    (
        "low_at_percent = 20",
        "low_at_percent = ¦0",
        "`battery.low_at_percent` must be a whole number from 1 to 99",
    ),
    (
        "{ setting = \"VENDOR_CLOSE_WARNING_SECONDS\" }",
        "¦4",
        "`unattended_close.warning_seconds` must be between 5 and 60 seconds",
    ),
    (
        "gate = \"gate\"",
        "gate = [\"gate\", ¦\"tilt\"]",
        "\"tilt\" is mapped twice: keep one",
    ),
    // Refusals.
    (
        "kind = \"door_locked_out\"",
        "kind = ¦\"locked\"",
        "`errors.kind` must be one of: credentials_expired, link_revoked",
    ),
    (
        "kind = \"door_locked_out\"",
        "kind = ¦\"internal\"",
        "`errors.kind` must be one of",
    ),
    (
        "[[errors]]\non = [\"open\", \"close\"]\nstatus = 409",
        "¦[[errors]]\non = [\"open\", \"read\"]\nstatus = 409",
        "an order and a reading are refused differently",
    ),
    (
        "because = \"the vendor's manual, chapter 4: a locked opener refuses before it moves\"",
        "because = ¦\"certain\"",
        "`errors.because` must be a sentence that says why",
    ),
    (
        "status = 409\nat = \"message\"",
        "status = ¦500\nat = \"message\"",
        "`errors.status` must be a whole number from 400 to 499",
    ),
    (
        "words = [\"already\", \"up\"]",
        "words = [\"already\", ¦\"is up\"]",
        "`errors.words` must be single words",
    ),
    (
        "kind = \"credentials_expired\"",
        "kind = \"credentials_expired\"\noutcome = ¦\"unknown\"",
        "`errors.outcome` must be left out: a reading changes nothing",
    ),
];
