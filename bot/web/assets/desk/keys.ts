// Keys: every act has a letter; letters mean nothing while somebody types.

import { frameKey, isTyping } from "../staff/frame";
import { setMode } from "./box";
import { move } from "./list";
import { find } from "./page";

function press(selector: string): void {
  find<HTMLElement>(selector)?.click();
}

const acts: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  r: () => setMode("reply"),
  n: () => setMode("note"),
  t: () => press('[data-key="t"]'),
  b: () => press('[data-key="b"]'),
  e: () => press('[data-key="e"]'),
  "/": () => find<HTMLInputElement>("#find")?.focus(),
};

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      find("#open")?.classList.remove("shows-context");
      if (isTyping(event.target)) (event.target as HTMLElement).blur();
      return;
    }
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (frameKey(event)) {
      event.preventDefault();
      return;
    }
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
