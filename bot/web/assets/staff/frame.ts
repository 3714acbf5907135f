// What every staff page has: htmx with our token, the theme switch, fresh times, `g` and `?`.

import htmx from "htmx.org";
import { keepTimesFresh, refreshTimes } from "./times";

const yearInSeconds = 31_536_000;

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement && /^(radio|checkbox)$/.test(target.type)) return false;
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

// While a dialog is open, letters must do nothing to the page beneath it.
export function isCovered(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

function switchTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = dark === "dark" ? "light" : "dark";
  root.dataset["theme"] = theme;
  document.cookie = `theme=${theme}; path=/; max-age=${yearInSeconds}; samesite=lax`;
}

function toggleKeys(): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog.keys");
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

let goPressedAt = -Infinity; // times count from the page's own start, so 0 would be a press

// Returns true when the key belonged to the frame.
export function frameKey(event: KeyboardEvent): boolean {
  if (event.key === "?") {
    toggleKeys();
    return true;
  }
  if (event.key === "g") {
    goPressedAt = event.timeStamp;
    return true;
  }
  if (event.timeStamp - goPressedAt > 1500) return false;
  goPressedAt = -Infinity;
  const link = document.querySelector<HTMLAnchorElement>(`a[data-go="${CSS.escape(event.key)}"]`);
  link?.click();
  return link !== null;
}

// The server writes times and day lines as this browser's clock has them, from its next page on.
function tellZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `tz=${zone}; path=/; max-age=${yearInSeconds}; samesite=lax`;
}

export function startFrame(): void {
  tellZone();
  document.addEventListener("htmx:configRequest", (event) => {
    (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers["X-CSRF-Token"] = csrfToken();
  });
  document.addEventListener("htmx:afterSettle", (event) => refreshTimes((event.target as Element).parentNode ?? document));
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-switch-theme]")) switchTheme();
    if (target.closest("[data-open-keys]")) toggleKeys();
  });
  keepTimesFresh();
}

export { htmx };
