// On an empty shelf: fetches a model and shows how far it has come.

import { fill, words } from "./words.js";

/** Milliseconds between two questions. */
const PAUSE = 700;
/** Questions without the expected answer before giving up. */
const PATIENCE = 10;
const status = document.getElementById("status");

for (const card of document.querySelectorAll(".card")) {
  const form = card.querySelector("form");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    pull(card);
  });
  if (form?.hidden) follow(card);
}

async function pull(card) {
  showRunning(card, null);
  card.querySelector("progress").focus();
  status.textContent = words.getting;
  try {
    const response = await fetch(`/catalogue/${encodeURIComponent(card.dataset.model)}/pull`, { method: "POST", headers: { Accept: "application/json" } });
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
  let unseen = 0;
  for (let missed = 0; missed < PATIENCE; ) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    let offer;
    try {
      const response = await fetch("/catalogue/", { headers: { Accept: "application/json" } });
      offer = (await response.json()).find(({ name }) => name === card.dataset.model);
      missed = 0;
    } catch {
      missed += 1;
      continue;
    }
    // A model that was fetched but does not come to the shelf: the page itself says why.
    if (offer?.pull?.state === "done") unseen += 1;
    if (offer?.on_shelf || unseen >= PATIENCE) {
      location.assign("/");
      return;
    }
    if (offer?.pull?.state === "failed") {
      showFailure(card, offer.pull.reason);
      return;
    }
    showRunning(card, offer?.pull);
  }
  showFailure(card, words.unreachable.what);
}

function showRunning(card, pull) {
  card.querySelector("form").hidden = true;
  card.querySelector(".failure").hidden = true;
  card.querySelector(".getting").hidden = false;
  const progress = card.querySelector("progress");
  if (pull?.state === "done") progress.value = 100;
  else if (pull?.total) progress.value = Math.min(100, (100 * pull.done) / pull.total);
  else progress.removeAttribute("value");
}

function showFailure(card, reason) {
  card.querySelector(".getting").hidden = true;
  card.querySelector("form").hidden = false;
  const failure = card.querySelector(".failure");
  failure.textContent = fill(words.get_failed, { reason });
  failure.hidden = false;
}
