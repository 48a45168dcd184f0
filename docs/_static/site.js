// What can be scrolled sideways can be reached with the keyboard.
function reach() {
  const wide = "mjx-container[display=true], .cell_output pre, .cell_output .output, div.math, .strip .picture, .pst-scrollable-table-container";
  for (const element of document.querySelectorAll(wide))
    if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
}
window.addEventListener("load", () => (window.MathJax?.startup?.promise ?? Promise.resolve()).then(reach));
window.addEventListener("resize", reach);

// What opens a part of the navigation says which.
for (const summary of document.querySelectorAll("nav details > summary"))
  summary.ariaLabel = `Pages below ${summary.closest("li").querySelector("a").textContent}`;
