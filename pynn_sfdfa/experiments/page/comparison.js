// The page of several runs.

const { runs } = shown;
head.append(element("h1", {}, shown.name), element("p", {}, shown.what));
const swatch = (number) => element("span", { class: "swatch", style: `background: ${lineColour(number)}` });
const columns = ["run", ...new Set(runs.flatMap((run) => Object.keys(run.figures)))];
section("figures", "Figures", "",
  table(columns, runs.map((run, k) => [k, ...columns.slice(1).map((name) => run.figures[name] || "–")]),
    (k) => element("span", {}, swatch(k), runs[k].name)));

const titles = [...new Set(runs.flatMap((run) => run.curves.flatMap((curve) => curve.lines.map((line) => `${curve.title}, ${line.name}`))))];
const place = element("div", { class: "charts" });
const select = element("select", { id: "curve", onchange: draw }, ...titles.map((title) => element("option", {}, title)));
function draw() {
  let unit = "";
  const lines = runs.flatMap((run, number) => run.curves.flatMap((curve) => curve.lines
    .filter((line) => `${curve.title}, ${line.name}` === select.value)
    .map((line) => {
      unit = curve.unit;
      return { name: run.name, values: line.values, x: run.epochs, number };
    })));
  place.replaceChildren(lineChart({ title: select.value, unit, xLabel: "epoch", whole: true, lines }));
}
draw();
section("curves", "Curves", "", element("div", { class: "controls" },
  element("span", { class: "choose" }, element("label", { for: "curve" }, "Show"), select)), place);

section("differences", "Settings that differ", shown.differences.length ? "" : "None: these runs have the same settings.",
  element("div", { class: "settings" }, ...shown.differences.map((one) => element("div", {}, element("h3", {}, one.key),
    element("dl", {}, ...one.values.flatMap((value, k) => [
      element("dt", {}, swatch(k), runs[k].name), element("dd", {}, value || "absent")]))))));

navigation();
