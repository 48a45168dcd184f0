// A bar above JupyterLite: the way back, what is happening, and the lesson as it was handed out.
const MADE_FROM = "softmax_lessons_made_from"; // as in tools/copies.py
const STARTING = "Python is starting in this page: about 23 MB, some 10 to 20 seconds, longer on a" +
  " phone or a slow line. You can read and write already; cells run as soon as it is there.";
const NEWER = "This lesson has changed since you began it. Your copy stays as it is;" +
  " “Reset this lesson” brings the new one.";
const TWICE = "This lesson is open in another tab too. Write in one of them only," +
  " or you will be asked which of the two to keep.";
const ASK = "Reset this lesson? All that you have written in it goes. To keep it," +
  " choose Cancel, then File → Download.";
const STYLE = `
  #lesson-bar { position: fixed; inset: 0 0 auto; z-index: 2000; display: flex; flex-wrap: wrap;
    gap: .3rem 1rem; align-items: center; box-sizing: border-box; padding: .4rem .8rem;
    color-scheme: light dark; font: .9rem/1.4 system-ui, sans-serif;
    background: var(--jp-layout-color1, Canvas); color: var(--jp-ui-font-color0, CanvasText);
    border-bottom: 1px solid var(--jp-border-color1, GrayText); }
  #lesson-bar a { color: var(--jp-content-link-color, LinkText); }
  #lesson-bar button { font: inherit; margin-left: auto; }
  #lesson-bar p { flex: 1 1 16rem; margin: 0; }
  #lesson-bar p:empty { display: none; }
  @media (max-width: 40rem) { #lesson-bar p { order: 1; flex-basis: 100%; } }
  body > #main { top: var(--lesson-bar) !important; }`;

const path = new URLSearchParams(location.search).get("path");
const lesson = path?.match(/^\d\d_\w+(?=\.ipynb$)/);
const bar = document.createElement("header");
bar.id = "lesson-bar";
bar.innerHTML = `<style>${STYLE}</style><a>← Back to the site</a>
  <p role="status"></p><p role="status"></p><button hidden>Reset this lesson</button>`;
const [back, start, notice, reset] = bar.querySelectorAll("a, p, button");
back.href = lesson ? `../../lessons/${lesson}.html` : "../../index.html";
document.body.prepend(bar);
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
document.body.classList.toggle("jp-mod-dark", dark); // until the theme is there
new ResizeObserver(() => {
  document.body.style.setProperty("--lesson-bar", `${bar.offsetHeight}px`);
  dispatchEvent(new Event("resize")); // JupyterLab lays itself out anew
}).observe(bar);

// Whatever of JupyterLab is not there yet: try again a little later.
async function there(get) {
  let found;
  while (!(found = get())) await new Promise((resolve) => setTimeout(resolve, 200));
  return found;
}

async function begin() {
  start.textContent = STARTING;
  const context = await there(() => window.jupyterapp?.shell.currentWidget?.context);
  navigator.locks?.request(path, { ifAvailable: true }, (lock) => {
    if (lock) return new Promise(() => {}); // held until the tab is closed
    notice.textContent = TWICE;
  });
  handOut(context);
  const kernel = await there(() => context.sessionContext.session?.kernel);
  await kernel.info; // Python itself says what it is
  start.textContent = "Shift+Enter or \u25b6 runs a cell. Esc, then Tab, leaves it.";
  // %%diagnose is known from the start, as in JupyterLab.
  kernel.requestExecute({ code: "import softmax_lessons.exercises", silent: true });
}

async function handOut(context) {
  await context.ready;
  const answer = await fetch(`../files/${encodeURIComponent(path)}`, { cache: "no-cache" });
  if (!answer.ok) return; // a notebook of the reader's own
  const handed = await answer.json();
  const mine = context.model.getMetadata(MADE_FROM);
  if (mine !== handed.metadata[MADE_FROM]) notice.textContent = NEWER;
  reset.hidden = false;
  reset.onclick = async () => {
    if (!confirm(ASK)) return;
    context.model.fromJSON(handed);
    await context.save();
    notice.textContent = "";
  };
}

if (path) begin();
