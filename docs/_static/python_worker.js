// Python in a worker: Pyodide's core, NumPy and the lessons, for what is pasted or typed in a page.
import { loadPyodide } from "../lite/static/pyodide/pyodide.mjs";
const SITE = new URL("../", import.meta.url).href, HERE = `${SITE}lite/static/pyodide/`;
const get = async (name) => {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
};

async function start() {
  const lock = `${HERE}pyodide-lock.json`;
  const python = loadPyodide({ indexURL: HERE, lockFileURL: lock, packages: ["numpy"] });
  const names = get("lessons.json").then((answer) => answer.json());
  const { packages } = await (await get(lock)).json();
  const wheel = await (await get(HERE + packages["softmax-lessons"].file_name)).arrayBuffer();
  const pyodide = await python;
  pyodide.unpackArchive(wheel, "wheel");
  return { pyodide, page: pyodide.pyimport("softmax_lessons._page"), lessons: pyodide.toPy(await names) };
}
const failed = (error) => postMessage({ failed: String(error) });
// Where a part of Pyodide cannot be had, it says so on the console, and goes on waiting.
addEventListener("unhandledrejection", ({ reason }) => failed(reason));
const compile = WebAssembly.instantiateStreaming;
WebAssembly.instantiateStreaming = (...given) => {
  const compiled = compile(...given);
  compiled.catch(failed);
  return compiled;
};
const started = start();
started.then(({ page }) => {
  postMessage({ ready: true });
  setTimeout(() => page.diagnosed("def softmax_backward(p, g): return p * g")); // what comes first takes longest
}, failed);

onmessage = async ({ data: { before, code } }) => {
  const { pyodide, page, lessons } = await started;
  const both = `${before ?? ""}\n${code}`;
  if (before !== undefined && /\bsympy\b|check_step/.test(both)) await pyodide.loadPackage("sympy");
  postMessage({ begun: true });
  const html = before === undefined ? page.diagnosed(code) : page.ran(before, code);
  postMessage({ html: page.linked(html, lessons, SITE) });
};
