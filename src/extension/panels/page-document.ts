/** The document of a panel's page as text: a strict policy, one script, no inline style or data. */

export interface PageDocument {
  readonly title: string;
  /** Fresh for every document. */
  readonly nonce: string;
  /** What the policy lets styles and fonts come from. */
  readonly source: string;
  /** The address of a built file, by its name. */
  readonly file: (name: string) => string;
  /** Name of the built page, e.g. `run-panel`. */
  readonly page: string;
}

export function pageDocument({ title, nonce, source, file, page }: PageDocument): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `font-src ${source}`,
    "connect-src 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</title>
<link rel="stylesheet" href="${file('codicon.css')}">
<link rel="stylesheet" href="${file(`${page}.css`)}">
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${nonce}" src="${file(`${page}.js`)}"></script>
</body>
</html>`;
}
