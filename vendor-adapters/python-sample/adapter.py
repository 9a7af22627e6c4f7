"""A vendor's adapter in Python: the partner API of Aladdin Connect, as a sample for adapters in other languages than Rust.

On AWS Lambda `handler` is the handler of a managed Python runtime, which brings boto3 and urllib3; run as a program it polls Lambda's
Runtime API itself. It is held to the same rules as every adapter, by the conformance kit: the first four functions of this file are what
those rules come down to in any language. Settings: see `SETTING`; tokens are sealed under the KMS key POSTERN_CREDENTIALS_KEY.
"""

import base64, hashlib, json, os, re, secrets, sys, time, urllib.parse
from datetime import datetime, timedelta, timezone

import boto3, urllib3
from botocore.exceptions import BotoCoreError, ClientError

SETTING = {name: os.environ["ALADDIN_CONNECT_" + name] for name in
           ("AUTHORIZE_URL", "BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "API_KEY", "CLOSE_WARNING_SECONDS")}
KEY, BYTES_MAX = os.environ["POSTERN_CREDENTIALS_KEY"], 1 << 20
KMS = boto3.client("kms")
# No proxy, no redirect and nothing sent twice behind our back; and a fresh connection each time, as one that the vendor may have closed
# meanwhile leaves in doubt whether a command arrived.
HTTP = urllib3.PoolManager(retries=False, maxsize=1)
STATES = {"open": "open", "closed": "closed", "opening": "opening", "closing": "closing",
          "timeout_opening": "stopped", "timeout_closing": "stopped"}


class Refused(Exception):
    """What the platform is told when something was not done (`not_executed`) or nobody knows (`unknown`)."""

    def __init__(self, kind, message, outcome="not_executed", retry_after=None, reading=None):
        self.told = {"kind": kind, "outcome": outcome, "message": message}
        self.told |= {"retry_after_seconds": retry_after} if retry_after is not None else {}
        self.told |= {"reading": reading} if reading else {}


def seal(value, link, **context):
    """Only this adapter opens it again, and only for the same link."""
    context = {"vendor": "aladdin-connect", "link": link} | context
    sealed = KMS.encrypt(KeyId=KEY, Plaintext=json.dumps(value).encode(), EncryptionContext=context)
    return base64.b64encode(sealed["CiphertextBlob"]).decode()


def unseal(blob, link, **context):
    context = {"vendor": "aladdin-connect", "link": link} | context
    try:
        opened = KMS.decrypt(CiphertextBlob=base64.b64decode(blob, validate=True), EncryptionContext=context)
        return json.loads(opened["Plaintext"])
    except (ValueError, ClientError) as error:
        raise Refused("invalid_request", "can't open what was sealed for this link") from error


def send(method, url, deadline, outcome, headers=None, **fields):
    """One request, sent once. `outcome` is what a failure after it left means: whether something may have happened."""
    left = (deadline - datetime.now(timezone.utc)).total_seconds()
    if left <= 0:
        raise Refused("timed_out", "it was too late to send anything")
    try:
        began = time.monotonic()
        reply = HTTP.request(method, url, headers=headers, redirect=False, preload_content=False,
                             timeout=urllib3.Timeout(total=left), **fields)
        body = reply.read(BYTES_MAX + 1)
        reply.close()
    except urllib3.exceptions.NewConnectionError as error:
        raise Refused("vendor_unavailable", "the vendor can't be reached") from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        late = time.monotonic() - began >= left - 0.1
        raise Refused("timed_out" if late else "vendor_unavailable", "the vendor did not answer", outcome) from error
    try:
        parsed = json.loads(body) if len(body) <= BYTES_MAX else None
    except ValueError:
        parsed = None
    after = reply.headers.get("retry-after", "")
    return reply.status, parsed, int(after) if after.isdigit() else None


def weigh(target, reading, expected):
    """Reads before it writes: what to answer without sending, or None when the order may be sent."""
    state = reading["state"]
    if not reading["online"]:
        raise Refused("door_offline", "the opener is not connected; nothing was sent", reading=reading)
    if target == "closed" and state in ("closed", "closing"):
        return "already_there" if state == "closed" else "already_moving"
    if target == "open" and state in ("open", "opening") and state in expected:
        return "already_there" if state == "open" else "already_moving"
    if state not in expected or state in ("opening", "closing", "unknown"):
        raise Refused("rejected", f"the door is {state}; nothing was sent", reading=reading)
    return None


def get(path, tokens, deadline):
    """A reading, tried again when that helps. No failure of it has any effect, so each is `not_executed`."""
    headers = {"authorization": "Bearer " + tokens["access"], "x-api-key": SETTING["API_KEY"]}
    for pause in (0.1, 0.3, None):
        try:
            status, body, after = send("GET", SETTING["BASE_URL"] + path, deadline, "not_executed", headers)
        except Refused as refused:
            if pause is None or refused.told["kind"] == "timed_out":
                raise
            time.sleep(pause)
            continue
        if status < 500 or pause is None:
            break
        time.sleep(pause)
    if status == 200 and isinstance(body, dict):
        return body
    kind = {401: "credentials_expired", 404: "door_not_found", 429: "rate_limited"}.get(status, "vendor_unavailable")
    kind = "credentials_expired" if status == 403 and body is not None else kind
    raise Refused(kind, f"the vendor answered a reading with status {status}", retry_after=after)


def exchange(link, deadline, **grant):
    """A code or a refresh token for tokens. A refresh token is good once: whatever is not a clear refusal leaves it in doubt."""
    fields = grant | {"client_id": SETTING["CLIENT_ID"], "client_secret": SETTING["CLIENT_SECRET"]}
    url = SETTING["BASE_URL"] + "/oauth2/token"
    status, body, after = send("POST", url, deadline, "unknown", fields=fields, encode_multipart=False)
    if status == 200 and isinstance(body, dict) and "access_token" in body:
        life = int(body.get("expires_in", 3600))
        now = datetime.now(timezone.utc)
        refresh = body.get("refresh_token") or grant.get("refresh_token")
        kept = {"access": body["access_token"], "refresh": refresh, "until": (now + timedelta(seconds=life)).isoformat()}
        return {"credentials": seal(kept, link), "refresh_at": (now + timedelta(seconds=life * 3 // 4)).isoformat()}
    message = f"the token endpoint answered with status {status}"
    if status == 429:
        raise Refused("rate_limited", message, retry_after=after)
    if 400 <= status < 500:
        over = grant["grant_type"] == "refresh_token" and isinstance(body, dict) and body.get("error") == "invalid_grant"
        raise Refused("link_revoked" if over else "rejected", message)
    raise Refused("vendor_unavailable", message, "unknown", after)


def reading_of(door, asked):
    now, online = asked.isoformat(), door.get("link_status", door.get("linkStatus")) == "connected"
    return {"state": STATES.get(door.get("status"), "unknown") if online else "unknown", "online": online, "stale": not online,
            "observed_by": "vendor_cloud", "observed_at": now if online else "1970-01-01T00:00:00Z", "read_at": now}


def look(given, deadline):
    named = re.fullmatch(r"(.+)-([123])", given["door"])
    if not named or named[1] in (".", ".."):
        raise Refused("door_not_found", "the reference names no door of this vendor")
    tokens = unseal(given["credentials"], given["link"])
    if datetime.fromisoformat(tokens["until"]) < datetime.now(timezone.utc) + timedelta(seconds=60):
        raise Refused("credentials_expired", "the token is about to end; nothing was sent")
    path = f"/devices/{urllib.parse.quote(named[1], safe='')}/doors/{named[2]}"
    asked = datetime.now(timezone.utc)  # an answer that was long on its way says how the door stood then
    door = get(path, tokens, deadline)
    if not isinstance(door.get("status"), str):
        raise Refused("vendor_unavailable", "the vendor answered a reading that says nothing of the door")
    return path, tokens, reading_of(door, asked)


def order(given, deadline, target):
    path, tokens, before = look(given, deadline)
    if done := weigh(target, before, given["expected"]):
        return {"disposition": done, "before": before}
    headers = {"authorization": "Bearer " + tokens["access"], "x-api-key": SETTING["API_KEY"]}
    word = "open" if target == "open" else "close"
    status, body, after = send("POST", SETTING["BASE_URL"] + path + "/command", deadline, "unknown", headers, json={"command": word})
    if 200 <= status < 300:
        return {"disposition": "sent", "before": before}
    if status == 400 and isinstance(body, dict) and f"already {target}" in str(body.get("error", "")):
        return {"disposition": "already_there", "before": before}
    kind = {401: "credentials_expired", 429: "rate_limited", 504: "timed_out"}.get(status, "vendor_unavailable" if status >= 500 else "rejected")
    raise Refused(kind, f"the vendor answered a command with status {status}", "unknown", after, before)


def begin(given, deadline):
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = urllib.parse.urlencode({"response_type": "code", "client_id": SETTING["CLIENT_ID"], "redirect_uri": given["redirect_uri"],
                                    "state": given["state"], "code_challenge": challenge, "code_challenge_method": "S256"})
    return {"authorize_url": SETTING["AUTHORIZE_URL"] + "?" + query, "session": seal(verifier, given["link"], purpose="linking")}


def complete(given, deadline):
    verifier = unseal(given["session"], given["link"], purpose="linking")
    return exchange(given["link"], deadline, grant_type="authorization_code", code=given["code"],
                    redirect_uri=given["redirect_uri"], code_verifier=verifier)


def refresh(given, deadline):
    tokens = unseal(given["credentials"], given["link"])
    return exchange(given["link"], deadline, grant_type="refresh_token", refresh_token=tokens["refresh"])


def listed(given, deadline):
    asked = datetime.now(timezone.utc)
    devices = get("/devices", unseal(given["credentials"], given["link"]), deadline).get("devices", [])
    warning = {"permission": "allowed", "warning_seconds": int(SETTING["CLOSE_WARNING_SECONDS"])}
    return {"doors": [{"door": f"{device['id']}-{door['index']}", "name": (door.get("name") or "Garage door").strip()[:60], "kind": "unknown",
                       "unattended_open": "allowed", "unattended_close": warning, "camera": False, "reading": reading_of(door, asked)}
                      for device in devices for door in device.get("doors", [])]}


def describe(given, deadline):
    return {"vendor": "aladdin-connect", "name": "Aladdin Connect", "contract": "1.0", "optional_operations": [],
            "reading_lag_seconds": 240, "poll_interval_ms": 5000}


OPERATIONS = {  # what each needs of its input
    "describe": (describe, ()), "link.begin": (begin, ("link", "state", "redirect_uri")),
    "link.complete": (complete, ("link", "session", "redirect_uri", "code")), "link.refresh": (refresh, ("link", "credentials")),
    "link.revoke": (lambda given, deadline: {"revoked_at_vendor": False}, ("link", "credentials")),
    "doors.list": (listed, ("link", "credentials")),
    "door.read": (lambda given, deadline: {"reading": look(given, deadline)[2]}, ("link", "credentials", "door")),
    "door.open": (lambda given, deadline: order(given, deadline, "open"), ("link", "credentials", "door", "command")),
    "door.close": (lambda given, deadline: order(given, deadline, "closed"), ("link", "credentials", "door", "command")),
}


def understood(event):
    """The call in a message, or Refused: whatever comes in gets an answer."""
    try:
        operation, given = event["call"]["operation"], event["call"]["input"]
        deadline = datetime.fromisoformat(event["deadline"])
        known = event["contract"].startswith("1.") and isinstance(event["request_id"], str) and deadline.tzinfo
    except (KeyError, TypeError, ValueError, AttributeError):
        known = False
    if not known:
        raise Refused("invalid_request", "the message does not follow version 1 of the contract")
    if operation in ("events.subscribe", "events.parse", "clip.get"):
        raise Refused("unsupported", f"this adapter has no {operation}")
    work, needs = OPERATIONS.get(operation, (None, ())) if isinstance(operation, str) else (None, ())
    expects = operation not in ("door.open", "door.close") or isinstance(given.get("expected"), list)
    if work is None or not expects or not all(isinstance(given.get(name), str) for name in needs):
        raise Refused("invalid_request", "the call or its input is not one of the contract's")
    if deadline <= datetime.now(timezone.utc):
        raise Refused("timed_out", "the deadline had passed; nothing was done")
    return operation, work, given, deadline


def handler(event, context=None):
    asked = event.get("request_id") if isinstance(event, dict) else None
    operation = "a message"
    try:
        operation, work, given, deadline = understood(event)
        result = {"ok": {"operation": operation, "output": work(given, deadline)}}
    except Refused as refused:
        result = {"error": refused.told}
    except (BotoCoreError, ClientError):
        result = {"error": {"kind": "internal", "outcome": "not_executed", "message": "the key service failed"}}
    except Exception as error:  # a fault of ours: nobody knows how far it came
        result = {"error": {"kind": "internal", "outcome": "unknown", "message": f"the adapter failed: {type(error).__name__}"}}
    # No input and no output: they hold tokens, codes and names.
    print(json.dumps({"operation": operation, "error": result.get("error", {}).get("kind")}), flush=True)
    return {"contract": "1.0", "request_id": asked if isinstance(asked, str) else "", "result": result}


def main():
    host = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/"
    runtime = urllib3.PoolManager(retries=False)
    while True:
        call = runtime.request("GET", host + "next", timeout=None)
        answer = json.dumps(handler(json.loads(call.data))).encode()
        runtime.request("POST", f"{host}{call.headers['lambda-runtime-aws-request-id']}/response", body=answer)


if __name__ == "__main__":
    sys.exit(main())
