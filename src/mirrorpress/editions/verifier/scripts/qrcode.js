// QR codes as the mirror draws them (ISO/IEC 18004): bytes, error level M, mask 3, the smallest size; and whether a
// PNG shows just that. Codes are drawn anew because whoever carries a copy drew those in it.

const QR_LONGEST = 800; // characters: a copy's address may be longer than the origin's
// Of a block, in versions 1 to 23.
const QR_CHECKS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28];
const QR_BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18];

const GALOIS = { powers: new Uint8Array(512), logs: new Uint8Array(256) };
for (let at = 0, value = 1; at < 255; at += 1) {
  GALOIS.powers[at] = GALOIS.powers[at + 255] = value;
  GALOIS.logs[value] = at;
  value = (value << 1) ^ (value & 128 ? 0x11d : 0);
}
const times = (one, other) => (one && other ? GALOIS.powers[GALOIS.logs[one] + GALOIS.logs[other]] : 0);

// `spare`: with a byte of nothing before the padding, as segno 1.6 writes; a reader of codes sees no difference.
function qrModules(text, spare) {
  for (let version = 1; version <= QR_CHECKS.length; version += 1) {
    const words = qrCapacity(version) - QR_CHECKS[version - 1] * QR_BLOCKS[version - 1];
    if (text.length <= words - (version < 10 ? 2 : 3)) return qrDrawn(version, qrData(text, version, words, spare));
  }
  return null;
}

function qrAlignment(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const places = [6];
  for (let at = version * 4 + 10; places.length < count; at -= step) places.splice(1, 0, at);
  return places;
}

function qrCapacity(version) {
  let bits = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const count = qrAlignment(version).length;
    bits -= (25 * count - 10) * count - 55;
    if (version >= 7) bits -= 36;
  }
  return Math.floor(bits / 8);
}

function qrData(text, version, words, spare) {
  const bits = [];
  const add = (value, length) => {
    for (let at = length - 1; at >= 0; at -= 1) bits.push((value >>> at) & 1);
  };
  add(4, 4);
  add(text.length, version < 10 ? 8 : 16);
  for (const one of text) add(one.charCodeAt(0), 8);
  add(0, Math.min(4, words * 8 - bits.length));
  if (spare) add(0, Math.min(8, words * 8 - bits.length));
  for (let pad = 0xec; bits.length < words * 8; pad ^= 0xec ^ 0x11) add(pad, 8);
  const data = [];
  for (let at = 0; at < bits.length; at += 8) data.push(parseInt(bits.slice(at, at + 8).join(""), 2));
  return data;
}

function qrDrawn(version, data) {
  const size = version * 4 + 17;
  const dark = Array.from({ length: size }, () => new Uint8Array(size));
  const taken = Array.from({ length: size }, () => new Uint8Array(size));
  const set = (x, y, value) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    dark[y][x] = value ? 1 : 0;
    taken[y][x] = 1;
  };
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]])
    for (let down = -4; down <= 4; down += 1)
      for (let right = -4; right <= 4; right += 1) {
        const ring = Math.max(Math.abs(down), Math.abs(right));
        set(x + right, y + down, ring !== 2 && ring !== 4);
      }
  const places = qrAlignment(version);
  const last = places.length - 1;
  for (const [row, y] of places.entries())
    for (const [column, x] of places.entries()) {
      if ((row === 0 && (column === 0 || column === last)) || (row === last && column === 0)) continue;
      for (let down = -2; down <= 2; down += 1)
        for (let right = -2; right <= 2; right += 1)
          set(x + right, y + down, Math.max(Math.abs(down), Math.abs(right)) !== 1);
    }
  qrFormat(size, set);
  qrVersion(version, size, set);
  qrFill(size, dark, taken, qrInterleaved(version, data));
  return dark;
}

function qrFormat(size, set) {
  let rest = 3; // level M is 00, the mask 011
  for (let at = 0; at < 10; at += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((3 << 10) | rest) ^ 0x5412;
  const bit = (at) => (bits >>> at) & 1;
  for (let at = 0; at < 15; at += 1) {
    if (at < 6) set(8, at, bit(at));
    else if (at < 8) set(8, at + 1, bit(at));
    else if (at === 8) set(7, 8, bit(at));
    else set(14 - at, 8, bit(at));
    if (at < 8) set(size - 1 - at, 8, bit(at));
    else set(8, size - 15 + at, bit(at));
  }
  set(8, size - 8, 1);
}

function qrVersion(version, size, set) {
  if (version < 7) return;
  let rest = version;
  for (let at = 0; at < 12; at += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at += 1) {
    const [far, near] = [size - 11 + (at % 3), Math.floor(at / 3)];
    set(far, near, (bits >>> at) & 1);
    set(near, far, (bits >>> at) & 1);
  }
}

function qrInterleaved(version, data) {
  const [count, checks] = [QR_BLOCKS[version - 1], QR_CHECKS[version - 1]];
  const short = Math.floor(data.length / count);
  const long = data.length % count;
  const divisor = qrDivisor(checks);
  const blocks = [];
  for (let number = 0, at = 0; number < count; number += 1) {
    const length = short + (number >= count - long ? 1 : 0);
    const block = data.slice(at, at + length);
    blocks.push([block, qrRemainder(block, divisor)]);
    at += length;
  }
  const words = [];
  for (let at = 0; at <= short; at += 1)
    for (const [block] of blocks) if (at < block.length) words.push(block[at]);
  for (let at = 0; at < checks; at += 1) for (const [, rest] of blocks) words.push(rest[at]);
  return words;
}

function qrDivisor(degree) {
  const found = new Array(degree).fill(0);
  found[degree - 1] = 1;
  for (let round = 0, root = 1; round < degree; round += 1, root = times(root, 2))
    for (let at = 0; at < degree; at += 1) found[at] = times(found[at], root) ^ (found[at + 1] ?? 0);
  return found;
}

function qrRemainder(data, divisor) {
  const rest = new Array(divisor.length).fill(0);
  for (const one of data) {
    const factor = one ^ rest.shift();
    rest.push(0);
    divisor.forEach((value, at) => (rest[at] ^= times(value, factor)));
  }
  return rest;
}

function qrFill(size, dark, taken, words) {
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1)
      for (let side = 0; side < 2; side += 1) {
        const x = right - side;
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (taken[y][x]) continue;
        const bit = at < words.length * 8 ? (words[at >>> 3] >>> (7 - (at & 7))) & 1 : 0;
        dark[y][x] = bit ^ ((x + y) % 3 === 0 ? 1 : 0);
        at += 1;
      }
  }
}

// Whether a PNG is 1 bit deep, has nothing but its pixels, and shows the code of a text at 4 pixels a module.
async function showsCode(png, text) {
  if (text.length > QR_LONGEST || !/^[\x20-\x7e]*$/.test(text)) return false;
  for (const spare of [true, false]) if (await showsModules(png, qrModules(text, spare))) return true;
  return false;
}

async function showsModules(png, modules) {
  const [scale, border] = [4, 4];
  const width = (modules.length + 2 * border) * scale;
  const row = 1 + ((width + 7) >> 3);
  const pixels = new Uint8Array(row * width).fill(255);
  for (let y = 0; y < width; y += 1) pixels[y * row] = 0;
  modules.forEach((line, y) =>
    line.forEach((one, x) => {
      if (!one) return;
      for (let down = 0; down < scale; down += 1)
        for (let right = 0; right < scale; right += 1) {
          const place = (x + border) * scale + right;
          pixels[((y + border) * scale + down) * row + 1 + (place >> 3)] &= ~(128 >> (place & 7));
        }
    }),
  );
  const spare = row * 8 - 8 - width; // the mirror's pixels beyond the edge are black
  for (let y = 0; y < width; y += 1) if (insideCode(y, modules.length, scale, border)) pixels[(y + 1) * row - 1] &= 255 << spare;
  const shown = await pixelsOf(png, width, pixels.length);
  return shown !== null && shown.every((one, at) => one === pixels[at]);
}

// Of PNG 1.2, appendix 15.
function crc32(bytes) {
  let sum = 0xffffffff;
  for (const one of bytes) {
    sum ^= one;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

const insideCode = (y, side, scale, border) => y >= border * scale && y < (border + side) * scale;

async function pixelsOf(png, width, length) {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const header = `\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR`;
  if (png.length < 57 || binaryOf(png.subarray(0, 16)) !== header) return null;
  const fine = view.getUint32(16) === width && view.getUint32(20) === width;
  if (!fine || binaryOf(png.subarray(24, 29)) !== "\x01\0\0\0\0") return null;
  const size = view.getUint32(33);
  if (binaryOf(png.subarray(37, 41)) !== "IDAT" || png.length !== 41 + size + 4 + 12) return null;
  if (binaryOf(png.subarray(png.length - 12, png.length - 4)) !== "\0\0\0\0IEND") return null;
  const sums = [[12, 29], [37, 41 + size], [png.length - 8, png.length - 4]];
  if (!sums.every(([start, end]) => view.getUint32(end) === crc32(png.subarray(start, end)))) return null;
  const found = await unpacked(png.subarray(41, 41 + size), "deflate", length);
  return found && found.length === length ? found : null;
}
