// With an empty shelf the page offers the catalogue. Needs a second server, at PINHOLE_EMPTY_URL.

import assert from "node:assert/strict";
import { test } from "node:test";

import { expectAccessible, expectNoSidewaysScroll, open, shot } from "./browser.mjs";

const base = process.env.PINHOLE_EMPTY_URL;
const skip = base ? false : "PINHOLE_EMPTY_URL is not set: no server with an empty shelf to look at";

/** Lets the page believe that a pull of the first model has come as far as `pull.now` says. */
async function pretend(page, pull) {
  await page.route("**/catalogue/*/pull", (route) => route.fulfill({ status: 202, json: {} }));
  const name = await page.locator(".card").first().getAttribute("data-model");
  const offer = () => ({ name, pull: pull.now, on_shelf: pull.now.state === "done" });
  await page.route("**/catalogue/", (route) => route.fulfill({ json: [offer()] }));
}

test("the catalogue is offered instead of an error", { skip }, async (t) => {
  const page = await open(t, "/", { base });
  await page.getByRole("heading", { name: "mobilenet", exact: true }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Get mobilenet" }).isVisible());
  await expectAccessible(page);
  await shot(page, "empty");
});

test("the catalogue fits a phone, in the dark and in Russian", { skip }, async (t) => {
  const options = { base, locale: "ru-RU", colorScheme: "dark", viewport: { width: 360, height: 740 } };
  const page = await open(t, "/", options);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await shot(page, "empty-russian");
});

test("a failed fetch says why and can be tried again", { skip }, async (t) => {
  const page = await open(t, "/", { base });
  const pull = { now: { state: "running", stage: "Downloading", done: 4, total: 10 } };
  await pretend(page, pull);
  const card = page.locator(".card").first();
  await card.getByRole("button").click();
  await card.locator("progress[value='40']").waitFor();
  await shot(page, "empty-fetching");
  pull.now = { state: "failed", reason: "there is no network" };
  await card.getByText("there is no network").waitFor();
  assert.ok(await card.getByRole("button").isVisible());
  await expectAccessible(page);
  await shot(page, "empty-failed");
});

test("a fetched model opens the form", { skip }, async (t) => {
  const page = await open(t, "/", { base });
  await pretend(page, { now: { state: "done" } });
  const [reload] = await Promise.all([
    page.waitForResponse((response) => new URL(response.url()).pathname === "/" && response.request().method() === "GET"),
    page.locator(".card").first().getByRole("button").click(),
  ]);
  assert.equal(reload.status(), 200);
});
