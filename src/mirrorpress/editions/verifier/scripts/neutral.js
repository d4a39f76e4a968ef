// What a file has in common with all its copies, as mirrorpress/editions/copies.py tells, which is the one rule of it
// (docs/decisions/readdressed-copies.md). What varies is checked by itself: the address is one that a copy can have,
// codes lead to their own page.

const COPY_ADDRESS =
  /^(?:https:\/\/[\p{L}\p{N}_%.~-]+|http:\/\/(?:localhost|127\.0\.0\.1|[a-z2-7.]+\.onion))(?::[0-9]{1,5})?\/(?:(?!\.{1,2}\/)[\p{L}\p{N}_%.~-]+\/)*$/u;
const LONGEST_ADDRESS = 400;
const TEXT = /\.(?:html|md|xml|json|opml|txt)$/;
const SAME_IN_ALL = /^(?:mirrors\.json|verify\.html|metadata\/)/;
const CODE_FILE = /^((?:zh-[A-Za-z]+\/)?)qr\/(.+)\.png$/s;
const CODE = /(<img src="data:image\/png;base64,)([A-Za-z0-9+/=]*)(" alt="QR")/g;
const OWN_PATH = String.raw`((?:\./)?)([A-Za-z0-9%_.~-][A-Za-z0-9%_.~/-]*)`;
const WITHIN = /[A-Za-z0-9%_.~/?=&:\0\x01-]/;
const CANONICAL = 'rel="canonical" href="';

// Where git hosts that show a file within a page give the file itself: `_SHOWN_BY` of mirrorpress/links.py.
const SHOWN_BY = [
  [/^(https?:\/\/git\.sr\.ht\/~[^/]+\/[^/]+\/)tree\/([^/]+)\/item\//, "$1blob/$2/"],
  [/^(https?:\/\/[^/]+\/.+\/-\/)(?:blob|tree)\//, "$1raw/"],
  [/^(https?:\/\/[^/]+\/.+\/)src\/(branch|tag|commit)\//, "$1raw/$2/"],
  [/^(https?:\/\/[^/]+\/[^/]+\/[^/]+\/)(?:blob|tree|src)\//, "$1raw/"],
];

function fileAddress(address) {
  const known = SHOWN_BY.find(([shown]) => shown.test(address));
  return known ? address.replace(known[0], known[1]) : address;
}

// As Python's urllib.parse.quote does it, slashes kept.
function quoted(text) {
  const sign = (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`;
  return text.split("/").map((part) => encodeURIComponent(part).replace(/[!'()*]/g, sign)).join("/");
}

// The base addresses of pages and of files of the copy at an address, and what finds either with a path; null for
// an address that no copy can have.
function placeAt(address) {
  if (typeof address !== "string" || !COPY_ADDRESS.test(address)) return null;
  const base = address.replace(/[^\0-\x7f]+/g, encodeURIComponent);
  if (base.length > LONGEST_ADDRESS) return null;
  const files = fileAddress(base);
  const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return { base, files, pattern: new RegExp(`(${literal(base)}|${literal(files)})${OWN_PATH}`, "g") };
}

const isReaddressed = (path) => !SAME_IN_ALL.test(path) && (TEXT.test(path) || CODE_FILE.test(path));

// Of a binary string; null for a text that holds a mark.
function neutral(path, binary, place) {
  if (!isReaddressed(path)) return binary;
  if (CODE_FILE.test(path)) return "";
  if (/[\0\x01]/.test(binary)) return null;
  const text = binary.replace(place.pattern, (all, base, dot, own, start) => {
    const isPage = /\.(?:md|html)$/.test(own);
    if (base !== (isPage ? place.base : place.files) || own.endsWith("/")) return all;
    if (start && WITHIN.test(binary[start - 1])) return all;
    if (binary.slice(Math.max(0, start - CANONICAL.length), start) === CANONICAL) return all;
    return (dot ? base : isPage ? "\0" : "\x01") + own;
  });
  return path.endsWith(".html") ? text.replace(CODE, "$1$3") : text;
}

// Whether the code that a file is or holds leads to the file's page; true for a file without one.
async function hasRightCode(path, binary, place) {
  const codeFile = CODE_FILE.exec(path);
  if (codeFile) return showsCode(bytesOf(binary), `${place.base}${quoted(`${codeFile[1]}${codeFile[2]}.md`)}`);
  if (!path.endsWith(".html")) return true;
  for (const [, , code] of binary.matchAll(CODE)) {
    const png = bytesOfBase64(code);
    if (!png || !(await showsCode(png, `${place.base}${quoted(path)}`))) return false;
  }
  return true;
}

// Whether a file is, but for the address of the copy, the one whose neutral form was signed.
async function isCopy(path, bytes, hash, address) {
  const place = placeAt(address);
  if (!place) return false;
  const binary = binaryOf(bytes);
  const form = neutral(path, binary, place);
  if (form === null || hexOf(await sha256(bytesOf(form))) !== hash) return false;
  return hasRightCode(path, binary, place);
}

// Addresses that a copy may have by what one of its pages says: those before the page's own path. A guess is no
// risk, as only the right one gives the form that was signed.
function addressesIn(path, bytes) {
  const found = new Set();
  const [text, own] = [binaryOf(bytes), quoted(path)];
  for (let at = text.indexOf(own); at >= 0 && found.size < 4; at = text.indexOf(own, at + 1)) {
    const start = /https?:\/\/[A-Za-z0-9%_.~:/-]*\/$/.exec(text.slice(Math.max(0, at - LONGEST_ADDRESS), at));
    if (start && placeAt(start[0])) found.add(start[0]);
  }
  return found;
}
