// A quoted message is shown where it stands; earlier pages are fetched until it is there.

import { find } from "./page";
import { loadEarlier } from "./thread";

const mostPages = 20;

async function show(id: string): Promise<void> {
  for (let page = 0; page < mostPages && !document.getElementById(`m-${id}`); page += 1) {
    const button = find<HTMLElement>("[data-earlier]");
    if (!button || !(await loadEarlier(button))) break;
  }
  const entry = document.getElementById(`m-${id}`);
  if (!entry) return;
  entry.classList.add("is-found");
  entry.tabIndex = -1;
  entry.scrollIntoView({ block: "center" });
  entry.focus({ preventScroll: true });
  entry.addEventListener("blur", () => {
    entry.classList.remove("is-found");
    entry.removeAttribute("tabindex");
  }, { once: true });
}

export function startQuotes(): void {
  document.addEventListener("click", (event) => {
    const quote = (event.target as Element).closest<HTMLElement>("[data-quote]");
    if (!quote) return;
    event.preventDefault();
    void show(quote.dataset["quote"] ?? "");
  });
}
