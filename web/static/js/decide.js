/* Keys for deciding doubtful rows: whatever carries data-key is pressed by it. Every one of them is a plain button or
   link, so the page works without this file. */
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) { return; }
  if (event.target.closest("input, textarea, select")) { return; }
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (wanted) { event.preventDefault(); wanted.click(); }
});
