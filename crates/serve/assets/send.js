// Sends a photo or an address to the server and says what came of it.

/** Why there is no answer: which refusal of the table, the server's own words, and when to ask again. */
export class Refused extends Error {
  constructor(refusal, detail = "", retryAfter = null) {
    super(refusal);
    this.refusal = refusal;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/**
 * Asks `POST /predict`. `choice` is `{blob, name}` or `{address}`. The answer is
 * `{label, probability, predictions}`; a `Refused` is thrown when there is none, an `AbortError` on a cancel.
 */
export async function predict(choice, model, signal) {
  const body = new FormData();
  if (choice.address) body.append("image_url", choice.address);
  else body.append("image", choice.blob, choice.name);
  if (model) body.append("model", model);

  let response;
  let answer;
  try {
    response = await fetch("/predict", { method: "POST", body, signal, headers: { Accept: "application/json" } });
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw response ? new Refused("failed", `HTTP ${response.status}`) : new Refused("unreachable");
  }
  if (!response.ok) throw refused(response, answer);
  return answer;
}

/** Waits, unless cancelled. Calls `tick` with the seconds left, once a second. */
export async function wait(seconds, signal, tick) {
  for (let left = seconds; left > 0; left -= 1) {
    tick(left);
    await new Promise((resolve, reject) => {
      const cancel = () => {
        clearTimeout(timer);
        reject(new DOMException("cancelled", "AbortError"));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", cancel);
        resolve();
      }, 1000);
      if (signal.aborted) cancel();
      else signal.addEventListener("abort", cancel, { once: true });
    });
  }
}

/** Errors come as `{"field":["message"]}` or `{"detail":"message"}`. */
function refused(response, answer) {
  const [field, messages] = Object.entries(answer ?? {})[0] ?? ["detail", ""];
  const detail = [messages].flat().join(" ");
  if (response.status === 429) {
    return new Refused("busy", "", Math.max(1, Number(response.headers.get("Retry-After")) || 1));
  }
  if (response.status === 413) return new Refused("too_large", detail);
  const byField = { image: "bad_photo", image_url: "bad_address", model: "bad_model" };
  return new Refused(byField[field] ?? "failed", detail);
}
