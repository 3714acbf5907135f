// The search over all intents: a combobox that filters what the server has written already.

import { find } from "../staff/parts";

const mostShown = 8;

const input = (): HTMLInputElement | null => find<HTMLInputElement>("#find");
const list = (): HTMLElement | null => find<HTMLElement>("#intents");
const options = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('#intents [role="option"]')];
const shown = (): HTMLElement[] => options().filter((option) => !option.hidden);

function choose(option: HTMLElement | undefined): void {
  const field = find<HTMLInputElement>("#found");
  const name = option?.dataset["intent"];
  if (!field || !name) return;
  field.value = name;
  find<HTMLFormElement>("#find-form")?.requestSubmit();
}

function mark(option: HTMLElement | undefined): void {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  const box = input();
  if (!box) return;
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

// An intent's own name counts more than its example: matches in the name come first.
function rank(option: HTMLElement, words: string[]): number {
  const name = (option.firstElementChild?.textContent ?? "").toLowerCase();
  const all = (option.textContent ?? "").toLowerCase();
  if (!words.every((word) => all.includes(word))) return -1;
  return words.filter((word) => ` ${name}`.includes(` ${word}`)).length * 2
    + words.filter((word) => name.includes(word)).length;
}

function filter(): void {
  const [box, results] = [input(), list()];
  if (!box || !results) return;
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = options().map((option) => ({ option, score: words.length ? rank(option, words) : -1 }));
  ranked.sort((one, other) => other.score - one.score);
  ranked.forEach(({ option, score }, place) => { option.hidden = score < 0 || place >= mostShown; });
  results.prepend(...ranked.map(({ option }) => option));
  const found = shown();
  const none = find<HTMLElement>("#find-none");
  if (none) none.hidden = !words.length || found.length > 0;
  results.hidden = !words.length;
  box.setAttribute("aria-expanded", String(words.length > 0));
  mark(found[0]);
}

function clear(): void {
  const box = input();
  if (!box) return;
  box.value = "";
  filter();
}

function move(step: number): void {
  const found = shown();
  const at = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
  mark(found[(at + step + found.length) % Math.max(found.length, 1)]);
}

export function startSearch(): void {
  document.addEventListener("input", (event) => { if (event.target === input()) filter(); });
  document.addEventListener("keydown", (event) => {
    if (event.target !== input()) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") { clear(); return; }
    else if (event.key === "Enter") choose(shown().find((option) => option.getAttribute("aria-selected") === "true"));
    else return;
    event.preventDefault();
  });
  // Not click: the box must not lose the focus, and the list not close, before it is heard.
  document.addEventListener("pointerdown", (event) => {
    const option = (event.target as Element).closest<HTMLElement>('#intents [role="option"]');
    if (option) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const option = target.closest<HTMLElement>('#intents [role="option"]');
    if (option) choose(option);
    else if (!target.closest("#find-form")) clear();
  });
}
