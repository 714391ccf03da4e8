// What neurons see: a picture for each, blue where weights are negative, orange where they are positive.

function weightPictures(layer) {
  const { height, width } = layer;
  const n = layer.numbers.length;
  const levels = decoded(layer.levels, Int8Array);
  const canvas = element("canvas", { class: "pictures", role: "img" });
  const flat = height === 1;
  canvas.setAttribute("aria-label", `Weights of ${n} of ${layer.of} neurons of ${layer.name}, up to ${layer.largest} nA`);

  function draw() {
    const wide = canvas.clientWidth;
    if (!wide) return;
    const gap = flat ? 0 : 1;
    const columns = flat ? 1 : Math.max(1, Math.min(n, Math.floor(wide / Math.max(44, width + 1))));
    const rows = Math.ceil(n / columns);
    [canvas.width, canvas.height] = [columns * (width + gap) - gap, rows * (height + gap) - gap];
    canvas.style.height = flat ? `${Math.min(16 * n, 480)}px` : "";
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const [zero, positive, negative] = ["--zero", "--positive", "--negative"].map((name) => colour(name).split(",").map(Number));
    for (let k = 0; k < n; k++) {
      const picture = pen.createImageData(width, height);
      for (let p = 0; p < width * height; p++) {
        const level = levels[k * width * height + p] / 127;
        const end = level < 0 ? negative : positive;
        for (let c = 0; c < 3; c++) picture.data[4 * p + c] = zero[c] + (end[c] - zero[c]) * Math.abs(level);
        picture.data[4 * p + 3] = 255;
      }
      pen.putImageData(picture, (k % columns) * (width + gap), Math.floor(k / columns) * (height + gap));
    }
  }
  redrawn(canvas, draw);

  const most = Math.max(...layer.counts);
  const bars = shape("svg", { viewBox: "0 0 420 84", role: "img" });
  const bar = 420 / layer.counts.length;
  layer.counts.forEach((count, k) => bars.append(shape("rect", {
    x: k * bar + 0.5, width: bar - 1, y: 62 - (58 * count) / most, height: (58 * count) / most,
    fill: k * 2 + 1 < layer.counts.length ? "var(--blue)" : "var(--orange)", "fill-opacity": 0.75,
  })));
  bars.append(
    shape("text", { x: 0, y: 79 }, `−${layer.largest} nA`),
    shape("text", { x: 210, y: 79, "text-anchor": "middle" }, "0"),
    shape("text", { x: 420, y: 79, "text-anchor": "end" }, `${layer.largest} nA`),
  );
  bars.setAttribute("aria-label", `How often weights of ${layer.name} have which value, from -${layer.largest} to ${layer.largest} nA`);
  const which = n < layer.of ? `the ${n} of ${layer.of} with the largest weights` : counted(n, "neuron");
  const how = flat ? "one line each" : "one picture each";
  return element("div", { class: "chart" }, element("h3", {}, `${layer.name}: ${which}, ${how}`), canvas, bars);
}
