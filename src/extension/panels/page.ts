/** A panel's page inside VS Code: where built pages lie, and the document that loads one. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageDocument } from './page-document.ts';

/** Where built pages lie, and the only folder a page may read. */
export const pageFolder = (extensionUri: vscode.Uri): vscode.Uri =>
  vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

/** @param name of the built page, e.g. `run-panel` */
export const pageHtml = (webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): string =>
  pageDocument({
    title,
    nonce: randomBytes(18).toString('base64url'),
    source: webview.cspSource,
    file: (path) => webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extensionUri), path)).toString(),
    page: name,
  });
