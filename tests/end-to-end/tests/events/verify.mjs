// Says whether a post is what the holder of this secret and this public key was sent: by the Standard Webhooks library of JavaScript,
// and, as that does not read `v1a`, by Node's own cryptography.

import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Webhook, WebhookVerificationError } = createRequire(`${process.argv[2]}/`)("standardwebhooks");
const post = JSON.parse(readFileSync(0, "utf8"));

function byTheLibrary() {
  try {
    new Webhook(post.secret).verify(post.body, post.headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

function byThePublicKey() {
  const x = Buffer.from(post.public_key.replace(/^whpk_/, ""), "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = Buffer.from(`${post.headers["webhook-id"]}.${post.headers["webhook-timestamp"]}.${post.body}`);
  return post.headers["webhook-signature"]
    .split(" ")
    .map((signature) => signature.split(","))
    .some(([version, value]) => version === "v1a" && verify(null, signed, key, Buffer.from(value, "base64")));
}

process.stdout.write(JSON.stringify([byTheLibrary(), byThePublicKey()]));
