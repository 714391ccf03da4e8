// The page of a training run.

beginning(shown.figures);
section("learning", "Learning", `Over the epochs. The dotted line is epoch ${shown.chosen}, whose weights all that follows shows.`,
  element("div", { class: "charts" }, ...shown.curves.map((curve) => lineChart({
    title: curve.title, unit: curve.unit, xLabel: "epoch", whole: true, mark: shown.chosen,
    lines: curve.lines.map((line, number) => ({ ...line, number, x: shown.epochs })),
  }))));

const { samples } = shown;
const raster = samples.list.length ? new Samples(samples) : null;
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

navigation();
