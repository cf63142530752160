/** The user's own data folder, where each system keeps such things. */

interface Machine {
  readonly platform: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly join: (...parts: string[]) => string;
}

export function userDataFolder({ platform, home, env, join }: Machine): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'promptopt');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'promptopt');
  return join(env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'promptopt');
}
