// The search page: takes the form over, asks the index, shows what was found. Nothing that was typed goes into an
// address, a request or a store.

import { Finder, TooCommon, marks } from "./find.js";

const PAGE = 10; // articles shown at a time
const AT_ONCE = [2, 3, 4]; // segments of the index, searched before the reader is asked whether to go on
const BEFORE = 50; // characters of an excerpt before its first mark
const LONG = 220; // characters of an excerpt

const form = document.querySelector("form[data-search]");
// A page opened from a disk cannot fetch its index: the list of sections stays.
if (form && /^https?:$/.test(location.protocol)) start(form);

function start(form) {
  const words = JSON.parse(form.dataset.words);
  const finder = new Finder(new URL("./", import.meta.url));
  const root = new URL("../", import.meta.url);
  const box = form.querySelector("input");
  const sections = form.querySelector("select");
  const status = document.getElementById("search-status");
  const list = document.getElementById("search-results");
  const more = document.getElementById("search-more");
  let asked = 0; // counts queries, so that a late answer to an old one is dropped
  let going = null;
  let broken = false; // whether the last answer was that the index cannot be read

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin();
  });
  sections.addEventListener("change", () => {
    if (going) begin();
  });
  more.addEventListener("click", () => (broken ? begin() : run(asked)));
  form.hidden = false;
  document.getElementById("search-fallback").hidden = true;
  box.focus({ preventScroll: true });
  finder.prepare(AT_ONCE[0], words.language.startsWith("zh")).catch(() => {}); // said when a query fails

  function say(text) {
    status.textContent = text;
  }

  async function begin() {
    asked += 1;
    list.textContent = "";
    more.hidden = true;
    going = { query: box.value, section: sections.value, next: 0, waiting: [], found: 0, shown: 0 };
    await run(asked);
  }

  async function run(mine) {
    const state = going;
    more.hidden = true;
    broken = false;
    say(words.working);
    list.setAttribute("aria-busy", "true");
    try {
      const message = await step(state, () => mine === asked);
      if (mine === asked) say(message);
    } catch (error) {
      if (mine !== asked) return;
      if (error instanceof TooCommon) say(filled(words.common, { part: error.part }));
      else {
        // A mirror that was published anew meanwhile has another index.
        broken = true;
        finder.forget();
        say(words.failed);
        more.textContent = words.again;
        more.hidden = false;
      }
    } finally {
      if (mine === asked) list.removeAttribute("aria-busy");
    }
  }

  async function step(state, current) {
    const about = await finder.about();
    if (!state.parsed) state.parsed = await finder.parse(state.query);
    if (!state.parsed.parts.length) return words.empty;
    // The small newest segment and the one before it, mostly enough; then more, as each waits for the line.
    for (const count of AT_ONCE) {
      if (state.waiting.length >= PAGE) break;
      const segments = about.segments.slice(state.next, state.next + count);
      const found = await Promise.all(segments.map((one) => finder.search(one, state.parsed, state.section)));
      if (!current()) return "";
      state.next += segments.length;
      segments.forEach((segment, index) => {
        state.found += found[index].length;
        for (const number of found[index]) state.waiting.push([segment, number]);
      });
    }
    const now = state.waiting.slice(0, PAGE);
    const documents = await Promise.all(now.map(([segment, number]) => finder.document(segment, number)));
    if (!current()) return "";
    state.waiting.splice(0, now.length);
    const first = state.shown > 0;
    const items = documents.map((one) => item(one, state.parsed));
    list.append(...items);
    state.shown += items.length;
    if (first && items.length) items[0].querySelector("a").focus();
    const done = state.next >= about.segments.length;
    if (state.waiting.length || !done) {
      more.textContent = state.waiting.length ? words.more : words.older;
      more.hidden = false;
    }
    if (done) return state.found ? filled(words.all, { articles: articles(state.found) }) : words.none;
    return filled(words.so_far, { articles: articles(state.found), date: about.segments[state.next - 1].since });
  }

  function item(one, parsed) {
    const entry = document.createElement("li");
    const title = document.createElement("a");
    title.href = address(one);
    title.dir = "auto";
    if (one.language) title.lang = one.language;
    const headline = one.title.normalize("NFC");
    title.append(...marked(headline, marks(headline, parsed), 0, headline.length));
    const line = document.createElement("p");
    const day = document.createElement("time");
    day.dateTime = one.day;
    day.dir = "auto";
    day.textContent = one.date;
    const section = document.createElement("bdi");
    section.textContent = one.section;
    line.append(section, " · ", day);
    const excerpt = document.createElement("p");
    excerpt.dir = "auto";
    if (one.language) excerpt.lang = one.language;
    excerpt.append(...excerptOf(one.text.normalize("NFC"), parsed));
    entry.append(title, line, excerpt);
    return entry;
  }

  function address(one) {
    const folder = form.dataset.folder;
    const path = folder && one.also.includes(folder) ? `${folder}/${one.path}` : one.path;
    return new URL(path.split("/").map(encodeURIComponent).join("/"), root).href;
  }

  function articles(count) {
    const rule = new Intl.PluralRules(words.language).select(count);
    const grouped = String(count).replace(/\B(?=(\d{3})+$)/g, words.group);
    const digits = [...words.digits];
    const number = grouped.replace(/\d/g, (digit) => digits[digit]);
    return filled(words.articles[rule] || words.articles.other, { number });
  }
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? values[name] : all));
}

function excerptOf(text, parsed) {
  const ranges = marks(text, parsed);
  const first = ranges.length ? ranges[0][0] : 0;
  let from = first > BEFORE ? first - BEFORE : 0;
  // Not within a word: go on to the next space, if there is one before the mark.
  const space = text.slice(from, first).search(/\s/);
  if (from && space >= 0) from += space + 1;
  let to = Math.min(text.length, from + LONG);
  if (ranges.length) to = Math.min(text.length, Math.max(to, ranges[0][1]));
  while (from > 0 && isHalf(text, from)) from -= 1;
  while (to < text.length && isHalf(text, to)) to += 1;
  const parts = marked(text, ranges, from, to);
  if (from) parts.unshift("… ");
  if (to < text.length) parts.push(" …");
  return parts;
}

/** Whether a cut here would part a character, or a letter from its marks. */
function isHalf(text, at) {
  return /^[\udc00-\udfff]/.test(text.slice(at, at + 1)) || /^\p{M}/u.test(text.slice(at, at + 2));
}

/** A stretch of text as nodes and strings, with what was found in <mark>. */
function marked(text, ranges, from, to) {
  const parts = [];
  let at = from;
  for (const [begin, end] of ranges) {
    if (begin < at || end > to) continue;
    if (begin > at) parts.push(text.slice(at, begin));
    const mark = document.createElement("mark");
    mark.textContent = text.slice(begin, end);
    parts.push(mark);
    at = end;
  }
  if (at < to) parts.push(text.slice(at, to));
  return parts;
}
