import { chromium, type Browser, type Page } from 'playwright-core';

/** Starts the Chromium that EVENKEEL_TEST_CHROMIUM names. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.EVENKEEL_TEST_CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * The errors that the page's console says from now on, and the requests to another origin than the
 * portal's, as they come.
 */
export function faultsOf(page: Page, portal: string): string[] {
  const faults: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error') {
      faults.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', error => faults.push(`page: ${error.message}`));
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== portal && !['data:', 'blob:'].includes(protocol)) {
      faults.push(`request to another origin: ${request.url()}`);
    }
  });
  return faults;
}
