// Keys: every act has a letter; letters mean nothing while somebody types. What cannot be taken back
// needs Shift too, so that a word begun outside the box closes nobody's complaint.

import { frameKey, isCovered, isTyping } from "../staff/frame";
import { setMode } from "./box";
import { clearFind, move } from "./list";
import { closeMarks, openLastMark } from "./marks";
import { find } from "./page";

function press(selector: string): void {
  find<HTMLElement>(selector)?.click();
}

const moves: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
};

const acts: Record<string, () => void> = {
  r: () => setMode("reply"),
  n: () => setMode("note"),
  t: () => press('[data-key="t"]'),
  c: () => openLastMark(),
  B: () => press('[data-key="B"]'),
  E: () => press('[data-key="E"]'),
  "/": () => find<HTMLInputElement>("#find")?.select(),
};

// Shift counts as it is held, whatever Caps Lock makes of the letter.
function letterOf(event: KeyboardEvent): string {
  return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      find("#open")?.classList.remove("shows-context");
      closeMarks();
      // The browser would empty the search, and the list stay narrowed: that is for the next press.
      if ((event.target as HTMLElement).id === "find") event.preventDefault();
      if (isTyping(event.target)) (event.target as HTMLElement).blur();
      else if (!isCovered()) clearFind();
      return;
    }
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isCovered() && !(event.key === "?" && find("dialog.keys[open]"))) return;
    const letter = letterOf(event);
    // A key held down moves on, and does nothing else.
    if (!event.repeat && frameKey(event)) { event.preventDefault(); return; }
    const act = moves[letter] ?? (event.repeat ? undefined : acts[letter]);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
