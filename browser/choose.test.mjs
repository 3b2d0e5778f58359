// A photo comes to the page in many ways and is made ready for sending.

import assert from "node:assert/strict";
import { test } from "node:test";

import { open, shot } from "./browser.mjs";
import { drawn, photo, sentPicture, turned } from "./pictures.mjs";
import { answer, choose, expectStep, give, send } from "./steps.mjs";

test("a chosen photo is answered with five bars", async (t) => {
  const page = await open(t);
  await expectStep(page, "Choose");
  await choose(page, await photo(page));
  await expectStep(page, "Send");
  await shot(page, "chosen");
  await send(page);
  assert.notEqual(await answer(page), "");
  await expectStep(page, "Result");
  assert.equal(await page.locator(".bars li").count(), 5);
  assert.match(await page.locator(".made-by").innerText(), /^Answered by \S+ in [\d.,]+ m?s\.$/);
  await shot(page, "result");
});

test("a dropped photo is chosen", async (t) => {
  const page = await open(t);
  await give(page, "drop", { file: await photo(page) });
  await expectStep(page, "Send");
  await send(page);
  await answer(page);
});

test("a pasted photo is chosen", async (t) => {
  const page = await open(t);
  await give(page, "paste", { file: await photo(page) });
  await expectStep(page, "Send");
  await send(page);
  await answer(page);
});

test("a pasted address goes into its field", async (t) => {
  const page = await open(t);
  await give(page, "paste", { text: "https://example.org/cat.jpg" });
  assert.equal(await page.getByLabel("Or the address of a photo").inputValue(), "https://example.org/cat.jpg");
  await expectStep(page, "Send");
});

test("a large photo is shrunk before it is sent", async (t) => {
  const page = await open(t);
  const file = await drawn(page, { width: 4000, height: 3000 });
  await choose(page, file);
  await send(page);
  await answer(page);
  const sent = await sentPicture(page);
  assert.deepEqual([sent.width, sent.height, sent.type], [1280, 960, "image/jpeg"]);
  assert.ok(sent.bytes < file.buffer.length / 3, `${sent.bytes} of ${file.buffer.length} bytes were sent`);
  assert.equal(sent.colours.left, "red");
  assert.equal(sent.colours.right, "blue");
});

test("a small photo is sent as it is", async (t) => {
  const page = await open(t);
  const file = await drawn(page, { width: 300, height: 200 });
  await choose(page, file);
  await send(page);
  await answer(page);
  const sent = await sentPicture(page);
  assert.deepEqual([sent.bytes, sent.name], [file.buffer.length, file.name]);
});

test("a large photo that lies on its side is sent upright", async (t) => {
  const page = await open(t);
  // Orientation 6: the stored left side is the top of the picture.
  await choose(page, await turned(page, { width: 2000, height: 1000, orientation: 6 }));
  await send(page);
  await answer(page);
  const sent = await sentPicture(page);
  assert.deepEqual([sent.width, sent.height], [640, 1280]);
  assert.equal(sent.colours.top, "red");
  assert.equal(sent.colours.bottom, "blue");
});

test("what is transparent becomes white", async (t) => {
  const page = await open(t);
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1500;
    return canvas.toDataURL("image/png").split(",")[1];
  });
  // Bytes after the end of a PNG are ignored by readers; they make the file worth shrinking.
  const buffer = Buffer.concat([Buffer.from(base64, "base64"), Buffer.alloc(200_000)]);
  await choose(page, { name: "clear.png", mimeType: "image/png", buffer });
  await send(page);
  await answer(page);
  const white = await page.evaluate(async () => {
    const bitmap = await createImageBitmap(window.sentForm.get("image"));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    return { width: bitmap.width, pixel: [...context.getImageData(0, 0, 1, 1).data] };
  });
  assert.deepEqual(white, { width: 1280, pixel: [255, 255, 255, 255] });
});

test("another photo can be given after a result", async (t) => {
  const page = await open(t);
  await choose(page, await photo(page));
  await send(page);
  await answer(page);
  await page.getByRole("button", { name: "Another photo" }).click();
  await expectStep(page, "Choose");
  assert.equal(await page.locator(".answer").count(), 0);
  await choose(page, await drawn(page, { width: 200, height: 200 }));
  await send(page);
  await answer(page);
});
