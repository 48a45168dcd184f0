// Runs bytecode.py in the Pyodide of a folder: node bytecode.mjs FOLDER PACKAGE...
import { readFileSync } from "node:fs";

const [folder, ...packages] = process.argv.slice(2);
const { loadPyodide } = await import(`${folder}/pyodide.mjs`);
const python = await loadPyodide({ packages });
python.mountNodeFS("/packages", folder);
try {
  python.runPython(readFileSync(new URL("bytecode.py", import.meta.url), "utf8"));
} catch ({ message }) {
  console.error(message); // and not the lines of Pyodide, which are very long
  process.exit(1);
}
