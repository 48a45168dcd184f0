// Read by MathJax when it starts: what is a formula in a notebook.
window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\(", "\\)"]], processEscapes: true },
  options: { enableMenu: false },
};
