/* Suggestions under a search box: a combobox with a listbox. The list comes ready from the server (data-suggest-url);
   the box works without any of this. Nothing is asked, chosen or sent while an input method is composing. */
"use strict";

const WAIT = 120;

function combobox(form) {
  const input = form.querySelector("input[name=q]"), list = form.querySelector("[role=listbox]"), said = form.querySelector("[role=status]");
  let timer = 0, asked = null, shownFor = "", composing = false;
  const set = (name, value) => { input.setAttribute(`aria-${name}`, value); };
  input.setAttribute("role", "combobox");
  set("autocomplete", "list");
  set("controls", list.id);
  set("expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");
  function choose(option) {
    const before = chosen();
    before?.setAttribute("aria-selected", "false");
    before?.classList.remove("chosen");
    option?.setAttribute("aria-selected", "true");
    option?.classList.add("chosen");
    option?.scrollIntoView({ block: "nearest" });
    if (option) { set("activedescendant", option.id); } else { input.removeAttribute("aria-activedescendant"); }
  }
  function close() {
    clearTimeout(timer);
    asked?.abort();
    choose(null);
    list.replaceChildren();
    shownFor = said.textContent = "";
    set("expanded", "false");
  }
  async function ask() {
    const typed = input.value.trim();
    if (!typed) { close(); return; }
    if (composing || typed === shownFor) { return; }
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    try {
      const answer = await fetch(`${form.dataset.suggestUrl}?q=${encodeURIComponent(typed)}`, { signal });
      const body = answer.ok ? (await answer.text()).trim() : "";
      if (signal.aborted || document.activeElement !== input) { return; }
      choose(null);
      list.innerHTML = body;
      shownFor = typed;
      said.textContent = list.querySelector("[data-said]")?.dataset.said ?? "";
      set("expanded", String(options().length > 0));
    } catch (error) {
      if (error.name !== "AbortError") { close(); }
    }
  }
  const later = () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); };

  input.addEventListener("compositionstart", () => { composing = true; clearTimeout(timer); asked?.abort(); });
  input.addEventListener("compositionend", () => { composing = false; later(); });
  input.addEventListener("input", (event) => { if (!composing && !event.isComposing) { later(); } });
  input.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) { return; }
    const all = options();
    if (event.key === "Escape" && all.length) { event.preventDefault(); close(); return; }
    if (event.key === "Enter") { const option = chosen(); if (option) { event.preventDefault(); option.click(); } return; }
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) { return; }
    if (!all.length) { ask(); return; }
    event.preventDefault();
    /* Who has begun to choose keeps the list there is: an answer still on its way would take it from under them. */
    clearTimeout(timer);
    asked?.abort();
    /* One place before the first and after the last is the box itself. */
    const at = all.indexOf(chosen()) + 1, step = event.key === "ArrowDown" ? 1 : all.length;
    choose(all[(at + step) % (all.length + 1) - 1]);
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  /* The box keeps the focus while the list is used by pointer. */
  list.addEventListener("pointerdown", (event) => { event.preventDefault(); });
}

document.addEventListener("DOMContentLoaded", () => { document.querySelectorAll("form[data-suggest-url]").forEach(combobox); });
