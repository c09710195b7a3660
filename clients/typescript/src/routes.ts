/** Operations of the REST API: their types, and how a call becomes an HTTP request. */
import type { operations } from "./generated/openapi.js";

export { PREFIX, ROUTES } from "./generated/table.js";

/** How an operation is called over HTTP. */
export interface RouteInfo {
  method: string;
  path: string;
  /** Whether the operation accepts Idempotency-Key, which makes a repeated request safe. */
  idempotent: boolean;
  /** Name of the form part that describes a recording; empty for a recording alone; null without a recording. */
  upload: string | null;
  /** Whether the response has one JSON object per line. */
  lines: boolean;
}

/** Input and answer of each operation. */
export type Routes = {
  [Name in keyof operations]: Flat<
    Given<operations[Name]["parameters"], "path"> &
      Given<operations[Name]["parameters"], "query"> &
      Body<operations[Name]> & { answer: Answered<operations[Name]["responses"]> }
  >;
};

type Flat<T> = { [Key in keyof T]: T[Key] };

/** `Pick<Parameters, Kind>` if the operation has parameters of the kind. */
type Given<Parameters, Kind extends keyof Parameters> = [NonNullable<Parameters[Kind]>] extends [never]
  ? unknown
  : Pick<Parameters, Kind>;

type Body<Operation> = Operation extends { requestBody: { content: infer Content } }
  ? Content extends { "application/json": infer Json }
    ? { body: Json }
    : Content extends { "multipart/form-data": infer Form }
      ? Recording<Form>
      : unknown
  : unknown;

type Recording<Form> = { audio: Blob } & ([Exclude<keyof Form, "audio">] extends [never]
  ? unknown
  : { body: Form[Exclude<keyof Form, "audio">] });

type Answered<Responses> = {
  [Status in keyof Responses & (200 | 201)]: Responses[Status] extends { content: infer Content }
    ? Content[keyof Content]
    : never;
}[keyof Responses & (200 | 201)];
