// Makes the picture for the README, `docs/page.png`, from the running server at PINHOLE_URL. The photo in it is
// drawn here, so that it belongs to nobody else; set PICTURE to a photo of your own to show that instead.

import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const target = fileURLToPath(new URL("../docs/page.png", import.meta.url));
await mkdir(fileURLToPath(new URL("../docs/", import.meta.url)), { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1120, height: 800 }, reducedMotion: "reduce" });
  await page.goto(process.env.PINHOLE_URL ?? "http://127.0.0.1:8000");
  const buffer = process.env.PICTURE
    ? readFileSync(process.env.PICTURE)
    : Buffer.from(await page.evaluate(drawVolcano), "base64");
  const name = process.env.PICTURE ? basename(process.env.PICTURE) : "volcano.jpg";
  await page.locator("#image").setInputFiles({ name, mimeType: "image/jpeg", buffer });
  await page.locator("#chosen:not([hidden])").waitFor();
  await page.locator("#send").click();
  await page.locator(".answer .bars li").first().waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: target });
  console.log(`${target}: ${await page.locator("[data-slot=label]").innerText()}`);
} finally {
  await browser.close();
}

/** Runs in the page: a glowing volcano, as a JPEG in base64. */
function drawVolcano() {
  const canvas = document.createElement("canvas");
  canvas.width = 960;
  canvas.height = 720;
  const context = canvas.getContext("2d");
  const fill = (style, path) => {
    context.fillStyle = style;
    context.fill(new Path2D(path));
  };
  const blend = (x, from, to, ...colours) => {
    const gradient = context.createLinearGradient(x, from, x, to);
    colours.forEach((colour, index) => gradient.addColorStop(index / (colours.length - 1), colour));
    return gradient;
  };
  fill(blend(0, 0, 560, "#3f6ea8", "#7fa8cf", "#d9c9b8", "#f0c79a"), "M0 0H960V720H0Z");
  const glow = context.createRadialGradient(480, 250, 10, 480, 250, 260);
  glow.addColorStop(0, "#ffd27a66");
  glow.addColorStop(1, "#ff6a0000");
  fill(glow, "M0 0H960V720H0Z");
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let puff = 0; puff < 160; puff += 1) {
    const height = random();
    const x = 480 + height * 190 + (random() - 0.5) * (60 + 230 * height);
    context.fillStyle = `rgb(${60 + 60 * (1 - height)} ${48 + 20 * (1 - height)} 66 / 0.22)`;
    context.beginPath();
    context.arc(x, 250 - height * 270, 18 + 52 * height, 0, 7);
    context.fill();
  }
  for (let spark = 0; spark < 130; spark += 1) {
    const angle = (random() - 0.5) * 1.5;
    const distance = 20 + random() * 170;
    context.fillStyle = `rgb(255 ${120 + 120 * random()} 60 / ${0.4 + 0.6 * random()})`;
    context.fillRect(480 + Math.sin(angle) * distance, 258 - Math.cos(angle) * distance, 3, 6);
  }
  fill(blend(0, 250, 640, "#5d4a4c", "#3c4038"), "M424 262Q450 276 480 268T536 262Q660 430 980 600V720H-20V600Q300 430 424 262Z");
  fill(blend(0, 262, 600, "#fff0a8", "#ff8a1f", "#d1321a00"), "M452 268Q480 276 508 268L516 350Q500 420 530 520L512 600 494 500Q486 400 478 470L458 560 462 440Q470 350 452 268Z");
  fill("#2c3a2a", "M0 610Q180 570 330 625T640 610T960 600V720H0Z");
  return canvas.toDataURL("image/jpeg", 0.92).split(",")[1];
}
