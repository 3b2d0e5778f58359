// When there is no answer the page says why and what to do, and keeps the photo.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectAccessible, open, shot } from "./browser.mjs";
import { notAPhoto, photo } from "./pictures.mjs";
import { answer, choose, expectStep, refusal, send } from "./steps.mjs";

test("a file that is no photo is refused with what to do", async (t) => {
  const page = await open(t);
  await choose(page, notAPhoto);
  await send(page);
  assert.match(await refusal(page), /could not be read as a photo[\s\S]*JPEG or PNG/);
  await expectAccessible(page);
  await shot(page, "refused");
});

test("a file of another kind is refused before it is sent", async (t) => {
  const page = await open(t);
  await page.locator("#image").setInputFiles({ name: "notes.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF") });
  assert.match(await refusal(page), /notes\.pdf.* is not a photo/);
  await expectStep(page, "Choose");
});

test("an address inside the server's own network is refused", async (t) => {
  const page = await open(t);
  await page.getByLabel("Or the address of a photo").fill("http://127.0.0.1:9/photo.jpg");
  await send(page);
  assert.match(await refusal(page), /address did not give a photo/);
  assert.equal(await page.getByLabel("Or the address of a photo").inputValue(), "http://127.0.0.1:9/photo.jpg");
});

test("sending nothing says what is missing", async (t) => {
  const page = await open(t);
  await send(page);
  assert.match(await refusal(page), /There is no photo yet/);
});

test("a photo can be sent again after the server was away", async (t) => {
  const page = await open(t);
  await page.route("**/predict", (route) => route.abort("connectionrefused"), { times: 1 });
  await choose(page, await photo(page));
  await send(page);
  assert.match(await refusal(page), /The server did not answer[\s\S]*still here/);
  await page.getByRole("button", { name: "Try again" }).click();
  await answer(page);
});

test("a full server is asked again by itself after the time it named", async (t) => {
  const page = await open(t);
  const full = { status: 429, headers: { "Retry-After": "1" }, json: { detail: "The server is busy; try again in 1 second." } };
  await page.route("**/predict", (route) => route.fulfill(full), { times: 1 });
  await choose(page, await photo(page));
  await send(page);
  await page.getByText("Trying again in 1 s").first().waitFor();
  await answer(page);
});

test("a server that stays full leaves the retry to the visitor", async (t) => {
  const page = await open(t);
  const full = { status: 429, headers: { "Retry-After": "1" }, json: { detail: "The server is busy; try again in 1 second." } };
  await page.route("**/predict", (route) => route.fulfill(full), { times: 2 });
  await choose(page, await photo(page));
  await send(page);
  assert.match(await refusal(page), /Too many photos at once/);
  await page.getByRole("button", { name: "Try again" }).click();
  await answer(page);
});

test("a sending can be cancelled and the photo stays", async (t) => {
  const page = await open(t);
  await page.route("**/predict", () => {}, { times: 1 });
  await choose(page, await photo(page));
  await send(page);
  await shot(page, "sending");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("status").getByText("Cancelled").waitFor({ state: "attached" });
  assert.equal(await page.locator(".photo img").count(), 1);
  await send(page);
  await answer(page);
});
