"use strict";
const data = id => JSON.parse(document.getElementById(id).textContent);
const [overview] = data("overview");
const findings = data("findings").sort((a, b) => a[0] - b[0]);
const { verdicts, repositories, texts } = overview;
const WITHOUT_FINDING = new Set(["compliant", "not-an-image", "unreadable"]);
const CHUNK = 60;

const byId = id => document.getElementById(id);
const sum = numbers => numbers.reduce((total, number) => total + number, 0);
const format = number => number.toLocaleString("en");
const color = verdict => `var(--${verdict})`;
const registries = new Set(repositories.map(([name]) => name.split("/")[0]));
const shortName = name => registries.size === 1 ? name.slice(name.indexOf("/") + 1) : name;
const findingsIn = counts => sum(counts.filter((_, index) => !WITHOUT_FINDING.has(verdicts[index])));

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function dot(verdict) {
  const node = element("span", { className: "dot" });
  node.style.background = color(verdict);
  return node;
}

function bar(counts, node = element("div", { className: "bar" })) {
  const total = sum(counts);
  counts.forEach((count, index) => {
    if (!count) return;
    const part = element("i", { title: `${verdicts[index]}: ${format(count)}` });
    part.style.cssText = `flex:${count / total};background:${color(verdicts[index])}`;
    node.append(part);
  });
  return node;
}

// Appends an element for each item, a chunk at a time as the reader scrolls to the end of the list.
function fill(list, items, make) {
  list.replaceChildren();
  let next = 0;
  const end = element("div");
  const watcher = new IntersectionObserver(entries => entries[0].isIntersecting && more(), { rootMargin: "600px" });
  function more() {
    list.append(...items.slice(next, next + CHUNK).map(make), end);
    next += CHUNK;
    watcher.unobserve(end);
    if (next < items.length) watcher.observe(end);
    else end.remove();
  }
  more();
  return () => watcher.disconnect();
}

const totals = verdicts.map((_, index) => sum(repositories.map(([, counts]) => counts[index])));
const unavailable = repositories.filter(([, , count, problem]) => count || problem);
const chosen = { repository: null, verdict: null, words: [] };

byId("lead").textContent =
  `${format(sum(totals))} images in ${format(repositories.length)} repositories, ` +
  `${format(findingsIn(totals))} with a finding.${registries.size === 1 ? ` Registry: ${[...registries][0]}.` : ""} Created ${overview.written} by platform-guard audit.`;
bar(totals, byId("total"));
byId("legend").append(...verdicts.map((verdict, index) =>
  element("li", {}, dot(verdict), `${verdict} `, element("b", { textContent: format(totals[index]) }))));

const highest = Math.max(1, ...overview.pushes.map(([, counts]) => sum(counts)));
byId("pushes").append(...overview.pushes.map(([day, counts]) => {
  const stack = element("div", { className: "stack", title: `From ${day}: ${format(sum(counts))} images, ${format(findingsIn(counts))} with a finding` });
  stack.style.height = `${100 * sum(counts) / highest}%`;
  [...counts.keys()].reverse().forEach(index => {
    if (!counts[index]) return;
    const part = element("i");
    part.style.cssText = `flex:${counts[index]};background:${color(verdicts[index])}`;
    stack.append(part);
  });
  return stack;
}));
if (overview.pushes.length) {
  byId("first-push").textContent = overview.pushes[0][0];
  byId("last-push").textContent = overview.pushes.at(-1)[0];
}

byId("platforms").append(...overview.platforms.slice(0, 12).map(([name, counts]) =>
  element("div", { className: "row" },
    element("span", { className: "name", textContent: name }), bar(counts),
    element("span", { className: "number" }, element("b", { textContent: format(findingsIn(counts)) }), ` of ${format(sum(counts))}`))));
if (overview.platforms.length > 12)
  byId("platforms").append(element("p", { className: "hint", textContent: `${overview.platforms.length - 12} more platforms` }));

byId("unavailable-section").hidden = !unavailable.length;
byId("unavailable").append(...unavailable.slice(0, 500).map(([name, , count, problem]) =>
  element("li", { textContent: count ? `${shortName(name)}: ${format(count)} images: ${problem}` : `${shortName(name)}: ${problem}` })));
if (unavailable.length > 500) byId("unavailable").append(element("li", { textContent: `${format(unavailable.length - 500)} more repositories` }));

fill(byId("repositories"), repositories.map((_, index) => index), index => {
  const [name, counts] = repositories[index];
  const row = element("button", { className: "row", type: "button" },
    element("span", { className: "name", textContent: shortName(name) }), bar(counts),
    element("span", { className: "number" }, element("b", { textContent: format(findingsIn(counts)) }), ` of ${format(sum(counts))}`));
  row.setAttribute("aria-pressed", "false");
  row.addEventListener("click", () => {
    const same = chosen.repository === index;
    document.querySelectorAll(".row[aria-pressed=true]").forEach(other => other.setAttribute("aria-pressed", "false"));
    row.setAttribute("aria-pressed", String(!same));
    chosen.repository = same ? null : index;
    show();
    if (!same) byId("findings-title").scrollIntoView({ behavior: "smooth" });
  });
  return row;
});

// navigator.clipboard needs a secure context. If nothing works, the text stays selected.
async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(node);
    return document.execCommand("copy");
  }
}

function command(text) {
  const button = element("button", { className: "copy", type: "button", textContent: "Copy" });
  const shown = element("pre", { textContent: text });
  button.addEventListener("click", async () => {
    button.textContent = await copy(shown) ? "Copied" : "Selected";
  });
  return element("div", { className: "fix" }, shown, button);
}

function item([repository, tags, digest, pushed, platforms, verdict, reason, remedy, fix, commands]) {
  const meta = [texts[platforms] ? `contains ${texts[platforms]}` : "contains no runnable image", `pushed ${pushed.slice(0, 10)}`, `${digest.slice(0, 19)}…`];
  if (tags.length > 1) meta.push(`also tagged ${tags.slice(1, 6).join(", ")}${tags.length > 6 ? " …" : ""}`);
  if (texts[remedy]) meta.push(`remedy: ${texts[remedy]}`);
  const node = element("li", {},
    element("div", { className: "title" },
      element("b", { textContent: `${shortName(repositories[repository][0])}:${tags[0]}` }),
      element("span", { className: "badge" }, dot(verdicts[verdict]), verdicts[verdict])),
    element("p", { textContent: texts[reason] }),
    element("p", { className: "meta", textContent: meta.join(" · ") }));
  const ending = commands.length ? ":" : ".";
  if (texts[fix]) node.append(element("p", { textContent: texts[fix] + ending }), ...commands.map(command));
  return node;
}

function matches([repository, tags, digest, , platforms, verdict]) {
  if (chosen.repository !== null && repository !== chosen.repository) return false;
  if (chosen.verdict !== null && verdict !== chosen.verdict) return false;
  if (!chosen.words.length) return true;
  const text = `${repositories[repository][0]} ${tags.join(" ")} ${digest} ${texts[platforms]}`.toLowerCase();
  return chosen.words.every(word => text.includes(word));
}

let stopFilling = () => {};
function show() {
  stopFilling();
  const matching = findings.filter(matches);
  const where = chosen.repository === null ? "" : ` in ${shortName(repositories[chosen.repository][0])}`;
  const limitNote = findings.length === overview.findings_shown ? `. This report contains only the first ${format(findings.length)}, from the worst repositories. Use --format csv for all.` : "";
  byId("count").textContent = `${format(matching.length)} images${where}${limitNote}`;
  stopFilling = fill(byId("findings-list"), matching, item);
}

verdicts.forEach((verdict, index) => {
  if (!totals[index] || verdict === "compliant" || verdict === "not-an-image") return;
  const chip = element("button", { className: "chip", type: "button" }, dot(verdict), verdict);
  chip.setAttribute("aria-pressed", "false");
  chip.addEventListener("click", () => {
    chosen.verdict = chosen.verdict === index ? null : index;
    document.querySelectorAll(".chip").forEach(other => other.setAttribute("aria-pressed", String(other === chip && chosen.verdict === index)));
    show();
  });
  byId("chips").append(chip);
});
byId("search").addEventListener("input", event => {
  chosen.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  show();
});
show();
