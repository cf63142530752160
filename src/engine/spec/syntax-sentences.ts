/** The YAML library's errors in a writer's words, each with what to do. */

const sentences: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'An alias cannot have an anchor or a tag of its own.',
  BAD_ALIAS: 'An alias or anchor needs a name after its sign. Put the text in quotes if it is not meant as one.',
  BAD_COLLECTION_TYPE: 'The tag does not fit this value. Remove it.',
  BAD_DIRECTIVE: 'A line that starts with % is a YAML directive. Put the text in quotes if it is not meant as one.',
  BAD_DQ_ESCAPE:
    'This backslash sequence is not known between double quotes. Write \\\\ for a backslash, or use single quotes.',
  BAD_PROP_ORDER: 'An anchor or tag stands before the value it belongs to, on the same line.',
  BLOCK_IN_FLOW: 'A list or map over several lines cannot stand between brackets or braces.',
  DUPLICATE_KEY: 'This key stands twice in the same map. Remove or rename one.',
  KEY_OVER_1024_CHARS: 'This key is too long. If it is text, put it in quotes.',
  MULTILINE_IMPLICIT_KEY:
    'A key stands on one line. If this is text over several lines, start it with `|` after its key.',
  MULTIPLE_ANCHORS: 'A value has one anchor.',
  MULTIPLE_DOCS: 'A prompt file is one YAML document; from this `---` on it is not read. Remove the line.',
  MULTIPLE_TAGS: 'A value has one tag.',
  NON_STRING_KEY: 'A key is text. Put it in quotes.',
  TAB_AS_INDENT: 'A tab cannot indent. Use spaces.',
  TAG_RESOLVE_FAILED: 'This tag is not known, so the value is read as plain text. Remove the tag.',
};

/** @param found the text the error points at */
export function syntaxSentence(code: string, message: string, found: string): string {
  const known = sentences[code];
  if (known !== undefined) return known;
  const [first = ''] = message.split('\n');
  switch (code) {
    case 'BAD_SCALAR_START':
      return `Text cannot start with ${found.trim().slice(0, 1)} outside quotes. Put it in quotes.`;
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'There is a second ": " on this line. Put the text after the key in quotes.';
    case 'BAD_INDENT':
      return first.startsWith('Flow')
        ? 'A list or map in brackets is not closed before this line. Close it, or indent what belongs to it.'
        : 'The indentation does not fit: keys of one map start in the same column.';
    case 'MISSING_CHAR': {
      const quote = /closing (['"])/.exec(first)?.[1];
      if (quote !== undefined) return `The closing ${quote} is missing.`;
      break;
    }
    case 'UNEXPECTED_TOKEN':
      return `${JSON.stringify(found.trim().slice(0, 20))} does not belong here. Put the text in quotes, or check the indentation.`;
    default:
  }
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
