// What is wrong with a page for whoever looks at it, listens to it or uses it without a mouse. Gives a list of sentences.
() => {
  const wrong = [];
  const name = el => `${el.tagName.toLowerCase()}${el.id ? "#" + el.id : ""}${el.className && el.className.baseVal === undefined ? "." + [...el.classList].join(".") : ""} "${(el.textContent || "").trim().slice(0, 40)}"`;
  const isShown = el => el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && el.getClientRects().length > 0;
  const all = selector => [...document.querySelectorAll(selector)].filter(isShown);

  // The page never scrolls sideways.
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const widest = all("body *").filter(el => el.getBoundingClientRect().right > root.clientWidth + 1 && !el.closest(".graph, pre, .parts ul")).slice(0, 3).map(name);
    wrong.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide: ${widest.join("; ")}`);
  }

  // Landmarks, headings, ids.
  if (document.querySelectorAll("main").length !== 1) wrong.push("there is not one main");
  if (document.querySelectorAll("h1").length !== 1) wrong.push(`there are ${document.querySelectorAll("h1").length} first headings`);
  if (!root.lang) wrong.push("the page says no language");
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = +heading.tagName[1];
    if (level && next > level + 1) wrong.push(`a heading leaves out a level: ${name(heading)}`);
    level = next;
  }
  const ids = new Set();
  for (const el of document.querySelectorAll("[id]")) {
    if (ids.has(el.id)) wrong.push(`two elements have the id ${el.id}`);
    ids.add(el.id);
  }
  for (const el of document.querySelectorAll("[aria-labelledby]"))
    if (!document.getElementById(el.getAttribute("aria-labelledby"))) wrong.push(`nothing labels ${name(el)}`);

  // Whatever can be used has a name, and is large enough to be hit.
  const called = el => (el.getAttribute("aria-label") || el.getAttribute("title") || [...(el.labels || [])].map(one => one.textContent).join("") ||
    [...el.querySelectorAll("[aria-label], img[alt]")].map(one => one.getAttribute("aria-label") || one.alt).join("") || el.textContent || "").trim();
  for (const el of all("a[href], button, summary, input:not([type=hidden], :disabled), select, textarea"))
    if (!called(el)) wrong.push(`has no name: ${name(el)}`);
  for (const el of all("button, summary, input:not([type=hidden], :disabled), select, textarea")) {
    const box = (el.matches("[type=checkbox], [type=radio]") && el.closest("label") || el).getBoundingClientRect();
    if (box.width < 24 || box.height < 19) wrong.push(`is too small to hit (${Math.round(box.width)} × ${Math.round(box.height)}): ${name(el)}`);
  }
  for (const img of all("img")) if (!img.hasAttribute("alt")) wrong.push("a picture has no alt");
  for (const svg of all("svg")) if (!svg.hasAttribute("aria-hidden") && !svg.hasAttribute("aria-label")) wrong.push("a drawing is neither hidden nor named");

  // Text can be read: https://www.w3.org/TR/WCAG22/#contrast-minimum
  const colour = text => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(") ? [parts[0] * 255, parts[1] * 255, parts[2] * 255, parts[3] ?? 1] : [parts[0], parts[1], parts[2], parts[3] ?? 1];
  };
  const over = (top, under) => [0, 1, 2].map(at => top[at] * top[3] + under[at] * (1 - top[3])).concat(1);
  const ground = el => {
    const layers = [];
    for (let up = el; up; up = up.parentElement) {
      const back = colour(getComputedStyle(up).backgroundColor);
      layers.push(back);
      if (back[3] === 1) break;
    }
    const canvas = colour(getComputedStyle(document.body).backgroundColor);
    return layers.reverse().reduce((under, top) => over(top, under), canvas);
  };
  const light = c => {
    const [r, g, b] = c.map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const told = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const el = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !isShown(el) || el.closest("option, .hidden, .skip")) continue;
    const style = getComputedStyle(el);
    const back = ground(el), fore = over(colour(style.color), back);
    const [high, low] = [light(fore), light(back)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05), size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const key = `${style.color} on ${back}`;
    if (ratio < least && !told.has(key)) { told.add(key); wrong.push(`contrast ${ratio.toFixed(2)}, ${key}: ${name(el)}`); }
  }
  return wrong;
}
