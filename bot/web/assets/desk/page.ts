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

export function openedName(): string {
  return find<HTMLElement>("#head h2")?.textContent ?? "";
}

// What to say when the server does not.
export const unanswered = (): string => desk().dataset["unanswered"] ?? "";

export function place(element: Element, before: (placed: Element) => void): void {
  before(element);
  htmx.process(element as HTMLElement);
}
