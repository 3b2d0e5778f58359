// Pictures for the tests: a real photo where the shared data are present, drawn ones otherwise.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const koala = fileURLToPath(new URL("../../shared/data/imagenet-samples/0105_n01882714_koala.JPEG", import.meta.url));

/** A photo as Playwright wants files: `{name, mimeType, buffer}`. */
export async function photo(page) {
  if (!existsSync(koala)) return drawn(page, { width: 500, height: 375 });
  return { name: "koala.jpg", mimeType: "image/jpeg", buffer: readFileSync(koala) };
}

/** A JPEG whose left half is red and whose right half is blue, with some noise so that it has a size. */
export async function drawn(page, { width, height, name = "drawn.jpg" }) {
  const base64 = await page.evaluate(drawHalves, { width, height });
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(base64, "base64") };
}

/** The same picture with an EXIF orientation (1 to 8) that a viewer must apply. */
export async function turned(page, { orientation, ...options }) {
  const file = await drawn(page, options);
  const exif = Buffer.from([
    0xff, 0xe1, 0x00, 0x22, ...Buffer.from("Exif\0\0"), // APP1, 34 bytes
    ...Buffer.from("MM"), 0x00, 0x2a, 0x00, 0x00, 0x00, 0x08, // big endian, first directory at 8
    0x00, 0x01, 0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, orientation, 0x00, 0x00, // one entry: orientation
    0x00, 0x00, 0x00, 0x00, // no further directory
  ]);
  const [start, rest] = [file.buffer.subarray(0, 2), file.buffer.subarray(2)];
  return { ...file, buffer: Buffer.concat([start, exif, rest]) };
}

/** A file that only claims to be a photo. */
export const notAPhoto = { name: "letter.jpg", mimeType: "image/jpeg", buffer: Buffer.from("Dear reader, this is a letter.") };

/** Runs in the page. */
function drawHalves({ width, height }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.fillStyle = "rgb(220, 30, 30)";
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = "rgb(30, 30, 220)";
  context.fillRect(width / 2, 0, width / 2, height);
  let seed = 1;
  for (let count = 0; count < 4000; count += 1) {
    seed = (seed * 48271) % 2147483647;
    context.fillStyle = `rgb(255 255 255 / ${(seed % 20) / 100})`;
    context.fillRect(seed % width, (seed >> 8) % height, 12, 12);
  }
  return canvas.toDataURL("image/jpeg", 0.95).split(",")[1];
}

/** What the page sent last: the picture's bytes, size and the colours at the middles of its four sides. */
export function sentPicture(page) {
  return page.evaluate(async () => {
    const file = window.sentForm.get("image");
    const bitmap = await createImageBitmap(file, { imageOrientation: "none" });
    const canvas = document.createElement("canvas");
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const colour = (x, y) => {
      const [red, , blue] = context.getImageData(Math.round(x * bitmap.width), Math.round(y * bitmap.height), 1, 1).data;
      return red > blue ? "red" : "blue";
    };
    return {
      name: file.name,
      bytes: file.size,
      type: file.type,
      width: bitmap.width,
      height: bitmap.height,
      colours: { top: colour(0.5, 0.1), bottom: colour(0.5, 0.9), left: colour(0.1, 0.5), right: colour(0.9, 0.5) },
    };
  });
}
