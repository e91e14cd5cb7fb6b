import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// A busy machine draws a page later than within the second that is waited for by default.
configure({ asyncUtilTimeout: 15_000 });
jest.setTimeout(60_000);
// Each test begins in a tab of its own.
afterEach(() => window.sessionStorage.clear());
