// The browser of the tests, and the switches with which it runs without a screen and without a network.
import { existsSync } from "node:fs";

export const executablePath = "/usr/bin/chromium";

/** Why pages cannot run here; false where they can. */
export const skip: string | false = existsSync(executablePath) ? false : `there is no ${executablePath}`;

export const args: string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
