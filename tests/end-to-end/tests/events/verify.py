"""Says whether a post is what the holder of this secret was sent, as the Standard Webhooks library of Python sees it."""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

post = json.load(sys.stdin)
try:
    Webhook(post["secret"]).verify(post["body"], post["headers"])
    proven = True
except WebhookVerificationError:
    proven = False
json.dump([proven], sys.stdout)
