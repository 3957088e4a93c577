// Real calls with the types that openapi-typescript makes of the document; argument: the address of the service.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const client = createClient<paths>({
  baseUrl: process.argv[2],
  querySerializer: { array: { style: "form", explode: false } },
});

const list = await client.GET("/v1/expenditures", {
  params: { query: { level: ["class"], fiscal_year: [2025], fields: ["id", "code", "total"], limit: 3 } },
});
if (list.error || list.data === undefined) throw new Error(JSON.stringify(list.error));
const rows = list.data.data;
const first = rows[0];
if (first === undefined || first.id === undefined) throw new Error("no row has an id");

const one = await client.GET("/v1/expenditures/{id}", { params: { path: { id: first.id } } });
if (one.data === undefined) throw new Error(JSON.stringify(one.error));

// A code that no type knows is refused by the service, in words that the types know.
const refused = await client.GET("/v1/expenditures", {
  params: { query: { fiscal_year: ["soon" as unknown as number] } },
});
const problem = refused.error;
if (problem === undefined) throw new Error("a wrong year was accepted");

console.log(
  JSON.stringify({
    codes: rows.map((row) => row.code),
    total: list.data.page.total,
    same: one.data.data.code === first.code && one.data.data.total === first.total,
    status: problem.status,
    parameter: problem.errors[0]?.parameter,
  }),
);
