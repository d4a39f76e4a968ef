// The bytes of an index, as pieces.py writes them. Inflating is done here (RFC 1951), as browsers of old phones
// cannot.

const BASES = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const FAR = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const FAR_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MOST = 50000000; // bytes; nothing that we write is larger

/** Raw deflated bytes as they were. Throws an Error when they are not whole. */
export function inflate(data) {
  let out = new Uint8Array(Math.max(1024, data.length * 4));
  let size = 0;
  let at = 0;
  let bits = 0;
  let held = 0;
  const take = (count) => {
    while (held < count) {
      if (at >= data.length) throw new Error("cut off");
      bits |= data[at++] << held;
      held += 8;
    }
    const value = bits & ((1 << count) - 1);
    bits >>>= count;
    held -= count;
    return value;
  };
  const room = (count) => {
    if (size + count > MOST) throw new Error("too large");
    if (size + count <= out.length) return;
    const larger = new Uint8Array(Math.max(out.length * 2, size + count));
    larger.set(out);
    out = larger;
  };
  const symbol = (tree) => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length++) {
      code |= take(1);
      const count = tree.counts[length];
      if (code - count < first) return tree.symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error("no such code");
  };
  let last = 0;
  while (!last) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) {
      bits = held = 0;
      const count = data[at] | (data[at + 1] << 8);
      at += 4;
      if (at + count > data.length) throw new Error("cut off");
      room(count);
      out.set(data.subarray(at, at + count), size);
      size += count;
      at += count;
      continue;
    }
    if (kind === 3) throw new Error("no such block");
    const [literals, distances] = kind === 1 ? fixed() : dynamic(take, symbol);
    for (;;) {
      const value = symbol(literals);
      if (value < 256) {
        room(1);
        out[size++] = value;
        continue;
      }
      if (value === 256) break;
      const length = BASES[value - 257] + take(EXTRA[value - 257]);
      const far = symbol(distances);
      const back = FAR[far] + take(FAR_EXTRA[far]);
      if (back > size) throw new Error("too far back");
      room(length);
      for (let index = 0; index < length; index++, size++) out[size] = out[size - back];
    }
  }
  return out.subarray(0, size);
}

function dynamic(take, symbol) {
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const known = take(4) + 4;
  const lengths = new Array(19).fill(0);
  for (let index = 0; index < known; index++) lengths[ORDER[index]] = take(3);
  const tree = treeOf(lengths);
  const all = [];
  while (all.length < literals + distances) {
    const value = symbol(tree);
    if (value < 16) all.push(value);
    else if (value === 16) repeat(all, all[all.length - 1], 3 + take(2));
    else repeat(all, 0, value === 17 ? 3 + take(3) : 11 + take(7));
  }
  return [treeOf(all.slice(0, literals)), treeOf(all.slice(literals))];
}

function repeat(list, value, count) {
  for (let index = 0; index < count; index++) list.push(value);
}

function fixed() {
  const lengths = [];
  for (let value = 0; value < 288; value++) lengths.push(value < 144 ? 8 : value < 256 ? 9 : value < 280 ? 7 : 8);
  return [treeOf(lengths), treeOf(new Array(30).fill(5))];
}

function treeOf(lengths) {
  const counts = new Array(16).fill(0);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  const next = new Array(16).fill(0);
  for (let length = 1; length < 15; length++) next[length + 1] = next[length] + counts[length];
  const symbols = [];
  lengths.forEach((length, value) => {
    if (length) symbols[next[length]++] = value;
  });
  return { counts, symbols };
}

/** The number at `state.at`, which moves behind it. */
export function number(bytes, state) {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[state.at++];
    value += (byte & 127) * scale;
    if (!(byte & 128)) return value;
    scale *= 128;
  }
}

/** The terms of an inflated piece, each with where its postings begin and end: calls take(term, from, to). */
export function eachTerm(bytes, take) {
  const decoder = new TextDecoder();
  const state = { at: 0 };
  let name = new Uint8Array(0);
  while (state.at < bytes.length) {
    const kept = number(bytes, state);
    const more = number(bytes, state);
    const whole = new Uint8Array(kept + more);
    whole.set(name.subarray(0, kept));
    whole.set(bytes.subarray(state.at, state.at + more), kept);
    state.at += more;
    name = whole;
    const size = number(bytes, state);
    take(decoder.decode(name), state.at, state.at + size);
    state.at += size;
  }
}

/** Adds the places of a term to a Map of documents: document -> places. */
export function addPostings(bytes, from, to, places) {
  const state = { at: from };
  let documentNumber = 0;
  while (state.at < to) {
    const head = number(bytes, state);
    documentNumber += Math.floor(head / 2);
    let known = places.get(documentNumber);
    if (!known) places.set(documentNumber, (known = []));
    let count = head % 2 ? 1 : number(bytes, state);
    let place = 0;
    for (; count > 0; count--) known.push((place += number(bytes, state)));
  }
}

/** Which of two texts comes first by code points: below 0, 0 or above. */
export function compare(one, other) {
  const mine = [...one];
  const theirs = [...other];
  for (let index = 0; index < Math.min(mine.length, theirs.length); index++) {
    const difference = mine[index].codePointAt(0) - theirs[index].codePointAt(0);
    if (difference) return difference;
  }
  return mine.length - theirs.length;
}
