// Starts reveal.js once there is something to be seen, fits the letters to each slide, and divides
// the keys between slides and sliders.

// Pixels of a slide of 1280 x 720.
const SIZES = [32, 28, 24];
const STEP = 500;
const NOTHING = 8;

function fits(slide) {
  const isCutOff = (code) => code.scrollWidth > code.clientWidth
    && !code.closest("details:not([open])");
  return slide.scrollHeight <= slide.clientHeight
    && slide.scrollWidth <= slide.clientWidth
    && ![...slide.querySelectorAll("pre")].some(isCutOff);
}

function fit(slide) {
  for (const size of SIZES) {
    slide.style.fontSize = `${size}px`;
    if (fits(slide)) return;
  }
}

function foldOrUnfold() {
  for (const answer of Reveal.getCurrentSlide().querySelectorAll("details.fragment")) {
    answer.open = answer.classList.contains("visible");
  }
}

function belongsToTheSlides(event) {
  const pressed = event.key === " " || event.key === "Enter";
  return !event.target.closest(".jupyter-widgets")
    && !(pressed && event.target.closest("summary, a, button"));
}

function turnThePage(event) {
  // What a remote control sends turns pages, even where a slider was touched last. A slide that is
  // too long is seen to its end first.
  const step = { PageDown: STEP, PageUp: -STEP }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const slide = Reveal.getCurrentSlide();
  const before = slide.scrollTop;
  slide.scrollTop += step;
  if (Math.abs(slide.scrollTop - before) <= NOTHING) step > 0 ? Reveal.next() : Reveal.prev();
}

async function start() {
  document.getElementById("running")?.remove();
  await window.MathJax?.startup?.promise; // formulas have their height before anything is fitted
  // The next key unfolds an answer before it goes on.
  for (const answer of document.querySelectorAll(".jp-RenderedMarkdown details:not([open])")) {
    answer.classList.add("fragment");
  }
  window.addEventListener("keydown", turnThePage, { capture: true });
  for (const name of ["slidechanged", "fragmentshown", "fragmenthidden"]) {
    Reveal.on(name, foldOrUnfold);
  }
  await Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    center: false,
    hash: true,
    transition: "none",
    slideNumber: "c/t",
    navigationMode: "linear",
    controlsTutorial: false,
    keyboardCondition: belongsToTheSlides,
  });
  // Whenever something comes to be seen, or grows.
  const changed = new ResizeObserver((entries) => {
    new Set(entries.map(({ target }) => target.closest("section"))).forEach(fit);
  });
  for (const cell of document.querySelectorAll(".jp-Cell")) changed.observe(cell);
}

const cells = document.getElementById("rendered_cells");
if (cells === null) {
  start();
} else {
  // Voila shows the cells when all outputs are in their places.
  const shown = new ResizeObserver(() => {
    if (cells.offsetHeight === 0) return;
    shown.disconnect();
    start();
  });
  shown.observe(cells);
}
