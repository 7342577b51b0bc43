/** Light or dark: the system's choice, or the one that was made here. Runs before the first paint of the app. */

export type Theme = 'system' | 'light' | 'dark';

const STORED_AS = 'tributary.theme';

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(STORED_AS);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(STORED_AS);
  else localStorage.setItem(STORED_AS, theme);
  showTheme();
}

/** What is in effect now, for what draws on a canvas. */
function isDark(): boolean {
  const theme = chosenTheme();
  return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}

function showTheme(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  window.dispatchEvent(new Event('themechange'));
}

showTheme();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
