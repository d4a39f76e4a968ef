// What counts as the same letter, and what a text is found by: exactly what fold.py and tokens.py do.

export const JOINER = "\u200c";
const LONGEST = 60;

const DROPPED = /[\u00ad\u0640\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+/g;
const MARKS = /([\u0400-\u052f]?)([\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]+)/g;
const LETTERS = new Map();
for (const [from, to] of [["٠١٢٣٤٥٦٧٨٩", "0123456789"], ["۰۱۲۳۴۵۶۷۸۹", "0123456789"], ["يىكةەςё", "ییکههσе"]]) {
  [...from].forEach((letter, index) => LETTERS.set(letter, [...to][index]));
}
const UNSPACED =
  /[\u0e00-\u0e4f\u0e80-\u0ecf\u1000-\u103f\u1780-\u17d3\u3005\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{323af}]/u;
const LETTER = /[\p{L}\p{M}\p{N}]/u;
const SOFT = /[ \t\u00a0\u2000-\u200a\u3000\u200c'\u2018\u2019"\u201c\u201d\u00ab\u00bb\u2010-\u2015\u2212/-]/;
// A character with the marks on it, and halfwidth kana with theirs: what folding never joins to its neighbours.
const CLUSTER = /[^][\p{M}\uff9e\uff9f]*/gu;

/** Whether a text holds a Chinese character. */
export function hasHan(text) {
  return /[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\u{20000}-\u{323af}]/u.test(text.normalize("NFKC"));
}

/** A text in the one form that is searched; `variants` is a Map of Chinese characters. */
export function fold(text, variants) {
  const plain = text
    .replace(DROPPED, "")
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(MARKS, (all, letter, marks) => (letter ? letter + marks.replace(/[^\u0306\u0308]/g, "") : ""))
    .normalize("NFC");
  let folded = "";
  for (const letter of plain) folded += LETTERS.get(letter) || variants.get(letter) || letter;
  return folded;
}

const MEMORY = 20000; // characters whose folding is remembered
const folded = new WeakMap(); // variants -> character -> the same, folded

function foldOnce(letter, variants) {
  let known = folded.get(variants);
  if (!known || known.size > MEMORY) folded.set(variants, (known = new Map()));
  let form = known.get(letter);
  if (form === undefined) known.set(letter, (form = fold(letter, variants)));
  return form;
}

/**
 * The words and rows of a text in its own order: {text, place, row, from, to, starts}. `place` counts as
 * tokens.py says; `from` and `to` say where the token stands in the text, `starts` where each letter does.
 */
export function tokens(text, variants) {
  const found = [];
  let open = null;
  let place = 0;
  let hard = false;
  let between = false;
  for (const match of text.matchAll(CLUSTER)) {
    const end = match.index + match[0].length;
    for (const letter of foldOnce(match[0], variants)) {
      const row = UNSPACED.test(letter);
      if (!row && !LETTER.test(letter) && letter !== JOINER) {
        open = null;
        between = true;
        hard = hard || !SOFT.test(letter);
        continue;
      }
      if (letter === JOINER) {
        // It has no place, and is nothing at the ends of a word.
        if (open && !open.row) open.joiner = true;
        else {
          open = null;
          between = true;
        }
        continue;
      }
      if (!open || open.row !== row) {
        const before = found[found.length - 1];
        if (open && open.joiner) between = true;
        if (before && between && (hard || (row && before.row))) place += 1;
        open = { text: "", place, row, from: match.index, to: end, starts: [], joiner: false };
        found.push(open);
        between = hard = false;
      }
      if (open.joiner) {
        open.text += JOINER;
        open.joiner = false;
      }
      open.text += letter;
      open.starts.push([match.index, end]);
      open.to = end;
      place += 1;
    }
  }
  return found;
}

/**
 * What a text is found by, as places() of tokens.py: [term, place, from, to, end], where `end` is where the first
 * character ends in scripts without spaces.
 */
export function places(text, variants) {
  const found = [];
  for (const token of tokens(text, variants)) {
    const letters = [...token.text];
    if (token.row) {
      letters.forEach((letter, index) => {
        const [from, to] = token.starts[index];
        const behind = token.starts[index + 1] || [from, to];
        found.push([letter + (letters[index + 1] || ""), token.place + index, from, behind[1], to]);
      });
      continue;
    }
    const whole = token.text.split(JOINER).join("");
    const size = [...whole].length;
    if (size <= LONGEST) found.push([whole, token.place, token.from, token.to, token.to]);
    if (whole === token.text) continue;
    let at = 0;
    for (const part of token.text.split(JOINER)) {
      const length = [...part].length;
      if (!length) continue;
      const to = token.starts[at + length - 1][1];
      found.push([part, token.place + at, token.starts[at][0], to, to]);
      at += length;
    }
  }
  return found;
}

/** The table of variants as pieces.py writes it. */
export function readVariants(bytes, number) {
  const variants = new Map();
  const state = { at: 0 };
  let target = 0;
  let source = 0;
  while (state.at < bytes.length) {
    target += number(bytes, state);
    const step = number(bytes, state);
    source += step % 2 ? -(step + 1) / 2 : step / 2;
    variants.set(String.fromCodePoint(source), String.fromCodePoint(target));
  }
  return variants;
}
