// The gradient explorer in the page, without Python: the numbers are those of GradientExplorer.
"use strict";
{
const CLASSES = ["cat", "dog", "bird"], N = 3, STEP = Math.cbrt(Number.EPSILON); // of the central differences
const MINUS = "\u2212", SUBSCRIPTS = ["\u2081", "\u2082", "\u2083"];
const fixed = (x, digits) => {
  const text = Math.abs(x) < 1000 ? Math.abs(x).toFixed(digits) : Math.abs(x).toExponential(1);
  return (x < 0 && Number(text) ? MINUS : "") + text;
};
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const largest = (a, b) => Math.max(...a.map((x, i) => Math.abs(x - b[i])));

function softmax(z) {
  const e = z.map((x) => Math.exp(x - Math.max(...z)));
  const total = e.reduce((a, b) => a + b);
  return e.map((x) => x / total);
}

// Where the incoming gradient comes from, and the controls that it uses.
const SOURCES = {
  "by hand": [["g1", "g2", "g3"], (s) => [s.g1, s.g2, s.g3]],
  "one-hot": [["target"], (s, p, t) => t],
  "all ones": [[], () => [1, 1, 1]],
  "cross-entropy: -t / p": [["target"], (s, p, t) => t.map((x, i) => (x ? -x / p[i] : 0))],
  "squared error: 2 (p - t)": [["target"], (s, p, t) => p.map((x, i) => 2 * (x - t[i]))],
  random: [["seed"], (s) => s.table[s.seed]],
};

function compute(s) {
  const z = [s.z1, s.z2, s.z3], p = softmax(z);
  const g = SOURCES[s.source][1](s, p, z.map((_, i) => Number(i + 1 === s.target)));
  const mean = dot(g, p);
  const moved = (j, h) => dot(g, softmax(z.map((x, i) => (i === j ? x + h : x))));
  return {
    z, p, g,
    jacobian: p.map((x, i) => p.map((y, j) => x * ((i === j) - y))),
    analytic: p.map((x, j) => x * (g[j] - mean)),
    numeric: z.map((_, j) => (moved(j, STEP) - moved(j, -STEP)) / (2 * STEP)),
    elementwise: p.map((x, j) => x * (1 - x) * g[j]),
  };
}

const SVG = "http://www.w3.org/2000/svg";
function draw(parent, name, attributes, text = "") {
  const node = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}
function add(parent, name, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(name), properties));
}

const TOP = 34, HEIGHT = 210, FOOT = 26;
class Chart {
  constructor(parent, title, kinds, [low, high], width) {
    Object.assign(this, { low, high, kinds });
    const svg = draw(parent, "svg", { viewBox: `0 0 ${width} ${TOP + HEIGHT + FOOT}`, "aria-hidden": true });
    svg.style.flex = `${width} 1 ${width * 0.65}px`;
    draw(svg, "text", { x: width / 2, y: 18, class: "title" }, title);
    const group = width / N, bar = (group * (kinds.length > 1 ? 0.92 : 0.6)) / kinds.length;
    this.bars = kinds.map((kind, k) => Array.from({ length: N }, (_, i) => {
      const x = i * group + (group - bar * kinds.length) / 2 + k * bar;
      return {
        rect: draw(svg, "rect", { x: x + 0.5, width: bar - 1, class: kind }),
        cut: draw(svg, "path", { class: "cut" }),
        text: draw(svg, "text", { x: x + bar / 2 }),
        x, width: bar,
      };
    }));
    draw(svg, "line", { x1: 0, x2: width, y1: this.y(0), y2: this.y(0), class: "zero" });
    for (let i = 0; i < N; i++)
      draw(svg, "text", { x: (i + 0.5) * group, y: TOP + HEIGHT + FOOT - 6 }, CLASSES[i]);
  }

  y(value) { // bars stand clear of the top and the foot, where their numbers are
    return TOP + 18 + ((this.high - value) / (this.high - this.low)) * (HEIGHT - 36);
  }

  set(...series) {
    series.forEach((heights, k) => heights.forEach((height, i) => {
      const { rect, cut, text, x, width } = this.bars[k][i];
      const end = this.y(Math.min(Math.max(height, this.low), this.high)), zero = this.y(0);
      rect.setAttribute("y", Math.min(end, zero));
      rect.setAttribute("height", Math.abs(end - zero));
      const beyond = height > this.high || height < this.low, inside = height > 0 ? 10 : -10;
      const w = width / 4, at = end + inside;
      cut.setAttribute("d", beyond ? `M${x} ${at}l${w} -5 ${w} 5 ${w} -5 ${w} 5` : "");
      text.setAttribute("y", height < 0 ? end + 16 : end - 5);
      text.textContent = fixed(height, 2);
    }));
  }
}

// The paths from the logits to the loss, as in PathExplorer.
const LIGHTS = [...[["out of", "z"], ["into", "p"]].flatMap(([way, kind]) =>
  CLASSES.map((name, k) => [`${way} ${kind}${SUBSCRIPTS[k]}, ${name}`, kind + k])), ["back from the loss", "L0"]];
const ALL = "all paths", OWN = "own path only", GRID = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [i, j]));
const X = { z: 84, p: 270, L: 416 }, Y = [62, 142, 222];
const added = (terms) => terms.map((x) => fixed(x, 3)).map((x, k) =>
  (x.startsWith(MINUS) ? (k ? ` ${MINUS} ` : MINUS) : k ? " + " : "") + x.replace(MINUS, "")).join("");
class Paths {
  constructor(parent, pick) {
    const svg = draw(parent, "svg", { viewBox: "0 0 446 254", class: "paths", "aria-hidden": true });
    [["z", "logits z"], ["p", "probabilities p"], ["L", "loss"]].forEach(([kind, name]) =>
      draw(svg, "text", { x: X[kind], y: 20, class: "title" }, name));
    CLASSES.forEach((name, k) => draw(svg, "text", { x: 30, y: Y[k] + 5 }, name));
    this.lines = GRID.map(([i, j]) => draw(svg, "line", { x1: X.z, y1: Y[j], x2: X.p, y2: Y[i] }));
    this.toLoss = Y.map((y) => draw(svg, "line", { x1: X.p, y1: y, x2: X.L, y2: Y[1] }));
    const number = (x, y) => draw(svg, "text", { x, y: y + 5, class: "slope" });
    this.slopes = GRID.map(() => number(0, 0));
    this.g = Y.map((y) => number(X.p + 70, y + 0.48 * (Y[1] - y)));
    this.circles = [...["z", "p"].flatMap((kind) => [0, 1, 2].map((k) => [kind, k])), ["L", 0]].map(([kind, k]) => {
      const group = draw(svg, "g", {}), at = { x: X[kind], y: kind === "L" ? Y[1] : Y[k] };
      group.addEventListener("click", () => pick(kind + k));
      const circle = draw(group, "circle", { cx: at.x, cy: at.y, r: 23 });
      return { kind, k, circle, text: draw(group, "text", { x: at.x, y: at.y + 5 }, "L") };
    });
  }

  set(s, light, keep) {
    const kind = light[0], chosen = Number(light[1]), all = keep === ALL;
    const lit = ([i, j]) => (kind === "L" || { z: j, p: i }[kind] === chosen) && (all || i === j);
    GRID.forEach(([i, j], at) => {
      const slope = s.jacobian[i][j], on = lit([i, j]), line = this.lines[at], text = this.slopes[at];
      line.setAttribute("class", on ? (slope < 0 ? "negative" : "positive") : "unlit");
      line.style.strokeWidth = on ? Math.max(1.5, 60 * Math.abs(slope)) : "";
      const part = kind === "p" || (kind === "L" && Math.abs(i - j) === 2) ? 0.27 : 0.68;
      text.setAttribute("x", X.z + part * (X.p - X.z));
      text.setAttribute("y", Y[j] + part * (Y[i] - Y[j]) + 5);
      text.textContent = on ? fixed(slope, 2) : "";
    });
    const reaches = (i) => kind !== "p" && GRID.some((at) => at[0] === i && lit(at));
    this.toLoss.forEach((line, i) => line.setAttribute("class", reaches(i) ? "carries" : "unlit"));
    this.g.forEach((text, i) => (text.textContent = `g${SUBSCRIPTS[i]} = ${fixed(s.g[i], 1)}`));
    for (const one of this.circles) {
      one.circle.setAttribute("class", one.kind + one.k === light && kind !== "L" ? "chosen" : "");
      if (one.kind !== "L") one.text.textContent = fixed(s[one.kind][one.k], one.kind === "z" ? 1 : 2);
    }
    const sum = (name, terms) => name + (all ? added(terms) + (terms.length > 1 ? ` = ${added([terms.reduce((a, b) => a + b)])}` : "")
      : `${added([terms[chosen]])} (${ALL}: ${added([terms.reduce((a, b) => a + b)])})`);
    const slopes = kind === "p" ? s.jacobian[chosen] : s.jacobian.map((row) => row[chosen]);
    if (kind === "L") return `\u2202L/\u2202z = (${(all ? s.analytic : s.elementwise).map((x) => fixed(x, 3)).join(", ")})`;
    if (kind === "p") return sum(`rates into ${CLASSES[chosen]} = `, slopes);
    return sum(`\u2202L/\u2202z${SUBSCRIPTS[chosen]} = `, slopes.map((x, i) => x * s.g[i]));
  }
}

function slider(parent, name, label, [min, max, step], value) {
  const row = add(parent, "label", { className: name });
  add(row, "span", { textContent: label });
  const input = add(row, "input", { type: "range", name, min, max, step, defaultValue: value });
  return Object.assign(input, { shown: add(row, "output") });
}
function choice(parent, name, label, options) {
  const row = add(parent, "label", { className: name });
  add(row, "span", { textContent: label });
  const select = add(row, "select", { name });
  for (const [text, value] of options) add(select, "option", { textContent: text, value });
  return select;
}

class GradientExplorer {
  constructor(root) {
    this.table = JSON.parse(root.dataset.random);
    root.replaceChildren();
    const form = add(root, "form"), left = add(form, "div"), right = add(form, "div");
    const logits = [2, 1, -1].map((v, i) => slider(left, `z${i + 1}`, "z" + SUBSCRIPTS[i], [-5, 5, 0.1], v));
    const source = choice(right, "source", "g is", Object.keys(SOURCES).map((key) => [key, key]));
    const gradient = [1, -1, 0.5].map((v, i) => slider(right, `g${i + 1}`, "g" + SUBSCRIPTS[i], [-3, 3, 0.1], v));
    const target = choice(right, "target", "true class", CLASSES.map((name, i) => [name, i + 1]));
    const seed = slider(right, "seed", "seed", [0, 99, 1], 0);
    const light = choice(left, "light", "paths", LIGHTS), keep = choice(left, "keep", "keep", [[ALL, ALL], [OWN, OWN]]);
    this.controls = [...logits, light, keep, source, ...gradient, target, seed];
    add(left, "button", { type: "reset", textContent: "Reset" });
    const charts = add(root, "div", { className: "charts" });
    const beside = add(charts, "div", { className: "beside" });
    this.paths = new Paths(beside, (light) => {
      form.elements.light.value = light;
      this.update();
    });
    this.sum = add(beside, "p", { className: "sum", role: "status" });
    const kinds = Object.keys(NAMES);
    this.answers = new Chart(charts, "gradient at the logits", kinds, [-1.5, 1.5], 440);
    const legend = add(root, "p", { className: "legend" });
    for (const [kind, name] of Object.entries(NAMES)) {
      const swatch = draw(legend, "svg", { viewBox: "0 0 20 14", "aria-hidden": true });
      draw(swatch, "rect", { width: 20, height: 14, class: kind });
      legend.append(name);
    }
    this.note = add(root, "p", { className: "note", role: "status" });
    const details = add(root, "details");
    add(details, "summary", { textContent: "The same as text" });
    this.numbers = add(details, "pre", { tabIndex: 0 });
    form.addEventListener("input", () => this.update());
    form.addEventListener("reset", () => setTimeout(() => this.update()));
    this.update();
  }

  get values() {
    const values = { table: this.table };
    for (const { name, value } of this.controls) values[name] = isNaN(value) ? value : Number(value);
    return values;
  }

  update() {
    const values = this.values, s = (this.state = compute(values));
    const used = ["z1", "z2", "z3", "light", "keep", "source", ...SOURCES[values.source][0]];
    for (const control of this.controls) {
      control.parentElement.hidden = !used.includes(control.name);
      if (control.shown) {
        control.shown.value = fixed(Number(control.value), control.name === "seed" ? 0 : 1);
        control.ariaValueText = control.shown.value;
      }
    }
    this.sum.textContent = this.paths.set(s, values.light, values.keep);
    this.answers.set(s.analytic, s.numeric, s.elementwise);
    const off = { numeric: largest(s.analytic, s.numeric), elementwise: largest(s.analytic, s.elementwise) };
    this.note.textContent =
      `Off by at most: central difference ${off.numeric.toExponential(0)}, elementwise ${fixed(off.elementwise, 5)}.`;
    const rows = [["logits z", s.z], ["probabilities p", s.p], ["incoming gradient g", s.g],
      ...Object.entries(NAMES).map(([kind, name]) => [name, s[kind]])];
    this.numbers.textContent = rows
      .map(([name, row]) => name.padEnd(22) + row.map((x) => fixed(x, 5).padStart(12)).join("")).join("\n");
  }
}
const NAMES = { analytic: "analytic", numeric: "central difference", elementwise: "elementwise (wrong)" };

// The hatches, a second cue beside colour.
const defs = '<pattern id="dashes" width="8" height="6" patternUnits="userSpaceOnUse"><rect width="8" height="6" fill="#E69F00"/>'
  + '<path d="M1 3h6" stroke="#000"/></pattern><pattern id="strokes" width="7" height="7" patternUnits="userSpaceOnUse">'
  + '<rect width="7" height="7" fill="#F0E442"/><path d="M0 7L7 0" stroke="#000"/></pattern>';
if (typeof document !== "undefined" && document.querySelector(".gradient-explorer")) {
  const hidden = draw(document.body, "svg", { width: 0, height: 0, "aria-hidden": true });
  hidden.style.position = "absolute";
  hidden.innerHTML = `<defs>${defs}</defs>`;
  for (const root of document.querySelectorAll(".gradient-explorer")) root.explorer = new GradientExplorer(root);
}
}
