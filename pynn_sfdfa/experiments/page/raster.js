// The spikes of one test sample in every layer, up to a moment that a slider, a click or a button chooses.

const FINEST = 65535;

class Raster {
  constructor(samples) {
    this.samples = samples;
    this.layers = samples.layers.map((layer) => ({
      ...layer,
      steps: decoded(layer.times, Uint16Array),
      spikes: decoded(layer.units, layer.wide ? Uint32Array : Uint16Array),
    }));
    this.output = this.layers[this.layers.length - 1];
    this.sample = 0;
    this.moment = samples.duration;
    this.canvas = element("canvas", { class: "raster", role: "img" });
    this.image = samples.image ? element("canvas", { role: "img", "aria-label": "The sample as far as it has been seen" }) : null;
    this.verdict = element("p", { class: "verdict" });
    this.select = element("select", { id: "sample", onchange: () => this.show(this.select.selectedIndex) },
      ...samples.list.map((one) => element("option", {}, this.name(one))));
    this.slider = element("input", {
      type: "range", id: "moment", min: 0, max: samples.duration, step: samples.duration / 200, value: samples.duration,
      oninput: () => this.at(Number(this.slider.value)),
    });
    this.clock = element("output", { for: "moment" });
    this.play = element("button", { type: "button", id: "play", onclick: () => this.toggle() }, "Play");
    this.canvas.addEventListener("click", (event) => {
      const share = (event.offsetX - this.left) / (this.canvas.clientWidth - this.left - this.right);
      this.at(samples.duration * Math.max(0, Math.min(1, share)));
    });
    redrawn(this.canvas, () => this.draw());
  }

  name(one) {
    const wrong = one.label === one.prediction ? "right" : `taken for ${one.prediction}`;
    return `#${one.number}, label ${one.label}, ${wrong}`;
  }

  element() {
    const step = (by) => () => this.show((this.sample + by + this.samples.list.length) % this.samples.list.length);
    const stage = element("div", { class: this.image ? "stage pictured" : "stage" }, element("div", {}, this.canvas),
      this.image ? element("div", { class: "seen" }, element("h3", {}, "Input so far"), this.image) : null);
    this.show(0);
    return element("div", {},
      element("div", { class: "controls" },
        element("span", { class: "choose" }, element("label", { for: "sample" }, "Sample"), this.select),
        element("button", { type: "button", id: "previous", onclick: step(-1) }, "Previous"),
        element("button", { type: "button", id: "next", onclick: step(1) }, "Next")),
      element("div", { class: "controls" }, this.play,
        element("span", { class: "time" }, element("label", { for: "moment" }, "Time"), this.slider, this.clock)),
      this.verdict, stage);
  }

  find(label, prediction) {
    const found = this.samples.list.findIndex((one) => one.label === label && one.prediction === prediction);
    if (found >= 0) this.show(found);
    return found >= 0;
  }

  show(sample) {
    this.sample = sample;
    this.select.selectedIndex = sample;
    this.at(this.moment);
  }

  toggle() {
    if (this.timer) return this.stop();
    if (this.moment >= this.samples.duration) this.at(0);
    this.play.textContent = "Pause";
    this.timer = setInterval(() => {
      this.at(Math.min(this.samples.duration, this.moment + this.samples.duration / 150));
      if (this.moment >= this.samples.duration) this.stop();
    }, 40);
    return undefined;
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
  }

  at(moment) {
    this.moment = moment;
    this.slider.value = moment;
    this.clock.textContent = `${moment.toFixed(1)} ms`;
    const counts = this.counts(this.output);
    const most = Math.max(...counts);
    const one = this.samples.list[this.sample];
    const lead = counts.flatMap((count, k) => (count === most ? [k] : []));
    const mark = element("b", { class: one.label === one.prediction ? "right" : "wrong" }, `answer ${one.prediction}`);
    const state = most === 0 ? "no output spike yet" : lead.length > 1
      ? `outputs ${lead.slice(0, 4).join(", ")} are level with ${counted(most, "spike")}`
      : `output ${lead[0]} leads with ${counted(most, "spike")}`;
    this.verdict.replaceChildren(`Test sample ${one.number}: label ${one.label}, `, mark,
      `. At ${moment.toFixed(1)} ms ${state}.`);
    this.draw();
  }

  counts(layer) {
    const counts = new Array(layer.size).fill(0);
    const last = (this.moment / this.samples.duration) * FINEST;
    for (let k = layer.offsets[this.sample]; k < layer.offsets[this.sample + 1]; k++) {
      if (layer.steps[k] <= last) counts[layer.spikes[k]]++;
    }
    return counts;
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
    const now = (this.moment / this.samples.duration) * FINEST;
    let top = gap;
    [...layers].reverse().forEach((layer, k) => {
      const tall = heights[layers.length - 1 - k];
      this.layer(pen, layer, top, tall, x, now, width);
      top += tall + gap;
    });
    const bottom = top - gap;
    pen.fillStyle = colour("--soft");
    pen.textAlign = "center";
    for (const value of ticks(0, this.samples.duration, width < 500 ? 4 : 8)) {
      pen.fillText(String(value), x((value / this.samples.duration) * FINEST), bottom + 16);
    }
    pen.fillText("time (ms)", (this.left + width - this.right) / 2, bottom + 31);
    pen.strokeStyle = colour("--ink");
    pen.beginPath();
    pen.moveTo(x(now), gap - 6);
    pen.lineTo(x(now), bottom);
    pen.stroke();
    canvas.setAttribute("aria-label", `Spikes of ${layers.map((one) => one.name).join(", ")}. ${this.verdict.textContent}`);
    if (this.image) this.drawImage();
  }

  layer(pen, layer, top, tall, x, now, width) {
    const one = this.samples.list[this.sample];
    const row = tall / layer.size;
    const mark = Math.max(3, Math.min(11, row * 0.8));
    const isOutput = layer === this.output;
    pen.fillStyle = colour("--panel");
    pen.fillRect(this.left, top, width - this.left - this.right, tall);
    const [begin, end] = [layer.offsets[this.sample], layer.offsets[this.sample + 1]];
    pen.textAlign = "left";
    pen.fillStyle = colour("--ink");
    pen.fillText(layer.name, this.left, top - 7);
    pen.textAlign = "right";
    pen.fillStyle = colour("--soft");
    pen.fillText(`${counted(end - begin, "spike")}, ${counted(layer.size, "neuron")}`, width - this.right, top - 7);
    const inks = { plain: colour(layer === this.layers[0] ? "--soft" : "--blue"), label: colour("--green"), wrong: colour("--orange") };
    for (let k = begin; k < end; k++) {
      const unit = layer.spikes[k];
      const kind = isOutput && unit === one.label ? "label" : isOutput && unit === one.prediction ? "wrong" : "plain";
      pen.fillStyle = inks[kind];
      pen.globalAlpha = layer.steps[k] <= now ? 1 : 0.18;
      pen.fillRect(x(layer.steps[k]) - 0.75, top + (unit + 0.5) * row - mark / 2, 1.5, mark);
    }
    pen.globalAlpha = 1;
    if (layer.size > 20) return;
    const counts = isOutput ? this.counts(layer) : null;
    for (let unit = 0; unit < layer.size; unit++) {
      const middle = top + (unit + 0.5) * row + 4;
      const chosen = isOutput && (unit === one.label || unit === one.prediction);
      pen.fillStyle = !chosen ? colour("--soft") : unit === one.label ? inks.label : inks.wrong;
      pen.textAlign = "right";
      pen.fillText(String(unit), this.left - 7, middle);
      pen.textAlign = "left";
      if (counts) pen.fillText(String(counts[unit]), width - this.right + 7, middle);
    }
  }

  drawImage() {
    const [height, width] = this.samples.image;
    const layer = this.layers[0];
    const [begin, end] = [layer.offsets[this.sample], layer.offsets[this.sample + 1]];
    const now = (this.moment / this.samples.duration) * FINEST;
    const total = new Array(layer.size).fill(0);
    const seen = new Array(layer.size).fill(0);
    let latest = 1;
    for (let k = begin; k < end; k++) {
      total[layer.spikes[k]]++;
      latest = Math.max(latest, layer.steps[k]);
    }
    const most = Math.max(1, ...total);
    for (let k = begin; k < end; k++) {
      // Where every pixel spikes once, it is the brighter the earlier; else by how often it spikes.
      if (layer.steps[k] <= now) seen[layer.spikes[k]] += most === 1 ? 1 - 0.85 * (layer.steps[k] / latest) : 1 / most;
    }
    [this.image.width, this.image.height] = [width, height];
    const pen = this.image.getContext("2d");
    const picture = pen.createImageData(width, height);
    const [paper, ink] = [colour("--zero"), colour("--negative")].map((text) => text.split(",").map(Number));
    seen.forEach((value, k) => {
      for (let c = 0; c < 3; c++) picture.data[4 * k + c] = paper[c] + (ink[c] - paper[c]) * Math.min(1, value);
      picture.data[4 * k + 3] = 255;
    });
    pen.putImageData(picture, 0, 0);
  }
}
