// node zarr.mjs <node_modules> <folder to write> <its URL>: writes two arrays, and has zarrita read them: one in files of which one is
// missing, and one in a shard, which is read by ranges.
import { mkdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, folder, url] = process.argv.slice(2);
const array = (shape, chunk, codecs) => JSON.stringify({
  zarr_format: 3, node_type: "array", shape, data_type: "int32", fill_value: -1, attributes: {}, codecs,
  chunk_grid: { name: "regular", configuration: { chunk_shape: chunk } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
});
const bytes = { name: "bytes", configuration: { endian: "little" } };

mkdirSync(`${folder}/plain/c`, { recursive: true });
writeFileSync(`${folder}/plain/zarr.json`, array([6], [2], [bytes]));
writeFileSync(`${folder}/plain/c/0`, new Uint8Array(Int32Array.of(1, 2).buffer));
writeFileSync(`${folder}/plain/c/2`, new Uint8Array(Int32Array.of(5, 6).buffer));

const sharding = { name: "sharding_indexed", configuration: { chunk_shape: [2], codecs: [bytes], index_codecs: [bytes], index_location: "end" } };
mkdirSync(`${folder}/sharded/c`, { recursive: true });
writeFileSync(`${folder}/sharded/zarr.json`, array([8], [8], [sharding]));
const values = new Uint8Array(Int32Array.of(10, 11, 12, 13, 14, 15, 16, 17).buffer);
const index = new Uint8Array(BigUint64Array.of(0n, 8n, 8n, 8n, 16n, 8n, 24n, 8n).buffer);
writeFileSync(`${folder}/sharded/c/0`, Buffer.concat([values, index]));

const zarr = await import(pathToFileURL(`${modules}/zarrita/dist/src/index.js`));
const read = async name => {
  const opened = await zarr.open(new zarr.FetchStore(`${url}/${name}`), { kind: "array" });
  return [...(await zarr.get(opened)).data].join(" ");
};
const plain = await read("plain"), sharded = await read("sharded");
if (plain !== "1 2 -1 -1 5 6" || sharded !== "10 11 12 13 14 15 16 17") throw new Error(`${plain}; ${sharded}`);
