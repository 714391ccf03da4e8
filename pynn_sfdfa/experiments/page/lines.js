// Pictures of lines over a common axis, which say their values where a pointer or the arrow keys are.

function ticks(low, high, most) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let number = Math.ceil(low / step - 1e-9); number * step <= high + step * 1e-9; number++) {
    found.push(Number((number * step).toPrecision(8)));
  }
  return found;
}

function spread(lines, unit) {
  const values = lines.flatMap((line) => line.values);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  [low, high] = [low < 0 ? low - room : Math.max(0, low - room), high + room];
  return unit === "%" ? [low, Math.min(high, 100)] : [low, high];
}

// lines: [{name, x, values, dashed, number}]; number chooses the colour.
function lineChart({ title, unit, xLabel, lines, whole, mark }) {
  const [width, height, left, right, top, bottom] = [340, 210, 42, 10, 10, 38];
  const all = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  let [first, last] = [all[0], all[all.length - 1]];
  if (first === last) [first, last] = [first - 0.5, last + 0.5];
  let [low, high] = spread(lines, unit);
  if (low === high) low = high - 1;
  const x = (value) => left + ((value - first) / (last - first)) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);

  const drawing = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", tabindex: "0" });
  for (const value of ticks(low, high, 5)) {
    drawing.append(
      shape("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: "var(--line)" }),
      shape("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, String(value)),
    );
  }
  for (const value of ticks(first, last, 7).filter((tick) => !whole || Number.isInteger(tick))) {
    drawing.append(shape("text", { x: x(value), y: height - bottom + 16, "text-anchor": "middle" }, String(value)));
  }
  drawing.append(shape("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, xLabel));
  if (mark) {
    drawing.append(shape("line", {
      x1: x(mark), x2: x(mark), y1: top, y2: height - bottom, stroke: "var(--soft)", "stroke-dasharray": "2 3",
    }));
  }
  for (const line of [...lines].reverse()) {
    const points = line.values.map((value, k) => `${x(line.x[k]).toFixed(1)},${y(value).toFixed(1)}`);
    drawing.append(shape("polyline", {
      points: points.join(" "), fill: "none", stroke: lineColour(line.number), "stroke-linejoin": "round",
      "stroke-width": line.dashed ? 1.5 : 2.2, "stroke-dasharray": lineDash(line.number, line.dashed),
    }));
    if (points.length === 1) {
      const [px, py] = points[0].split(",");
      drawing.append(shape("circle", { cx: px, cy: py, r: 3.5, fill: lineColour(line.number) }));
    }
  }
  const cursor = shape("line", { y1: top, y2: height - bottom, stroke: "var(--ink)", visibility: "hidden" });
  drawing.append(cursor);

  const says = element("p", { class: "says", "aria-live": "polite" });
  let at = all.length - 1;
  const ends = lines.map((line) => `${line.name} ${short(line.values[line.values.length - 1])}${unit && ` ${unit}`}`);
  drawing.setAttribute("aria-label", `${title} over ${xLabel}; at the end: ${ends.join(", ")}. Arrow keys move.`);
  function point(number) {
    at = Math.max(0, Math.min(all.length - 1, number));
    cursor.setAttribute("x1", x(all[at]));
    cursor.setAttribute("x2", x(all[at]));
    cursor.setAttribute("visibility", "visible");
    const there = lines.filter((line) => line.x.includes(all[at]));
    const values = there.map((line) => `${line.name} ${short(line.values[line.x.indexOf(all[at])])}`);
    says.textContent = `${xLabel} ${short(all[at])}: ${values.join(", ")}${unit && ` ${unit}`}`;
  }
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const value = first + ((((event.clientX - box.left) / box.width) * width - left) / (width - left - right)) * (last - first);
    point(all.reduce((best, one, k) => (Math.abs(one - value) < Math.abs(all[best] - value) ? k : best), 0));
  });
  drawing.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 };
    if (event.key in moves) {
      point(moves[event.key]);
      event.preventDefault();
    }
  });

  const legend = element("ul", { class: "legend" }, ...(lines.length > 1 ? lines : []).map((line) => element("li", {},
    shape("svg", { viewBox: "0 0 22 8", "aria-hidden": "true" }, shape("line", {
      x1: 0, x2: 22, y1: 4, y2: 4, stroke: lineColour(line.number), "stroke-width": 2.4,
      "stroke-dasharray": lineDash(line.number, line.dashed),
    })), line.name)));
  const heading = element("h3", {}, unit ? `${title} (${unit})` : title);
  return element("div", { class: "chart" }, heading, drawing, legend, says);
}
