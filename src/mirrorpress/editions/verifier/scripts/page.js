// The page itself: takes files, shows the answer in the reader's language. Whatever comes from files is shown as text.

const MOST_SHOWN = 200;
const PATIENCE = 5 * 60_000; // milliseconds that a clock may be slow
const HOUR = 3_600_000;
const SIGNS = { verified: "✓", stale: "✓", incomplete: "!", tampered: "✗", "unknown-key": "✗", none: "!" };

const data = parseJson(utf8(document.getElementById("data").textContent), "data");
const at = (id) => document.getElementById(id);
let language = preferred();
let said = data.words[language];
let last = null; // what is shown: { finding } or { fault }
let waiting = []; // files to which what completes them may be added
let turn = 0;

function preferred() {
  for (const one of navigator.languages) {
    const wanted = new Intl.Locale(one).maximize();
    const known = Object.keys(data.words).find((name) => {
      const { language: spoken, script } = new Intl.Locale(name).maximize();
      return spoken === wanted.language && script === wanted.script;
    });
    if (known) return known;
  }
  return data.languages[0];
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const number = (value) => new Intl.NumberFormat(language).format(value);
const counted = (forms, value) =>
  filled(forms[new Intl.PluralRules(language).select(value)] ?? forms.other, { number: number(value) });

function age(milliseconds) {
  const hours = Math.max(0, Math.floor(milliseconds / HOUR));
  return hours < 72 ? counted(said.hours, hours) : counted(said.days, Math.floor(hours / 24));
}

function element(tag, content, className = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...[content].flat());
  return made;
}

const literal = (text) => {
  const made = element("bdi", text, "literal");
  made.dir = "ltr";
  return made;
};

// A text with what stands for {key} in it as an element, so that its direction is its own.
function withLiteral(text, key, value) {
  const [before, after] = text.split(`{${key}}`);
  return after === undefined ? [text] : [before, literal(value), after];
}

// --- words ------------------------------------------------------------------------------------------------------

async function speak() {
  said = data.words[language];
  document.documentElement.lang = language;
  document.documentElement.dir = said.direction;
  document.title = `${said.title} · ${data.title}`;
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = said[one.dataset.word];
  at("limits").replaceChildren(...said.limits.map((one) => element("li", one)));
  at("keys").replaceChildren(...(await keysOf(data.root.signed)));
  if (last) show();
}

async function keysOf(root) {
  const { keyids, threshold } = root.roles.root;
  const shown = await Promise.all(keyids.map((id) => fingerprint(root.keys[id])));
  const told = filled(said.keys_of, { threshold: number(threshold), all: number(keyids.length) });
  return [element("p", told), element("ul", shown.map((one) => element("li", literal(one))))];
}

// --- the answer -------------------------------------------------------------------------------------------------

async function show() {
  const { finding, fault } = last;
  const answer = (finding ?? fault).answer || "none";
  const details = finding ? await findingShown(finding) : [reasonShown(fault)];
  const head = filled(said.answers[answer], { age: finding ? age(Date.now() - finding.signed) : "" });
  const sign = element("span", SIGNS[answer], "sign");
  sign.ariaHidden = "true";
  const verdict = [element("h2", [sign, " ", head])];
  if (finding && isSlow(finding)) verdict.push(element("p", said.clock, "warning"));
  say(answer, verdict, details);
  at("answer").dataset.reason = fault ? fault.reason : "";
  at("answer").ariaBusy = "false";
}

// The verdict is read out to those who do not see it; the details wait until they are asked for.
function say(answer, verdict, details) {
  at("answer").className = `answer ${answer}`;
  at("answer").dataset.answer = answer;
  at("verdict").replaceChildren(...verdict);
  at("details").replaceChildren(...details);
}

const isSlow = ({ signed }) => Date.now() < signed - PATIENCE;

function reasonShown({ reason, where }) {
  return element("p", withLiteral(said.reasons[reason], "where", where));
}

async function findingShown(finding) {
  const { edition, signed, root, files, missing } = finding;
  const when = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long" }).format(signed);
  const shown = [facts(edition, isSlow(finding) ? when : `${when} (${age(Date.now() - signed)})`, await keysOf(root))];
  if (files.some((one) => one.as && one.state === "altered")) shown.push(element("p", said.saved));
  const bad = files.filter((one) => one.state === "altered" || one.state === "extra");
  const fine = files.filter((one) => one.state !== "aside" && !bad.includes(one));
  const aside = files.filter((one) => one.state === "aside");
  if (bad.length) shown.push(...listed(said.bad, bad));
  if (missing.length) shown.push(...listed(said.missing, missing.map((path) => ({ path }))));
  if (fine.length) shown.push(...listed(said.fine, fine));
  if (aside.length) shown.push(...listed(said.states.aside, aside.map(({ path }) => ({ path })), true));
  return shown;
}

function facts(edition, when, keys) {
  const rows = [[said.mirror, data.title], [said.edition, literal(edition)], [said.signed_on, when], [said.root_keys, keys]];
  return element("dl", rows.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

function listed(title, files, folded = files.length > 20) {
  const items = files.slice(0, MOST_SHOWN).map(fileShown);
  if (files.length > MOST_SHOWN)
    items.push(element("li", filled(said.more, { number: number(files.length - MOST_SHOWN) })));
  const head = `${title} (${number(files.length)})`;
  const list = element("ul", items, "files");
  return folded ? [element("details", [element("summary", head), list])] : [element("h3", head), list];
}

function fileShown({ path, as, state, address }) {
  const made = element("li", [literal(path)]);
  if (as && as !== path) made.append(" ", element("span", withLiteral(said.as, "path", as)));
  if (state) made.append(" ", element("span", withLiteral(said.states[state], "address", address ?? ""), `state ${state}`));
  if (state) made.dataset.state = state;
  return made;
}

// --- files ------------------------------------------------------------------------------------------------------

const wrapped = (file, path) => ({
  path: path || file.name,
  size: file.size,
  blob: file,
  bytes: async () => new Uint8Array(await file.arrayBuffer()),
});

async function check(chosen) {
  const mine = (turn += 1);
  const told = async (done, all) => {
    const text = filled(said.working, { done: number(done), all: number(all) });
    if (mine === turn) say("working", [text], []);
    await new Promise((then) => setTimeout(then));
  };
  at("answer").ariaBusy = "true";
  await told(0, chosen.length);
  const files = [...waiting, ...chosen];
  waiting = [];
  let result;
  try {
    result = { finding: await judge(files, data.root, Date.now(), told) };
  } catch (error) {
    result = { fault: error instanceof Fault ? error : new Fault("unreadable", String(error.message), "") };
  }
  if (mine !== turn) return;
  if (["no_proof", "no_page"].includes(result.fault?.reason) && files.length < 100) waiting = files;
  last = result;
  await show();
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
  const files = [];
  for (const entry of entries) await walk(entry, "", files);
  return entries.length ? files : [...transfer.files].map((one) => wrapped(one));
}

async function walk(entry, above, files) {
  const path = `${above}${entry.name}`;
  if (files.length > MOST_FILES || path.split("/").length > DEEPEST || entry.name === ".git") return;
  if (entry.isFile) {
    files.push(wrapped(await new Promise((then, fail) => entry.file(then, fail)), path));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((then, fail) => reader.readEntries(then, fail));
    if (!some.length) return;
    for (const one of some) await walk(one, `${path}/`, files);
  }
}

function listen() {
  for (const kind of ["files", "folder"]) {
    const input = at(kind);
    at(`choose-${kind}`).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const files = [...input.files].map((one) => wrapped(one, one.webkitRelativePath));
      input.value = "";
      if (files.length) check(files.filter((one) => !/(?:^|\/)\.git\//.test(one.path)));
    });
  }
  const zone = at("drop");
  for (const name of ["dragover", "dragleave", "drop"])
    document.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
    });
  document.addEventListener("drop", async (event) => {
    let files;
    try {
      files = await dropped(event.dataTransfer);
    } catch {
      files = [];
    }
    if (files.length) check(files);
  });
  const choice = at("language");
  choice.append(
    ...data.languages.map((name) => {
      const made = element("option", data.words[name].name);
      Object.assign(made, { value: name, lang: name, selected: name === language });
      return made;
    }),
  );
  choice.addEventListener("change", () => {
    language = choice.value;
    speak();
  });
}

async function begin() {
  listen();
  const able = globalThis.crypto?.subtle && globalThis.DecompressionStream;
  if (!able) last = { fault: new Fault("browser", "", "") };
  if (able) await speak();
  else show();
  document.documentElement.dataset.ready = "yes";
}

begin();
