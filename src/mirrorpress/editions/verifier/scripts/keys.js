// Ed25519 keys of TUF, and signatures by them: enough of them, by different keys.

const MOST_SIGNATURES = 64;

const publicPart = (key) =>
  isObject(key) && key.keytype === "ed25519" && key.scheme === "ed25519" && isObject(key.keyval)
    ? bytesOfHex(key.keyval.public, 32)
    : null;

// As `ssh-keygen -l` shows it (RFC 4253, 6.6, and RFC 8709).
async function fingerprint(key) {
  const part = publicPart(key);
  if (!part) return "";
  const hash = await sha256(bytesOf(`\0\0\0\x0bssh-ed25519\0\0\0\x20${binaryOf(part)}`));
  return `SHA256:${btoa(binaryOf(hash)).replace(/=+$/, "")}`;
}

// Throws a Fault unless `document` is signed as `role` (keyids, threshold) asks, by `keys`.
async function checkSignatures(document, keys, role, where) {
  const { keyids, threshold } = role;
  if (!isObject(keys) || !Array.isArray(keyids) || !Number.isInteger(threshold) || threshold < 1)
    throw new Fault("malformed", where);
  if (document.signatures.length > MOST_SIGNATURES) throw new Fault("malformed", where);
  const said = utf8(canonical(document.signed));
  const valid = new Set(); // by the key itself: one key under two names counts once
  let known = false;
  for (const one of document.signatures) {
    if (!isObject(one) || !keyids.includes(one.keyid)) continue;
    known = true;
    const part = publicPart(keys[one.keyid]);
    const signature = bytesOfHex(one.sig, 64);
    if (part && signature && (await fits(part, signature, said))) valid.add(hexOf(part));
  }
  if (valid.size >= threshold) return;
  throw known ? new Fault("signatures", where) : new Fault("foreign", where, "unknown-key");
}

async function fits(part, signature, said) {
  try {
    const key = await crypto.subtle.importKey("raw", part, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, said);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Fault("browser", "", "");
    return false; // what is no point of the curve
  }
}
