// The neutral form of a file: the same for every copy of the mirror, wherever it is read. In place of the copy's own
// address stands one byte, QR codes in pages are left out. What varies is checked by itself: the address is a plain
// one, the codes say the address of their page.

const PLAIN_ADDRESS = /^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?\/(?:[A-Za-z0-9%_.~@+-]+\/)*$/;
const LONGEST_ADDRESS = 300;
const CODE = /<img src="data:image\/png;base64,([A-Za-z0-9+/=]*)" alt="QR"/g;

// Where git hosts that show a file within a page give the file itself: `_SHOWN_BY` of mirrorpress/links.py.
const SHOWN_BY = [
  [/^(https?:\/\/git\.sr\.ht\/~[^/]+\/[^/]+\/)tree\/([^/]+)\/item\//, "$1blob/$2/"],
  [/^(https?:\/\/[^/]+\/.+\/-\/)(?:blob|tree)\//, "$1raw/"],
  [/^(https?:\/\/[^/]+\/.+\/)src\/(branch|tag|commit)\//, "$1raw/$2/"],
  [/^(https?:\/\/[^/]+\/[^/]+\/[^/]+\/)(?:blob|tree|src)\//, "$1raw/"],
];

function rawAddress(address) {
  const known = SHOWN_BY.find(([shown]) => shown.test(address));
  return known ? address.replace(known[0], known[1]) : address;
}

const isAddress = (address) =>
  typeof address === "string" && address.length <= LONGEST_ADDRESS && PLAIN_ADDRESS.test(address);

function neutral(path, binary, address) {
  if (isCodeFile(path)) return "";
  const raw = rawAddress(address);
  const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const page = path.endsWith(".html");
  const kept = page ? '<link rel="canonical" href="[^"]*"|' : "";
  const own = new RegExp(`${kept}(${literal(address)}|${literal(raw)})(?=[A-Za-z0-9%_.~-])`, "g");
  const text = page ? binary.replace(CODE, '<img src="data:image/png;base64," alt="QR"') : binary;
  return text.replace(own, (all, base) => (base === undefined ? all : base === address ? "\0" : "\x01"));
}

const CODE_FILE = /^((?:[A-Za-z-]+\/)?)qr\/(.+)\.png$/;
const isCodeFile = (path) => CODE_FILE.test(path);

// As Python's urllib.parse.quote does it.
function quoted(path) {
  const sign = (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`;
  return path.split("/").map((part) => encodeURIComponent(part).replace(/[!'()*]/g, sign)).join("/");
}

// Whether a file is, but for the address of the copy, the one whose neutral form was signed.
async function isCopy(path, bytes, hash, address) {
  if (!isAddress(address)) return false;
  const codeFile = CODE_FILE.exec(path);
  if (codeFile) {
    const empty = hexOf(await sha256(new Uint8Array()));
    return hash === empty && showsCode(bytes, `${address}${quoted(`${codeFile[1]}${codeFile[2]}.md`)}`);
  }
  const binary = binaryOf(bytes);
  if (/[\0\x01]/.test(binary)) return false; // they stand for addresses, and no page has them
  if (hexOf(await sha256(bytesOf(neutral(path, binary, address)))) !== hash) return false;
  if (!path.endsWith(".html")) return true;
  for (const [, code] of binary.matchAll(CODE)) {
    const png = pngIn(code);
    if (!png || !(await showsCode(png, `${address}${quoted(path)}`))) return false;
  }
  return true;
}

function pngIn(code) {
  try {
    return bytesOf(atob(code));
  } catch {
    return null;
  }
}

// Addresses that a copy may have by what one of its files says: those before the file's own path. A guess is no
// risk, as only the right one gives the form that was signed.
function addressesIn(path, bytes) {
  const found = new Set();
  const [text, own] = [binaryOf(bytes), quoted(path)];
  for (let at = text.indexOf(own); at >= 0 && found.size < 4; at = text.indexOf(own, at + 1)) {
    const start = /https?:\/\/[A-Za-z0-9%_.~@+:/-]*\/$/.exec(text.slice(Math.max(0, at - LONGEST_ADDRESS), at));
    if (start && isAddress(start[0])) found.add(start[0]);
  }
  return found;
}
