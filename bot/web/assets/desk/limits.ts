// Until when one may write: said before it hurts, and true also when it ends while somebody writes.

import { refreshTimes } from "../staff/times";
import { find } from "./page";

const every = 5_000;

export const isOver = (): boolean => find<HTMLElement>("#limits .window.is-over") !== null;
export const isPrivateOver = (): boolean => find<HTMLElement>("#private-limits")?.dataset["over"] !== undefined;

// Shows what holds now; returns whether that changed.
export function refreshLimits(): boolean {
  const line = find<HTMLElement>("#limits .window");
  if (!line) return false;
  refreshTimes(line);
  const left = Date.parse(line.dataset["until"] ?? "") - Date.now();
  const over = left <= 0;
  line.classList.toggle("is-near", !over && left < 3_600_000);
  if (over === line.classList.contains("is-over")) return false;
  line.classList.toggle("is-over", over);
  for (const part of line.querySelectorAll<HTMLElement>("[data-before]")) part.hidden = over;
  for (const part of line.querySelectorAll<HTMLElement>("[data-after]")) part.hidden = !over;
  return true;
}

export function watchLimits(changed: () => void): void {
  window.setInterval(() => { if (refreshLimits()) changed(); }, every);
}
