// Queries against an index that is fetched in pieces, the newest segment first.

import { JOINER, hasHan, places, readVariants, tokens } from "./letters.js";
import { addPostings, compare, eachTerm, inflate, number } from "./pieces.js";

const LAYOUT = 1;
const NO_VARIANTS = new Map();
const BLOCK = 256; // documents whose names stand in one file
const MOST_PIECES = 12; // of a segment for one beginning of words or single character, about 120 kB

/** The words begin so often that a query would cost too much; `part` is what was asked for. */
export class TooCommon extends Error {
  constructor(part) {
    super("too common");
    this.part = part;
  }
}

export class Finder {
  /** `folder` is the address of `search/`, with a slash at its end. */
  constructor(folder) {
    this.folder = folder;
    this.kept = new Map();
  }

  /** What the index says of itself; asked for anew each time until it came. */
  async about() {
    if (!this.known) {
      const answer = await fetch(new URL("index.json", this.folder), { cache: "no-cache" });
      if (!answer.ok) throw new Error(`${answer.status} index.json`);
      const about = await answer.json();
      if (about.layout !== LAYOUT) throw new Error("another layout");
      this.known = about;
    }
    return this.known;
  }

  /** Fetch what most queries need of `count` segments, so that the answer to the first one waits for less. */
  async prepare(count, withVariants) {
    const { segments, variants } = await this.about();
    const paths = segments.slice(0, count).map(({ name }) => `${name}/about.bin`);
    if (variants && withVariants) paths.push(variants);
    await Promise.all(paths.map((path) => this.bytes(path)));
  }

  /** Ask for the index itself anew at the next query. */
  forget() {
    this.known = this.table = null;
  }

  /** The bytes of a file, inflated but for names; kept for the next query. */
  bytes(path, deflated = true) {
    if (!this.kept.has(path)) {
      const got = fetch(new URL(path, this.folder)).then(async (answer) => {
        if (!answer.ok) throw new Error(`${answer.status} ${path}`);
        const data = new Uint8Array(await answer.arrayBuffer());
        return deflated ? inflate(data) : data;
      });
      this.kept.set(path, got);
      got.catch(() => this.kept.delete(path));
    }
    return this.kept.get(path);
  }

  async json(path) {
    return JSON.parse(new TextDecoder().decode(await this.bytes(path)));
  }

  /** The table of variants, where the query needs one. */
  async variants(text) {
    const { variants } = await this.about();
    if (!variants || !hasHan(text)) return NO_VARIANTS;
    this.table = this.table || readVariants(await this.bytes(variants), number);
    return this.table;
  }

  /**
   * A query as what must stand in a document: a list of parts, each a list of ways to write it, each a list of
   * [term, distance, isBeginning, isSingleCharacter]. Empty when nothing in it can be searched.
   */
  async parse(query) {
    const variants = await this.variants(query);
    const parts = [];
    for (const text of split(query)) {
      const ways = waysOf(text, variants);
      if (ways.length) parts.push({ text, ways });
    }
    return { parts, variants };
  }

  /**
   * Documents of one segment in which all parts stand, newest first, as numbers. `section` is an id, or empty.
   * Throws TooCommon.
   */
  async search(segment, parsed, section) {
    const about = await this.json(`${segment.name}/about.bin`);
    const wanted = about.sections.indexOf(section);
    if (section && wanted < 0) return [];
    const found = await Promise.all(parsed.parts.map((part) => this.standing(segment, about, part)));
    let documents = [...found[0]];
    for (const other of found.slice(1)) documents = documents.filter((one) => other.has(one));
    if (section) documents = documents.filter((one) => about.section[one] === wanted);
    return documents.sort((one, other) => other - one);
  }

  async standing(segment, about, part) {
    const documents = new Set();
    for (const way of part.ways) {
      const places = await Promise.all(
        way.map(([term, , beginning]) => this.places(segment, about, term, beginning, part.text)),
      );
      // The rarest term says which documents are looked at.
      const order = way.map((_, index) => index).sort((one, other) => places[one].size - places[other].size);
      for (const [one, starts] of places[order[0]]) {
        const base = way[order[0]][1];
        let begins = starts.map((place) => place - base);
        for (const index of order.slice(1)) {
          const others = new Set(places[index].get(one) || []);
          begins = begins.filter((place) => others.has(place + way[index][1]));
          if (!begins.length) break;
        }
        if (begins.length) documents.add(one);
      }
    }
    return documents;
  }

  /** document -> places of a term, or of all terms that begin so. */
  async places(segment, about, term, beginning, text) {
    const { firsts } = about;
    let low = 0;
    let high = firsts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(firsts[middle], term) <= 0) low = middle + 1;
      else high = middle;
    }
    const first = Math.max(0, low - 1);
    let last = first;
    if (beginning) while (last + 1 < firsts.length && firsts[last + 1].startsWith(term)) last += 1;
    if (last - first >= MOST_PIECES) throw new TooCommon(text);
    const numbers = [];
    for (let index = first; index <= last && index < firsts.length; index++) numbers.push(index);
    const places = new Map();
    const data = await Promise.all(numbers.map((index) => this.bytes(`${segment.name}/${index}.bin`)));
    for (const bytes of data) {
      eachTerm(bytes, (name, from, to) => {
        if (name === term || (beginning && name.startsWith(term))) addPostings(bytes, from, to, places);
      });
    }
    return places;
  }

  /** What is shown of a document. */
  async document(segment, index) {
    const block = await this.bytes(`${segment.name}/names-${Math.floor(index / BLOCK)}.bin`, false);
    const at = (index % BLOCK) * 6;
    const name = [...block.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return this.json(`texts/${name.slice(0, 2)}/${name.slice(2)}.bin`);
  }
}

const QUOTES = "\"\u201c\u201d\u201e\u00ab\u00bb\uff02\u300c\u300d";

/** Phrases in any quotation marks, and what stands between spaces. */
function split(query) {
  const parts = [];
  const quoted = new RegExp(`[${QUOTES}]([^${QUOTES}]+)[${QUOTES}]|(\\S+)`, "g");
  for (const match of query.matchAll(quoted)) parts.push(match[1] || match[2]);
  return parts;
}

function waysOf(text, variants) {
  const bare = text.replace(/[*\uff0a]\s*$/, "");
  const ways = [];
  for (const written of new Set([bare.split(JOINER).join(""), bare.split(JOINER).join(" ")])) {
    const way = wayOf(tokens(written.normalize("NFC"), variants), bare !== text);
    if (way.length) ways.push(way);
  }
  return ways;
}

function wayOf(found, beginning) {
  const way = [];
  found.forEach((token, order) => {
    const at = token.place - found[0].place;
    const letters = [...token.text];
    if (!token.row) {
      way.push([token.text, at, beginning && order === found.length - 1]);
    } else if (letters.length === 1) {
      // Every place of a single character begins a pair or ends a row.
      way.push([letters[0], at, true, true]);
    } else {
      // Pairs that cover the row: 0, 2, 4, and the last one.
      for (let index = 0; index < letters.length - 1; index += 2) way.push([letters[index] + letters[index + 1], at + index, false]);
      if (letters.length % 2) way.push([letters.slice(-2).join(""), at + letters.length - 2, false]);
    }
  });
  return way;
}

/** Where the parts of a query stand in a text, as [from, to] of the text, ascending and apart. */
export function marks(text, parsed) {
  const known = new Map(); // term -> place -> [from, to, end of the first character]
  for (const [term, place, ...where] of places(text, parsed.variants)) {
    if (!known.has(term)) known.set(term, new Map());
    known.get(term).set(place, where);
  }
  const ranges = [];
  for (const way of parsed.parts.flatMap((part) => part.ways)) {
    const stand = way.map(([term, , beginning]) => (beginning ? begun(known, term) : known.get(term) || new Map()));
    const [, , , single] = way[way.length - 1];
    for (const [place, [from]] of stand[0]) {
      const all = stand.map((one, index) => one.get(place - way[0][1] + way[index][1]));
      if (all.every(Boolean)) ranges.push([from, all[all.length - 1][single ? 2 : 1]]);
    }
  }
  return merged(ranges);
}

function begun(known, term) {
  const found = new Map();
  for (const [name, where] of known) if (name.startsWith(term)) where.forEach((one, place) => found.set(place, one));
  return found;
}

function merged(ranges) {
  const apart = [];
  for (const [from, to] of ranges.sort((one, other) => one[0] - other[0])) {
    const last = apart[apart.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else apart.push([from, to]);
  }
  return apart;
}
