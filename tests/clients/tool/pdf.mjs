// node pdf.mjs <node_modules> <file to write> <its URL>: writes a PDF of 60 pages and 4 MB, and has pdf.js read page 57 by ranges.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, file, url] = process.argv.slice(2);
const pages = 60, wanted = 57;

const objects = ["", "<< /Type /Catalog /Pages 2 0 R >>", `<< /Type /Pages /Count ${pages} /Kids [${[...Array(pages).keys()].map(i => `${3 + 2 * i} 0 R`).join(" ")}] >>`];
for (let i = 0; i < pages; i++) {
  const content = `BT /F1 24 Tf 72 720 Td (page ${i + 1}) Tj ET\n% ${randomBytes(33_000).toString("hex")}\n`;
  objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${4 + 2 * i} 0 R /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>`);
  objects.push(`<< /Length ${content.length} >>\nstream\n${content}endstream`);
}
let text = "%PDF-1.4\n";
const places = objects.map((object, i) => {
  const at = text.length;
  if (i > 0) text += `${i} 0 obj\n${object}\nendobj\n`;
  return at;
});
const table = text.length;
text += `xref\n0 ${objects.length}\n0000000000 65535 f \n${places.slice(1).map(at => `${String(at).padStart(10, "0")} 00000 n \n`).join("")}`;
text += `trailer\n<< /Size ${objects.length} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
writeFileSync(file, text, "latin1");

const { getDocument } = await import(pathToFileURL(`${modules}/pdfjs-dist/legacy/build/pdf.mjs`));
const loading = getDocument({ url, disableAutoFetch: true, disableStream: true, rangeChunkSize: 65536, verbosity: 0 });
const pdf = await loading.promise;
const content = await (await pdf.getPage(wanted)).getTextContent();
const read = content.items.map(item => item.str).join("");
await loading.destroy();
if (pdf.numPages !== pages || read !== `page ${wanted}`) throw new Error(`${pdf.numPages} pages; page ${wanted} says '${read}'`);
