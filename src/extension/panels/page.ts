/** The document of a panel's page: a strict policy, one script, no inline style or data. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Where built pages lie, and the only folder a page may read. */
export const pageFolder = (extensionUri: vscode.Uri): vscode.Uri =>
  vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

/** @param name of the built page, e.g. `run-panel` */
export function pageHtml(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): string {
  const nonce = randomBytes(18).toString('base64url');
  const file = (path: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extensionUri), path)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
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
<link rel="stylesheet" href="${file(`${name}.css`)}">
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${nonce}" src="${file(`${name}.js`)}"></script>
</body>
</html>`;
}
