// Starts Chromium and opens the page of the server that is to be tested.

import { mkdir } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { after } from "node:test";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = fileURLToPath(new URL("screenshots/", import.meta.url));
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let running;

/** One browser with a fresh profile for all tests of a file; closed after them. */
function browser() {
  running ??= chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: flags });
  return running;
}

after(async () => (await running)?.close());

/** The address of the server with models; the tests cannot run without it. */
export function address() {
  assert.ok(process.env.PINHOLE_URL, "set PINHOLE_URL to the address of a running Pinhole, such as http://127.0.0.1:8000");
  return process.env.PINHOLE_URL;
}

/**
 * Opens `path` of the server in a new window that shares nothing with others. `options` are Playwright's
 * for a context. The page fails the test on an error in a script or a broken content policy.
 */
export async function open(test, path = "/", { base = address(), ...options } = {}) {
  const context = await (await browser()).newContext({ baseURL: base, locale: "en-GB", ...options });
  const page = await context.newPage();
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) troubles.push(message.text());
  });
  test.after(async () => {
    await context.close();
    assert.deepEqual(troubles, [], "errors in the page");
  });
  await page.addInitScript(rememberSent);
  await page.goto(path);
  return page;
}

/** Runs in the page: keeps the last form that was sent, as `sentForm`. */
function rememberSent() {
  const send = window.fetch;
  window.fetch = (resource, options) => {
    if (options?.body instanceof FormData) window.sentForm = options.body;
    return send(resource, options);
  };
}

/** Keeps a picture of the page for people to look at. */
export async function shot(page, name) {
  await mkdir(screenshots, { recursive: true });
  await settle(page);
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true });
}

/** Fails when axe finds something that keeps people out. */
export async function expectAccessible(page) {
  await settle(page);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join("\n  ")}`);
  assert.deepEqual(found, []);
}

/** Fails when something is wider than the window. */
export async function expectNoSidewaysScroll(page) {
  const { content, view } = await page.evaluate(() => ({
    content: document.scrollingElement.scrollWidth,
    view: document.documentElement.clientWidth,
  }));
  assert.ok(content <= view, `the content is ${content} pixels wide, the window ${view}`);
}

/** Jumps to the end of every animation that has one, so that colours and places are the final ones. */
async function settle(page) {
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect.getComputedTiming().iterations !== Infinity) animation.finish();
    }
  });
}
