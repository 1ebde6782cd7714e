/* Comfort on top of pages that work without it: copying, input methods, focus. No state, no framework. */
"use strict";

/* An input method is still composing: the letters on screen are not what the person means yet. */
document.addEventListener("compositionstart", (event) => { event.target.dataset.composing = "yes"; });
document.addEventListener("compositionend", (event) => {
  delete event.target.dataset.composing;
  event.target.dispatchEvent(new Event("composed", { bubbles: true }));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) { event.preventDefault(); }
});
document.addEventListener("htmx:before:request", (event) => {
  const source = event.detail?.ctx?.sourceElement ?? event.target;
  if (source?.dataset?.composing || source?.querySelector?.("[data-composing]")) { event.preventDefault(); }
});

/* Copy buttons carry the text and the word that says it is done; both come from the server in the page's language. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) { return; }
  await navigator.clipboard.writeText(button.dataset.copy);
  const status = button.querySelector("[role=status]");
  if (status) { status.textContent = button.dataset.copied; }
});

/* A refused form comes back with its summary first; whoever listens or tabs should start there. After any other swap
   the focus stays where it was: htmx restores it by id, and if that element is gone the swapped region takes it. */
const focusSummary = () => document.querySelector("[data-error-summary]")?.focus();
let focusedBefore = "";
document.addEventListener("htmx:before:swap", () => { focusedBefore = document.activeElement?.id ?? ""; });
document.addEventListener("htmx:after:swap", () => {
  if (document.querySelector("[data-error-summary]")) { focusSummary(); return; }
  if (document.activeElement === document.body && focusedBefore) { document.getElementById(focusedBefore)?.focus(); }
});
document.addEventListener("DOMContentLoaded", focusSummary);
