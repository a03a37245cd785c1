"""Pictures to upload."""

from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 500), **how: Any) -> bytes:
    written = BytesIO()
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, 0, size[0] // 2, size[1]))
    image.save(written, kind, **how)
    return written.getvalue()
