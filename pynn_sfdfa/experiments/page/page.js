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

function runPage() {
  beginning(shown.figures);
  section("learning", "Learning", `Over the epochs. The dotted line is epoch ${shown.chosen}, whose weights all that follows shows.`,
    element("div", { class: "charts" }, ...shown.curves.map((curve) => lineChart({
      title: curve.title, unit: curve.unit, xLabel: "epoch", whole: true, mark: shown.chosen,
      lines: curve.lines.map((line, number) => ({ ...line, number, x: shown.epochs })),
    }))));

  const { samples } = shown;
  const raster = samples.list.length ? new Raster(samples) : null;
  const early = lineChart({
    title: "Accuracy if trials ended earlier", unit: "%", xLabel: "time (ms)",
    lines: [{ name: "accuracy", x: shown.early.times, values: shown.early.accuracy.map((share) => 100 * share), number: 0 }],
  });
  const elsewhere = shown.simulator === "event" ? "" : ` It was trained on ${shown.simulator}, where spikes can come a little otherwise.`;
  section("answers", "Answers",
    `${samples.of - samples.wrong} of ${samples.of} test samples are right (${(100 * shown.accuracy).toFixed(2)} %). ` +
    `How early is told by ${counted(shown.early.samples, "test sample")}: the readout decides on the spikes until then. ` +
    `Answers and spikes are those of the exact event-driven simulator.${elsewhere}`,
    element("div", { class: "two" }, confusion(shown.confusion, (label, predicted) => raster !== null && raster.find(label, predicted)), early));
  const listed = samples.list.length;
  const wrong = samples.list.filter((one) => one.label !== one.prediction).length;
  section("samples", "Samples", listed
    ? `${listed} of ${samples.of} test samples, wrong ones first (${wrong} of ${samples.wrong}). Step through the trial: ` +
      "spikes after the chosen moment are pale. In the output the label's neuron is green, that of a wrong answer orange."
    : "A single sample of this run has more spikes than a page holds.", raster && raster.element());
  section("weights", "Weights", "What reaches each neuron: orange excites, blue inhibits; below, how often weights have which value.",
    element("div", { class: "charts" }, ...shown.weights.map(weightPictures)));
  section("layers", "Layers", "Spikes and silent neurons in the last epoch of training.",
    table(["layer", "kind", "shape", "spikes per sample", "silent"],
      shown.layers.map((one) => [one.name, one.kind, one.shape, one.spikes, one.silent])));
  section("settings", "Settings", "", element("div", { class: "settings" }, ...shown.settings.map((group) => element("div", {},
    element("h3", {}, group.table || "experiment"),
    element("dl", {}, ...group.rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))))));
}

function comparisonPage() {
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
}

(shown.kind === "run" ? runPage : comparisonPage)();
navigation();
