// The spikes of one test sample in every layer, up to a moment that a slider, a click or a button chooses.

class Samples extends Raster {
  constructor(samples) {
    super(samples.layers, samples.duration);
    this.samples = samples;
    this.output = this.layers[this.layers.length - 1];
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
  }

  name(one) {
    const wrong = one.label === one.prediction ? "right" : `taken for ${called(one.prediction)}`;
    return `#${one.number}, label ${called(one.label)}, ${wrong}`;
  }

  element() {
    const step = (by) => () => this.show((this.sample + by + this.samples.list.length) % this.samples.list.length);
    const stage = element("div", { class: this.image ? "stage stepped pictured" : "stage stepped" }, element("div", {}, this.canvas),
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
    const mark = element("b", { class: one.label === one.prediction ? "right" : "wrong" }, `answer ${called(one.prediction)}`);
    const state = most === 0 ? "no output spike yet" : lead.length > 1
      ? `outputs ${lead.slice(0, 4).join(", ")} are level with ${counted(most, "spike")}`
      : `output ${lead[0]} leads with ${counted(most, "spike")}`;
    this.verdict.replaceChildren(`Test sample ${one.number}: label ${called(one.label)}, `, mark,
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

  said() {
    return this.verdict.textContent;
  }

  draw() {
    this.inks = { label: colour("--green"), wrong: colour("--orange") };
    this.numbers = this.counts(this.output);
    super.draw();
    if (this.image) this.drawImage();
  }

  marked(layer, unit) {
    if (layer !== this.output) return null;
    const one = this.samples.list[this.sample];
    return unit === one.label ? this.inks.label : unit === one.prediction ? this.inks.wrong : null;
  }

  label(pen, layer, unit, middle, width) {
    super.label(pen, layer, unit, middle);
    if (layer !== this.output) return;
    pen.textAlign = "left";
    pen.fillText(String(this.numbers[unit]), width - this.right + 7, middle);
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
