// JSON as TUF signs it: OLPC canonical JSON (https://wiki.laptop.org/go/Canonical_JSON). What that form cannot hold
// is refused: fractions, a key twice, half of a surrogate pair. Objects have no prototype: "__proto__" is a key as
// any other.

const DEEPEST = 32;

class Fault extends Error {
  // What is wrong, as a key of the words; where; and the answer that follows from it.
  constructor(reason, where = "", answer = "tampered") {
    super(`${reason}: ${where}`);
    Object.assign(this, { reason, where, answer });
  }
}

function parseJson(bytes, where) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return new JsonReader(text).whole();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw new Fault("malformed", where);
    throw error;
  }
}

class JsonReader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(0);
    this.space();
    if (this.at !== this.text.length) throw new SyntaxError("more after the end");
    return value;
  }

  value(depth) {
    if (depth > DEEPEST) throw new SyntaxError("too deep");
    this.space();
    const first = this.text[this.at];
    if (first === "{") return this.object(depth);
    if (first === "[") return this.array(depth);
    if (first === '"') return this.string();
    const [word] = this.match(/(?:true|false|null|-?(?:0|[1-9]\d{0,15}))(?![\w.+-])/y);
    const value = JSON.parse(word);
    if (typeof value === "number" && (!Number.isSafeInteger(value) || Object.is(value, -0)))
      throw new SyntaxError("a number that is not exact");
    return value;
  }

  object(depth) {
    const found = Object.create(null);
    this.at += 1;
    if (this.skips("}")) return found;
    do {
      this.space();
      const key = this.string();
      if (key in found) throw new SyntaxError("a key twice");
      this.expect(":");
      found[key] = this.value(depth + 1);
    } while (this.skips(","));
    this.expect("}");
    return found;
  }

  array(depth) {
    const found = [];
    this.at += 1;
    if (this.skips("]")) return found;
    do found.push(this.value(depth + 1));
    while (this.skips(","));
    this.expect("]");
    return found;
  }

  string() {
    const start = this.at;
    if (this.text[start] !== '"') throw new SyntaxError("no string");
    for (let end = start + 1; ; end += 1) {
      const one = this.text[end];
      if (one === undefined) throw new SyntaxError("a string without end");
      if (one === "\\") end += 1;
      else if (one === '"') {
        this.at = end + 1;
        const value = JSON.parse(this.text.slice(start, this.at));
        if (/\p{Surrogate}/u.test(value)) throw new SyntaxError("half of a surrogate pair");
        return value;
      }
    }
  }

  space() {
    this.match(/[ \t\r\n]*/y);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) throw new SyntaxError("what is no JSON");
    this.at = pattern.lastIndex;
    return found;
  }

  skips(sign) {
    this.space();
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  expect(sign) {
    if (!this.skips(sign)) throw new SyntaxError(`no ${sign}`);
  }
}

function canonical(value) {
  if (typeof value === "string") return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return String(value);
  const keys = Object.keys(value).sort(byCodePoint);
  return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
}

// Python sorts by code points, JavaScript by UTF-16: they differ beyond the basic plane.
function byCodePoint(one, other) {
  const [left, right] = [[...one], [...other]];
  for (let at = 0; at < left.length && at < right.length; at += 1)
    if (left[at] !== right[at]) return left[at].codePointAt(0) - right[at].codePointAt(0);
  return left.length - right.length;
}
