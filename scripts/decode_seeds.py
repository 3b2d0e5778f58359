"""Makes fuzz/corpus/decode: one tiny picture of every format and variety that is read.

Run with a Python that has Pillow: python scripts/decode_seeds.py
"""

import pathlib

from PIL import Image
from pillow_resize_reference import generated


def main() -> None:
    folder = pathlib.Path(__file__).parent.parent / "fuzz/corpus/decode"
    folder.mkdir(parents=True, exist_ok=True)
    rgb = generated(20, 12)
    rgba = rgb.copy()
    rgba.putalpha(rgb.convert("L"))
    grey = rgb.convert("L")
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [generated(20, 12), generated(20, 12).rotate(180)]
    seeds = {
        "baseline.jpg": (rgb, {"quality": 70}),
        "progressive.jpg": (rgb, {"quality": 70, "progressive": True}),
        "full_chroma.jpg": (rgb, {"quality": 70, "subsampling": 0}),
        "restarts.jpg": (rgb, {"quality": 70, "restart_marker_rows": 1}),
        "turned.jpg": (rgb, {"quality": 70, "exif": exif}),
        "grey.jpg": (grey, {"quality": 70}),
        "cmyk.jpg": (rgb.convert("CMYK"), {"quality": 70}),
        "rgb.png": (rgb, {}),
        "rgba.png": (rgba, {}),
        "palette.png": (rgb.quantize(16), {"transparency": 3}),
        "one_bit.png": (grey.convert("1"), {}),
        "grey16.png": (grey.convert("I;16"), {}),
        "turned.png": (rgb, {"exif": exif}),
        "animated.png": (frames[0], {"save_all": True, "append_images": frames[1:]}),
        "lossy.webp": (rgb, {"quality": 60}),
        "lossless.webp": (rgb, {"lossless": True}),
        "alpha.webp": (rgba, {"quality": 60}),
        "turned.webp": (rgb, {"quality": 60, "exif": exif}),
        "animated.webp": (frames[0], {"save_all": True, "append_images": frames[1:]}),
        "plain.gif": (rgb.quantize(16), {}),
        "animated.gif": (frames[0], {"save_all": True, "append_images": frames[1:]}),
        "rgb.bmp": (rgb, {}),
        "palette.bmp": (rgb.quantize(16), {}),
        "plain.tiff": (rgb, {}),
        "lzw.tiff": (rgb, {"compression": "tiff_lzw"}),
        "deflate.tiff": (rgba, {"compression": "tiff_adobe_deflate"}),
        "packbits.tiff": (grey, {"compression": "packbits"}),
        "cmyk.tiff": (rgb.convert("CMYK"), {}),
        "jpeg.tiff": (rgb, {"compression": "jpeg"}),
    }
    for name, (picture, options) in seeds.items():
        picture.save(folder / name, **options)


if __name__ == "__main__":
    main()
