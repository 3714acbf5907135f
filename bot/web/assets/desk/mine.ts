// Which conversations are the reader's own: their customers' words count also where no row shows them.

import type { LiveEvent } from "../staff/events";
import { desk, fetchPart, soon } from "./page";

let mine = new Set<number>();

export const isMine = (id: number): boolean => mine.has(id);

export const loadMine = soon(async () => {
  const part = await fetchPart("/desk/rows?view=mine");
  if (part) mine = new Set([...part.querySelectorAll<HTMLElement>(".row")].map((row) => Number(row.dataset["id"])));
}, 150);

export function noteHolder(id: number, { status, staff_id }: LiveEvent): void {
  if (status === undefined) return; // only its deadline passed
  if (status === "held" && String(staff_id) === desk().dataset["staff"]) mine.add(id);
  else if (status !== "snoozed") mine.delete(id);
}
