// The chain of signed lists of an edition (The Update Framework 1.0), from a root that is already trusted to the
// entry of a path. Expiry decides nothing here but how old an edition is said to be.

const MOST_ROOTS = 256;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

class Trust {
  // `documents` has roots (parsed, of any version) and get(name): { document, bytes } of a role, bytes null where
  // only the parsed form is known; or null if it is not there. Throws a Fault.
  static async from(anchor, documents) {
    const trust = new Trust();
    trust.documents = documents;
    trust.root = await newestRoot(anchor, documents.roots);
    trust.roles = new Map();
    trust.lacking = new Set();
    trust.timestamp = await trust.top("timestamp");
    trust.snapshot = await trust.top("snapshot", named(trust.timestamp, "snapshot.json", "timestamp"));
    trust.targets = await trust.top("targets", named(trust.snapshot, "targets.json", "snapshot"));
    const told = trust.timestamp["x-mirrorpress"];
    if (!isObject(told) || typeof told.edition !== "string" || typeof told.address !== "string")
      throw new Fault("malformed", "timestamp");
    trust.edition = told.edition;
    trust.address = told.address;
    trust.signed = moment(told.signed, "timestamp");
    trust.expires = moment(trust.timestamp.expires, "timestamp");
    return trust;
  }

  async top(name, meta) {
    const found = await this.documents.get(name);
    if (!found) throw new Fault("lacking", name);
    const role = this.root.roles?.[name];
    if (!isObject(role)) throw new Fault("malformed", "root");
    return verified(found, name, this.root.keys, role, name, meta);
  }

  // The targets of a delegated role, or null if its list is not there.
  async delegated(name, keys, role) {
    if (!this.roles.has(name)) {
      const meta = named(this.snapshot, `${name}.json`, "snapshot");
      const found = await this.documents.get(name);
      if (!found) this.lacking.add(name);
      this.roles.set(name, found && (await verified(found, "targets", keys, role, name, meta)));
    }
    return this.roles.get(name);
  }

  // { length, sha256, neutral } of a path, or null: the first list that has it, in the order of the delegations.
  async find(path) {
    const seen = new Set();
    const search = async (signed) => {
      const own = entryOf(signed, path);
      if (own) return { own };
      for (const one of await delegationsOf(signed, path)) {
        if (seen.has(one.name)) continue;
        seen.add(one.name);
        const next = await this.delegated(one.name, signed.delegations.keys, one);
        if (!next) return { own: null }; // a list that might have it is not there
        const found = await search(next);
        if (found) return found;
        if (one.terminating === true) return { own: null };
      }
      return null;
    };
    return (await search(this.targets))?.own ?? null;
  }

  // All entries by path, in the order of the lists. `told` is called now and then: it may take a while.
  async all(told) {
    const paths = new Set();
    const seen = new Set();
    const gather = async (signed) => {
      for (const path of Object.keys(signed.targets)) paths.add(path);
      for (const one of everyDelegation(signed)) {
        if (seen.has(one.name)) continue;
        seen.add(one.name);
        const next = await this.delegated(one.name, signed.delegations.keys, one);
        if (next) await gather(next);
      }
      if (paths.size > MOST_FILES) throw new Fault("many", "", "");
    };
    await gather(this.targets);
    const found = new Map();
    for (const path of paths) {
      const entry = await this.find(path); // a list may hold paths that are not its to sign
      if (entry) found.set(path, entry);
      if (found.size % 500 === 0) await told();
    }
    return found;
  }

  // Names in metadata/ that belong there.
  get names() {
    return new Set(["timestamp.json", "snapshot.json", ...Object.keys(this.snapshot.meta)]);
  }
}

// From one root to the next, each signed by the one before and by itself (specification, 5.3).
async function newestRoot(anchor, roots) {
  if (roots.length > MOST_ROOTS) throw new Fault("malformed", "root");
  let root = anchor.signed;
  const known = new Map();
  for (const one of roots) {
    const document = shaped(one, "root", "root");
    known.set(document.signed.version, document);
  }
  const same = known.get(root.version);
  if (same && canonical(same.signed) !== canonical(root)) throw new Fault("foreign", "root", "unknown-key");
  for (let next; (next = known.get(root.version + 1)); root = next.signed) {
    const where = `${next.signed.version}.root`;
    await checkSignatures(next, root.keys, rootRole(root), where);
    await checkSignatures(next, next.signed.keys, rootRole(next.signed), where);
  }
  return root;
}

function rootRole(root) {
  if (!isObject(root.roles?.root)) throw new Fault("malformed", "root");
  return root.roles.root;
}

function shaped(document, type, where) {
  const { signed, signatures } = isObject(document) ? document : {};
  const fine =
    isObject(signed) && Array.isArray(signatures) && Number.isInteger(signed.version) && signed.version > 0 &&
    typeof signed.spec_version === "string" && signed.spec_version.startsWith("1.");
  if (!fine) throw new Fault("malformed", where);
  if (signed._type !== type) throw new Fault("version", where);
  return document;
}

async function verified({ document, bytes }, type, keys, role, where, meta) {
  const { signed } = shaped(document, type, where);
  await checkSignatures(document, keys, role, where);
  if (meta) {
    if (signed.version !== meta.version) throw new Fault("version", where);
    if (bytes && meta.length !== undefined && bytes.length > meta.length) throw new Fault("version", where);
    const hash = isObject(meta.hashes) ? meta.hashes.sha256 : undefined;
    if (bytes && hash !== undefined && hexOf(await sha256(bytes)) !== hash) throw new Fault("version", where);
  }
  const fine = type === "targets" ? isObject(signed.targets) : isObject(signed.meta);
  if (!fine) throw new Fault("malformed", where);
  return signed;
}

function named(signed, name, where) {
  const meta = signed.meta[name];
  if (!isObject(meta) || !Number.isInteger(meta.version)) throw new Fault("version", where);
  return meta;
}

function moment(text, where) {
  const known = typeof text === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text);
  const time = known ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new Fault("malformed", where);
  return time;
}

function entryOf(signed, path) {
  const entry = signed.targets[path];
  if (entry === undefined) return null;
  const { length, hashes, custom } = isObject(entry) ? entry : {};
  const hash = isObject(hashes) ? hashes.sha256 : null;
  const neutral = isObject(custom) ? (custom.neutral ?? null) : null;
  if (!Number.isInteger(length) || length < 0 || !bytesOfHex(hash, 32) || (neutral && !bytesOfHex(neutral, 32)))
    throw new Fault("malformed", path);
  return { length, sha256: hash, neutral };
}

// The delegations of a list that a path belongs to, as TUF 4.5 and TAP 15 (succinct hashed bins) tell.
async function delegationsOf(signed, path) {
  const { roles, succinct_roles: bins } = delegationsIn(signed);
  if (!roles && !bins) return [];
  const hash = await sha256(utf8(path));
  if (bins) return [bin(bins, new DataView(hash.buffer).getUint32(0) >>> (32 - bins.bit_length))];
  const hex = hexOf(hash);
  return roles.filter(
    ({ paths, path_hash_prefixes: prefixes }) =>
      paths?.some((pattern) => fitsPattern(path, pattern)) || prefixes?.some((prefix) => hex.startsWith(prefix)),
  );
}

function everyDelegation(signed) {
  const { roles, succinct_roles: bins } = delegationsIn(signed);
  return bins ? Array.from({ length: 2 ** bins.bit_length }, (_, number) => bin(bins, number)) : (roles ?? []);
}

function delegationsIn(signed) {
  const found = signed.delegations ?? {};
  const { roles, succinct_roles: bins } = found;
  const texts = (list) =>
    list === undefined || (Array.isArray(list) && list.every((one) => typeof one === "string"));
  const fine =
    isObject(found) &&
    (bins === undefined || (isObject(bins) && bins.bit_length > 0 && bins.bit_length <= 14 && NAME.test(bins.name_prefix))) &&
    (roles === undefined ||
      (Array.isArray(roles) &&
        roles.every((one) => isObject(one) && NAME.test(one.name) && texts(one.paths) && texts(one.path_hash_prefixes))));
  if (!fine) throw new Fault("malformed", "targets");
  return found;
}

function bin(bins, number) {
  const digits = (2 ** bins.bit_length - 1).toString(16).length;
  return {
    name: `${bins.name_prefix}-${number.toString(16).padStart(digits, "0")}`,
    keyids: bins.keyids,
    threshold: bins.threshold,
  };
}

// A wildcard does not reach over a slash. Sets of characters, "[ab]", are nothing that a mirror writes.
function fitsPattern(path, pattern) {
  const [parts, wanted] = [path.split("/"), pattern.split("/")];
  return parts.length === wanted.length && wanted.every((one, at) => fitsPart(parts[at], one));
}

function fitsPart(part, pattern) {
  const pieces = pattern.split("*");
  if (pieces.length === 1) return part === pattern;
  const [first, last] = [pieces.shift(), pieces.pop()];
  if (!part.startsWith(first) || !part.endsWith(last) || part.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = part.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= part.length - last.length;
}
