// The page of a script that ran on the emulated board.

class PopulationRaster extends Raster {
  ink(layer) {
    return layer.number < 6 ? colour(`--c${layer.number}`) : vertexColour(layer);
  }
}

const scrolled = (label, content) => element("div", { class: "tall", tabindex: "0", role: "region", "aria-label": label }, content);
const placeOf = (core) => `${core.x}, ${core.y}, ${core.p}`;

beginning(shown.figures);
if (shown.trouble) section("trouble", "What went wrong", "", element("pre", {}, shown.trouble));
if (!shown.board) {
  section("nothing", "No simulation", shown.nothing);
} else {
  const { board } = shown;
  section("placement", "Placement and packets",
    "Where populations lie on the chips of the board, and multicast packets between chips: a line for each direction of a " +
    "link, the wider the more; dashed where a source is routed but has sent nothing. Core 0 of a chip is its monitor.",
    chipGrid(board));
  section("sources", "Sources of packets", board.sources.length
    ? `Counted since the board was switched on. ${board.dropped ? `Routers dropped ${counted(board.dropped, "packet")} for which they had no route.` : "No packet was dropped."}`
    : "Nothing in this network sends packets.",
    board.sources.length ? table(["source", "for", "cores", "packets sent", "links on the way", "packets on links"],
      board.sources.map((one) => [one.name, one.partition, one.cores, one.sent, one.links.length,
        one.links.reduce((sum, link) => sum + link[3], 0)])) : null);
  section("cores", "Cores", board.estimate, scrolled("Cores", table(
    ["core", "holds", "program", "state", "instructions a tick", "most in a tick", "of a tick", "at 200 MHz (estimate)"],
    board.cores.map((core) => [placeOf(core), core.holds || "–", core.program, core.state, core.mean, core.most, core.share, core.remark]))));
  section("spikes", "Spikes", board.spikes.told,
    board.spikes.layers.length ? element("div", { class: "stage" }, new PopulationRaster(board.spikes.layers, board.spikes.duration).canvas) : null,
    board.recorded.length ? table(["population", "neurons", "recorded", "spikes"],
      board.recorded.map((one) => [one.name, one.size, one.variables || "nothing", one.spikes])) : null);
  const logged = board.cores.filter((core) => core.log);
  section("logs", "Logs", logged.length ? "What the cores have logged (their IO buffers)." : "No core has logged anything.",
    ...logged.map((core) => element("details", {},
      element("summary", {}, `${placeOf(core)} ${core.holds || core.program}: ${counted(core.log.split("\n").length, "line")}`),
      core.cut ? element("p", {}, `The ${counted(core.cut, "letter")} before are left out.`) : null,
      element("pre", {}, core.log))));
}

navigation();
