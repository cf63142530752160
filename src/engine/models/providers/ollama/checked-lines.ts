/** A stream of JSON lines, held to be one before the SDK reads it: what is none it would print, and go on. */

/**
 * @param broken what a line that is no JSON, and a last line without an end, come to.
 * @param told what a line that names an error comes to.
 */
export function checkedLines(
  body: ReadableStream<Uint8Array>,
  broken: (atEnd: boolean) => Error,
  told: () => Error,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  const check = (line: string, atEnd: boolean): void => {
    if (line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw broken(atEnd);
    }
    if (typeof value !== 'object' || value === null) throw broken(atEnd);
    if ('error' in value) throw told();
  };
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      rest += decoder.decode(value, { stream: !done });
      const lines = rest.split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) check(line, done);
      if (value !== undefined) controller.enqueue(value);
      if (done) controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
