// Pages are whole without this. It only keeps what moves up to date: parts of a page, and a running job's log.
"use strict";

// Parts marked data-live are fetched again while the page is seen, and replaced one by one by their ids.
const parts = () => [...document.querySelectorAll("[data-live]")];
async function renew() {
  if (document.hidden || !parts().length) return;
  const address = new URL(location.href);
  address.searchParams.set("part", "1");
  const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-part]")) {
    const now = fresh.getElementById(old.id);
    if (!now || now.outerHTML === old.outerHTML || old.contains(document.activeElement) && old.matches(":focus-within")) continue;
    old.replaceWith(document.adoptNode(now));
  }
}
setInterval(() => renew().catch(() => {}), 3000);

// The log comes as data, [kind, …], and becomes text nodes: nothing in it is ever read as markup.
const log = document.querySelector(".lines[data-events]");
if (log) {
  const state = document.getElementById("log-state");
  const open = [log];
  for (let last = log.lastElementChild; last && last.tagName === "DETAILS" && last.dataset.section === "open"; last = last.lastElementChild) open.push(last);
  let partial = log.querySelector("[data-partial]");
  const time = seconds => seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;

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
    open: (number, stamp, pieces, collapsed) => {
      const section = document.createElement("details");
      section.open = !collapsed;
      const summary = document.createElement("summary");
      summary.append(line(number, stamp, pieces));
      section.append(summary);
      open.at(-1).append(section);
      open.push(section);
    },
    close: seconds => {
      if (open.length < 2) return;
      const took = document.createElement("time");
      took.textContent = time(seconds);
      open.pop().firstElementChild.append(took);
    },
  };

  const events = new EventSource(log.dataset.events);
  events.onopen = () => { state.textContent = "live"; state.className = "live"; };
  events.onerror = () => { state.textContent = "reconnecting…"; state.className = ""; };
  events.onmessage = message => {
    const follows = innerHeight + scrollY >= document.documentElement.scrollHeight - 80;
    partial?.remove();
    partial = null;
    for (const [kind, ...rest] of JSON.parse(message.data)) does[kind]?.(...rest);
    if (follows) scrollTo(0, document.documentElement.scrollHeight);
  };
  events.addEventListener("end", () => { events.close(); state.textContent = "complete"; state.className = ""; renew().catch(() => {}); });
}
