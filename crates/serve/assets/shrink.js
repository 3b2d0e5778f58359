// Makes a large photo smaller before it is sent: upright, on white, as JPEG.

/** The longest side, in pixels, of what is sent. Networks look at 224 to 600 pixels. */
const LONGEST_SIDE = 1280;
/** Up to this many bytes a photo with few enough pixels is sent as it is. */
const SMALL_FILE = 1_500_000;
const QUALITY = 0.92;

/**
 * What is to be sent for a file: `{blob, drawable, shrunk}`. `drawable` can be drawn on a canvas and has
 * `width` and `height` in upright pixels; it is null when this browser cannot read the file, which is then sent as it is.
 */
export async function shrink(file) {
  const drawable = await decode(file);
  if (drawable === null) return { blob: file, drawable: null, shrunk: false };
  const scale = LONGEST_SIDE / Math.max(drawable.width, drawable.height);
  if (scale >= 1 && file.size <= SMALL_FILE) return { blob: file, drawable, shrunk: false };
  const canvas = draw(drawable, Math.min(1, scale));
  const blob = await toJpeg(canvas, QUALITY);
  const better = blob !== null && blob.size < file.size && canvasIsHonest();
  return better ? { blob, drawable: canvas, shrunk: true } : { blob: file, drawable, shrunk: false };
}

/** A small JPEG of something drawable, as a data address, or null. */
export function thumbnail(drawable, side) {
  if (drawable === null) return null;
  const scale = Math.min(1, side / Math.min(drawable.width, drawable.height));
  return draw(drawable, scale).toDataURL("image/jpeg", 0.7);
}

/** Reads a file into something upright that can be drawn, or null. */
async function decode(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return decodeByElement(file);
  }
}

/** The way of browsers that know no options of createImageBitmap; an img element turns upright by itself. */
async function decodeByElement(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image.naturalWidth > 0 && image.naturalHeight > 0 ? draw(image, 1) : null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}

function draw(drawable, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(drawable.width * scale));
  canvas.height = Math.max(1, Math.round(drawable.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(drawable, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function toJpeg(canvas, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

/** Some browsers give noise when a canvas is read, against tracking; a photo must not be sent through one. */
function canvasIsHonest() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 4;
  const context = canvas.getContext("2d");
  context.fillStyle = "rgb(200, 100, 50)";
  context.fillRect(0, 0, 4, 4);
  const pixels = context.getImageData(0, 0, 4, 4).data;
  return pixels.every((value, index) => Math.abs(value - [200, 100, 50, 255][index % 4]) <= 8);
}
