// The last results, kept in this browser and nowhere else.

import { moment, percent } from "./words.js";

const KEY = "pinhole.history";
const LONGEST = 10;
/** Milliseconds beyond which there are no dates. */
const LATEST = 8.64e15;

const section = document.getElementById("history");
const list = section.querySelector("ol");

/** Adds a result: `{label, probability, model, thumbnail}`, the thumbnail as a data address or null. */
export function remember(result) {
  const entries = [{ ...result, at: Date.now() }, ...read()].slice(0, LONGEST);
  write(entries);
  show(entries);
}

/** Shows what is remembered; calls `onClear` after the visitor cleared it. */
export function start(onClear) {
  show(read());
  document.getElementById("clear").addEventListener("click", () => {
    write([]);
    show([]);
    onClear();
  });
  // Another tab of the same page.
  addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) show(read());
  });
}

/** What is stored may have been written by an older page, or by hand: only entries that make sense are taken. */
function read() {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return entries.filter(
      (entry) => typeof entry.label === "string" && Number.isFinite(entry.probability) && Math.abs(entry.at) < LATEST,
    );
  } catch {
    return [];
  }
}

/** Without room or permission to store, the list lives as long as the page. */
function write(entries) {
  try {
    if (entries.length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(entries));
  } catch {
    console.warn("The last results cannot be kept in this browser.");
  }
}

function show(entries) {
  section.hidden = entries.length === 0;
  list.replaceChildren(...entries.map(item));
}

function item({ label, probability, model, thumbnail, at }) {
  const row = document.getElementById("past-template").content.firstElementChild.cloneNode(true);
  row.querySelector(".label").textContent = label;
  row.querySelector(".about").textContent = [percent(probability), model].filter(Boolean).join(" · ");
  const time = row.querySelector("time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = moment(at);
  if (typeof thumbnail === "string" && thumbnail.startsWith("data:image/")) {
    const image = new Image();
    image.alt = "";
    image.src = thumbnail;
    row.querySelector(".thumbnail").append(image);
  }
  return row;
}
