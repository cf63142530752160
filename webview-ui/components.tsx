/**
 * The controls of every page. Pages see our own props only, so whatever draws a control is replaced in this file alone.
 *
 * Drawn by the toolkit: button and text field. Native: dropdown and tag (the toolkit's write a `style` attribute, which the
 * policy of a page refuses) and the bar of a limit that is used up (the toolkit has a ring without a value only).
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeTextField } from '@vscode/webview-ui-toolkit';
import { createElement } from 'preact';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Makes the toolkit's elements known; a page calls it once before it renders. */
export function registerComponents(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextField());
}

/** A codicon that decorates; what it means is said in words beside it. */
export const Icon = ({ name, class: more = '' }: { readonly name: string; readonly class?: string }): JSX.Element => (
  <i class={`codicon codicon-${name} ${more}`.trim()} aria-hidden="true" />
);

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly icon?: string;
  /** One primary button a view at most. */
  readonly kind?: 'primary' | 'secondary';
  readonly onPress: () => void;
}

export const Button = ({ children, icon, kind = 'secondary', onPress }: ButtonProps): JSX.Element =>
  createElement(
    'vscode-button',
    { appearance: kind, onClick: onPress },
    icon === undefined ? null : <span slot="start" class={`codicon codicon-${icon}`} aria-hidden="true" />,
    children,
  );

export interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
}

export const Select = <T extends string>({ label, value, options, onChange }: SelectProps<T>): JSX.Element => (
  <select
    class="select"
    aria-label={label}
    value={value}
    onChange={({ currentTarget }) => {
      const chosen = options.find((option) => option.value === currentTarget.value);
      if (chosen !== undefined) onChange(chosen.value);
    }}
  >
    {options.map((option) => (
      <option key={option.value} value={option.value}>
        {option.text}
      </option>
    ))}
  </select>
);

export interface TextFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

export function TextField({ label, placeholder, value, onInput }: TextFieldProps): JSX.Element {
  const field = useRef<HTMLElement>(null);
  // The toolkit calls every field "Text field" when it is connected, so the name is given after that.
  useEffect(() => {
    field.current?.setAttribute('aria-label', label);
  }, [label]);
  return createElement('vscode-text-field', {
    ref: field,
    placeholder,
    value,
    onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => {
      onInput(currentTarget.value);
    },
  });
}

export const Tag = ({ children }: { readonly children: string }): JSX.Element => <span class="tag">{children}</span>;

/** How much of a limit is used, 0…1. */
export const UsedBar = ({ label, share }: { readonly label: string; readonly share: number }): JSX.Element => (
  <progress class="used-bar" aria-label={label} max={1} value={Math.min(1, Math.max(0, share))} />
);
