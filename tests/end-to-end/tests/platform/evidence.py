"""Checks the evidence of a delivery with a JOSE library alone: evidence.py BUNDLE KEYS. Prints the payload, or why it is refused."""

import json
import sys

from jwcrypto import jwk, jws

with open(sys.argv[1]) as file:
    message = jws.JWS()
    try:
        message.deserialize(file.read().strip())
    except jws.InvalidJWSObject as why:
        sys.exit(f"refused: {why}")
with open(sys.argv[2]) as file:
    keys = jwk.JWKSet.from_json(file.read())
header = message.jose_header
assert header["alg"] == "ES256" and header["typ"] == "postern-evidence+jws", header
key = keys.get_key(header["kid"])
# The name of a key is its thumbprint.
assert key.thumbprint() == header["kid"], header
assert all(jwk.JWK(**one).thumbprint() == one["kid"] for one in json.loads(keys.export(False))["keys"])
try:
    message.verify(key)
except jws.InvalidJWSSignature as why:
    sys.exit(f"refused: {why}")
print(message.payload.decode())
