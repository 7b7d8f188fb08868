// A comparison of rules redraws what moves as its parameters are turned; without script a button does.

import { drawAll, forget } from "./page.js";

const form = document.querySelector("form[data-compare]");
const result = document.getElementById("compare-result");
const state = document.getElementById("compare-state");
let busy = false; // one request at a time: what is turned meanwhile is asked for afterwards
let stale = false;

function address() {
  const query = new URLSearchParams(new FormData(form));
  return `${location.pathname}?${query}`;
}

// The address of this very comparison: for the bar, and for the links that change language or light.
function keep(url) {
  history.replaceState(null, "", url);
  for (const link of document.querySelectorAll(".tools a[href]")) {
    const own = new URL(link.href);
    const query = new URL(url, location.href).searchParams;
    for (const name of ["lang", "theme"]) {
      if (own.searchParams.has(name)) query.set(name, own.searchParams.get(name));
    }
    own.search = query;
    link.href = own.href;
  }
}

async function redraw() {
  stale = true;
  if (busy) return;
  busy = true;
  try {
    while (stale) {
      stale = false;
      const url = address();
      const answer = await fetch(`${url}&part=result`, { headers: { Accept: "text/html" } });
      if (answer.redirected || answer.status === 401) {
        location.assign(url); // the session has ended: log in, and come back to this
        return;
      }
      if (!answer.ok) throw new Error(`${answer.status}`);
      const text = await answer.text();
      if (stale) continue;
      show(text);
      keep(url);
      state.textContent = form.dataset.done;
    }
  } catch {
    state.textContent = form.dataset.failed;
  } finally {
    busy = false;
  }
}

function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const beside = result.querySelector(".scroll")?.scrollLeft ?? 0;
  forget();
  result.replaceChildren(...page.body.childNodes);
  if (beside) result.querySelector(".scroll").scrollLeft = beside;
  drawAll();
}

// A slider beside each number says the same; only the number is sent.
function slider(number) {
  const range = document.createElement("input");
  range.type = "range";
  const label = number.labels[0].textContent.trim();
  range.setAttribute("aria-label", form.dataset.compare.replace("{label}", label));
  const { least, most, step } = number.closest("[data-most]").dataset;
  Object.assign(range, { min: Math.trunc(least), max: reach(Number(number.value), Number(most)), step });
  const follow = () => (range.value = number.value === "" ? range.max : number.value); // open: no limit
  follow();
  const mark = number.closest(".keyed")?.nextElementSibling; // where the value is from, until it is another
  const typed = () => mark?.matches("small") && mark.remove();
  range.addEventListener("input", () => {
    number.value = range.value;
    typed();
    redraw();
  });
  number.addEventListener("input", () => {
    typed();
    range.max = Math.max(Number(range.max), reach(Number(number.value), Number(most)));
    follow();
  });
  number.after(range);
}

// What may be a thousand is mostly near a hundred: a slider is no finer than its length.
const reach = (value, most) => Math.min(most, Math.max(most > 100 ? 120 : most, 2 * value || 0));

form.querySelectorAll("[data-most] input[inputmode]").forEach(slider);
let later;
form.addEventListener("input", (event) => {
  if (event.target.type === "range") return; // it has asked already
  clearTimeout(later);
  later = setTimeout(redraw, event.target.inputMode === "decimal" ? 250 : 0);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(later);
  redraw();
});
