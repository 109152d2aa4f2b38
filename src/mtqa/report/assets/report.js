"use strict";
// Filters and keyboard: j/k or n/p next and previous finding, 1-4 severities, / search, Escape back to everything.
const all = (query, root = document) => Array.from(root.querySelectorAll(query));
const cards = all(".card"), articles = all("article"), levels = ["critical", "major", "minor", "neutral"];
const marks = new Map();
for (const mark of all("mark")) for (const id of mark.dataset.f.split(" ")) {
  if (!marks.has(id)) marks.set(id, []);
  marks.get(id).push(mark);
}
const bar = document.getElementById("bar"), shown = document.getElementById("shown");
const make = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const count = (key) => cards.reduce((seen, card) => seen.set(card.dataset[key], (seen.get(card.dataset[key]) || 0) + 1), new Map());
const bySeverity = count("severity"), byRule = count("rule");
const boxes = levels.filter((level) => bySeverity.has(level)).map((level) => {
  const box = make("input", { type: "checkbox", checked: true, value: level });
  bar.insertBefore(make("label", { className: level }, box, `${level} ${bySeverity.get(level)}`), shown);
  return box;
});
const rules = make("select", { title: "Rule" }, make("option", { value: "" }, "all rules"),
  ...[...byRule].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([rule, number]) => make("option", { value: rule }, `${rule} (${number})`)));
const search = make("input", { type: "search", placeholder: "Search findings and articles", title: "Search" });
bar.insertBefore(rules, shown);
bar.insertBefore(search, shown);
const help = make("span", { id: "help" });
for (const [key, does] of [["j k", "next, previous"], ["1-4", "severities"], ["/", "search"], ["Esc", "everything"]]) {
  help.append(make("kbd", {}, key), ` ${does}  `);
}
bar.append(help);
const home = new Map(articles.flatMap((article) => {
  const name = article.querySelector("h2").textContent.toLowerCase();
  return all(".card", article).map((card) => [card, name]);
}));

let visible = cards, now = -1;
function filter() {
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const words = search.value.toLowerCase().trim();
  visible = cards.filter((card) => {
    const fits = wanted.has(card.dataset.severity) && (!rules.value || card.dataset.rule === rules.value)
      && (!words || card.textContent.toLowerCase().includes(words) || home.get(card).includes(words));
    card.hidden = !fits;
    return fits;
  });
  const ids = new Set(visible.map((card) => card.dataset.f));
  for (const mark of all("mark")) mark.classList.toggle("off", !mark.dataset.f.split(" ").some((id) => ids.has(id)));
  for (const article of articles) article.hidden = !article.querySelector(".card:not([hidden])");
  shown.textContent = `${visible.length} of ${cards.length} findings`;
  now = -1;
}
function go(step) {
  if (!visible.length) return;
  now = now < 0 ? (step > 0 ? 0 : visible.length - 1) : (now + step + visible.length) % visible.length;
  visible[now].focus({ preventScroll: true });
  visible[now].scrollIntoView({ block: "center" });
}
for (const card of cards) card.addEventListener("focus", () => {
  all("mark.now").forEach((mark) => mark.classList.remove("now"));
  (marks.get(card.dataset.f) || []).forEach((mark) => mark.classList.add("now"));
  now = visible.indexOf(card);
});
document.addEventListener("click", (event) => {
  const mark = event.target.closest("mark");
  const card = mark && visible.find((one) => mark.dataset.f.split(" ").includes(one.dataset.f));
  if (card) card.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    search.value = rules.value = "";
    boxes.forEach((box) => { box.checked = true; });
    filter();
    document.activeElement.blur();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox") return;
  if ("jn".includes(event.key)) go(1);
  else if ("kp".includes(event.key)) go(-1);
  else if (event.key === "/") { search.focus(); event.preventDefault(); }
  else if ("1234".includes(event.key)) {
    const box = boxes.find((one) => one.value === levels[event.key - 1]);
    if (box) { box.checked = !box.checked; filter(); }
  }
});
bar.addEventListener("input", filter);
bar.hidden = false;
filter();
