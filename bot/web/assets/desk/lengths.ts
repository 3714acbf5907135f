// How long a text is, in the unit of the channel it goes to. The server counts again; here it is only shown.

const link = /https?:\/\/\S+/g;
const linkWeighs = 23;

export function lengthOf(text: string, unit: string): number {
  if (unit === "byte") return new TextEncoder().encode(text).length;
  if (unit === "utf16") return text.length;
  if (unit === "grapheme") return graphemes(text).length;
  return unit === "weighted" ? weigh(text) : [...text].length;
}

function graphemes(text: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)].map((each) => each.segment);
}

// As X counts: links 23, what is beyond Latin, Greek, Cyrillic and their like 2, an emoji 2 as a whole.
function weigh(text: string): number {
  const links = text.match(link) ?? [];
  const rest = graphemes(text.replace(link, ""));
  return links.length * linkWeighs + rest.reduce((sum, each) => sum + weighOne(each), 0);
}

function weighOne(grapheme: string): number {
  if (/\p{Extended_Pictographic}/u.test(grapheme)) return 2;
  return [...grapheme].reduce((sum, each) => sum + (isLight(each.codePointAt(0) ?? 0) ? 1 : 2), 0);
}

function isLight(point: number): boolean {
  return point <= 4351 || (point >= 8192 && point <= 8205) || (point >= 8208 && point <= 8223) || (point >= 8242 && point <= 8247);
}
