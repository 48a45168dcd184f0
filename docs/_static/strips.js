// Pictures of explorers, made beforehand: a slider goes through those of one control.
"use strict";
{
function add(parent, name, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(name), properties));
}

async function bring(strip) {
  const { kind, folder } = strip.dataset;
  const script = add(strip, "script", { src: `${folder}frames.js` });
  await new Promise((resolve) => script.addEventListener("load", resolve));
  const controls = window.strips[kind];
  const [image, caption, numbers] = ["img", ".caption", "pre"].map((one) => strip.querySelector(one));
  const form = add(strip, "form");
  strip.prepend(form);
  const chosen = add(add(form, "label", { textContent: "move " }), "select");
  controls.forEach(({ label }, k) => add(chosen, "option", { value: k, textContent: label }));
  const row = add(form, "label"), name = add(row, "span"), range = add(row, "input", { type: "range", min: 0, step: 1 });
  const value = add(row, "output");
  add(form, "p", { className: "note", textContent: "One control at a time; in the lesson, all move together." });
  const show = () => {
    const [picture, alt, said, text, label] = controls[chosen.value].frames[range.value];
    Object.assign(image, { src: folder + picture, alt });
    value.value = range.ariaValueText = label;
    caption.textContent = said;
    numbers.textContent = text;
  };
  const choose = () => {
    const { label, start, frames } = controls[chosen.value];
    name.textContent = label;
    range.max = frames.length - 1;
    range.value = start;
    for (const [picture] of frames) new Image().src = folder + picture;
    show();
  };
  chosen.addEventListener("input", choose);
  range.addEventListener("input", show);
  choose();
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries)
    if (isIntersecting) {
      seen.unobserve(target);
      bring(target.closest(".strip"));
    }
});
for (const image of document.querySelectorAll(".strip img")) seen.observe(image);
}
