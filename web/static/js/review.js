/* Comfort for reviewing: counts that follow the choices, keys. Without this file the page works by its buttons. */
"use strict";

const form = document.getElementById("review");
const bar = document.querySelector(".done-bar");

const count = () => {
  if (!form || !bar) { return; }
  const rows = [...form.querySelectorAll(".f")];
  const chosen = (row) => row.querySelector(":checked")?.value;
  const accepted = rows.filter((row) => chosen(row) === "accepted").length;
  const returned = rows.filter((row) => chosen(row) === "returned").length;
  const waiting = rows.filter((row) => row.querySelector("[value=accepted]") && !chosen(row)).length;
  rows.forEach((row) => row.classList.toggle("is-waiting", Boolean(row.querySelector("[value=accepted]")) && !chosen(row)));
  const numbers = { accepted, returned, waiting, decided: accepted + returned };
  document.querySelectorAll("[data-count]").forEach((one) => { one.textContent = numbers[one.dataset.count]; });
  document.querySelectorAll("[data-tab=waiting]").forEach((one) => { one.textContent = waiting; });
  document.querySelectorAll("[data-when]").forEach((one) => { one.hidden = numbers[one.dataset.when] === 0; });
  document.querySelectorAll("[data-unless]").forEach((one) => { one.hidden = numbers[one.dataset.unless] !== 0; });
  const total = Math.max(accepted + returned + waiting, 1);
  const [left, right] = ["accepted", "returned"].map((name) => document.querySelector(`[data-bar=${name}]`));
  left.setAttribute("width", `${(100 * accepted) / total}%`);
  right.setAttribute("x", `${(100 * accepted) / total}%`);
  right.setAttribute("width", `${(100 * returned) / total}%`);
  document.querySelector("[data-act=return]").disabled = returned === 0;
  document.querySelector("[data-act=pass]").disabled = waiting > 0 || returned > 0;
};
form?.addEventListener("change", count);
document.addEventListener("DOMContentLoaded", count);

/* Leaving with choices that were not saved asks first. */
let touched = false;
form?.addEventListener("change", () => { touched = true; });
form?.addEventListener("submit", () => { touched = false; });
window.addEventListener("beforeunload", (event) => { if (touched) { event.preventDefault(); } });

document.addEventListener("keydown", (event) => {
  if (!form || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) { return; }
  if (event.target.closest("select, textarea, input:not([type=radio])")) { return; }
  const rows = [...form.querySelectorAll(".f")].filter((row) => row.querySelector("[type=radio]") && row.offsetParent);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const next = rows[Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), rows.length - 1)];
    (next?.querySelector(":checked") ?? next?.querySelector("[type=radio]"))?.focus();
  } else if ((key === "y" || key === "n") && at >= 0) {
    const choice = rows[at].querySelector(`[value=${key === "y" ? "accepted" : "returned"}]`);
    choice?.click();
    if (key === "n") { rows[at].nextElementSibling?.querySelector("select")?.focus(); }
  } else if (key === "s") {
    document.querySelector("[data-key=s]")?.click();
  } else { return; }
  event.preventDefault();
});
