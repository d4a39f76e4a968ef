// What the chosen files are: pages with their proofs, or a saved edition; and the answer to that.
//
// A file is { path, size, bytes() }. A finding is { answer, edition, signed, expires, root, files, missing, reason, where };
// the files of it are { path, state, address }, of the states signed, copy, altered, extra, unread, aside.

const MOST_FILES = 10_000;
const LARGEST_FILE = 50_000_000; // bytes
const LARGEST_JSON = 5_000_000;
const LARGEST_ROOT = 500_000; // there may be many
const LARGEST_HINT = 4096;
const ANSWERS = ["verified", "stale", "incomplete", "tampered", "unknown-key"]; // the worse, the later
const BESIDE = /^(?:.*\/)?(?:\.git\/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/; // what systems put into folders
const LISTS = /^(?:.*\/)?SHA256SUMS(?:\.sig)?$/; // for other programs: what they say is not used here
const COPY = "metadata/copy.json"; // where a copy says at which address it is read: a hint
const PROOF = /\.json$/i;

async function judge(files, anchor, now, told) {
  let all = files;
  if (files.length === 1 && /\.zip$/i.test(files[0].path))
    all = await filesInZip(files[0].blob, files[0].path, LARGEST_FILE);
  if (all.length > MOST_FILES) throw new Fault("many", "", "");
  const places = all.map((one) => one.path).filter((path) => /(?:^|\/)metadata\/timestamp\.json$/.test(path));
  if (!places.length) return judgeProofs(all, anchor, now);
  const shortest = places.reduce((one, other) => (other.split("/").length < one.split("/").length ? other : one));
  return judgeEdition(all, shortest.slice(0, -"metadata/timestamp.json".length), anchor, now, told);
}

async function read(file, most, where = file.path) {
  if (file.size > most) throw new Fault("large", where, "");
  const bytes = await file.bytes();
  if (bytes.length > most) throw new Fault("large", where, "");
  return bytes;
}

// --- a saved edition --------------------------------------------------------------------------------------------

async function judgeEdition(files, top, anchor, now, told) {
  const known = new Map();
  for (const one of files) known.set(one.path.startsWith(top) ? one.path.slice(top.length) : `../${one.path}`, one);
  const parsed = async (path, most = LARGEST_JSON) => {
    const bytes = await read(known.get(path), most, path);
    return { document: parseJson(bytes, path), bytes };
  };
  const roots = [];
  for (const path of known.keys())
    if (/^metadata\/[1-9]\d{0,8}\.root\.json$/.test(path)) {
      if (roots.length >= MOST_ROOTS) throw new Fault("malformed", "root");
      roots.push((await parsed(path, LARGEST_ROOT)).document);
    }
  const get = async (name) => (known.has(`metadata/${name}.json`) ? parsed(`metadata/${name}.json`) : null);
  const trust = await Trust.from(anchor, { roots, get });
  const entries = await trust.all(() => told(0, known.size));
  const found = [];
  const copy = { guesses: [trust.address, known.has(COPY) && (await hintIn(known.get(COPY)))], address: "" };
  // Pages first: they say at which address they are read, codes do not.
  const isPage = ([path]) => /\.(?:md|html)$/.test(path);
  const inOrder = [...known].sort((one, other) => isPage(other) - isPage(one));
  for (const [path, file] of inOrder) {
    if (isAside(path, trust)) found.push({ path, state: "aside" });
    else found.push({ path, ...(await judgeFile(path, file, (one) => entries.get(one), copy)) });
    if (found.length % 50 === 0) await told(found.length, known.size);
  }
  const missing = [...entries.keys()].filter((path) => !known.has(path));
  missing.push(...[...trust.lacking].map((name) => `metadata/${name}.json`));
  return finding(trust, found, missing, now);
}

// The address that a copy says it is read at; a bad hint is none.
async function hintIn(file) {
  try {
    return parseJson(await read(file, LARGEST_HINT), COPY)?.address;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

const isAside = (path, trust) =>
  BESIDE.test(path) ||
  (!path.startsWith("../") && LISTS.test(path)) ||
  path === COPY ||
  (path.startsWith("metadata/") && (/^metadata\/[1-9]\d{0,8}\.root\.json$/.test(path) || trust.names.has(path.slice(9))));

// --- pages with proofs ------------------------------------------------------------------------------------------

async function judgeProofs(files, anchor, now) {
  const [proofs, pages] = [[], []];
  for (const file of files) {
    if (BESIDE.test(file.path)) continue;
    const proof = PROOF.test(file.path) && file.size <= LARGEST_JSON ? await proofIn(file) : null;
    if (proof) proofs.push({ file, proof });
    else pages.push(file);
  }
  if (!proofs.length) throw new Fault("no_proof", pages[0]?.path ?? "", "");
  if (!pages.length) throw new Fault("no_page", proofs[0].proof.path, "");
  const known = [];
  for (const { file, proof } of proofs) known.push({ proof, ...(await trustIn(proof, anchor, file.path)) });
  const results = [];
  for (const page of pages) results.push(await judgePage(page, known, now));
  return results.reduce((one, other) => ({
    ...(worse(one, other) ? other : one),
    files: [...one.files, ...other.files],
  }));
}

// A file that claims to be a proof; null for any other, such as a JSON feed.
async function proofIn(file) {
  const bytes = await read(file, LARGEST_JSON);
  const claims = binaryOf(bytes.subarray(0, 4096)).includes('"mirrorpress"') || /\.proof\.json$/i.test(file.path);
  if (!claims) return null;
  const proof = parseJson(bytes, file.path);
  const fine = isObject(proof) && proof.mirrorpress === "proof 1" && typeof proof.path === "string" && Array.isArray(proof.root);
  if (!fine) throw new Fault("malformed", file.path);
  return proof;
}

async function trustIn(proof, anchor) {
  const get = async (name) => {
    const place = ["timestamp", "snapshot", "targets", "front", "pages"].includes(name) ? name : "bin";
    return isObject(proof[place]) ? { document: proof[place], bytes: null } : null;
  };
  const trust = await Trust.from(anchor, { roots: proof.root, get });
  const entry = await trust.find(proof.path);
  for (const name of trust.lacking) throw new Fault("lacking", name);
  if (!entry) throw new Fault("unlisted", proof.path);
  return { trust, entry };
}

// Which of the proofs is a page's: the one that it fits, else the one of its name, else the only one.
async function judgePage(page, known, now) {
  const named = known.filter(({ proof }) => baseOf(proof.path) === baseOf(page.path));
  const order = [...named, ...known.filter((one) => !named.includes(one))];
  let first = null;
  for (const { proof, trust, entry } of order) {
    const copy = { guesses: [proof.address, trust.address], address: "" };
    const said = await judgeFile(proof.path, page, (path) => (path === proof.path ? entry : undefined), copy);
    const result = finding(trust, [{ path: page.path, as: proof.path, ...said }], [], now);
    if (said.state !== "altered") return result;
    first ??= result;
  }
  if (named.length || known.length === 1) return first;
  throw new Fault("no_proof", page.path, "");
}

const baseOf = (path) => path.split("/").pop().replace(/ ?\(\d+\)(?=\.)/, "").toLowerCase();

// --- one file ---------------------------------------------------------------------------------------------------

// What a file is, by the entry of its path. `copy`: the address of the copy that the file is of, which is found with
// the first file that has it, and till then guesses. One copy has one address.
async function judgeFile(path, file, entryFor, copy) {
  const entry = entryFor(path);
  const folded = /\.(?:gz|br)$/.exec(path);
  const plain = folded && entryFor(path.slice(0, -3));
  if (!entry && !plain) return { state: "extra" };
  const bytes = await read(file, LARGEST_FILE);
  if (entry && (await isAsSigned(bytes, entry))) return { state: "signed" };
  if (plain) return judgeFolded(path, bytes, entryFor, copy);
  if (entry.neutral) {
    const likely = copy.address ? [copy.address] : new Set([...copy.guesses, ...addressesIn(path, bytes)]);
    for (const address of likely)
      if (await isCopy(path, bytes, entry.neutral, address)) {
        if (!CODE_FILE.test(path)) copy.address = address;
        return { state: "copy", address };
      }
  }
  return { state: "altered" };
}

// A compressed file of a copy is made anew from the plain one: what is in it counts.
async function judgeFolded(path, bytes, entryFor, copy) {
  let within;
  try {
    within = await unpacked(bytes, path.endsWith(".gz") ? "gzip" : "brotli", LARGEST_FILE);
  } catch {
    return { state: "unread" }; // a browser that knows no Brotli
  }
  if (!within) return { state: "altered" };
  const inner = { path, size: within.length, bytes: async () => within };
  return judgeFile(path.slice(0, -3), inner, entryFor, copy);
}

async function isAsSigned(bytes, entry) {
  return bytes.length === entry.length && hexOf(await sha256(bytes)) === entry.sha256;
}

// --- the answer -------------------------------------------------------------------------------------------------

function finding(trust, files, missing, now) {
  const { edition, signed, expires, root } = trust;
  const bad = files.some((one) => one.state === "altered" || one.state === "extra");
  const answer = bad ? "tampered" : missing.length ? "incomplete" : now >= expires ? "stale" : "verified";
  return { answer, edition, signed, expires, root, files, missing };
}

const worse = (one, other) => ANSWERS.indexOf(other.answer) > ANSWERS.indexOf(one.answer);
