// Deals a lesson out to slides, fits the letters to each, and divides the keys between slides and
// sliders.
//
// The title and each "##" begin a column of slides, each "###" a slide, if there is more than a
// sentence before it. A question keeps its answers, and an explorer what to do with it, as long as
// there is room. What gives an answer away is hidden until asked for. What does not fit goes on on
// the next slide, and takes along what introduces it.

// Pixels of a slide of 1280 x 720. Slides are dealt at one size, and letters then grow or shrink.
const SIZES = [32, 28, 24, 21];
const DEALT = 24;
const STEP = 500;
const NOTHING = 8;

const isCode = (block) => block?.matches(".jp-CodeCell");
const isPicture = (block) => isCode(block) && block.querySelector("img, .gradient-explorer, .jupyter-widgets");
const isAnswer = (block) => block?.querySelector(":scope > details:not(.code)");
const level = (block) => Number(block.querySelector(":scope > :is(h1, h2, h3)")?.tagName[1] ?? 0);
// What stays with the block after it: a heading, tasks, a table, what stands before code or an
// answer, and the sentence before a list, a table or a formula.
const introduces = (block, next) => level(block) > 0
  || block.querySelector(":scope > :is(ol, table)")
  || isAnswer(next)
  || isCode(next) && !isCode(block) && !isAnswer(block)
  || block.querySelector(":scope > p")
    && next.querySelector(":scope > :is(ul, ol, table, mjx-container)");

const hasRoom = (slide) => slide.scrollHeight <= slide.clientHeight;

// Code with its outputs is one block, and so is each paragraph, list or formula.
function blocksOf(cell) {
  const text = cell.querySelector(".jp-RenderedMarkdown");
  if (isCode(cell) || text === null) return [cell];
  const parts = [...text.childNodes].filter((part) => part.tagName || part.data.trim());
  return parts.map((part) => {
    const block = text.cloneNode(false);
    block.append(part);
    return block;
  });
}

function deal(slides) {
  const blocks = [...slides.querySelectorAll(".jp-Cell")].flatMap(blocksOf);
  let column, slide;
  const begin = () => {
    slide = document.createElement("section");
    slide.style.fontSize = `${DEALT}px`;
    column.append(slide);
  };
  slides.replaceChildren();
  slides.classList.add("dealing");
  for (const [k, block] of blocks.entries()) {
    const last = blocks[k - 1];
    const said = slide && [...slide.children].filter((other) => !level(other)).length;
    if ([1, 2].includes(level(block))) {
      column = document.createElement("section");
      column.className = "stack";
      slides.append(column);
      begin();
    } else if (isPicture(last) || level(block) === 3 && (said > 1 || isAnswer(last)) || !isAnswer(block)
      && (isAnswer(last) ? isPicture(block) || !isCode(block) && last !== slide.firstChild
        : isCode(last) && isAnswer(blocks[k - 2]) && slide.contains(blocks[k - 2]))) begin();
    slide.append(block);
    if (isAnswer(last)) isAnswer(last).open = false;
    if (isAnswer(block)) isAnswer(block).open = true; // it has to fit when it is opened
    while (!hasRoom(slide)) {
      let first = k;
      while (slide.contains(blocks[first - 1]) && introduces(blocks[first - 1], blocks[first])) {
        first -= 1;
      }
      if (slide.firstChild === blocks[first]) first = k;
      if (blocks.slice(0, first).filter((other) => slide.contains(other)).every(level)) break;
      begin();
      slide.append(...blocks.slice(first, k + 1));
    }
  }
  slides.classList.remove("dealing");
  // The next key unfolds one answer after the other, and shows what they are about, before it goes
  // on. An answer with which a slide begins stands open.
  for (const block of slides.querySelectorAll("section > section > *")) {
    const answer = isAnswer(block);
    if (answer) answer.open = block.matches(":first-child");
    if (answer && !answer.open) answer.classList.add("fragment");
    if (isCode(block) && isAnswer(block.previousElementSibling)) block.classList.add("fragment");
  }
}

function fits(slide) {
  const isCutOff = (code) => code.scrollWidth > code.clientWidth
    && !code.closest("details:not([open])");
  return hasRoom(slide)
    && slide.scrollWidth <= slide.clientWidth
    && ![...slide.querySelectorAll("pre")].some(isCutOff);
}

const answersOf = (slide) => [...slide.querySelectorAll("details.fragment")];

// Letters stay as they are when an answer is opened: they fit with none and with any of them.
function fit(slide) {
  const answers = answersOf(slide);
  const opened = answers.filter(({ open }) => open);
  const fitsWith = (one) => {
    for (const answer of answers) answer.open = answer === one;
    return fits(slide);
  };
  SIZES.find((size) => {
    slide.style.fontSize = `${size}px`;
    return [null, ...answers].every(fitsWith);
  });
  for (const answer of answers) answer.open = opened.includes(answer);
}

function foldOrUnfold() {
  for (const answer of answersOf(Reveal.getCurrentSlide())) {
    answer.open = answer.classList.contains("current-fragment");
  }
}

// A click opens the answer that a class has chosen; the next key goes on from there.
function choose(event) {
  const answer = event.target.closest("details.fragment > summary")?.parentElement;
  if (!answer || answer.open) return;
  event.preventDefault();
  Reveal.navigateFragment(Number(answer.dataset.fragmentIndex));
}

function belongsToTheSlides(event) {
  const pressed = event.key === " " || event.key === "Enter";
  const explores = event.target.closest(".jupyter-widgets, .strip, .gradient-explorer");
  if (explores && event.key === "Escape") document.activeElement.blur(); // keys turn slides again
  return !explores
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
  deal(document.querySelector(".slides"));
  window.addEventListener("keydown", turnThePage, { capture: true });
  window.addEventListener("click", choose);
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
  for (const slide of Reveal.getSlides()) {
    for (const block of slide.children) changed.observe(block);
  }
}

// Voila puts outputs, widgets and formulas in their places after the page is there.
function isComplete(cells) {
  return cells.offsetHeight > 0
    && ![...cells.querySelectorAll(".jp-RenderedMarkdown :is(p, li, td):not(:has(code))")]
      .some((text) => text.textContent.includes("$"))
    && !cells.querySelector("script[type$='voila.cell-output+json']")
    && !cells.querySelector(".jp-RenderedLatex:not(:has(mjx-container))")
    && !cells.textContent.includes("Loading widget");
}

function startWhenComplete() {
  const cells = document.getElementById("rendered_cells"); // of live slides only
  if (cells === null || isComplete(cells)) start();
  else requestAnimationFrame(startWhenComplete);
}

startWhenComplete();
