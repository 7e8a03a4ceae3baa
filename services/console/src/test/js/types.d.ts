// What services send, as far as the console's scripts read it, for the check of their types; docs/api.md has it in full.

/** What a service answers, or a problem: {@link Problem}. Status 0: there was no answer. */
interface Answer<T = any> {
  ok: boolean;
  status: number;
  body: T;
  /** Of what was sent again and again: nobody knows whether it was taken. */
  unknown?: boolean;
}

interface Fault {
  field?: string;
  detail: string;
}

type Level = 'none' | 'warning' | 'critical';

interface Parameter {
  name: string;
  unit?: string;
  description?: string;
  warning_low?: number | null;
  warning_high?: number | null;
  critical_low?: number | null;
  critical_high?: number | null;
}

/** The newest value; at: its time, or its arrival where that was earlier. */
interface Held {
  value: any;
  time: string;
  at?: number;
}

interface Device {
  name: string;
  type?: string;
  state?: string;
  since?: string;
  status?: string;
  last_contact?: string;
  last_time?: string;
  last_at?: number;
  silence_from?: string;
  silence_until?: string;
  clock_wrong_by_seconds?: number;
  report_interval_millis?: number;
  gaps: number;
  duplicates_today: number;
  rejected_today: number;
  values?: Record<string, Held>;
  parameters?: Parameter[];
}

/** A device that can be chosen in a form. */
interface Choice {
  name: string;
  type: string;
}

interface Frame {
  device: string;
  timestamp: string;
  received: string;
  status?: string;
  values: Record<string, any>;
}

interface Frames {
  frames: Frame[];
  skipped?: number;
}

/** Time, least and greatest. */
type Point = [number, number, number];

interface Series {
  points: Point[];
  unit?: string;
  bucket_seconds: number;
  complete?: boolean;
}

interface Stage {
  at: string;
  stage: string;
  by?: string;
  detail?: string;
  device_time?: string;
  late?: boolean;
}

interface Command {
  id: string;
  device: string;
  device_type?: string;
  command_type: string;
  parameters?: Record<string, any>;
  state: string;
  detail?: string;
  revision?: number;
  final?: boolean;
  significance?: string;
  requested_at: string;
  requested_by?: string;
  principal?: string;
  changed_at: string;
  expires_at: string;
  approved_by?: string;
  executed_at?: string;
  attempts?: number;
  verification?: Record<string, any>;
  results?: Record<string, any>;
  history?: Stage[];
}

/** A command as a form gives it, or an event holds it. */
interface Given {
  command_type: string;
  parameters: Record<string, any>;
  expires_in?: any;
}

interface Argument {
  name: string;
  type: string;
  unit?: string;
  description?: string;
  required?: boolean;
  default?: any;
  choices?: string[];
  minimum?: number | null;
  maximum?: number | null;
  longest?: number | null;
}

interface CommandType {
  title?: string;
  name: string;
  description?: string;
  significance?: string;
  expires_in?: number;
  arguments?: Argument[];
}

interface Dictionary {
  commands: CommandType[];
  declared?: boolean;
}

/** Of the timeline: what is planned, or a window that was computed. */
interface TimelineEvent {
  id: string;
  name: string;
  kind: string;
  state: string;
  time: string;
  until?: string;
  device?: string;
  version: number;
  detail?: string;
  repeat?: string;
  if_missed?: string;
  command?: Given;
  command_id?: string;
  created_by?: string;
  changed_by?: string;
}

/** What an entry of the flight log points to. */
interface Reference {
  kind: string;
  id?: string | null;
  device?: string | null;
  parameter?: string | null;
  from?: string | null;
  to?: string | null;
}

interface Written {
  text?: string;
  title?: string | null;
  at?: string | null;
  references?: Reference[];
}

interface Rule {
  id: string;
  kind: string;
  action: string;
  note?: string | null;
  [field: string]: any;
}

/** What of htmx is used. */
declare var htmx: { process(root: Node): void; defineExtension(name: string, extension: object): void } | undefined;
