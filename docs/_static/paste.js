// Fields for code in a page: the box to paste into, and the exercises. One worker runs Python for all.
"use strict";
{
  const HERE = document.currentScript.src, LIMIT = 10_000; // milliseconds that code may run
  const SAID = {
    start: "Python is starting in this page: about 11 MB the first time, some seconds.",
    run: "Python is reading your code.",
    ended: "Stopped. Python is starting again.",
    late: "Your code ran for ten seconds, and was stopped. Is there a loop that never ends?",
    done: "The answer is below.",
    failed: "Python could not be loaded. Is the computer still online? Load the page again, or",
    file: "This page was opened as a file, and a browser runs no Python there. Serve its folder with python -m http.server, or",
    own: "take the project to your own computer: make lab.",
  };
  const add = (parent, name, properties = {}) => parent.appendChild(Object.assign(document.createElement(name), properties));
  const kept = { // nothing is kept where a browser does not let pages keep anything
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, text) { try { localStorage.setItem(key, text); } catch { /* full, or not allowed */ } },
  };

  let worker, running, timer;
  function begin() {
    if (worker) return;
    worker = new Worker(new URL("python_worker.js", HERE), { type: "module" });
    worker.onerror = () => fail();
    worker.onmessage = ({ data }) => {
      if (data.failed) fail();
      else if (data.ready) worker.ready = true;
      else if (data.begun) {
        running?.say("run");
        timer = setTimeout(() => stop("late"), LIMIT);
      } else finish((field) => field.answer(data.html));
    };
  }
  function finish(tell) {
    clearTimeout(timer);
    const field = running;
    running = null;
    if (field) tell(field);
  }
  function fail() {
    worker?.terminate();
    worker = null;
    finish((field) => field.say(location.protocol === "file:" ? "file" : "failed", SAID.own));
  }
  function stop(reason) {
    worker.terminate();
    worker = null;
    finish((field) => field.say(reason));
    begin();
  }

  // Tab indents and Enter keeps the indentation, as where code is written; Esc, then Tab, leaves.
  function keys(event) {
    const { target, key } = event, type = (text) => {
      event.preventDefault();
      document.execCommand("insertText", false, text); // which can be undone
    };
    if (key === "Escape") return (target.leaving = true);
    if (key === "Tab" && !event.shiftKey && !target.leaving) type("    ");
    if (key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      const line = target.value.slice(0, target.selectionStart).split("\n").at(-1);
      const ends = /^\s*(return|raise|pass|break|continue)\b(?!.*[([{,]\s*$)/.test(line); // its block
      type("\n" + line.match(/^\s*/)[0].slice(ends ? 4 : 0) + (/:\s*$/.test(line) ? "    " : ""));
    }
    target.leaving = false;
  }

  class Field {
    constructor(root, stub, label, button) {
      const { before } = root.dataset, key = `softmax_lessons ${location.pathname} ${root.id}`;
      root.replaceChildren();
      Object.assign(this, { root, before });
      const name = add(root, "label", { textContent: label });
      const code = (this.code = add(name, "textarea", {
        value: kept.get(key) ?? stub, spellcheck: false, autocapitalize: "off", wrap: "off",
        rows: Math.min(Math.max(stub.split("\n").length + 2, 9), 24),
      }));
      for (const what of ["autocorrect", "autocomplete"]) code.setAttribute(what, "off");
      code.addEventListener("keydown", keys);
      code.addEventListener("focus", begin);
      code.addEventListener("input", () => kept.set(key, code.value));
      code.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          this.run();
        }
      });
      this.buttons = add(root, "p", { className: "buttons" });
      this.button(button, () => this.run()).className = "primary";
      this.stop = this.button("Stop", () => stop("ended"));
      this.back = this.button("Bring back what was here", () => this.put(this.last));
      this.stop.hidden = this.back.hidden = true;
      add(root, "p", { className: "note", textContent: "Runs in this page: nothing you type leaves your computer." +
        " It is kept in this browser. Esc, then Tab, leaves the field." });
      this.status = add(root, "p", { className: "status", role: "status" });
      this.shown = add(root, "div", { className: "verdict" });
      this.shown.ariaLive = "polite";
    }

    button(textContent, onclick) {
      return add(this.buttons, "button", { type: "button", textContent, onclick });
    }

    put(text) { // as if it were typed, so that it can be undone
      this.last = this.code.value;
      this.back.hidden = !this.last.trim() || this.last === text;
      this.code.focus();
      this.code.select();
      document.execCommand("insertText", false, text);
      this.code.scrollTo(0, 0);
    }

    say(what, more = "") {
      this.status.textContent = `${SAID[what]} ${more}`;
      this.root.classList.toggle("busy", what === "start" || what === "run");
      this.stop.hidden = what !== "run" && what !== "start";
    }

    run() {
      if (running) stop("ended");
      begin();
      running = this;
      this.say(worker.ready ? "run" : "start");
      worker.postMessage({ before: this.before, code: this.code.value });
    }

    answer(html) {
      this.shown.innerHTML = html;
      this.say("done");
      this.shown.scrollIntoView({ block: "nearest" });
    }
  }

  for (const root of document.querySelectorAll(".paste-box")) {
    const field = new Field(root, "", "Your code", "What is wrong with it?");
    const examples = JSON.parse(root.dataset.examples);
    add(field.buttons, "span", { textContent: "Try an example:" });
    for (const [name, code] of examples)
      field.button(name, () => { field.put(code); field.run(); });
    const send = () => { // from a verdict on a page, this one too
      const sent = decodeURIComponent(location.hash.match(/^#code=(.*)/)?.[1] ?? "");
      if (sent) { field.put(sent); field.run(); }
    };
    send();
    addEventListener("hashchange", send);
    const { saveData = true, effectiveType } = navigator.connection ?? {};
    if (!saveData && effectiveType === "4g") (window.requestIdleCallback ?? setTimeout)(begin);
  }
  for (const root of document.querySelectorAll(".exercise")) {
    const stub = root.querySelector("pre").textContent;
    const field = new Field(root, stub, "Your answer", "Check");
    field.button("Reset", () => field.put(stub));
  }
}
