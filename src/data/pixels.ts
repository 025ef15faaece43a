// A picture in memory: bytes of red, green and blue. Knows no file format and no network.

export interface PixelImage {
  /** Pixels from left to right; 1 or more. */
  readonly width: number;
  /** Pixels from top to bottom; 1 or more. */
  readonly height: number;
  /** [height, width, 3] red, green, blue. */
  readonly pixels: Uint8ClampedArray;
}
