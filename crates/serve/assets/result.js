// Shows an answer, or why there is none, in the page.

import { duration, fill, percent, words } from "./words.js";

const outcome = document.getElementById("outcome");

function copy(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}

/** Puts text into the element for it; an empty text hides the element. */
function put(element, slot, text) {
  const target = element.querySelector(`[data-slot="${slot}"]`);
  target.textContent = text;
  target.hidden = text === "";
}

/** Empties the place for answers and refusals. */
export function clear() {
  outcome.replaceChildren();
}

/** Shows an answer: `predictions` most likely first, the model's name, and how long it took. */
export function showAnswer({ label, probability, predictions }, model, milliseconds) {
  const answer = copy("answer-template");
  answer.querySelector(".eyebrow").textContent = words.result_heading;
  put(answer, "label", label);
  put(answer, "probability", percent(probability));
  put(answer, "doubt", doubt(predictions));
  put(answer, "made-by", fill(words.answered_by, { model, time: duration(milliseconds) }));
  const bars = predictions.slice(0, 5).map(bar);
  answer.querySelector(".bars").append(...bars);
  outcome.replaceChildren(answer);
  answer.querySelector("h2").focus();
}

function bar({ label, probability }) {
  const row = copy("bar-template");
  row.querySelector(".label").textContent = label;
  row.querySelector(".percent").textContent = percent(probability);
  row.querySelector("rect").setAttribute("width", (100 * probability).toFixed(2));
  return row;
}

/** Says that the model is unsure, when it is. The same rule as in `view.rs`. */
function doubt([first, second]) {
  if (second && first.probability - second.probability < words.unsure_margin) {
    return fill(words.doubt_close, { second: second.label });
  }
  return first.probability < words.unsure_below
    ? fill(words.doubt_low, { probability: percent(first.probability) })
    : "";
}

/**
 * Shows why there is no answer. `refusal` names an entry of the table; `values` fill its holes; `retry`, where
 * given, is called by the button "Try again".
 */
export function showRefusal(refusal, { detail = "", values = {}, kept = false, retry = null } = {}) {
  const { what, advice } = words[refusal] ?? words.failed;
  const box = copy("refusal-template");
  put(box, "what", fill(what, values));
  put(box, "detail", detail);
  put(box, "advice", fill(advice, values));
  box.querySelector('[data-slot="kept"]').hidden = !kept;
  if (retry) {
    const button = box.querySelector('[data-slot="retry"]');
    button.hidden = false;
    button.addEventListener("click", retry);
  }
  outcome.replaceChildren(box);
}
