/** VS Code's colours and fonts for what style sheets do not reach: a chart draws on a canvas. */
import { useEffect, useState } from 'preact/hooks';

export interface Theme {
  readonly foreground: string;
  /** For what is said quietly. */
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly accent: string;
  readonly border: string;
  /** Ground and text of what floats above the page. */
  readonly hover: { readonly background: string; readonly foreground: string; readonly border: string };
  readonly font: { readonly family: string; readonly size: number };
  readonly highContrast: boolean;
}

/** The colours of this moment. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const first = (...names: readonly string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ??
    getComputedStyle(document.body).color;
  const { classList } = document.body;
  return {
    foreground: first('foreground', 'editor-foreground'),
    muted: first('descriptionForeground', 'foreground'),
    background: first('editor-background'),
    grid: first('charts-lines', 'panel-border', 'contrastBorder'),
    accent: first('charts-blue', 'textLink-foreground'),
    border: first('contrastBorder', 'panel-border', 'foreground'),
    hover: {
      background: first('editorHoverWidget-background', 'editor-background'),
      foreground: first('editorHoverWidget-foreground', 'foreground'),
      border: first('contrastBorder', 'editorHoverWidget-border', 'foreground'),
    },
    font: { family: first('font-family'), size: Number.parseFloat(first('font-size')) || 13 },
    highContrast: classList.contains('vscode-high-contrast') || classList.contains('vscode-high-contrast-light'),
  };
}

/** The colours, read again whenever VS Code changes its theme: it writes the body's classes and the root's variables. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    const observer = new MutationObserver(() => {
      setTheme(readTheme());
    });
    observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    return () => {
      observer.disconnect();
    };
  }, []);
  return theme;
}
