// Keys: a number decides, letters do the rest; they mean nothing while somebody types.

import { frameKey, isCovered, isTyping } from "../staff/frame";
import { find } from "../staff/parts";

function press(key: string): void {
  find<HTMLElement>(`[data-key="${key}"]`)?.click();
}

function openNew(): void {
  const details = find<HTMLDetailsElement>("#new");
  if (!details) return;
  details.open = true;
  find<HTMLInputElement>("#new-words")?.focus();
}

function act(key: string): boolean {
  if (/^[0-5su]$/.test(key)) press(key);
  else if (key === "ArrowRight" && find('[data-key="s"]')) press("s");
  else if (key === "n") openNew();
  else if (key === "/") find<HTMLInputElement>("#find")?.focus();
  else return false;
  return true;
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const details = find<HTMLDetailsElement>("#new");
      if (details) details.open = false;
      if (isTyping(event.target)) (event.target as HTMLElement).blur();
      return;
    }
    // A key held down must not decide sentences nobody has read.
    if (event.repeat || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isCovered() && event.key !== "?") return;
    if (frameKey(event) || act(event.key)) event.preventDefault();
  });
  document.addEventListener("toggle", (event) => {
    if ((event.target as Element).id === "new" && (event.target as HTMLDetailsElement).open) {
      find<HTMLInputElement>("#new-words")?.focus();
    }
  }, true);
}
