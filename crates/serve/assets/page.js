// The page's three steps: choose, send, result. Without this script the form works by itself.

import { watchChoices } from "./choose.js";
import * as history from "./history.js";
import { clear, showAnswer, showRefusal } from "./result.js";
import { predict, wait } from "./send.js";
import { shrink, thumbnail } from "./shrink.js";
import { fill, percent, size, words } from "./words.js";

const element = (id) => document.getElementById(id);
const main = element("main");
const stage = document.querySelector(".stage");
const photo = stage.querySelector(".photo");
const THUMBNAIL_SIDE = 96;

/** What is to be sent: `{blob, name, drawable}`, `{address}`, or null. */
let choice = null;
/** Ends the request that is under way, if one is. */
let sending = null;
/** Counts choices, so that a slow decoding does not replace a later choice. */
let turn = 0;

function say(sentence) {
  element("status").textContent = sentence;
}

function goTo(step) {
  main.dataset.step = step;
  for (const item of document.querySelectorAll(".steps li")) {
    if (item.dataset.step === step) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  element("sending").hidden = sending === null;
  element("cancel").hidden = sending === null;
  element("send").hidden = sending !== null || (step === "result" && element("model").type === "hidden");
  element("another").hidden = step !== "result";
  element("address-field").hidden = step === "result" || sending !== null;
}

function showPhoto(content, alternative) {
  const old = photo.querySelector("img");
  if (old) URL.revokeObjectURL(old.src);
  photo.replaceChildren();
  photo.hidden = content === null;
  stage.classList.toggle("filled", content !== null);
  if (content instanceof Blob) {
    const image = new Image();
    image.alt = alternative;
    image.src = URL.createObjectURL(content);
    photo.append(image);
  } else if (content !== null) {
    const placeholder = document.createElement("span");
    placeholder.className = "placeholder";
    placeholder.textContent = content;
    photo.append(placeholder);
  }
}

function describe(sentence) {
  element("chosen").textContent = sentence;
  element("chosen").hidden = sentence === "";
}

async function chooseFile(file) {
  sending?.abort();
  const mine = ++turn;
  if (file.type && !file.type.startsWith("image/")) return refuseFile("not_a_picture", file);
  if (file.size === 0) return refuseFile("empty_file", file);
  clear();
  say(words.reading);
  const { blob, drawable, shrunk } = await shrink(file);
  if (mine !== turn) return;
  element("address").value = "";
  choice = { blob, name: shrunk ? `${file.name.replace(/\.[^.]*$/, "")}.jpg` : file.name || "photo", drawable };
  if (drawable) showPhoto(blob, words.chosen_photo);
  else showPhoto(`${file.name}\n${words.no_preview}`);
  describe(
    shrunk
      ? fill(words.shrunk, { name: file.name, from: size(file.size), to: size(blob.size) })
      : `${file.name}, ${size(file.size)}`,
  );
  goTo("send");
  say(words.chosen);
  element("send").focus();
}

function refuseFile(refusal, file) {
  showRefusal(refusal, { values: { name: file.name }, kept: choice !== null });
  goTo(choice ? "send" : "choose");
}

function chooseAddress(address) {
  turn += 1;
  clear();
  choice = address ? { address } : null;
  showPhoto(address || null);
  describe("");
  goTo(address ? "send" : "choose");
}

function startAgain() {
  turn += 1;
  choice = null;
  element("address").value = "";
  clear();
  showPhoto(null);
  describe("");
  goTo("choose");
  say("");
  element("image").focus();
}

async function send() {
  if (sending) return;
  if (!choice) {
    showRefusal("nothing_given");
    element("image").focus();
    return;
  }
  const model = element("model").value;
  sending = new AbortController();
  clear();
  goTo("send");
  tell(words.sending);
  element("cancel").focus();
  try {
    const began = performance.now();
    const answer = await askPatiently(choice, model, sending.signal);
    sending = null;
    goTo("result");
    showAnswer(answer, model, performance.now() - began);
    say(fill(words.answered, { label: answer.label, probability: percent(answer.probability) }));
    const { label, probability } = answer;
    history.remember({ label, probability, model, thumbnail: thumbnail(choice.drawable ?? null, THUMBNAIL_SIDE) });
  } catch (error) {
    sending = null;
    goTo("send");
    if (error.name === "AbortError") {
      say(words.cancelled);
      element("send").focus();
      return;
    }
    const { refusal = "failed", detail = String(error), retryAfter } = error;
    const again = ["busy", "failed", "unreachable"].includes(refusal);
    showRefusal(refusal, {
      detail,
      values: { seconds: retryAfter },
      kept: again && Boolean(choice.blob),
      retry: again ? send : null,
    });
    element("send").focus();
  }
}

/** A full server is asked a second time by itself, after the time that it named. */
async function askPatiently(asked, model, signal) {
  try {
    return await predict(asked, model, signal);
  } catch (error) {
    if (error.refusal !== "busy") throw error;
    await wait(error.retryAfter, signal, (seconds) => tell(fill(words.waiting, { seconds })));
    tell(words.sending);
    return predict(asked, model, signal);
  }
}

/** Says it to those who see and to those who listen. */
function tell(sentence) {
  element("sending-words").textContent = sentence;
  say(sentence);
}

document.documentElement.classList.add("enhanced");
document.querySelector(".camera-button").hidden = false;
watchChoices({ onFile: chooseFile, onAddress: chooseAddress });
history.start(() => {
  say(words.cleared);
  main.querySelector("h1").scrollIntoView({ block: "nearest" });
  element("image").focus();
});
element("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
element("cancel").addEventListener("click", () => sending?.abort());
element("another").addEventListener("click", startAgain);
if (element("address").value) chooseAddress(element("address").value.trim());
