import { greeting } from "./greeting.mjs";

// Browsers run modules, compile streams and apply styles only if their Content-Type is right.
window.ready = (async () => {
  await WebAssembly.instantiateStreaming(fetch("empty.wasm"));
  const data = await (await fetch("data.json")).json();
  document.title = greeting + data.name;
  return document.title;
})();
