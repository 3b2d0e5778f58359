// What a visitor does, in the words of the tests.

import assert from "node:assert/strict";

/** Chooses a file as the file dialog would. */
export async function choose(page, file) {
  await page.locator("#image").setInputFiles(file);
  await page.locator("#chosen:not([hidden])").waitFor();
}

export async function send(page) {
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Waits for the answer and returns its label. */
export async function answer(page) {
  await page.locator(".answer .bars li").first().waitFor();
  return page.locator("[data-slot=label]").innerText();
}

/** Waits for a refusal and returns its text. */
export async function refusal(page) {
  await page.locator(".refusal").waitFor();
  return page.locator(".refusal").innerText();
}

/** Fails unless this is the step that the page shows as the present one. */
export async function expectStep(page, name) {
  const current = page.locator(".steps [aria-current=step]");
  await current.getByText(name, { exact: true }).waitFor();
  assert.equal(await current.count(), 1);
}

/** Gives files to the page in a `drop` or `paste` event. */
export async function give(page, event, { file = null, text = null }) {
  const picture = file && { name: file.name, type: file.mimeType, base64: file.buffer.toString("base64") };
  await page.evaluate(
    ({ event, picture, text }) => {
      const transfer = new DataTransfer();
      if (picture) {
        const bytes = Uint8Array.from(atob(picture.base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], picture.name, { type: picture.type }));
      }
      if (text) transfer.setData("text/plain", text);
      const options = { bubbles: true, cancelable: true };
      const happening =
        event === "paste"
          ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
          : new DragEvent(event, { ...options, dataTransfer: transfer });
      document.querySelector(event === "paste" ? "body" : ".stage").dispatchEvent(happening);
    },
    { event, picture, text },
  );
}
