// The list: only rows that changed are fetched, and put where their order says.

import { desk, fetchPart, find, openedId, place, soon, view } from "./page";

const everyMinute = 60_000;
const changed = new Set<number>();
let all = false;

const rows = (): HTMLElement => find<HTMLElement>("#rows") as HTMLElement;
const rowsShown = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("#rows > .row:not([hidden])")];

const load = soon(async () => {
  const whole = all;
  const ids = [...changed];
  all = false;
  changed.clear();
  const part = await fetchPart(`/desk/rows?view=${view()}${whole ? "" : `&ids=${ids.join(",")}`}`);
  const fresh = part && find<HTMLElement>("#rows", part);
  if (!fresh) return;
  const gone = whole ? [...rows().children] : ids.map((id) => document.getElementById(`row-${id}`));
  const focused = (document.activeElement?.closest(".row") as HTMLElement | null)?.id;
  for (const row of gone) row?.remove();
  for (const row of [...fresh.children] as HTMLElement[]) insert(row);
  if (focused) document.getElementById(focused)?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
  showCounts(JSON.parse(fresh.dataset["counts"] ?? "{}") as Record<string, number>);
  settle();
}, 150);

function insert(row: HTMLElement): void {
  const order = Number(row.dataset["order"]);
  const next = [...rows().children].find((other) => Number((other as HTMLElement).dataset["order"]) < order);
  place(row, (placed) => rows().insertBefore(placed, next ?? null));
}

export function reloadRows(ids?: number[]): void {
  if (ids) for (const id of ids) changed.add(id);
  else all = true;
  load();
}

export function isListed(id: number): boolean {
  return document.getElementById(`row-${id}`) !== null;
}

function showCounts(counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) {
    const element = find<HTMLElement>(`[data-count="${name}"]`);
    if (element) element.textContent = count.toLocaleString();
  }
  const waiting = counts["waiting"] ?? 0;
  document.title = `${waiting ? `(${waiting}) ` : ""}${desk().dataset["title"] ?? ""}`;
}

// After anything changed: what is open is marked, what does not match is hidden, emptiness has words.
export function settle(): void {
  const opened = openedId();
  desk().classList.toggle("has-open", opened !== null);
  const wanted = (find<HTMLInputElement>("#find")?.value ?? "").trim().toLocaleLowerCase();
  const rowsAll = [...document.querySelectorAll<HTMLElement>("#rows > .row")];
  for (const row of rowsAll) {
    row.hidden = wanted !== "" && !(row.textContent ?? "").toLocaleLowerCase().includes(wanted);
    const current = Number(row.dataset["id"]) === opened;
    row.classList.toggle("is-open", current);
    const link = find("a", row);
    if (current) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
  const empty = find<HTMLElement>("#empty");
  const notFound = find<HTMLElement>("#empty-found");
  if (empty) empty.hidden = rowsAll.length > 0;
  if (notFound) notFound.hidden = rowsAll.length === 0 || rowsShown().length > 0;
}

// Moves the focus by `step` rows, from the focused or the opened one.
export function move(step: number): void {
  const shown = rowsShown();
  const at = shown.findIndex((row) => row.contains(document.activeElement));
  const from = at >= 0 ? at : shown.findIndex((row) => row.classList.contains("is-open"));
  const to = shown[Math.min(Math.max(from + step, 0), shown.length - 1)];
  find<HTMLElement>("a", to)?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

export function startList(): void {
  find<HTMLInputElement>("#find")?.addEventListener("input", settle);
  // Deadlines grow urgent and scores rise by the clock alone.
  window.setInterval(() => { if (!document.hidden) reloadRows(); }, everyMinute);
  settle();
}
