// What the server did not answer is said where it was asked: nobody shall think that it was done.

import { find } from "../staff/parts";

function placeOf(asked: Element): Element | null {
  return asked.closest("#teach")?.querySelector(".done") ?? asked.closest("#training, #models");
}

function tell(event: Event): void {
  const place = placeOf(event.target as Element);
  const line = document.createElement("p");
  line.className = "problem is-unanswered";
  line.setAttribute("role", "alert");
  line.textContent = find<HTMLElement>("main.trainer")?.dataset["unanswered"] ?? "";
  clear();
  place?.prepend(line);
}

function clear(): void {
  find(".is-unanswered")?.remove();
}

export function startNotices(): void {
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, tell);
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    if (xhr.status >= 500) tell(event); // a refusal brings its own words
  });
  document.addEventListener("htmx:beforeRequest", clear);
}
