// Where things are on the desk.

import { htmx } from "../staff/frame";
import { find } from "../staff/parts";

export { fetchPart, find, soon } from "../staff/parts";

export const desk = (): HTMLElement => find<HTMLElement>("main.desk") as HTMLElement;
export const view = (): string => desk().dataset["view"] ?? "waiting";

export function openedId(): number | null {
  const id = find<HTMLElement>("[data-conversation]")?.dataset["conversation"];
  return id ? Number(id) : null;
}

// The other thread of an open case: both are read on one page.
export function besideId(): number | null {
  const id = find<HTMLElement>("#where[data-beside]")?.dataset["beside"];
  return id ? Number(id) : null;
}

// Whether a case is resolved without a last word in public.
export const isQuiet = (): boolean => find<HTMLInputElement>("#quietly")?.checked ?? false;

export function openedName(): string {
  return find<HTMLElement>("#head h2")?.textContent ?? "";
}

// What to say when the server does not.
export const unanswered = (): string => desk().dataset["unanswered"] ?? "";

export function place(element: Element, before: (placed: Element) => void): void {
  before(element);
  htmx.process(element as HTMLElement);
}
