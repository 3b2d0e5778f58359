// The page works without scripts, by keyboard, on a phone, in the dark, and in Russian.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectAccessible, expectNoSidewaysScroll, open, shot } from "./browser.mjs";
import { notAPhoto, photo } from "./pictures.mjs";
import { answer, choose, refusal, send } from "./steps.mjs";

test("without scripts the form answers with the result", async (t) => {
  const page = await open(t, "/", { javaScriptEnabled: false });
  await page.getByLabel("Upload an Image").setInputFiles(await photo(page));
  await send(page);
  const text = await page.locator("main").innerText();
  for (const words of ["Your Result is", "Prediction:", "Probability:"]) assert.ok(text.includes(words), words);
  assert.equal(await page.locator(".bars li").count(), 5);
  await shot(page, "without-scripts");
});

test("without scripts a bad photo is refused on the same page", async (t) => {
  const page = await open(t, "/", { javaScriptEnabled: false });
  await page.getByLabel("Upload an Image").setInputFiles(notAPhoto);
  const [response] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), send(page)]);
  assert.equal(response.status(), 400);
  assert.match(await refusal(page), /could not be read as a photo/);
  assert.ok(await page.getByLabel("Upload an Image").isVisible());
});

test("without scripts an address that gives nothing is kept in its field", async (t) => {
  const page = await open(t, "/", { javaScriptEnabled: false });
  await page.getByLabel("Or the address of a photo").fill("http://127.0.0.1:9/photo.jpg");
  await send(page);
  assert.match(await refusal(page), /address did not give a photo/);
  assert.equal(await page.getByLabel("Or the address of a photo").inputValue(), "http://127.0.0.1:9/photo.jpg");
});

test("the keyboard alone is enough", async (t) => {
  const page = await open(t);
  await page.locator(".enhanced").waitFor({ state: "attached" });
  const file = await photo(page);
  for (let presses = 0; (await page.evaluate(() => document.activeElement.id)) !== "image"; presses += 1) {
    assert.ok(presses < 10, "the file field is not reached by Tab");
    await page.keyboard.press("Tab");
  }
  const [dialog] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Space")]);
  await dialog.setFiles(file);
  await page.locator("#send:focus").waitFor();
  await page.keyboard.press("Enter");
  await answer(page);
  await page.locator(".answer h2:focus").waitFor();
});

test("the stage shows where the focus is", async (t) => {
  const page = await open(t);
  await page.locator("#image").focus();
  assert.equal(await page.locator(".stage").evaluate((stage) => getComputedStyle(stage).outlineStyle), "solid");
});

for (const width of [320, 360, 768]) {
  test(`nothing is wider than a window of ${width} pixels`, async (t) => {
    const page = await open(t, "/", { viewport: { width, height: 740 }, isMobile: width < 500, hasTouch: width < 500 });
    await expectNoSidewaysScroll(page);
    await shot(page, `start-${width}`);
    await choose(page, await photo(page));
    await expectNoSidewaysScroll(page);
    await send(page);
    await answer(page);
    await expectNoSidewaysScroll(page);
    await shot(page, `result-${width}`);
  });
}

test("in the dark the page is dark, and axe finds nothing", async (t) => {
  const page = await open(t, "/", { colorScheme: "dark" });
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const brightest = Math.max(...paper.match(/\d+/g).slice(0, 3).map(Number));
  assert.ok(brightest < 64, paper);
  await expectAccessible(page);
  await shot(page, "start-dark");
  await choose(page, await photo(page));
  await send(page);
  await answer(page);
  await expectAccessible(page);
  await shot(page, "result-dark");
});

test("axe finds nothing on the page as it opens", async (t) => {
  const page = await open(t);
  await expectAccessible(page);
  await shot(page, "start");
});

test("a Russian browser gets a Russian page", async (t) => {
  const page = await open(t, "/", { locale: "ru-RU" });
  assert.equal(await page.locator("html").getAttribute("lang"), "ru");
  await expectAccessible(page);
  await choose(page, await photo(page));
  await page.getByRole("button", { name: "Отправить" }).click();
  await answer(page);
  assert.match(await page.locator("[data-slot=probability]").innerText(), /^\d+,\d\s%$/);
  await expectAccessible(page);
  await shot(page, "result-russian");
});

test("the language can be switched and is remembered", async (t) => {
  const page = await open(t);
  await page.getByRole("link", { name: "Русский" }).click();
  assert.equal(await page.locator("html").getAttribute("lang"), "ru");
  await page.goto("/");
  assert.equal(await page.locator("html").getAttribute("lang"), "ru");
  await page.getByRole("link", { name: "English" }).click();
  await page.goto("/");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});
