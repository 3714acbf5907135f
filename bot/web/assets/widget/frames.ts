// What travels over the WebSocket. The other side of it: bot/web/chat_socket.py and, for messages,
// connectors/webchat/payload.py.

export type Author = "contact" | "bot" | "staff" | "system";

export interface Choice {
  title: string;
  payload: string;
  url: string | null;
}

export interface ServerMessage {
  type: "message";
  id: number;
  author: Author;
  name: string | null;
  text: string;
  buttons: Choice[];
  image: string | null;
  at: string;
  client_id?: string;
}

/** Who speaks for the brand now; `by` is the moment a person was promised for. */
export interface Holder {
  who: "bot" | "queue" | "staff";
  name: string | null;
  by: string | null;
}

export interface Welcome {
  type: "welcome";
  title: string;
  greeting: string;
  text_max: number;
  token: string | null;
  holder: Holder;
  messages: ServerMessage[];
  earlier: boolean;
  behind: boolean;
}

export type ServerFrame =
  | Welcome
  | ServerMessage
  | { type: "history"; messages: ServerMessage[]; earlier: boolean }
  | { type: "ack"; id: string; message_id: number }
  | { type: "typing"; author: Author; name: string | null }
  | { type: "holder"; holder: Holder }
  | { type: "error"; code: string; text: string; id: string | null; retry_after: number | null }
  | { type: "pong" };

export type ClientFrame =
  | { type: "hello"; token: string; after: number }
  /** A pressed button says its `payload`; `text` is what stood on it. */
  | { type: "message"; id: string; text: string; payload?: string }
  | { type: "history"; before: number }
  | { type: "typing" }
  | { type: "read"; message_id: number }
  | { type: "ping" };

const known = new Set(["welcome", "message", "history", "ack", "typing", "holder", "error", "pong"]);

/** A frame of a newer server that this widget does not know is null: skipped, never an error. */
export function parseFrame(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  const frame = JSON.parse(data) as { type?: unknown };
  return typeof frame.type === "string" && known.has(frame.type) ? (frame as ServerFrame) : null;
}
