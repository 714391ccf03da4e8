// The confusion matrix: rows are labels, columns what the samples are taken for; choose a cell to see such a sample.

// What to call a class: its number, and its name if it has one.
const called = (k) => (shown.classes.length ? `${k} (${shown.classes[k]})` : String(k));

function confusion(counts, choose) {
  const n = counts.length;
  const margin = Math.max(1.3, n * 0.1);
  const size = n + margin;
  const drawing = shape("svg", { viewBox: `0 0 ${size * 30} ${size * 30}`, role: "img", tabindex: "0" });
  const place = (k) => (margin + k) * 30;
  const says = element("p", { class: "says", "aria-live": "polite" });
  const every = n <= 20 ? 1 : 5;
  const totals = counts.map((row) => row.reduce((a, b) => a + b, 0));
  const big = n > 20 ? n / 20 : 1;
  counts.forEach((row, label) => row.forEach((count, predicted) => {
    const share = count / (totals[label] || 1);
    const cell = shape("rect", {
      x: place(predicted) + 0.75, y: place(label) + 0.75, width: 28.5, height: 28.5, rx: 3,
      fill: count === 0 ? "var(--faint)" : label === predicted ? "var(--blue)" : "var(--orange)",
      "fill-opacity": count === 0 ? 1 : (0.12 + 0.88 * Math.sqrt(share)).toFixed(3),
    });
    drawing.append(cell);
    if (count && n <= 14) {
      const ink = share > 0.35 ? "var(--paper)" : "var(--ink)";
      const text = shape("text", { class: "number", x: place(predicted) + 15, y: place(label) + 15, style: `fill: ${ink}` });
      text.append(String(count));
      drawing.append(text);
    }
  }));
  for (let k = 0; k < n; k += every) {
    const style = `font-size: ${13 * big}px`;
    drawing.append(
      shape("text", { class: "number", style, x: place(k) + 15, y: place(0) - 11 * big }, String(k)),
      shape("text", { class: "number", style, x: place(0) - 12 * big, y: place(k) + 15 }, String(k)),
    );
  }
  const frame = shape("rect", {
    width: 30, height: 30, rx: 4, fill: "none", stroke: "var(--ink)", "stroke-width": 2 * big, visibility: "hidden",
  });
  drawing.append(frame);

  let at = [0, 0];
  function say(label, predicted) {
    at = [label, predicted];
    frame.setAttribute("x", place(predicted));
    frame.setAttribute("y", place(label));
    frame.setAttribute("visibility", "visible");
    const count = counts[label][predicted];
    const share = ((100 * count) / (totals[label] || 1)).toFixed(1);
    says.textContent = `Label ${called(label)} taken for ${called(predicted)}: ${counted(count, "sample")}, ${share} % of that label.`;
  }
  function take(label, predicted) {
    say(label, predicted);
    const found = choose(label, predicted);
    if (counts[label][predicted]) says.textContent += found ? " One is shown below." : " None is among the samples below.";
  }
  function cell(event) {
    const box = drawing.getBoundingClientRect();
    const where = (offset, length) => Math.floor((offset / length) * size - margin);
    const found = [where(event.clientY - box.top, box.height), where(event.clientX - box.left, box.width)];
    return found.every((k) => k >= 0 && k < n) ? found : null;
  }
  drawing.addEventListener("pointermove", (event) => {
    const found = cell(event);
    if (found && (found[0] !== at[0] || found[1] !== at[1])) say(...found);
  });
  drawing.addEventListener("click", (event) => {
    const found = cell(event);
    if (found) take(...found);
  });
  drawing.addEventListener("keydown", (event) => {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key in moves) {
      say(...at.map((k, axis) => Math.max(0, Math.min(n - 1, k + moves[event.key][axis]))));
    } else if (event.key === "Enter" || event.key === " ") {
      take(...at);
    } else {
      return;
    }
    event.preventDefault();
  });
  const right = counts.reduce((sum, row, k) => sum + row[k], 0);
  const all = totals.reduce((a, b) => a + b, 0);
  drawing.setAttribute("aria-label", `Confusion matrix: ${right} of ${all} test samples right. Arrow keys move, Enter shows a sample.`);
  return element("div", { class: "confusion" }, element("h3", {}, "Label (rows) and answer (columns)"), drawing,
    ...(shown.classes.length ? [element("p", {}, shown.classes.map((_, k) => called(k)).join(", "))] : []), says);
}
