// The page's sentences, in the language of the page, and how numbers are written in it.

/** Every sentence that the scripts use, by name. */
export const words = JSON.parse(document.getElementById("words").textContent);

const language = document.documentElement.lang;

/** Puts values into the braces of a sentence: `fill("in {time}", {time: "3 s"})`. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

/** `0.973` as `97.3%`. */
export function percent(probability) {
  const digits = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, digits).format(probability);
}

function number(value, digits) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** A span of time in words, from milliseconds. */
export function duration(milliseconds) {
  return milliseconds < 1000
    ? fill(words.milliseconds, { number: number(Math.max(1, milliseconds), 0) })
    : fill(words.seconds, { number: number(milliseconds / 1000, 1) });
}

/** A size in words, from bytes. */
export function size(bytes) {
  if (bytes < 1000) return fill(words.bytes, { number: number(bytes, 0) });
  if (bytes < 1e6) return fill(words.kilobytes, { number: number(bytes / 1000, 0) });
  return fill(words.megabytes, { number: number(bytes / 1e6, 1) });
}

/** A moment as the visitor writes it, from a time stamp. */
export function moment(stamp) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(stamp);
}
