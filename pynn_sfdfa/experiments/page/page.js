// What stands where on a page.

const shown = JSON.parse(document.getElementById("data").textContent);
const head = document.getElementById("head");
const main = document.getElementById("main");

function section(id, title, text, ...content) {
  main.append(element("section", { id, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title` }, title), text ? element("p", {}, text) : null, ...content));
}

function table(columns, rows, key = null) {
  const cell = (value, k) => element("td", { "data-label": columns[k], class: k === 0 ? "key" : null },
    k === 0 && key ? key(value) : value);
  return element("table", { class: "cards" },
    element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map(cell)))));
}

function beginning(figures) {
  head.append(element("h1", {}, shown.name), element("p", {}, shown.what),
    element("dl", { class: "figures" }, ...figures.map(([value, what]) =>
      element("div", {}, element("dt", {}, what), element("dd", {}, value)))));
}

function navigation() {
  const links = [...main.querySelectorAll("section")].map((one) =>
    element("a", { href: `#${one.id}` }, one.querySelector("h2").textContent));
  head.append(element("nav", { "aria-label": "On this page" }, ...links));
}
