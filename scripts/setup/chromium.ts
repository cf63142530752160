/** The browser that is the window of the VS Code server. */
import { existsSync } from 'node:fs';
import { SetupError, mayInstall } from './cache.ts';
import { findProgram, installSystemPackages } from './system-packages.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where installers put it without a name on the PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** A font for text, one for code and one for symbols: without any, headless Chromium draws boxes. */
const PACKAGES = ['chromium', 'fonts-liberation', 'fonts-dejavu-core'];

/**
 * The path of a Chromium, installed if there is none and that is allowed. `PROMPTOPT_CHROMIUM` names one.
 *
 * @throws SetupError when there is none.
 */
export async function ensureChromium(): Promise<string> {
  const named = process.env['PROMPTOPT_CHROMIUM'] ?? '';
  if (named !== '') {
    if (existsSync(named)) return named;
    throw new SetupError(
      `PROMPTOPT_CHROMIUM names ${named}, which does not exist. Correct it or unset it.`,
      mayInstall(),
    );
  }
  const found = findProgram(...NAMES) ?? PLACES.find((place) => existsSync(place));
  if (found !== undefined) return found;
  await installSystemPackages(PACKAGES, 'Chromium, the window of the VS Code tests,');
  const installed = findProgram(...NAMES);
  if (installed === null)
    throw new SetupError('Chromium was installed but is not on the PATH. Name it with PROMPTOPT_CHROMIUM.', true);
  return installed;
}
