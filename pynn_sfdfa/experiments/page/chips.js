// The chips of a board with their cores, coloured by what lies on them, and the links between them by their packets.

const [CHIP, GAP, CORES] = [62, 24, 18];
const LINK_STEPS = [[1, 0], [1, 1], [0, 1], [-1, 0], [-1, -1], [0, -1]];
const LINK_NAMES = ["east", "north-east", "north", "west", "south-west", "south"];

const vertexColour = (vertex) => (vertex.number === null ? "var(--soft)"
  : vertex.number < 6 ? lineColour(vertex.number) : `hsl(${Math.round((vertex.number * 137.5) % 360)} 55% 52%)`);
const placed = (x, y) => `${x}, ${y}`;

// links: [[x, y, link, packets]]; ways: [{name, links}] to choose from.
function chipGrid(board) {
  const { chips, cores, vertices } = board;
  const [columns, rows] = [0, 1].map((axis) => Math.max(...chips.map((chip) => chip[axis])) + 1);
  const pitch = CHIP + GAP;
  const left = (x) => GAP / 2 + x * pitch;
  const top = (y) => GAP / 2 + (rows - 1 - y) * pitch;
  const there = new Set(chips.map(([x, y]) => placed(x, y)));
  const drawing = shape("svg", { viewBox: `0 0 ${columns * pitch} ${rows * pitch}`, role: "img", tabindex: "0" });
  const lines = shape("g", {});
  drawing.append(lines);
  const on = new Map(chips.map(([x, y]) => [placed(x, y), []]));
  cores.forEach((core) => on.get(placed(core.x, core.y)).push(core));

  for (const [x, y] of chips) {
    drawing.append(shape("rect", { x: left(x), y: top(y), width: CHIP, height: CHIP, rx: 5, fill: "var(--panel)", stroke: "var(--line)" }));
    const own = new Map(on.get(placed(x, y)).map((core) => [core.p, core]));
    for (let p = 0; p < CORES; p++) {
      const core = own.get(p);
      drawing.append(shape("rect", {
        x: left(x) + 4 + 11 * (p % 5), y: top(y) + 4 + 14 * Math.floor(p / 5), width: 9.5, height: 12, rx: 2,
        fill: core ? (core.vertex === null ? "var(--soft)" : vertexColour(vertices[core.vertex])) : "var(--line)",
        "fill-opacity": core ? 1 : p ? 0.45 : 0,
        stroke: core && core.died ? "var(--ink)" : p ? null : "var(--line)", "stroke-width": core && core.died ? 2.5 : 1,
      }));
    }
  }
  const frame = shape("rect", { width: CHIP + 8, height: CHIP + 8, rx: 8, fill: "none", stroke: "var(--ink)", "stroke-width": 2.5, visibility: "hidden" });
  drawing.append(frame);

  // Each direction of a link has its own line, a little to the right of the middle.
  function line(x, y, link, attributes) {
    const [dx, dy] = LINK_STEPS[link];
    const length = Math.hypot(dx, dy);
    const [sx, sy] = [dy / length, dx / length].map((part) => 3.5 * part);
    const middle = [left(x) + CHIP / 2 + sx, top(y) + CHIP / 2 + sy];
    const reach = CHIP / 2 - 2;
    const end = pitch - reach;
    return shape("line", {
      x1: middle[0] + dx * reach, y1: middle[1] - dy * reach, x2: middle[0] + dx * end, y2: middle[1] - dy * end, ...attributes,
    });
  }

  let shownLinks = [];
  function drawLinks(links) {
    shownLinks = links;
    lines.replaceChildren();
    for (const [x, y] of chips) {
      [0, 1, 2].filter((link) => there.has(placed(x + LINK_STEPS[link][0], y + LINK_STEPS[link][1])))
        .forEach((link) => lines.append(line(x, y, link, { stroke: "var(--line)", "stroke-width": 1 })));
    }
    const most = Math.max(1, ...links.map((one) => one[3]));
    for (const [x, y, link, packets] of links) {
      lines.append(line(x, y, link, {
        stroke: "var(--ink)", "stroke-width": packets ? 2 + 5 * Math.sqrt(packets / most) : 2,
        "stroke-dasharray": packets ? null : "3 3", class: "packets",
      }));
    }
  }

  const says = element("p", { class: "says", "aria-live": "polite" });
  let at = cores.length ? [cores[0].x, cores[0].y] : [0, 0];
  function say(x, y) {
    at = [x, y];
    frame.setAttribute("x", left(x) - 4);
    frame.setAttribute("y", top(y) - 4);
    frame.setAttribute("visibility", "visible");
    const holds = new Map();
    on.get(placed(x, y)).forEach((core) => {
      const name = core.vertex === null ? core.program : vertices[core.vertex].name;
      holds.set(name, [...(holds.get(name) || []), core.p]);
    });
    const told = [...holds].map(([name, own]) => `${name} on core${own.length > 1 ? "s" : ""} ${own.join(", ")}`);
    const out = shownLinks.filter((one) => one[0] === x && one[1] === y).map((one) => `${one[3]} ${LINK_NAMES[one[2]]}`);
    says.textContent = `Chip ${placed(x, y)}: ${told.join("; ") || "not used"}. ` +
      `Routing table: ${board.entries[placed(x, y)] || 0} entries. Packets out: ${out.join(", ") || "none"}.`;
  }
  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const y = rows - 1 - Math.floor(((event.clientY - box.top) / box.height) * rows);
    if (there.has(placed(x, y)) && (x !== at[0] || y !== at[1])) say(x, y);
  });
  drawing.addEventListener("keydown", (event) => {
    const moves = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    if (!(event.key in moves)) return;
    const next = at.map((k, axis) => k + moves[event.key][axis]);
    if (there.has(placed(...next))) say(...next);
    event.preventDefault();
  });

  const choices = [{ name: "All packets", links: board.links }, ...board.sources.map((one) => ({ name: `${one.name}, ${one.partition}`, links: one.links }))];
  const select = element("select", { id: "packets", onchange: () => choose() }, ...choices.map((one) => element("option", {}, one.name)));
  function choose() {
    drawLinks(choices[select.selectedIndex].links);
    say(...at);
  }
  choose();
  const used = [...new Set(cores.map((core) => placed(core.x, core.y)))].length;
  drawing.setAttribute("aria-label", `${counted(cores.length, "core")} on ${counted(used, "chip")} of ${chips.length}. Arrow keys move from chip to chip.`);
  const legend = element("ul", { class: "legend" }, ...vertices.map((vertex) => element("li", {},
    element("span", { class: "swatch", style: `background: ${vertexColour(vertex)}` }), vertex.name)));
  return element("div", { class: "grid" },
    element("div", { class: "controls" }, element("span", { class: "choose" }, element("label", { for: "packets" }, "Links show"), select)),
    drawing, says, legend);
}
