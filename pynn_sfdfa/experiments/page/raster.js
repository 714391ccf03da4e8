// Spikes of several layers over a common axis of time, the first layer lowest; those after a chosen moment are pale.

const FINEST = 65535;

class Raster {
  constructor(layers, duration) {
    this.layers = layers.map((layer) => ({
      ...layer,
      steps: decoded(layer.times, Uint16Array),
      spikes: decoded(layer.units, layer.wide ? Uint32Array : Uint16Array),
    }));
    this.duration = this.moment = duration;
    this.sample = 0;
    this.canvas = element("canvas", { class: "raster", role: "img" });
    redrawn(this.canvas, () => this.draw());
  }

  said() {
    return "";
  }

  ink(layer) {
    return colour(layer === this.layers[0] ? "--soft" : "--blue");
  }

  heights() {
    return this.layers.map((layer) => (layer.size <= 20 ? Math.max(60, 15 * layer.size) : layer === this.layers[0] ? 110 : 150));
  }

  draw() {
    const { canvas, layers } = this;
    const width = canvas.clientWidth;
    if (!width) return;
    const heights = this.heights();
    const [gap, foot] = [26, 34];
    const height = heights.reduce((a, b) => a + b, 0) + gap * layers.length + foot;
    const scale = devicePixelRatio || 1;
    [canvas.width, canvas.height] = [width * scale, height * scale];
    canvas.style.height = `${height}px`;
    [this.left, this.right] = [34, 30];
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.font = "12px system-ui, sans-serif";
    const x = (step) => this.left + (step / FINEST) * (width - this.left - this.right);
    const now = (this.moment / this.duration) * FINEST;
    let top = gap;
    [...layers].reverse().forEach((layer, k) => {
      const tall = heights[layers.length - 1 - k];
      this.layer(pen, layer, top, tall, x, now, width);
      top += tall + gap;
    });
    const bottom = top - gap;
    pen.fillStyle = colour("--soft");
    pen.textAlign = "center";
    for (const value of ticks(0, this.duration, width < 500 ? 4 : 8)) {
      pen.fillText(String(value), x((value / this.duration) * FINEST), bottom + 16);
    }
    pen.fillText("time (ms)", (this.left + width - this.right) / 2, bottom + 31);
    pen.strokeStyle = colour("--ink");
    pen.beginPath();
    pen.moveTo(x(now), gap - 6);
    pen.lineTo(x(now), bottom);
    pen.stroke();
    canvas.setAttribute("aria-label", `Spikes of ${layers.map((one) => one.name).join(", ")}. ${this.said()}`.trim());
  }

  layer(pen, layer, top, tall, x, now, width) {
    const row = tall / layer.size;
    const mark = Math.max(3, Math.min(11, row * 0.8));
    pen.fillStyle = colour("--panel");
    pen.fillRect(this.left, top, width - this.left - this.right, tall);
    const [begin, end] = [layer.offsets[this.sample], layer.offsets[this.sample + 1]];
    pen.textAlign = "left";
    pen.fillStyle = colour("--ink");
    pen.fillText(layer.name, this.left, top - 7);
    pen.textAlign = "right";
    pen.fillStyle = colour("--soft");
    pen.fillText(`${counted(end - begin, "spike")}, ${counted(layer.size, "neuron")}`, width - this.right, top - 7);
    const plain = this.ink(layer);
    for (let k = begin; k < end; k++) {
      const unit = layer.spikes[k];
      pen.fillStyle = this.marked(layer, unit) || plain;
      pen.globalAlpha = layer.steps[k] <= now ? 1 : 0.18;
      pen.fillRect(x(layer.steps[k]) - 0.75, top + (unit + 0.5) * row - mark / 2, 1.5, mark);
    }
    pen.globalAlpha = 1;
    if (layer.size > 20) return;
    for (let unit = 0; unit < layer.size; unit++) {
      pen.fillStyle = this.marked(layer, unit) || colour("--soft");
      this.label(pen, layer, unit, top + (unit + 0.5) * row + 4, width);
    }
  }

  // The colour of a unit that stands out, if it does.
  marked() {
    return null;
  }

  label(pen, _layer, unit, middle) {
    pen.textAlign = "right";
    pen.fillText(String(unit), this.left - 7, middle);
  }
}
