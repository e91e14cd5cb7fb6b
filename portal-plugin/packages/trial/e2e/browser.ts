import { chromium, type Browser, type BrowserContext } from 'playwright-core';

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
 * The errors that the console of any page of the browser says from now on, and the requests to
 * another origin than the portal's, as they come.
 */
export function faultsOf(context: BrowserContext, portal: string): string[] {
  const faults: string[] = [];
  context.on('console', message => {
    if (message.type() === 'error') {
      faults.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  context.on('weberror', fault =>
    faults.push(`page: ${fault.error().message}`),
  );
  context.on('request', request => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== portal && !['data:', 'blob:'].includes(protocol)) {
      faults.push(`request to another origin: ${request.url()}`);
    }
  });
  return faults;
}
