// The answer is shown plainly, and the last answers stay.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectAccessible, open, shot } from "./browser.mjs";
import { photo } from "./pictures.mjs";
import { answer, choose, send } from "./steps.mjs";

/** Lets the page believe that the server answered this. */
async function pretend(page, predictions) {
  const [{ label, probability }] = predictions;
  await page.route("**/predict", (route) => route.fulfill({ json: { label, probability, predictions } }));
}

async function ask(page) {
  await choose(page, await photo(page));
  await send(page);
  return answer(page);
}

test("the answer is the most likely label with its probability", async (t) => {
  const page = await open(t);
  const label = await ask(page);
  assert.equal(await page.locator(".bars .label").first().innerText(), label);
  assert.match(await page.locator("[data-slot=probability]").innerText(), /^\d+\.\d%$/);
  await expectAccessible(page);
});

test("a low probability is called unsure", async (t) => {
  const page = await open(t);
  await pretend(page, [{ label: "fox", probability: 0.41 }, { label: "dog", probability: 0.12 }]);
  await ask(page);
  assert.match(await page.locator(".doubt").innerText(), /not sure: its best guess has only 41\.0%/);
  await shot(page, "unsure");
  await expectAccessible(page);
});

test("two labels close together are called unsure", async (t) => {
  const page = await open(t);
  await pretend(page, [{ label: "fox", probability: 0.52 }, { label: "dog", probability: 0.44 }]);
  await ask(page);
  assert.match(await page.locator(".doubt").innerText(), /could as well be “dog”/);
});

test("a clear answer is not called unsure", async (t) => {
  const page = await open(t);
  await pretend(page, [{ label: "fox", probability: 0.91 }, { label: "dog", probability: 0.05 }]);
  await ask(page);
  assert.equal(await page.locator(".doubt").isVisible(), false);
});

test("a label is shown as text, whatever is in it", async (t) => {
  const page = await open(t);
  await pretend(page, [{ label: "<img src=x onerror=alert(1)>", probability: 0.9 }]);
  assert.equal(await ask(page), "<img src=x onerror=alert(1)>");
  assert.equal(await page.locator(".answer img").count(), 0);
});

test("the last results survive a reload and can be cleared", async (t) => {
  const page = await open(t);
  const label = await ask(page);
  await page.reload();
  const past = page.locator("#history li");
  await past.first().waitFor();
  assert.equal(await past.count(), 1);
  assert.equal(await past.locator(".label").innerText(), label);
  assert.match(await past.locator("img").getAttribute("src"), /^data:image\/jpeg/);
  await shot(page, "history");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.locator("#history").waitFor({ state: "hidden" });
  await page.reload();
  await page.locator(".enhanced").waitFor();
  assert.equal(await page.locator("#history").isVisible(), false);
});

test("ten results are kept, newest first", async (t) => {
  const page = await open(t);
  await page.evaluate(() => {
    const entry = (at) => ({ label: `result ${at}`, probability: 0.5, model: "mobilenet", thumbnail: null, at });
    localStorage.setItem("pinhole.history", JSON.stringify(Array.from({ length: 10 }, (_, index) => entry(10 - index))));
  });
  await page.reload();
  await pretend(page, [{ label: "newest", probability: 0.9 }]);
  await ask(page);
  const labels = await page.locator("#history .label").allInnerTexts();
  assert.equal(labels.length, 10);
  assert.deepEqual([labels[0], labels[1], labels[9]], ["newest", "result 10", "result 2"]);
});

test("nonsense in the browser's storage does no harm", async (t) => {
  const page = await open(t);
  for (const nonsense of ["{", "null", "7", '[{"label":1},null]', '[{"label":"x","probability":0.5,"at":1e300}]']) {
    await page.evaluate((text) => localStorage.setItem("pinhole.history", text), nonsense);
    await page.reload();
    await page.locator(".enhanced").waitFor();
    assert.equal(await page.locator("#history").isVisible(), false, nonsense);
  }
});
