// Files dropped on the panel. A page would open what is dropped beside it: here that is kept from happening.

import { el } from "./dom";
import { say } from "./words";

export function takeDrops(panel: HTMLElement, take: (files: FileList) => void): void {
  const sign = el("p", { class: "drop", "aria-hidden": true, hidden: true }, say("dropHere"));
  panel.append(sign);
  panel.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    sign.hidden = false;
  });
  panel.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!panel.contains(relatedTarget as Node | null)) sign.hidden = true;
  });
  panel.addEventListener("drop", (event) => {
    sign.hidden = true;
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
