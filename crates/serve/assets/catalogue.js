// On an empty shelf: fetches a model and shows how far it has come.

import { fill, words } from "./words.js";

const PAUSE = 700;
const status = document.getElementById("status");

for (const card of document.querySelectorAll(".card")) {
  const form = card.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    pull(card, form.action);
  });
  if (form?.hidden) follow(card);
}

async function pull(card, address) {
  showRunning(card, null);
  card.querySelector("progress").focus();
  status.textContent = words.getting;
  try {
    const response = await fetch(address, { method: "POST", headers: { Accept: "application/json" } });
    if (!response.ok) {
      const answer = await response.json();
      showFailure(card, [Object.values(answer)[0]].flat().join(" "));
      return;
    }
  } catch {
    showFailure(card, words.unreachable.what);
    return;
  }
  follow(card);
}

/** Asks again and again until the model is on the shelf or cannot be had. */
async function follow(card) {
  for (let missed = 0; missed < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    let pull;
    try {
      const response = await fetch("/catalogue/", { headers: { Accept: "application/json" } });
      const offers = await response.json();
      pull = offers.find((offer) => offer.name === card.dataset.model)?.pull;
      missed = 0;
    } catch {
      missed += 1;
      continue;
    }
    if (pull?.state === "done") {
      location.assign("/");
      return;
    }
    if (pull?.state === "failed") {
      showFailure(card, pull.reason);
      return;
    }
    showRunning(card, pull);
  }
  showFailure(card, words.unreachable.what);
}

function showRunning(card, pull) {
  card.querySelector("form").hidden = true;
  card.querySelector(".failure").hidden = true;
  card.querySelector(".getting").hidden = false;
  const progress = card.querySelector("progress");
  if (pull?.total) progress.value = Math.min(100, (100 * pull.done) / pull.total);
  else progress.removeAttribute("value");
}

function showFailure(card, reason) {
  card.querySelector(".getting").hidden = true;
  card.querySelector("form").hidden = false;
  const failure = card.querySelector(".failure");
  failure.textContent = fill(words.get_failed, { reason });
  failure.hidden = false;
}
