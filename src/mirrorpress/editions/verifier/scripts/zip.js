// Zip files, as far as saved editions need them: stored or deflated files, within bounds. What would reach out of its
// folder, come twice or pretend to be small makes the whole file refused. (APPNOTE.TXT 6.3.)

const LARGEST_ZIP = 1_000_000_000; // bytes, packed or unpacked
const LONGEST_NAME = 1024;

// The files in it as { path, size, bytes() }; `most` is the largest of them in bytes. Throws a Fault.
async function filesInZip(blob, where, most) {
  const refuse = () => new Fault("zip", where, "");
  if (blob.size > LARGEST_ZIP) throw refuse();
  const part = async (start, length) => {
    if (start < 0 || start + length > blob.size) throw refuse();
    return new DataView(await blob.slice(start, start + length).arrayBuffer());
  };
  const tail = await part(Math.max(0, blob.size - 65557), Math.min(blob.size, 65557));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw refuse();
  const count = tail.getUint16(end + 10, true);
  const length = tail.getUint32(end + 12, true);
  const start = tail.getUint32(end + 16, true);
  if (count > MOST_FILES) throw new Fault("many", where, "");
  if (tail.getUint16(end + 8, true) !== count || count === 65535 || start === 0xffffffff) throw refuse();
  if (length > count * (46 + 3 * 65535)) throw refuse();
  const directory = await part(start, length);
  const found = [];
  const names = new Set();
  let total = 0;
  for (let number = 0, at = 0; number < count; number += 1) {
    const entry = entryAt(directory, at);
    if (!entry || !isSafeName(entry.path) || entry.size > most) throw refuse();
    at = entry.end;
    total += entry.size;
    if (total > LARGEST_ZIP) throw refuse();
    if (entry.path.endsWith("/")) continue;
    const folded = entry.path.normalize("NFC").toLowerCase();
    if (names.has(folded)) throw refuse();
    names.add(folded);
    found.push({ path: entry.path, size: entry.size, bytes: () => contentOf(entry, part, refuse) });
  }
  return found;
}

function entryAt(view, at) {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) return null;
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const [name, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
  const end = at + 46 + name + extra + comment;
  const isLink = (view.getUint32(at + 38, true) >>> 28) === 0xa; // Unix's, in the high half of the attributes
  if (end > view.byteLength || flags & 1 || (method !== 0 && method !== 8) || isLink || name > LONGEST_NAME) return null;
  let path;
  try {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 46, name);
    path = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
  const [packed, size, offset] = [20, 24, 42].map((place) => view.getUint32(at + place, true));
  return { path, method, packed, size, offset, end };
}

const isSafeName = (path) =>
  path !== "" &&
  !/[\\\0-\x1f\x7f:]/.test(path) &&
  path.replace(/\/$/, "").split("/").every((one) => one !== "" && one !== "." && one !== "..");

async function contentOf({ method, packed, size, offset }, part, refuse) {
  const header = await part(offset, 30);
  if (header.getUint32(0, true) !== 0x04034b50) throw refuse();
  const start = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const data = await part(start, packed);
  const bytes = method === 0 ? new Uint8Array(data.buffer) : await unpacked(data.buffer, "deflate-raw", size);
  if (!bytes || bytes.length !== size) throw refuse();
  return bytes;
}
