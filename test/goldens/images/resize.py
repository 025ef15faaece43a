"""Writes resize.json: pictures resized by PyTorch, and one preprocessed as torchvision's classifiers have it.

Run: python test/goldens/images/resize.py (PyTorch 2.13.0)
"""

import json
import pathlib

import torch
from torch.nn.functional import interpolate


def picture(height, width):
    """[height, width, 3] whole numbers from 0 to 255 that any language can make again."""
    return torch.tensor(
        [[[(y * 37 + x * 91 + c * 53 + x * y * 7) % 256 for c in range(3)] for x in range(width)] for y in range(height)],
        dtype=torch.float64,
    )


def resized(pixels, height, width):
    """[height, width, 3]"""
    planes = pixels.permute(2, 0, 1)[None]
    out = interpolate(planes, size=(height, width), mode="bilinear", antialias=True, align_corners=False)
    return out[0].permute(1, 2, 0)


def numbers(tensor):
    return [round(value, 6) for value in tensor.flatten().tolist()]


resizes = []
for (h, w), (to_h, to_w) in [
    ((11, 17), (5, 7)),  # smaller
    ((5, 3), (8, 11)),  # larger
    ((13, 4), (3, 9)),  # smaller down, larger across
    ((1, 1), (2, 3)),
    ((6, 9), (1, 1)),
    ((9, 7), (9, 7)),  # as it is
]:
    resizes.append(
        {"from": [h, w], "to": [to_h, to_w], "values": numbers(resized(picture(h, w), to_h, to_w))}
    )

# Shorter side 16 of 23 x 37 (25 by torchvision's rounding down of 25.7), centre 14 x 14: top 1, left round(5.5) = 6.
whole = resized(picture(23, 37), 16, 25)
centre = whole[1:15, 6:20]
mean = torch.tensor([0.485, 0.456, 0.406], dtype=torch.float64)
deviation = torch.tensor([0.229, 0.224, 0.225], dtype=torch.float64)
imagenet = ((centre / 255 - mean) / deviation).permute(2, 0, 1)
caffe = centre.flip(2) - torch.tensor([103.939, 116.779, 123.68], dtype=torch.float64)

pathlib.Path(__file__).with_name("resize.json").write_text(
    json.dumps(
        {
            "script": "test/goldens/images/resize.py",
            "torch": torch.__version__,
            "resizes": resizes,
            "imagenet": numbers(imagenet),  # [3, 14, 14]
            "caffe": numbers(caffe),  # [14, 14, 3]
        }
    )
    + "\n"
)
