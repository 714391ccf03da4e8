// Elements of HTML and SVG; text is always set as text, so that nothing in a run can become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

const element = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const shape = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const lineColour = (number) => `var(--c${number % 6})`;
// After six colours, lines differ by their dashes, too.
const lineDash = (number, dashed) => (dashed ? "5 4" : [null, "9 3", "2 3", "10 3 2 3"][Math.floor(number / 6) % 4]);

const short = (value) => String(Number(value.toPrecision(4)));
const counted = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

// Canvases are drawn anew when their width or the colours of the page change.
function redrawn(canvas, draw) {
  let width = 0;
  new ResizeObserver(() => {
    if (canvas.clientWidth !== width) {
      width = canvas.clientWidth;
      draw();
    }
  }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

function decoded(text, kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new kind(bytes.buffer);
}
