// Pages are whole without this. It keeps what moves up to date: parts of a page, and a running job's log; and it spares some typing.
"use strict";

// Parts of a page are fetched again when the server says that something has changed, and replaced one by one by their ids.
const mark = document.getElementById("live");
const show = (words, look) => {
  if (!mark) return;
  const now = document.getElementById("live") || mark;
  now.hidden = false;
  now.className = `live-mark ${look}`;
  now.lastElementChild.textContent = words;
};
let state = ["live", "on"];
let asking = false, again = false;

// Who has the focus in a part keeps it in the new one: by id, or by what it is called and where it leads.
const sameIn = (part, old) => old.id ? document.getElementById(old.id)
  : [...part.querySelectorAll(old.tagName)].find(one => one.getAttribute("aria-label") === old.getAttribute("aria-label") && one.getAttribute("href") === old.getAttribute("href"));

function replace(old, now) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  if (focused && focused.matches("input, textarea, select")) return;
  const open = [...old.querySelectorAll("details[id][open]")].map(one => one.id);
  const scrolled = [...old.querySelectorAll("[id]")].filter(one => one.scrollLeft > 0).map(one => [one.id, one.scrollLeft]);
  old.replaceWith(document.adoptNode(now));
  for (const id of open) { const one = document.getElementById(id); if (one) one.open = true; }
  for (const [id, left] of scrolled) { const one = document.getElementById(id); if (one) one.scrollLeft = left; }
  if (focused) sameIn(now, focused)?.focus({ preventScroll: true });
}

async function renew() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const address = new URL(location.href);
    address.searchParams.set("part", "1");
    const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-part]")) {
      const now = fresh.getElementById(old.id);
      if (now && now.outerHTML !== old.outerHTML) replace(old, now);
    }
    document.title = fresh.title;
    count();
    show(...state);
  } finally {
    asking = false;
    if (again) { again = false; renew().catch(() => {}); }
  }
}

// A tab that nobody sees listens to nothing: browsers allow a server six connections at a time.
let changes = null;
function listen() {
  const source = document.querySelector("[data-live]")?.dataset.live;
  if (!source || document.hidden) { changes?.close(); changes = null; return; }
  if (changes) return;
  changes = new EventSource(source);
  changes.onopen = () => show(...(state = ["live", "on"]));
  changes.onerror = () => show(...(state = ["reconnecting…", "off"]));
  changes.onmessage = () => renew().then(() => { if (!document.querySelector("[data-live]")) listen(); }).catch(() => {});
}
document.addEventListener("visibilitychange", () => { listen(); if (!document.hidden && changes) renew().catch(() => {}); });
listen();

// Durations of what runs go on between two looks.
const words = s => s >= 3600 ? `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min` : s >= 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : s > 0 ? `${s} s` : "< 1 s";
function count() {
  for (const one of document.querySelectorAll("[data-seconds]")) {
    one.since ??= Date.now() - one.dataset.seconds * 1000;
    one.textContent = words(Math.max(0, Math.floor((Date.now() - one.since) / 1000)));
  }
}
count();
setInterval(count, 1000);

// Of parts that do not fit side by side the current one is seen.
document.querySelector(".parts [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

// Only one menu is open at a time; a click elsewhere or Escape closes it.
document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll("details.menu[open], details.careful[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open], details.careful[open]")) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});

// What is to be typed elsewhere can be copied.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

// Rows of names and values: there is always an empty one.
for (const pairs of document.querySelectorAll("[data-pairs]")) {
  pairs.addEventListener("input", () => {
    const last = pairs.lastElementChild;
    if (![...last.querySelectorAll("input, textarea")].some(one => one.value)) return;
    const next = last.cloneNode(true);
    const number = pairs.querySelectorAll(".pair").length + 1;
    for (const one of next.querySelectorAll("input, select")) {
      if (one.tagName === "INPUT") one.value = "";
      one.setAttribute("aria-label", one.getAttribute("aria-label").replace(/\d+/, number));
    }
    pairs.append(next);
  });
}

// Another branch or tag has another form.
for (const ref of document.querySelectorAll("[data-again]")) {
  const again = ref.form.querySelector("[name=again]");
  again.hidden = true;
  ref.addEventListener("change", () => again.click());
}

// The log comes as data, [kind, …], and becomes text nodes: nothing in it is ever read as markup.
const log = document.querySelector(".lines[role=log]");
const fold = document.getElementById("fold");
if (log && fold && (log.querySelector("details") || log.dataset.events)) {
  fold.hidden = false;
  fold.addEventListener("click", () => {
    const open = [...log.querySelectorAll("details")].some(one => one.open);
    for (const one of log.querySelectorAll("details")) one.open = !open;
    fold.textContent = open ? "Unfold all" : "Fold all";
  });
}

// A line that is linked to is shown, whatever it is folded in; one that is not on the page is asked for.
function reveal() {
  const number = /^#L(\d+)$/.exec(location.hash)?.[1];
  if (!log || !number) return;
  const line = document.getElementById(`L${number}`);
  if (!line) {
    const address = new URL(location.href);
    if (log.childElementCount === 0 || address.searchParams.has("from")) return;
    address.search = `?from=${number}`;
    location.replace(address);
    return;
  }
  for (let up = line.parentElement; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
  line.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", reveal);
reveal();

if (log?.dataset.events) {
  const told = document.getElementById("log-state");
  const end = document.getElementById("log-end");
  const open = [log];
  for (let last = log.lastElementChild; last && last.tagName === "DETAILS" && last.dataset.section === "open"; last = last.lastElementChild) open.push(last);
  let partial = log.querySelector("[data-partial]");

  const line = (number, stamp, pieces) => {
    const row = document.createElement("div");
    row.className = "l";
    if (number) row.id = `L${number}`;
    const anchor = document.createElement("a");
    if (number) anchor.href = `#L${number}`;
    anchor.textContent = number || "";
    const text = document.createElement("span");
    for (const [style, words, link] of pieces) {
      const piece = document.createElement(link ? "a" : "span");
      if (style) piece.className = style;
      if (link && /^https?:\/\//i.test(link)) { piece.href = link; piece.rel = "noopener noreferrer nofollow"; }
      piece.textContent = words;
      text.append(piece);
    }
    row.append(anchor, text);
    if (stamp) { const at = document.createElement("time"); at.textContent = stamp; row.append(at); }
    return row;
  };

  const does = {
    line: (number, stamp, pieces) => open.at(-1).append(line(number, stamp, pieces)),
    partial: (number, stamp, pieces) => { partial = line(number, stamp, pieces); open.at(-1).append(partial); },
    open: (number, stamp, pieces, collapsed, chore) => {
      const section = document.createElement("details");
      section.open = !collapsed;
      if (chore) section.dataset.chore = "";
      const summary = document.createElement("summary");
      summary.append(line(number, stamp, pieces));
      section.append(summary);
      open.at(-1).append(section);
      open.push(section);
    },
    close: seconds => {
      if (open.length < 2) return;
      const took = document.createElement("time");
      took.textContent = words(seconds);
      const section = open.pop();
      section.firstElementChild.append(took);
      if (section.dataset.chore !== undefined && !section.querySelector(".f1, .f9")) section.open = false;
    },
  };

  const events = new EventSource(log.dataset.events);
  events.onopen = () => { told.textContent = "live"; told.className = "live"; };
  events.onerror = () => { told.textContent = "reconnecting…"; told.className = ""; };
  events.onmessage = message => {
    // Who looks at the end goes on looking at it; who has scrolled up stays there.
    const place = end.getBoundingClientRect().top;
    const follows = place >= 0 && place <= innerHeight + 80 && !/^#L\d+$/.test(location.hash);
    partial?.remove();
    partial = null;
    for (const [kind, ...rest] of JSON.parse(message.data)) does[kind]?.(...rest);
    if (follows) end.scrollIntoView({ block: "nearest" });
  };
  events.addEventListener("end", () => { events.close(); told.textContent = "complete"; told.className = ""; renew().catch(() => {}); });
}
