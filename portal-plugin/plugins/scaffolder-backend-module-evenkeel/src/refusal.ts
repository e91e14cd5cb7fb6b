import { ConflictError, InputError, NotAllowedError } from '@backstage/errors';
import { ProblemError } from '@evenkeel/client';

/**
 * Says in the words of a template what the API refused: the field of the step's input, the value,
 * and what would be right. The names are those of inputs that are called otherwise in the API, by
 * JSON pointer.
 */
export async function explained<T>(
  act: () => Promise<T>,
  what: string,
  names: Record<string, string> = {},
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error;
    }
    const { detail, title } = error.problem;
    const lines = error.faults.map(
      ({ pointer, message, value }) =>
        `${fieldOf(pointer, names)}${
          value === undefined ? '' : ` is ${JSON.stringify(value)}`
        }: it ${message}`,
    );
    const text = [
      `Evenkeel refuses ${what}: ${detail || title}`,
      ...lines,
      ...(error.requestId ? [`(request ${error.requestId})`] : []),
    ].join('\n');
    // Without the cause, whose words Backstage would say a second time.
    switch (error.status) {
      case 400:
      case 422:
        throw new InputError(text);
      case 401:
      case 403:
        throw new NotAllowedError(text);
      case 409:
        throw new ConflictError(text);
      default:
        throw new Error(text);
    }
  }
}

/** The input that a pointer is about: "/indicator/source/ratio" is "input.source.ratio". */
function fieldOf(pointer: string, names: Record<string, string>): string {
  const named = Object.keys(names)
    .filter(of => pointer === of || pointer.startsWith(`${of}/`))
    .sort((a, b) => b.length - a.length)[0];
  const path =
    named === undefined
      ? pointer
      : `/${names[named]}${pointer.slice(named.length)}`;
  const parts = path
    .split('/')
    .filter(part => part !== '')
    .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  return ['input', ...parts].join('.');
}
